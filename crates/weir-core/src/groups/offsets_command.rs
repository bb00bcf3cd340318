//! The calls of `weir` that change where groups read.

use std::collections::{BTreeMap, BTreeSet};

use weir_domain::{GroupType, ResetTo, TopicScope};

use super::changes::PlannedReset;
use super::offsets::{DeleteOffsets, ResetOffsets};
use crate::command_line::CommandLine;
use crate::time::utc;

pub(super) fn reset(reset: &ResetOffsets) -> String {
    let mut line = CommandLine::weir("group reset").word(&reset.group);
    line = match reset.to {
        ResetTo::Earliest => line.flag("--to", "earliest"),
        ResetTo::Latest => line.flag("--to", "latest"),
        ResetTo::Time(at) => line.flag("--to", &utc(at)),
        ResetTo::Offset(to) => line.flag("--to", &offset(to)),
        ResetTo::Shift(by) => line.flag("--shift-by", &by.to_string()),
    };
    let topic = |line: CommandLine, topic: &TopicScope| line.flag("--topic", &scope(topic));
    reset.topics.iter().fold(line, topic).cluster(&reset.cluster).finish()
}

pub(super) fn delete(delete: &DeleteOffsets) -> String {
    let line = CommandLine::weir("group delete-offsets").word(&delete.group);
    let line = delete.topics.iter().fold(line, |line, topic| line.flag("--topic", topic));
    line.cluster(&delete.cluster).finish()
}

/// `weir` reads a very large bare number as a time.
fn offset(offset: i64) -> String {
    const TIMES_FROM: i64 = 100_000_000_000;
    if offset < TIMES_FROM { offset.to_string() } else { format!("offset:{offset}") }
}

/// Calls that one line can hold.
const CALLS_MAX: usize = 8;

/// Each offset is a call of its own, and so is what is forgotten. `None` where that cannot be done so, or only with
/// very many: of share groups, and of a topic that is forgotten in part.
pub(super) fn put_back(group: &str, planned: &PlannedReset, cluster: &str) -> Option<String> {
    let changes: Vec<_> = planned.changes.iter().filter(|it| it.error.is_none()).collect();
    let mut offsets: BTreeMap<i64, BTreeMap<&str, Vec<i32>>> = BTreeMap::new();
    let mut forgotten: BTreeSet<&str> = BTreeSet::new();
    for change in &changes {
        match change.after {
            Some(offset) => {
                let topics = offsets.entry(offset).or_default();
                topics.entry(&change.topic).or_default().push(change.partition);
            }
            None => drop(forgotten.insert(&change.topic)),
        }
    }
    let in_part = changes.iter().any(|it| it.after.is_some() && forgotten.contains(&*it.topic));
    let calls = offsets.len() + usize::from(!forgotten.is_empty());
    if planned.kind == GroupType::Share || in_part || calls == 0 || calls > CALLS_MAX {
        return None;
    }
    let mut lines: Vec<String> = Vec::new();
    for (to, topics) in offsets {
        let line = CommandLine::weir("group reset").word(group).flag("--to", &offset(to));
        let topic = |line: CommandLine, (topic, partitions): (&str, Vec<i32>)| {
            let topic = topic.to_owned();
            line.flag("--topic", &scope(&TopicScope { topic, partitions }))
        };
        lines.push(topics.into_iter().fold(line, topic).cluster(cluster).finish());
    }
    if !forgotten.is_empty() {
        let line = CommandLine::weir("group delete-offsets").word(group);
        let line = forgotten.into_iter().fold(line, |line, topic| line.flag("--topic", topic));
        lines.push(line.cluster(cluster).finish());
    }
    Some(lines.join(" && "))
}

/// `orders` or `orders:0,2`
fn scope(scope: &TopicScope) -> String {
    let numbers: Vec<_> = scope.partitions.iter().map(ToString::to_string).collect();
    if numbers.is_empty() {
        scope.topic.clone()
    } else {
        format!("{}:{}", scope.topic, numbers.join(","))
    }
}

#[cfg(test)]
mod tests {
    use weir_domain::TopicPartition;

    use super::*;
    use crate::groups::OffsetChange;

    fn check(topics: &[(&str, &[i32])], to: ResetTo, expected: &str) {
        let scope = |(topic, partitions): &(&str, &[i32])| TopicScope {
            topic: (*topic).to_owned(),
            partitions: partitions.to_vec(),
        };
        let topics = topics.iter().map(scope).collect();
        let (cluster, group) = ("one".to_owned(), "g".to_owned());
        let asked = ResetOffsets { cluster, group, topics, to, dry_run: true };
        assert_eq!(reset(&asked), format!("weir group reset g {expected} --cluster one"));
    }

    #[test]
    fn as_weir_takes_it() {
        check(&[], ResetTo::Earliest, "--to earliest");
        check(&[("t", &[])], ResetTo::Latest, "--to latest --topic t");
        check(&[("t", &[0, 2]), ("u", &[])], ResetTo::Offset(7), "--to 7 --topic t:0,2 --topic u");
        check(&[], ResetTo::Offset(100_000_000_000), "--to offset:100000000000");
        check(&[], ResetTo::Shift(-3), "--shift-by -3");
        check(&[], ResetTo::Time(1_795_636_862_003), "--to 2026-11-25T20:01:02.003Z");
    }

    #[test]
    fn putting_back_is_a_call_for_each_offset() {
        let change = |topic: &str, partition, after| OffsetChange {
            after,
            ..OffsetChange::none(TopicPartition::new(topic, partition))
        };
        let line = |kind, changes| put_back("g", &PlannedReset { kind, changes }, "one");
        let changes = vec![change("t", 0, Some(7)), change("t", 2, Some(7)), change("u", 0, None)];
        let expected = "weir group reset g --to 7 --topic t:0,2 --cluster one && \
                        weir group delete-offsets g --topic u --cluster one";
        let expected = expected.to_owned();
        assert_eq!(line(GroupType::Classic, changes.clone()), Some(expected));
        assert_eq!(line(GroupType::Share, changes), None);
        let in_part = vec![change("t", 0, Some(7)), change("t", 1, None)];
        assert_eq!(line(GroupType::Consumer, in_part), None);
        let many = (0..9).map(|n| change("t", n, Some(n.into()))).collect();
        assert_eq!(line(GroupType::Consumer, many), None);
    }

    #[test]
    fn deleting_names_each_topic() {
        let (cluster, group) = ("one".to_owned(), "a b".to_owned());
        let topics = vec!["t".to_owned(), "u".to_owned()];
        let asked = DeleteOffsets { cluster, group, topics, dry_run: true };
        let expected = "weir group delete-offsets 'a b' --topic t --topic u --cluster one";
        assert_eq!(delete(&asked), expected);
    }
}
