use serde_json::{Value, json};
use weir_api::texts::Lang;
use weir_core::client::{CreatedTopic, check_topic_config};
use weir_domain::{ItemResult, NewPartitions, NewTopic, TopicNameError, validate_topic_name};

use super::{AddPartitionsArgs, CreateArgs, DeleteArgs};
use crate::args::Format;
use crate::context;
use crate::output;
use crate::trouble::Trouble;

pub(super) async fn create(args: CreateArgs, lang: Lang) -> Result<(), Trouble> {
    for name in &args.names {
        validate_topic_name(name).map_err(|problem| bad_name(name, &problem))?;
    }
    for (key, value) in &args.config {
        let problem = check_topic_config(key, value).err();
        problem.map_or(Ok(()), |p| Err(Trouble::usage(p.to_string(), p.to_string())))?;
    }
    let client = context::client(&args.common, &args.target).await?;
    let topic = |name: &String| NewTopic {
        name: name.clone(),
        partitions: args.partitions,
        replication_factor: args.replication_factor,
        assignments: Vec::new(),
        configs: args.config.clone(),
    };
    let topics: Vec<_> = args.names.iter().map(topic).collect();
    let results = client.create_topics(&topics, args.dry_run).await?;
    let verb = if args.dry_run { "would create" } else { "created" };
    tell(args.common.output, lang, verb, &results, details, created_json)
}

fn details(created: &CreatedTopic) -> String {
    match (created.partitions, created.replication_factor) {
        (Some(partitions), Some(factor)) => {
            format!(" with {partitions} partitions, replication factor {factor}")
        }
        _ => String::new(),
    }
}

fn created_json(created: &CreatedTopic) -> Value {
    json!({
        "id": created.id.map(|id| id.to_string()),
        "partitions": created.partitions,
        "replication_factor": created.replication_factor,
    })
}

pub(super) async fn delete(args: DeleteArgs, lang: Lang) -> Result<(), Trouble> {
    if !args.yes {
        let names = args.names.join(", ");
        return Err(Trouble::usage(
            format!("this deletes {names} with all messages: say --yes"),
            format!("{names}의 모든 메시지가 삭제됩니다: --yes를 붙이십시오"),
        ));
    }
    let client = context::client(&args.common, &args.target).await?;
    let results = client.delete_topics(&args.names).await?;
    tell(args.common.output, lang, "deleted", &results, |()| String::new(), |()| json!({}))
}

pub(super) async fn add_partitions(args: AddPartitionsArgs) -> Result<(), Trouble> {
    let client = context::client(&args.common, &args.target).await?;
    let topic = super::show::find(&client, &args.name).await?;
    let new = NewPartitions { topic: args.name, total: args.total, assignments: Vec::new() };
    for ItemResult { item, result } in client.create_partitions(&[new], args.dry_run).await? {
        result.map_err(|error| Trouble::Item { what: item, error })?;
    }
    let (name, before, total) = (&topic.name, topic.partitions.len(), args.total);
    let verb = if args.dry_run { "would have" } else { "has" };
    let json =
        json!({ "topic": name, "before": before, "partitions": total, "dry_run": args.dry_run });
    output::done(
        args.common.output,
        &format!("{name} {verb} {total} partitions, not {before}"),
        &json,
    )
}

/// Tells each item's outcome: what worked on standard output, what did not on standard error.
fn tell<T>(
    format: Format,
    lang: Lang,
    verb: &str,
    results: &[ItemResult<T>],
    details: impl Fn(&T) -> String,
    json: impl Fn(&T) -> Value,
) -> Result<(), Trouble> {
    let mut failed = false;
    let mut objects = Vec::new();
    for ItemResult { item, result } in results {
        match (result, format) {
            (Ok(value), Format::Table) => {
                output::line(&format!("{verb} {item}{}", details(value)))?;
            }
            (Ok(value), Format::Json) => {
                let mut object = json(value);
                object["topic"] = json!(item);
                objects.push(object);
            }
            (Err(error), _) => {
                failed = true;
                Trouble::Item { what: item.clone(), error: error.clone() }.tell(lang);
                objects
                    .push(json!({ "topic": item, "error": error.name, "message": error.message }));
            }
        }
    }
    if format == Format::Json {
        output::line(&serde_json::to_string_pretty(&objects).unwrap_or_default())?;
    }
    if failed { Err(Trouble::Some) } else { Ok(()) }
}

fn bad_name(name: &str, problem: &TopicNameError) -> Trouble {
    let ko = match problem {
        TopicNameError::Empty => "토픽 이름이 비어 있습니다".to_owned(),
        TopicNameError::Dots => "토픽 이름은 \".\" 또는 \"..\"일 수 없습니다".to_owned(),
        TopicNameError::TooLong(length) => {
            format!("토픽 이름은 249자까지입니다: 이 이름은 {length}자입니다")
        }
        TopicNameError::Character(c) => format!(
            "토픽 이름 {name:?}에 {c:?}을(를) 쓸 수 없습니다: ASCII 영문자, 숫자, '.', '_', '-'만 됩니다"
        ),
        TopicNameError::Collides(other) => {
            format!("토픽 {other:?}와(과) 이름이 겹칩니다: '.'와 '_'는 같은 것으로 셉니다")
        }
    };
    Trouble::usage(format!("{name:?}: {problem}"), ko)
}
