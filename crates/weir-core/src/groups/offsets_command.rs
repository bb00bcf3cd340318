//! The calls of `kafka-consumer-groups.sh` and `kafka-share-groups.sh` that change where groups read.

use weir_domain::{GroupType, ResetTo, TopicScope};

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
    use super::*;

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
    fn deleting_names_each_topic() {
        let (cluster, group) = ("one".to_owned(), "a b".to_owned());
        let topics = vec!["t".to_owned(), "u".to_owned()];
        let asked = DeleteOffsets { cluster, group, topics, dry_run: true };
        let expected = "kafka-consumer-groups.sh --bootstrap-server b:1 --delete-offsets --group 'a b' --topic t --topic u";
        assert_eq!(delete(&asked, "b:1"), expected);
    }
}
