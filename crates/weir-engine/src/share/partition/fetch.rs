//! Giving records to a member.

use weir_wire::records::{BatchReader, RecordBatch};
use weir_wire::{Bytes, ErrorCode, Str};

use super::acquire::Take;
use super::{Acquired, Inner, SharePartition};
use crate::log::{AbortedTransaction, Rules};
use crate::partition::{Isolation, PartitionError, PartitionView, ReadRequest};
use crate::share::config::ShareConfig;

/// Reads without anything to give away before a request is answered with nothing: each passes at
/// least one batch of aborted or control records.
const LOOKS_MAX: usize = 64;

/// What a member asks of one share-partition.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) member: Str,
    pub(crate) records_max: i64,
    pub(crate) bytes_max: usize,
    /// The first batch is given whole even where it is larger than `bytes_max`.
    pub(crate) min_one: bool,
    /// Never more than `records_max`, in the middle of a batch too (v2, KIP-1206).
    pub(crate) is_strict: bool,
    /// New records come in ranges of about so many.
    pub(crate) batch_size: i64,
}

/// What it gets: whole batches, and which of their offsets are its own.
#[derive(Debug, Default)]
pub(crate) struct Fetched {
    pub(crate) records: Bytes,
    pub(crate) acquired: Vec<Acquired>,
}

impl SharePartition {
    /// Acquires available records for a member.
    pub(crate) fn fetch(&self, ask: &Ask, config: &ShareConfig) -> Result<Fetched, ErrorCode> {
        let share = self.share()?;
        let mut inner = self.inner.lock();
        if inner.is_fenced {
            return Err(ErrorCode::NOT_LEADER_OR_FOLLOWER);
        }
        self.handle.check_leader(self.broker, self.leader_epoch).map_err(|e| e.code())?;
        self.expire(&share, &mut inner, config.give_back());
        let until = share.env().now().monotonic_ms.saturating_add(config.lock_ms);
        for _ in 0..LOOKS_MAX {
            let view = self.handle.view().map_err(|error| error.code())?;
            inner.runs.log_starts_at(view.log_start);
            let Some(room) = room(&inner, ask, config, view) else { return Ok(Fetched::default()) };
            let take = Take {
                member: &ask.member,
                until,
                left: room.left,
                is_strict: ask.is_strict,
                may_begin: room.may_begin,
                batch_size: ask.batch_size,
                count_limit: config.count_limit,
                given: Vec::new(),
            };
            let fetched = self.look(&mut inner, ask, config, take)?;
            if !fetched.acquired.is_empty() {
                self.arm(&share, &mut inner);
                return Ok(fetched);
            }
        }
        Ok(Fetched::default())
    }

    /// One read from the next offset.
    fn look(
        &self,
        inner: &mut Inner,
        ask: &Ask,
        config: &ShareConfig,
        take: Take<'_>,
    ) -> Result<Fetched, ErrorCode> {
        let from = inner.runs.next_fetch();
        let request = ReadRequest {
            broker: self.broker,
            offset: from,
            current_leader_epoch: self.leader_epoch,
            max_bytes: ask.bytes_max,
            min_one: ask.min_one,
            isolation: config.isolation,
        };
        let outcome = self.handle.read(request).map_err(|error| error.code())?;
        let Some(slice) = outcome.read.slice else { return Ok(Fetched::default()) };
        let bytes = slice.to_vec().map_err(|_| ErrorCode::KAFKA_STORAGE_ERROR)?;
        let aborted = self.aborted(from, outcome.view, config.isolation)?;
        let mut giving = Giving { inner, take, next: from, waiting: Vec::new(), out: Vec::new() };
        for batch in BatchReader::new(&bytes) {
            let batch = batch.map_err(|_| ErrorCode::CORRUPT_MESSAGE)?;
            giving.batch(batch, &aborted);
            if giving.take.left <= 0 {
                break;
            }
        }
        giving.flush();
        Ok(Fetched { records: Bytes::from(giving.out), acquired: giving.take.given })
    }

    fn aborted(
        &self,
        from: i64,
        view: PartitionView,
        isolation: Isolation,
    ) -> Result<Vec<AbortedTransaction>, ErrorCode> {
        if isolation == Isolation::ReadUncommitted {
            return Ok(Vec::new());
        }
        let log = self.handle.log().map_err(PartitionError::from);
        let found = log.and_then(|log| {
            log.aborted_transactions(from, view.last_stable_offset).map_err(PartitionError::from)
        });
        found.map_err(|error| error.code())
    }
}

/// What may be given.
struct Room {
    left: i64,
    /// Also what was never delivered.
    may_begin: bool,
}

/// `None` when there is nothing to read, or no lock is left for it.
fn room(inner: &Inner, ask: &Ask, config: &ShareConfig, view: PartitionView) -> Option<Room> {
    let upper = match config.isolation {
        Isolation::ReadUncommitted => view.high_watermark,
        Isolation::ReadCommitted => view.last_stable_offset,
    };
    let (next, end) = (inner.runs.next_fetch(), inner.runs.end());
    let locks = config.locks_max - (end - inner.runs.start());
    if next >= upper || ask.records_max <= 0 || next >= end && locks <= 0 {
        return None;
    }
    let most = if locks > 0 { locks } else { end - next };
    Some(Room { left: ask.records_max.min(most), may_begin: locks > 0 })
}

/// Batches on their way to a member.
struct Giving<'a> {
    inner: &'a mut Inner,
    take: Take<'a>,
    /// Everything before it was looked at.
    next: i64,
    /// Batches that follow each other without a gap.
    waiting: Vec<RecordBatch<'a>>,
    out: Vec<u8>,
}

impl<'a> Giving<'a> {
    fn batch(&mut self, batch: RecordBatch<'a>, aborted: &[AbortedTransaction]) {
        let header = &batch.header;
        let (base, last) = (header.base_offset, header.last_offset());
        let is_none = header.attributes.is_control() || Rules::is_aborted(aborted, header);
        if is_none || base > self.next {
            self.flush();
        }
        if self.take.left <= 0 {
            return;
        }
        if base > self.next {
            // Compaction took what was there.
            self.inner.runs.archive(self.next, base - 1);
        }
        self.next = last + 1;
        match is_none {
            true => self.inner.runs.archive(base, last),
            false => self.waiting.push(batch),
        }
    }

    /// Gives what waits.
    fn flush(&mut self) {
        let spans = self.waiting.iter();
        let spans = spans.map(|batch| (batch.header.base_offset, batch.header.last_offset()));
        let spans: Vec<(i64, i64)> = spans.collect();
        let before = self.take.given.len();
        self.inner.runs.acquire(&spans, &mut self.take);
        let given = self.take.given.get(before..).unwrap_or_default();
        let mut given = given.iter().peekable();
        for (batch, (base, last)) in self.waiting.drain(..).zip(spans) {
            while given.next_if(|run| run.last < base).is_some() {}
            if given.peek().is_some_and(|run| run.first <= last) {
                self.out.extend_from_slice(batch.bytes);
            }
        }
    }
}
