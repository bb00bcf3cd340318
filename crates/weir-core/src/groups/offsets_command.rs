//! The calls of `kafka-consumer-groups.sh` and `kafka-share-groups.sh` that change where groups read.

use std::collections::{BTreeMap, BTreeSet};

use weir_domain::{GroupType, ResetTo, TopicScope};

use super::changes::PlannedReset;
use super::offsets::{DeleteOffsets, ResetOffsets};
use crate::command_line::CommandLine;
use crate::time::utc;

pub(super) fn reset(reset: &ResetOffsets, kind: GroupType, bootstrap: &str) -> String {
    let tool = match kind {
        GroupType::Share => "kafka-share-groups.sh",
        _ => "kafka-consumer-groups.sh",
    };
    let mut line =
        CommandLine::kafka(tool, bootstrap).word("--reset-offsets").flag("--group", &reset.group);
    line = match &reset.topics[..] {
        [] => line.word("--all-topics"),
        topics => topics.iter().fold(line, |line, topic| line.flag("--topic", &scope(topic))),
    };
    line = match reset.to {
        ResetTo::Earliest => line.word("--to-earliest"),
        ResetTo::Latest => line.word("--to-latest"),
        ResetTo::Time(at) => line.flag("--to-datetime", &utc(at)),
        ResetTo::Offset(offset) => line.flag("--to-offset", &offset.to_string()),
        ResetTo::Shift(by) => line.flag("--shift-by", &by.to_string()),
    };
    line.word("--execute").finish()
}

pub(super) fn delete(delete: &DeleteOffsets, bootstrap: &str) -> String {
    let line = CommandLine::kafka("kafka-consumer-groups.sh", bootstrap)
        .word("--delete-offsets")
        .flag("--group", &delete.group);
    delete.topics.iter().fold(line, |line, topic| line.flag("--topic", topic)).finish()
}

/// Calls that one line can hold.
const CALLS_MAX: usize = 8;

/// Each offset is a call of its own, and so is what is forgotten. `None` where Kafka's tools cannot, or only with very
/// many: of share groups, and of a topic that is forgotten in part.
pub(super) fn put_back(group: &str, planned: &PlannedReset, bootstrap: &str) -> Option<String> {
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
    let tool = || CommandLine::kafka("kafka-consumer-groups.sh", bootstrap);
    let mut lines: Vec<String> = Vec::new();
    for (offset, topics) in offsets {
        let line = tool().word("--reset-offsets").flag("--group", group);
        let topic = |line: CommandLine, (topic, partitions): (&str, Vec<i32>)| {
            let topic = topic.to_owned();
            line.flag("--topic", &scope(&TopicScope { topic, partitions }))
        };
        let line = topics.into_iter().fold(line, topic).flag("--to-offset", &offset.to_string());
        lines.push(line.word("--execute").finish());
    }
    if !forgotten.is_empty() {
        let line = tool().word("--delete-offsets").flag("--group", group);
        let line = forgotten.into_iter().fold(line, |line, topic| line.flag("--topic", topic));
        lines.push(line.finish());
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
        let begin = "kafka-consumer-groups.sh --bootstrap-server b:1 --reset-offsets --group g";
        let line = reset(&asked, GroupType::Classic, "b:1");
        assert_eq!(line, format!("{begin} {expected} --execute"));
        let share = reset(&asked, GroupType::Share, "b:1");
        assert_eq!(share, line.replace("kafka-consumer-groups.sh", "kafka-share-groups.sh"));
    }

    #[test]
    fn as_kafkas_tool_takes_it() {
        check(&[], ResetTo::Earliest, "--all-topics --to-earliest");
        check(&[("t", &[])], ResetTo::Latest, "--topic t --to-latest");
        check(
            &[("t", &[0, 2]), ("u", &[])],
            ResetTo::Offset(7),
            "--topic t:0,2 --topic u --to-offset 7",
        );
        check(&[], ResetTo::Shift(-3), "--all-topics --shift-by -3");
        let time = "--all-topics --to-datetime 2026-11-25T20:01:02.003Z";
        check(&[], ResetTo::Time(1_795_636_862_003), time);
    }

    #[test]
    fn putting_back_is_a_call_for_each_offset() {
        let change = |topic: &str, partition, after| OffsetChange {
            after,
            ..OffsetChange::none(TopicPartition::new(topic, partition))
        };
        let line = |kind, changes| put_back("g", &PlannedReset { kind, changes }, "b:1");
        let tool = "kafka-consumer-groups.sh --bootstrap-server b:1";
        let changes = vec![change("t", 0, Some(7)), change("t", 2, Some(7)), change("u", 0, None)];
        let expected = format!(
            "{tool} --reset-offsets --group g --topic t:0,2 --to-offset 7 --execute && {tool} --delete-offsets \
             --group g --topic u"
        );
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
        let expected = "kafka-consumer-groups.sh --bootstrap-server b:1 --delete-offsets --group 'a b' --topic t --topic u";
        assert_eq!(delete(&asked, "b:1"), expected);
    }
}
