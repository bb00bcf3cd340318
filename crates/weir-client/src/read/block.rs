//! Blocks of offsets read from several partitions at once, until each is through.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use weir_domain::{ItemError, MessageFilter, MessageRow};

use crate::admin::leader_moved;
use crate::client::Client;
use crate::error::ClientError;
use crate::read::fetch::{Fetched, Isolation, Position};
use crate::read::row;

/// First asked of a partition, then four times as much, up to the last.
const FIRST_BYTES: i32 = 64 << 10;
const LAST_BYTES: i32 = 1 << 20;
/// Rounds in a row that bring nothing before a partition is given up.
const IDLE_ROUNDS_MAX: u32 = 5;

/// One partition's block on its way.
#[derive(Debug)]
struct Reading {
    range: Range<i64>,
    at: i64,
    bytes_max: i32,
    /// Read up to the last stable offset first, where the leader tells what was aborted, then what lies past it.
    isolation: Isolation,
    idle: u32,
    block: Block,
}

/// What a block held that matched, in order of offset.
#[derive(Debug, Default)]
pub(crate) struct Block {
    pub(crate) rows: Vec<MessageRow>,
    pub(crate) scanned: u64,
    pub(crate) bytes: u64,
    /// What could not be read: from offset, why.
    pub(crate) unreadable: Vec<(i64, String)>,
    /// Why reading stopped before the block's end.
    pub(crate) error: Option<ItemError>,
    /// The deadline came first: offsets that were not read, to be read by the next page.
    pub(crate) unread: Option<Range<i64>>,
}

impl Client {
    /// Reads a range of offsets of each partition. Past the deadline blocks say what they left unread.
    pub(crate) async fn read_blocks(
        &self,
        topic: &str,
        ranges: BTreeMap<i32, Range<i64>>,
        filter: &MessageFilter,
        deadline: Instant,
    ) -> Result<BTreeMap<i32, Block>, ClientError> {
        let start = |(partition, range): (i32, Range<i64>)| (partition, Reading::new(range));
        let mut readings: BTreeMap<i32, Reading> = ranges.into_iter().map(start).collect();
        let mut scratch = Vec::new();
        while let Some((isolation, positions)) = next(&readings) {
            if Instant::now() >= deadline {
                give_up(&mut readings);
                break;
            }
            let round = self.fetch_round(topic, &positions, isolation, Duration::ZERO).await?;
            let mut moved = false;
            for (partition, fetched) in round.partitions {
                let Some(reading) = readings.get_mut(&partition) else { continue };
                match fetched {
                    Ok(fetched) => {
                        reading.take(partition, &fetched, filter, &mut scratch);
                    }
                    Err(e) => moved |= reading.fail(e),
                }
            }
            if moved {
                sleep(Duration::from_millis(100)).await;
                self.topics(&[topic.to_owned()]).await?;
            }
        }
        Ok(readings.into_iter().map(|(partition, reading)| (partition, reading.block)).collect())
    }
}

/// What to ask next: what is decided of all partitions, then what is not.
fn next(readings: &BTreeMap<i32, Reading>) -> Option<(Isolation, Vec<Position>)> {
    let of = |isolation| (isolation, positions(readings, isolation));
    let some = |asked: &(Isolation, Vec<Position>)| !asked.1.is_empty();
    [Isolation::Committed, Isolation::Uncommitted].into_iter().map(of).find(some)
}

/// Those that are not through, the one that waited longest first: a broker fills its answer in order.
fn positions(readings: &BTreeMap<i32, Reading>, isolation: Isolation) -> Vec<Position> {
    let is_asked = |reading: &Reading| reading.is_open() && reading.isolation == isolation;
    let mut open: Vec<_> = readings.iter().filter(|(_, reading)| is_asked(reading)).collect();
    open.sort_by_key(|(_, reading)| std::cmp::Reverse(reading.idle));
    let position = |(partition, reading): (&i32, &Reading)| Position {
        partition: *partition,
        offset: reading.at,
        bytes_max: reading.bytes_max,
    };
    open.into_iter().map(position).collect()
}

fn give_up(readings: &mut BTreeMap<i32, Reading>) {
    for reading in readings.values_mut().filter(|reading| reading.is_open()) {
        reading.block.unread = Some(reading.at..reading.range.end);
    }
}

impl Reading {
    fn new(range: Range<i64>) -> Self {
        let at = range.start;
        Self {
            range,
            at,
            bytes_max: FIRST_BYTES,
            isolation: Isolation::Committed,
            idle: 0,
            block: Block::default(),
        }
    }

    fn is_open(&self) -> bool {
        self.at < self.range.end && self.block.error.is_none() && self.block.unread.is_none()
    }

    fn take(
        &mut self,
        partition: i32,
        fetched: &Fetched,
        filter: &MessageFilter,
        scratch: &mut Vec<u8>,
    ) {
        let block = &mut self.block;
        let range = self.at..self.range.end;
        let walked = row::walk(fetched, &range, scratch, |met| {
            if row::wanted(filter, met) {
                block.rows.push(row::row(partition, met));
            }
        });
        block.scanned += walked.records;
        block.bytes += fetched.records.len() as u64;
        block.unreadable.extend(walked.unreadable);
        self.bytes_max = (self.bytes_max * 4).min(LAST_BYTES);
        match walked.next.filter(|next| *next > self.at) {
            Some(next) => {
                self.at = next;
                self.idle = 0;
            }
            None if self.is_undecided(fetched) => self.isolation = Isolation::Uncommitted,
            None => self.idled(),
        }
    }

    /// Nothing came because nothing further is decided; a leader that does not say how far is asked as well.
    fn is_undecided(&self, fetched: &Fetched) -> bool {
        let decided = fetched.last_stable_offset;
        self.isolation == Isolation::Committed && (decided < 0 || self.at >= decided)
    }

    /// Nothing came: another partition filled the answer, or there is nothing up to the end that was told.
    fn idled(&mut self) {
        self.idle += 1;
        if self.idle >= IDLE_ROUNDS_MAX {
            self.at = self.range.end;
        }
    }

    /// `true`: worth asking again with new metadata.
    fn fail(&mut self, error: ItemError) -> bool {
        self.idle += 1;
        if leader_moved(&error) && self.idle < IDLE_ROUNDS_MAX {
            return true;
        }
        self.block.error = Some(error);
        false
    }
}
