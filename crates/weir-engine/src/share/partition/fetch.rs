//! Giving records to a member.

use weir_wire::records::{BatchReader, RecordBatch};
use weir_wire::{Bytes, ErrorCode, Str};

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
        self.expire(&share, &mut inner, config.count_limit);
        let until = share.env().now().monotonic_ms.saturating_add(config.lock_ms);
        for _ in 0..LOOKS_MAX {
            let view = self.handle.view().map_err(|error| error.code())?;
            inner.runs.log_starts_at(view.log_start);
            let Some(room) = room(&inner, ask, config, view) else { return Ok(Fetched::default()) };
            let fetched = self.look(&mut inner, ask, config, (until, room))?;
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
        (until, room): (i64, i64),
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
        let mut giving = Giving {
            inner,
            ask,
            until,
            count_limit: config.count_limit,
            left: room,
            next: from,
            out: Vec::new(),
        };
        let mut acquired = Vec::new();
        for batch in BatchReader::new(&bytes) {
            let batch = batch.map_err(|_| ErrorCode::CORRUPT_MESSAGE)?;
            acquired.extend(giving.batch(&batch, &aborted));
            if giving.left <= 0 {
                break;
            }
        }
        let records = Bytes::from(giving.out);
        Ok(Fetched { records, acquired })
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

/// How many offsets may be given; `None` when there is nothing to read, or no lock is left for it.
fn room(inner: &Inner, ask: &Ask, config: &ShareConfig, view: PartitionView) -> Option<i64> {
    let upper = match config.isolation {
        Isolation::ReadUncommitted => view.high_watermark,
        Isolation::ReadCommitted => view.last_stable_offset,
    };
    let next = inner.runs.next_fetch();
    let in_flight = inner.runs.end() - inner.runs.start();
    let is_new = next >= inner.runs.end();
    let is_full = is_new && in_flight >= config.locks_max;
    (next < upper && !is_full && ask.records_max > 0).then_some(ask.records_max)
}

/// Batches on their way to a member.
struct Giving<'a> {
    inner: &'a mut Inner,
    ask: &'a Ask,
    until: i64,
    /// `share.delivery.count.limit`.
    count_limit: i16,
    /// Offsets that it may still get.
    left: i64,
    /// Everything before it was looked at.
    next: i64,
    out: Vec<u8>,
}

impl Giving<'_> {
    fn batch(&mut self, batch: &RecordBatch<'_>, aborted: &[AbortedTransaction]) -> Vec<Acquired> {
        let (base, last) = (batch.header.base_offset, batch.header.last_offset());
        let runs = &mut self.inner.runs;
        if base > self.next {
            // Compaction took what was there.
            runs.archive(self.next, base - 1);
        }
        self.next = last + 1;
        let header = &batch.header;
        if header.attributes.is_control() || Rules::is_aborted(aborted, header) {
            runs.archive(base, last);
            return Vec::new();
        }
        // A batch is given whole, unless exactly so many records were asked for.
        let room = if self.ask.is_strict { self.left } else { i64::MAX };
        let cautious = runs.cautious_end((base, last), self.count_limit);
        let until = cautious.unwrap_or(last);
        let given = runs.acquire((base, until), &self.ask.member, self.until, room);
        let count: i64 = given.iter().map(|run| run.last - run.first + 1).sum();
        self.left = if cautious.is_some() { 0 } else { self.left - count };
        if count > 0 {
            self.out.extend_from_slice(batch.bytes);
        }
        given
    }
}
