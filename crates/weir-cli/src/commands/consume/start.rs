//! Where each partition begins and ends. A start that cannot be is said, never waited for.

use std::collections::HashMap;

use weir_api::texts::Lang;
use weir_core::client::{Client, Offsets};
use weir_domain::{OffsetSpec, Topic, TopicPartition};

use super::ConsumeArgs;
use super::from::From;
use crate::time;
use crate::trouble::{Trouble, note};

/// The partitions to read with their log starts and high watermarks.
pub(super) struct Range {
    pub(super) partition: i32,
    pub(super) start: i64,
    pub(super) end: i64,
}

/// Those that can be read, and why others cannot.
pub(super) struct Ranges {
    pub(super) read: Vec<Range>,
    pub(super) left_out: Vec<Trouble>,
}

/// # Errors
/// None can be read.
pub(super) async fn ranges(
    client: &Client,
    topic: &Topic,
    only: Option<i32>,
) -> Result<Ranges, Trouble> {
    let wanted = wanted(topic, only)?;
    let (starts, ends) = tokio::join!(
        client.list_offsets(&wanted, OffsetSpec::Earliest),
        client.list_offsets(&wanted, OffsetSpec::Latest),
    );
    let (starts, ends) = (starts?.value, ends?.value);
    let range = |partition: &TopicPartition| {
        let start = at(&starts, partition)?.unwrap_or(0);
        let end = at(&ends, partition)?.unwrap_or(start);
        Ok(Range { partition: partition.partition, start, end })
    };
    let mut found = Ranges { read: Vec::new(), left_out: Vec::new() };
    for partition in &wanted {
        match range(partition) {
            Ok(range) => found.read.push(range),
            Err(trouble) => found.left_out.push(trouble),
        }
    }
    match found.read.is_empty() {
        true if !found.left_out.is_empty() => Err(found.left_out.swap_remove(0)),
        _ => Ok(found),
    }
}

fn wanted(topic: &Topic, only: Option<i32>) -> Result<Vec<TopicPartition>, Trouble> {
    let all = topic.partitions.iter().map(|p| p.partition);
    let wanted: Vec<_> = all
        .filter(|p| only.is_none_or(|only| only == *p))
        .map(|p| TopicPartition::new(topic.name.as_str(), p))
        .collect();
    match only {
        Some(partition) if wanted.is_empty() => {
            let count = topic.partitions.len();
            Err(Trouble::NoPartition { topic: topic.name.clone(), partition, count })
        }
        _ => Ok(wanted),
    }
}

fn at(offsets: &Offsets, partition: &TopicPartition) -> Result<Option<i64>, Trouble> {
    match offsets.get(partition) {
        Some(Ok(found)) => Ok(found.offset),
        Some(Err(error)) => {
            Err(Trouble::Item { what: partition.to_string(), error: error.clone() })
        }
        None => Ok(None),
    }
}

/// The first offset of each partition that is to be read.
pub(super) async fn begin(
    client: &Client,
    topic: &str,
    ranges: &[Range],
    from: From,
    lang: Lang,
) -> Result<Vec<(i32, i64)>, Trouble> {
    match from {
        From::Earliest => Ok(ranges.iter().map(|r| (r.partition, r.start)).collect()),
        From::Latest => Ok(ranges.iter().map(|r| (r.partition, r.end)).collect()),
        From::Offset(offset) => at_offset(ranges, offset, lang),
        From::Time(at) => at_time(client, topic, ranges, at, lang).await,
    }
}

/// The offset of each partition, or its nearest.
fn at_offset(ranges: &[Range], offset: i64, lang: Lang) -> Result<Vec<(i32, i64)>, Trouble> {
    let last = ranges.iter().map(|range| range.end).max().unwrap_or(0);
    if offset > last {
        let (en, ko) = match ranges {
            [one] => (format!("partition {}", one.partition), format!("파티션 {}", one.partition)),
            _ => ("the longest partition".to_owned(), "가장 긴 파티션".to_owned()),
        };
        return Err(Trouble::failed(
            format!(
                "offset {offset} lies past the end: the next offset of {en} is {last}. For what comes from now on \
                 use --from latest"
            ),
            format!(
                "오프셋 {offset}은(는) 끝을 지났습니다: {ko}의 다음 오프셋은 {last}입니다. 지금부터 오는 메시지는 \
                 --from latest를 쓰세요"
            ),
        ));
    }
    let begin = |range: &Range| (range.partition, offset.clamp(range.start, range.end));
    if let [one] = ranges
        && offset < one.start
    {
        let (partition, start) = (one.partition, one.start);
        note(
            lang,
            format!("offset {offset} is no longer there: partition {partition} begins at {start}"),
            format!(
                "오프셋 {offset}은(는) 이미 없습니다: 파티션 {partition}은(는) {start}부터 시작합니다"
            ),
        );
    }
    Ok(ranges.iter().map(begin).collect())
}

/// The first message of each partition at or after the time.
async fn at_time(
    client: &Client,
    topic: &str,
    ranges: &[Range],
    at_ms: i64,
    lang: Lang,
) -> Result<Vec<(i32, i64)>, Trouble> {
    let partition = |range: &Range| TopicPartition::new(topic, range.partition);
    let partitions: Vec<_> = ranges.iter().map(partition).collect();
    let found = client.list_offsets(&partitions, OffsetSpec::Timestamp(at_ms)).await?.value;
    let mut begin = Vec::new();
    let mut any = false;
    for range in ranges {
        let first = at(&found, &partition(range))?;
        any |= first.is_some();
        // A time later than every message: what comes from now on.
        begin.push((range.partition, first.unwrap_or(range.end)));
    }
    if !any && at_ms > time::now_ms() {
        return Err(Trouble::failed(
            "this time lies in the future, and no message has one like it: use --from latest for what comes from now \
             on",
            "이 시각은 미래이고, 그 이후의 메시지가 없습니다: 지금부터 오는 메시지는 --from latest를 쓰세요",
        ));
    }
    if !any {
        note(
            lang,
            "no message is as young as that: what comes from now on is read",
            "그 시각 이후의 메시지가 없습니다: 지금부터 오는 메시지를 읽습니다",
        );
    }
    Ok(begin)
}

/// Where a group has committed already, --from counts no more.
pub(super) async fn tell_commits(
    client: &Client,
    args: &ConsumeArgs,
    lang: Lang,
) -> Result<(), Trouble> {
    let (Some(group), Some(_)) = (&args.group, args.from) else { return Ok(()) };
    let mut committed = client.committed_offsets(std::slice::from_ref(group)).await?;
    let Some(Ok(committed)) = committed.remove(group) else { return Ok(()) };
    let has = |c: &&weir_domain::CommittedOffset| {
        c.partition.topic == args.topic && matches!(c.offset, Ok(Some(_)))
    };
    let count = committed.iter().filter(has).count();
    if count > 0 {
        let partitions = crate::output::count(count as u64, "partition");
        note(
            lang,
            format!(
                "the group {group:?} has committed in {partitions}: it goes on from there, --from counts only where \
                 it has not. To read again, take another group or none"
            ),
            format!(
                "그룹 {group:?}은(는) 파티션 {count}개에 커밋이 있어 거기서 이어 읽습니다. --from은 커밋이 없는 파티션에만 \
                 적용됩니다. 다시 읽으려면 다른 그룹을 쓰거나 그룹 없이 읽으세요"
            ),
        );
    }
    Ok(())
}

/// Where `--until-end` stops.
pub(super) fn until(args: &ConsumeArgs, ranges: &[Range]) -> Option<HashMap<i32, i64>> {
    args.until_end.then(|| ranges.iter().map(|range| (range.partition, range.end)).collect())
}
