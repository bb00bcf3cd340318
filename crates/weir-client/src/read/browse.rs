//! Pages of messages: newest first or from a point on, filtered, bounded in what is scanned, resumable.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::time::Duration;

use tokio::time::Instant;
use weir_domain::{ItemError, MessageFilter, MessageRow, OffsetSpec, TopicPartition};

use crate::admin::Offsets;
use crate::client::Client;
use crate::code;
use crate::error::ClientError;
use crate::read::block::Block;
use crate::read::merge::Merge;

/// The most rows of one page.
pub const ROWS_MAX: usize = 500;
/// A first block per partition holds at least this many offsets.
const FIRST_BLOCK_MIN: usize = 16;

/// What to read.
#[derive(Debug, Clone)]
pub struct Browse {
    pub topic: String,
    /// `None`: all.
    pub partitions: Option<Vec<i32>>,
    pub from: BrowseFrom,
    /// At most [`ROWS_MAX`].
    pub limit: usize,
    pub filter: MessageFilter,
    /// A page ends when this many bytes were read, even if it has no row yet.
    pub scan_bytes_max: u64,
    pub time_max: Duration,
}

impl Browse {
    /// The newest 100 of all partitions.
    pub fn newest(topic: impl Into<String>) -> Self {
        Self {
            topic: topic.into(),
            partitions: None,
            from: BrowseFrom::Newest,
            limit: 100,
            filter: MessageFilter::default(),
            scan_bytes_max: 64 << 20,
            time_max: Duration::from_secs(5),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BrowseFrom {
    /// Backwards from the end.
    Newest,
    /// Forwards, as all below.
    Earliest,
    /// The same offset of each partition, or its nearest.
    Offset(i64),
    /// The first records whose timestamp is at least this, milliseconds since the Unix epoch.
    Time(i64),
    /// Where the last page ended.
    Cursor(Cursor),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    Forward,
    Backward,
}

/// Where a page ended: per partition the next offset (forward), or the offset after the next (backward).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    pub direction: Direction,
    pub positions: Vec<(i32, i64)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowsePage {
    /// In order of time within what the direction says.
    pub rows: Vec<MessageRow>,
    /// `None` when there is no more.
    pub next: Option<Cursor>,
    pub end: BrowseEnd,
    /// What each partition holds now.
    pub ranges: Vec<PartitionRange>,
    /// Records looked at for this page.
    pub scanned: u64,
    /// Records between where this page began and the last offset, an upper bound (compaction leaves gaps).
    pub scanned_of: u64,
    /// Partitions that could not be read, or not further.
    pub problems: Vec<(i32, ItemError)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BrowseEnd {
    /// As many as asked for.
    Limit,
    StartOfRange,
    EndOfRange,
    /// Bytes or time were used up: `next` goes on.
    ScanBound,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartitionRange {
    pub partition: i32,
    /// The first offset that can be read.
    pub start: i64,
    /// One past the last.
    pub end: i64,
}

impl Client {
    /// Reads one page.
    pub async fn browse(&self, browse: &Browse) -> Result<BrowsePage, ClientError> {
        let deadline = Instant::now() + browse.time_max;
        let partitions = self.partitions_of(&browse.topic, browse.partitions.as_deref()).await?;
        let (ranges, mut problems) = self.ranges_of(&partitions).await?;
        let (direction, wanted) = self.wanted(browse, &ranges).await?;
        let scanned_of = wanted.values().map(|r| (r.end - r.start).max(0).unsigned_abs()).sum();
        let limit = browse.limit.clamp(1, ROWS_MAX);
        let first_block = (2 * limit.div_ceil(wanted.len().max(1))).max(FIRST_BLOCK_MIN).min(limit);
        let mut merge = Merge::new(direction, wanted, i64::try_from(first_block).unwrap_or(64));
        let mut page = Page::default();
        let end = loop {
            let wanted = merge.wanted();
            if !wanted.is_empty() {
                // Asked for what was not read: the positions already say so, this page just ends before it.
                let spent = page.bytes >= browse.scan_bytes_max || Instant::now() >= deadline;
                if spent {
                    merge.put_back(wanted);
                    break BrowseEnd::ScanBound;
                }
                let blocks =
                    self.read_blocks(&browse.topic, wanted, &browse.filter, deadline).await?;
                page.add(blocks, &mut merge, &mut problems);
                continue;
            }
            match merge.take() {
                Some(row) => page.rows.push(row),
                None => break through(direction),
            }
            if page.rows.len() >= limit {
                break if merge.is_through() { through(direction) } else { BrowseEnd::Limit };
            }
        };
        let next =
            (!merge.is_through()).then(|| Cursor { direction, positions: merge.positions() });
        let (rows, scanned) = (page.rows, page.scanned);
        Ok(BrowsePage { rows, next, end, ranges, scanned, scanned_of, problems })
    }

    async fn ranges_of(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<(Vec<PartitionRange>, Vec<(i32, ItemError)>), ClientError> {
        let (starts, ends) = tokio::join!(
            self.list_offsets(partitions, OffsetSpec::Earliest),
            self.list_offsets(partitions, OffsetSpec::Latest),
        );
        let (starts, ends) = (starts?.value, ends?.value);
        let mut ranges = Vec::new();
        let mut problems = Vec::new();
        for partition in partitions {
            let number = partition.partition;
            match (offset(&starts, partition), offset(&ends, partition)) {
                (Ok(start), Ok(end)) => {
                    ranges.push(PartitionRange { partition: number, start, end })
                }
                (Err(e), _) | (_, Err(e)) => problems.push((number, e)),
            }
        }
        Ok((ranges, problems))
    }

    /// Which offsets of each partition are to be read, and in which direction.
    async fn wanted(
        &self,
        browse: &Browse,
        ranges: &[PartitionRange],
    ) -> Result<(Direction, BTreeMap<i32, Range<i64>>), ClientError> {
        let (direction, points) = match &browse.from {
            BrowseFrom::Newest => (Direction::Backward, None),
            BrowseFrom::Earliest => (Direction::Forward, None),
            BrowseFrom::Offset(offset) => {
                let points = ranges.iter().map(|range| (range.partition, *offset)).collect();
                (Direction::Forward, Some(points))
            }
            BrowseFrom::Time(at) => {
                (Direction::Forward, Some(self.offsets_at(browse, ranges, *at).await?))
            }
            BrowseFrom::Cursor(cursor) => {
                (cursor.direction, Some(cursor.positions.iter().copied().collect()))
            }
        };
        let range = |range: &PartitionRange| {
            let point = points.as_ref().and_then(|points: &HashMap<i32, i64>| {
                points.get(&range.partition).map(|at| (*at).clamp(range.start, range.end))
            });
            match direction {
                Direction::Forward => point.unwrap_or(range.start)..range.end,
                Direction::Backward => range.start..point.unwrap_or(range.end),
            }
        };
        Ok((direction, ranges.iter().map(|r| (r.partition, range(r))).collect()))
    }

    /// The first offset of each partition at or after a time; its end where there is none.
    async fn offsets_at(
        &self,
        browse: &Browse,
        ranges: &[PartitionRange],
        at: i64,
    ) -> Result<HashMap<i32, i64>, ClientError> {
        let partition =
            |range: &PartitionRange| TopicPartition::new(browse.topic.as_str(), range.partition);
        let partitions: Vec<_> = ranges.iter().map(partition).collect();
        let found = self.list_offsets(&partitions, OffsetSpec::Timestamp(at)).await?.value;
        let point = |range: &PartitionRange| {
            let found = found.get(&partition(range)).and_then(|found| found.as_ref().ok());
            (range.partition, found.and_then(|found| found.offset).unwrap_or(range.end))
        };
        Ok(ranges.iter().map(point).collect())
    }
}

#[derive(Debug, Default)]
struct Page {
    rows: Vec<MessageRow>,
    scanned: u64,
    bytes: u64,
}

impl Page {
    fn add(
        &mut self,
        blocks: BTreeMap<i32, Block>,
        merge: &mut Merge,
        problems: &mut Vec<(i32, ItemError)>,
    ) {
        for (partition, block) in blocks {
            self.scanned += block.scanned;
            self.bytes += block.bytes;
            let unreadable = block.unreadable.into_iter().take(PROBLEMS_MAX);
            problems.extend(unreadable.map(|(offset, why)| {
                (partition, ItemError::ours("UNREADABLE", format!("from offset {offset}: {why}")))
            }));
            match block.unread {
                None => merge.add(partition, block.rows),
                Some(unread) => merge.add_part(partition, block.rows, unread),
            }
            if let Some(error) = block.error {
                problems.push((partition, error));
                merge.drop_rest(partition);
            }
        }
        problems.truncate(PROBLEMS_MAX);
    }
}

/// Problems that one page tells.
const PROBLEMS_MAX: usize = 100;

fn through(direction: Direction) -> BrowseEnd {
    match direction {
        Direction::Forward => BrowseEnd::EndOfRange,
        Direction::Backward => BrowseEnd::StartOfRange,
    }
}

fn offset(offsets: &Offsets, partition: &TopicPartition) -> Result<i64, ItemError> {
    let found = offsets.get(partition).cloned().unwrap_or_else(|| Err(code::no_answer()))?;
    found.offset.ok_or_else(|| ItemError::ours("NO_OFFSET", "the leader named no offset"))
}
