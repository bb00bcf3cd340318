use serde_json::{Value, json};
use weir_api::App;
use weir_api::commands::topics::add_partitions::TopicsAddPartitions;
use weir_api::commands::topics::create::TopicsCreate;
use weir_api::commands::topics::create_defaults::TopicsCreateDefaults;
use weir_api::commands::topics::delete::TopicsDelete;
use weir_api::dto::{ConfigValue, DeletedTopic};
use weir_api::texts::Lang;
use weir_core::client::{Client, CreatedTopic, Options, check_topic_config, parse_bootstrap};
use weir_core::failure::given_once;
use weir_core::topics::config_failure;
use weir_domain::{ItemResult, NewPartitions, NewTopic, TopicNameError, validate_topic_name};

use super::{AddPartitionsArgs, CreateArgs, DeleteArgs};
use crate::commands::outcomes::{self, Outcomes};
use crate::context::{self, Place};
use crate::output;
use crate::trouble::Trouble;

pub(super) async fn create(args: CreateArgs, lang: Lang) -> Result<(), Trouble> {
    for name in &args.names {
        validate_topic_name(name).map_err(|problem| bad_name(name, &problem))?;
    }
    given_once(&args.names)?;
    given_once(args.config.iter().map(|(key, _)| key))?;
    for (key, value) in &args.config {
        check_topic_config(key, value).map_err(|problem| config_failure(key, &problem))?;
    }
    let results = match context::place(&args.common, &args.target, args.dry_run).await? {
        Place::Named { app, cluster } => create_named(&app, &cluster, &args).await?,
        Place::Address(client) => create_at(&client, &args).await?,
    };
    let verb = match (args.dry_run, lang) {
        (true, Lang::En) => "would create",
        (false, Lang::En) => "created",
        (true, Lang::Ko) => "생성 예정:",
        (false, Lang::Ko) => "생성됨:",
    };
    let details = |created: &CreatedTopic| details(created, lang);
    outcomes::tell(args.common.output, lang, "topic", verb, results, details, created_json)
}

async fn create_at(client: &Client, args: &CreateArgs) -> Result<Outcomes<CreatedTopic>, Trouble> {
    let topic = |name: &String| NewTopic {
        name: name.clone(),
        partitions: args.partitions,
        replication_factor: args.replication_factor,
        assignments: Vec::new(),
        configs: args.config.clone(),
    };
    let topics: Vec<_> = args.names.iter().map(topic).collect();
    Ok(of_items(client.create_topics(&topics, args.dry_run).await?))
}

/// One operation a topic, as the console makes them.
async fn create_named(
    app: &App,
    cluster: &str,
    args: &CreateArgs,
) -> Result<Outcomes<CreatedTopic>, Trouble> {
    let defaults = app.run(TopicsCreateDefaults { cluster: cluster.to_owned() }).await?;
    let partitions = args.partitions.unwrap_or(defaults.partitions);
    let default_factor = i16::try_from(defaults.replication).unwrap_or(1);
    let replication = args.replication_factor.unwrap_or(default_factor);
    let config =
        |(name, value): &(String, String)| ConfigValue { name: name.clone(), value: value.clone() };
    let mut results = Vec::new();
    for name in &args.names {
        let create = TopicsCreate {
            cluster: cluster.to_owned(),
            name: name.clone(),
            partitions,
            replication,
            configs: args.config.iter().map(config).collect(),
            dry_run: args.dry_run,
        };
        let created = CreatedTopic {
            id: None,
            partitions: Some(partitions),
            replication_factor: Some(replication),
        };
        let result = app.run(create).await.map(|_| created).map_err(Trouble::from);
        results.push((name.clone(), result));
    }
    if !args.dry_run {
        identify(app, cluster, &mut results).await?;
    }
    Ok(results)
}

/// The ids that the cluster gave; of topics that were deleted meanwhile there is none.
async fn identify(
    app: &App,
    cluster: &str,
    results: &mut Outcomes<CreatedTopic>,
) -> Result<(), Trouble> {
    let created = results.iter().filter(|(_, result)| result.is_ok());
    let names: Vec<_> = created.map(|(name, _)| name.clone()).collect();
    if names.is_empty() {
        return Ok(());
    }
    let bootstrap = context::serving(app, Some(cluster)).await?.bootstrap;
    let client = Client::new(Options::new(parse_bootstrap(&bootstrap)?));
    let metadata = client.topics(&names).await?;
    for (name, result) in results {
        if let Ok(created) = result {
            created.id = metadata.topic(name).and_then(|topic| topic.id);
        }
    }
    Ok(())
}

fn details(created: &CreatedTopic, lang: Lang) -> String {
    match (created.partitions, created.replication_factor) {
        (Some(partitions), Some(factor)) if lang == Lang::Ko => {
            format!(" (파티션 {partitions}개, 복제 팩터 {factor})")
        }
        (Some(partitions), Some(factor)) => {
            let partitions = output::count(partitions.unsigned_abs().into(), "partition");
            format!(" with {partitions}, replication factor {factor}")
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
    given_once(&args.names)?;
    if !args.yes {
        let names = args.names.join(", ");
        return Err(Trouble::usage(
            format!("this deletes {names} with all messages: say --yes"),
            format!("{names}의 모든 메시지가 삭제됩니다: --yes를 붙이세요"),
        ));
    }
    let results = match context::place(&args.common, &args.target, false).await? {
        Place::Address(client) => of_items(client.delete_topics(&args.names).await?),
        Place::Named { app, cluster } => {
            let confirm = match &args.names[..] {
                [name] => name.clone(),
                several => several.len().to_string(),
            };
            let deleted = app
                .run(TopicsDelete { cluster, topics: args.names, confirm, dry_run: false })
                .await?;
            let result = |topic: DeletedTopic| {
                (topic.topic, topic.error.map_or(Ok(()), |error| Err(Trouble::from(error))))
            };
            deleted.results.into_iter().map(result).collect()
        }
    };
    let print = args.common.output;
    outcomes::tell(
        print,
        lang,
        "topic",
        outcomes::deleted(lang),
        results,
        |()| String::new(),
        |()| json!({}),
    )
}

pub(super) async fn add_partitions(args: AddPartitionsArgs) -> Result<(), Trouble> {
    let client = context::client(&args.common, &args.target).await?;
    let topic = super::show::find(&client, &args.name).await?;
    match context::place(&args.common, &args.target, args.dry_run).await? {
        Place::Address(client) => {
            let (topic, total) = (args.name.clone(), args.total);
            let new = NewPartitions { topic, total, assignments: Vec::new() };
            for ItemResult { item, result } in
                client.create_partitions(&[new], args.dry_run).await?
            {
                result.map_err(|error| Trouble::Item { what: item, error })?;
            }
        }
        Place::Named { app, cluster } => {
            let (topic, total, dry_run) = (args.name.clone(), args.total, args.dry_run);
            app.run(TopicsAddPartitions { cluster, topic, total, dry_run }).await?;
        }
    }
    let (name, before, total) = (&topic.name, topic.partitions.len(), args.total);
    let verb = if args.dry_run { "would have" } else { "has" };
    let json =
        json!({ "topic": name, "before": before, "partitions": total, "dry_run": args.dry_run });
    let en = format!("{name} {verb} {total} partitions, not {before}");
    let done = if args.dry_run { "늘어납니다" } else { "늘렸습니다" };
    let ko = format!("{name}의 파티션 수: {before}에서 {total}(으)로 {done}");
    output::done(args.common.output, &en, &ko, &json)
}

fn of_items<T>(items: Vec<ItemResult<T>>) -> Outcomes<T> {
    let outcome = |ItemResult { item, result }: ItemResult<T>| {
        let result = result.map_err(|error| Trouble::Item { what: item.clone(), error });
        (item, result)
    };
    items.into_iter().map(outcome).collect()
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
