//! `weir group reset`: where a group goes on reading.

use clap::Args;
use serde_json::{Value, json};
use weir_api::commands::groups::reset_offsets::GroupsResetOffsets;
use weir_api::dto::{FromCore as _, I64, OffsetChange, ResetTo, TopicScope};
use weir_api::texts::{self, Lang};
use weir_core::groups::{commit, plan_reset};

use crate::args::{Common, Format, Target};
use crate::commands::consume::from::{self, From};
use crate::context::{self, Place};
use crate::output;
use crate::trouble::{self, Trouble};

#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("where").required(true).args(["to", "shift_by"])))]
pub(crate) struct ResetArgs {
    /// The group's name
    name: String,
    /// Where it goes on: earliest, latest, an offset, a time (2026-11-25T20:00:00Z, or milliseconds since the epoch) or
    /// an age (10m, 2h, 3d). What lies outside of the log becomes its start or end. A share group begins anew there, at
    /// earliest, latest or a time only
    #[arg(long, value_name = "WHERE", value_parser = from::parse)]
    to: Option<From>,
    /// So many messages after what it committed; before it where negative
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    shift_by: Option<i64>,
    /// Only this topic, or these partitions of it; may be given several times. By default all that it committed for
    #[arg(long, value_name = "TOPIC[:P,P]", value_parser = scope)]
    topic: Vec<TopicScope>,
    /// Say what would change, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    common: Common,
}

pub(super) async fn run(args: ResetArgs, lang: Lang) -> Result<(), Trouble> {
    let to = args.to()?;
    let changes = match context::place(&args.common, &args.target, args.dry_run).await? {
        Place::Named { app, cluster } => {
            let (group, topics, dry_run) = (args.name.clone(), args.topic.clone(), args.dry_run);
            let reset = GroupsResetOffsets { cluster, group, topics, to, dry_run };
            app.run(reset).await?.changes
        }
        Place::Address(client) => {
            let topics: Vec<_> = args.topic.iter().cloned().map(Into::into).collect();
            let mut planned = plan_reset(&client, &args.name, &topics, to.into()).await?;
            if !args.dry_run {
                commit(&client, &args.name, &mut planned).await?;
            }
            planned.changes.into_iter().map(OffsetChange::from_core).collect()
        }
    };
    tell(args.common.output, lang, &changes, args.dry_run)
}

impl ResetArgs {
    fn to(&self) -> Result<ResetTo, Trouble> {
        match (self.to, self.shift_by) {
            (Some(From::Earliest), _) => Ok(ResetTo::Earliest),
            (Some(From::Latest), _) => Ok(ResetTo::Latest),
            (Some(From::Offset(offset)), _) => Ok(ResetTo::Offset { offset: I64(offset) }),
            (Some(From::Time(at)), _) => Ok(ResetTo::Time { at: I64(at) }),
            (None, Some(by)) => Ok(ResetTo::Shift { by: I64(by) }),
            // The grammar asks for one of them.
            (None, None) => Err(Trouble::usage(
                "--to or --shift-by is expected",
                "--to 또는 --shift-by가 필요합니다",
            )),
        }
    }
}

/// Every change, before and after; on standard error what did not change, and that a dry run changed nothing.
pub(super) fn tell(
    format: Format,
    lang: Lang,
    changes: &[OffsetChange],
    dry_run: bool,
) -> Result<(), Trouble> {
    let headers = ["TOPIC", "PARTITION", "BEFORE", "AFTER", "LAG BEFORE", "LAG AFTER", "NOTE"];
    output::rows(
        format,
        changes,
        &headers,
        |change| cells(change, lang),
        |change| json(change, lang),
    )?;
    let failed: Vec<_> =
        changes.iter().filter_map(|change| Some((change, change.error.as_ref()?))).collect();
    for (change, error) in &failed {
        let what = format!("{}-{}", change.topic, change.partition);
        Trouble::About { what, error: Box::new((*error).clone().into()) }.tell(lang);
    }
    if dry_run {
        trouble::note_dry_run(lang);
    }
    if failed.is_empty() { Ok(()) } else { Err(Trouble::Told(1)) }
}

fn number(value: Option<I64>) -> Option<i64> {
    value.map(|I64(value)| value)
}

fn cells(change: &OffsetChange, lang: Lang) -> Vec<String> {
    let after = if change.error.is_some() { change.before } else { change.after };
    let lag = if change.error.is_some() { change.lag_before } else { change.lag_after };
    vec![
        change.topic.clone(),
        change.partition.to_string(),
        output::or_dash(number(change.before)),
        output::or_dash(number(after)),
        output::or_dash(number(change.lag_before)),
        output::or_dash(number(lag)),
        note(change, lang).unwrap_or_default(),
    ]
}

fn note(change: &OffsetChange, lang: Lang) -> Option<String> {
    let text = change.error.as_ref().map(|error| &error.text).or(change.note.as_ref());
    text.map(|text| texts::text(lang, text))
}

fn json(change: &OffsetChange, lang: Lang) -> Value {
    json!({
        "topic": change.topic,
        "partition": change.partition,
        "before": number(change.before),
        "after": number(change.after),
        "lag_before": number(change.lag_before),
        "lag_after": number(change.lag_after),
        "note": change.note.as_ref().map(|text| texts::text(lang, text)),
        "error": change.error.as_ref().map(|error| texts::say(lang, error)),
    })
}

/// `orders` or `orders:0,2`; names of topics have no colon.
fn scope(text: &str) -> Result<TopicScope, String> {
    let (topic, numbers) = text.split_once(':').unwrap_or((text, ""));
    let number = |part: &str| part.parse().ok().filter(|number: &i32| *number >= 0);
    let partitions: Option<Vec<_>> =
        numbers.split(',').filter(|_| text.contains(':')).map(number).collect();
    match partitions {
        Some(partitions) if !topic.is_empty() => {
            Ok(TopicScope { topic: topic.to_owned(), partitions })
        }
        _ => Err("TOPIC, or TOPIC:0,1 for some of its partitions, is expected".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_of_topics() {
        let parsed = |text| scope(text).map(|scope| (scope.topic, scope.partitions));
        assert_eq!(parsed("orders"), Ok(("orders".to_owned(), vec![])));
        assert_eq!(parsed("orders:0,12"), Ok(("orders".to_owned(), vec![0, 12])));
        for wrong in ["", ":1", "orders:", "orders:x", "orders:-1", "orders:1,"] {
            assert!(parsed(wrong).is_err(), "{wrong:?}");
        }
    }
}
