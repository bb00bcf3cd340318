//! Appending and reading, as a client of one broker sees them.

use super::{Partition, PartitionError, PartitionView, State};
use crate::log::{
    AbortedTransaction, AppendOrigin, AppendRequest, Appended, EpochEnd, LogError, LogRead,
    PartitionLog, ReadLimits,
};
use weir_wire::records::ValidBatch;

/// What a producer waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acks {
    /// 0 or 1: the leader's write.
    Leader,
    /// -1: every in-sync replica.
    All,
}

/// Which records a reader may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    /// Up to the high watermark.
    ReadUncommitted,
    /// Up to the last stable offset.
    ReadCommitted,
}

/// One partition of a Fetch.
#[derive(Debug, Clone, Copy)]
pub struct ReadRequest {
    /// The broker that was asked.
    pub broker: i32,
    /// The first offset wanted.
    pub offset: i64,
    /// `current_leader_epoch` of the request, -1 for none.
    pub current_leader_epoch: i32,
    /// Bytes wanted at most.
    pub max_bytes: usize,
    /// Answer a whole first batch even where it is larger.
    pub min_one: bool,
    /// Where to end.
    pub isolation: Isolation,
}

/// ReadOutcome of one partition, with the offsets that go along.
#[derive(Debug, Clone)]
pub struct ReadOutcome {
    /// The records, as a slice of a segment.
    pub read: LogRead,
    /// The offsets at the time of the read.
    pub view: PartitionView,
    /// Where the log and what the reader has part: an epoch, and where it ends here (KIP-595). Nothing was read then.
    pub diverging: Option<(i32, i64)>,
}

impl ReadOutcome {
    /// Whether there is nothing to tell but offsets.
    pub(crate) fn is_empty(&self) -> bool {
        self.read.is_empty() && self.diverging.is_none()
    }

    /// Whether there are records for the reader from `offset` on.
    pub(crate) fn is_behind(&self, offset: i64, isolation: Isolation) -> bool {
        offset < self.view.upper_offset(isolation)
    }
}

impl Partition {
    /// Whether `broker` leads, and the client's leader epoch is the current one (-1: not checked).
    pub fn check_leader(
        &self,
        broker: i32,
        current_leader_epoch: i32,
    ) -> Result<(), PartitionError> {
        self.check_epoch(current_leader_epoch)?;
        if self.leader() == broker { Ok(()) } else { Err(PartitionError::NotLeader) }
    }

    fn check_epoch(&self, current_leader_epoch: i32) -> Result<(), PartitionError> {
        if self.is_deleted() {
            return Err(PartitionError::Deleted);
        }
        let epoch = self.leader_epoch();
        match current_leader_epoch {
            -1 => Ok(()),
            given if given < epoch => Err(PartitionError::FencedLeaderEpoch),
            given if given > epoch => Err(PartitionError::UnknownLeaderEpoch),
            _ => Ok(()),
        }
    }

    /// Whether acks=all would be refused before the append (R3).
    pub fn has_enough_replicas(&self) -> bool {
        let min_isr = self.topic.settings().min_insync_replicas;
        self.state.lock().replication.has_enough_replicas(min_isr)
    }

    /// Appends one batch on the leader `broker`. When it returns, write(2) has (and, with
    /// `flush.messages`, fdatasync); acks=all then waits until the high watermark is past
    /// `last_offset`.
    pub fn append(
        &self,
        broker: i32,
        batch: &ValidBatch,
        origin: AppendOrigin,
        acks: Acks,
    ) -> Result<Appended, PartitionError> {
        let appended = self.append_locked((broker, None), batch, origin, acks)?;
        self.appended(appended)
    }

    /// As [`Partition::append`] for a coordinator, and only while its leadership lasts: the next one has read the log,
    /// and would not know what came after.
    pub(crate) fn append_in_epoch(
        &self,
        broker: i32,
        leader_epoch: i32,
        batch: &ValidBatch,
    ) -> Result<Appended, PartitionError> {
        let leader = (broker, Some(leader_epoch));
        let appended = self.append_locked(leader, batch, AppendOrigin::Coordinator, Acks::All)?;
        self.appended(appended)
    }

    fn appended(&self, appended: Appended) -> Result<Appended, PartitionError> {
        if appended.must_flush {
            self.flush()?;
        }
        self.notify();
        Ok(appended)
    }

    fn append_locked(
        &self,
        (broker, expected_epoch): (i32, Option<i32>),
        batch: &ValidBatch,
        origin: AppendOrigin,
        acks: Acks,
    ) -> Result<Appended, PartitionError> {
        let settings = self.topic.settings();
        let mut state = self.state.lock();
        let log = self.open(&mut state)?;
        if self.is_deleted() {
            return Err(PartitionError::Deleted);
        }
        if !state.replication.leads(broker) {
            return Err(PartitionError::NotLeader);
        }
        let leader_epoch = state.replication.assignment().leader_epoch;
        if expected_epoch.is_some_and(|expected| expected != leader_epoch) {
            return Err(PartitionError::NotLeader);
        }
        let enough = state.replication.has_enough_replicas(settings.min_insync_replicas);
        if acks == Acks::All && !enough {
            return Err(PartitionError::NotEnoughReplicas);
        }
        let clock = self.topic.env().clock();
        let now_ms = clock.wall_ms();
        let old_end = log.log_end_offset();
        let appended = log.append(AppendRequest { batch, leader_epoch, origin, now_ms })?;
        if !appended.duplicate {
            state.replication.appended(old_end, clock.monotonic_ms());
            if appended.must_flush {
                state.unflushed_from.get_or_insert(appended.base_offset);
            }
            self.advance(&mut state, log.log_end_offset());
        }
        Ok(appended)
    }

    /// fdatasync; callers at the same time share one. Lets the high watermark move on.
    pub fn flush(&self) -> Result<(), PartitionError> {
        let log = self.log()?;
        let durable = log.flush()?;
        let mut state = self.state.lock();
        let end = log.log_end_offset();
        if state.unflushed_from.is_some_and(|from| from < durable) {
            state.unflushed_from = (durable < end).then_some(durable);
        }
        if self.advance(&mut state, end) {
            drop(state);
            self.notify();
        }
        Ok(())
    }

    /// Reads on the leader, or on a follower (KIP-392): that one ends at min(its LEO, HW), and an
    /// offset beyond its LEO is out of range (R7).
    pub fn read(&self, request: ReadRequest) -> Result<ReadOutcome, PartitionError> {
        self.check_epoch(request.current_leader_epoch)?;
        let is_leader = self.leader() == request.broker;
        self.read_as(is_leader, request).map_err(|error| match error {
            // What was looked at went away meanwhile: the offset was as good as the reader takes it for.
            _ if self.is_deleted() => PartitionError::Deleted,
            PartitionError::OffsetOutOfRange | PartitionError::Storage(_)
                if is_leader && self.leader() != request.broker =>
            {
                PartitionError::NotLeader
            }
            error => error,
        })
    }

    fn read_as(
        &self,
        is_leader: bool,
        request: ReadRequest,
    ) -> Result<ReadOutcome, PartitionError> {
        let mut view = self.view()?;
        let replica_end = if is_leader { view.log_end } else { self.follower_end(request.broker)? };
        if request.offset < view.log_start || request.offset > replica_end {
            return Err(PartitionError::OffsetOutOfRange);
        }
        let upper_offset = view.upper_offset(request.isolation).min(replica_end);
        view.high_watermark = view.high_watermark.min(replica_end);
        view.last_stable_offset = view.last_stable_offset.min(replica_end);
        if request.offset >= upper_offset {
            return Ok(ReadOutcome { read: LogRead::default(), view, diverging: None });
        }
        let limits =
            ReadLimits { max_bytes: request.max_bytes, upper_offset, min_one: request.min_one };
        let read = self.log()?.read(request.offset, limits)?;
        Ok(ReadOutcome { read, view, diverging: None })
    }

    /// The aborted transactions that what was read at `offset` may hold records of.
    pub fn aborted(
        &self,
        offset: i64,
        outcome: &ReadOutcome,
    ) -> Result<Vec<AbortedTransaction>, PartitionError> {
        let Some(slice) = &outcome.read.slice else { return Ok(Vec::new()) };
        let upper = slice.end_offset().map_err(|e| LogError::io("index", e))?;
        let upper = upper.min(outcome.view.last_stable_offset);
        Ok(self.log()?.aborted_transactions(offset, upper)?)
    }

    fn follower_end(&self, broker: i32) -> Result<i64, PartitionError> {
        let end = self.opened().map_or(0, PartitionLog::log_end_offset);
        let state = self.state.lock();
        let replication = &state.replication;
        if !replication.assignment().is_replica(broker) || replication.is_offline(broker) {
            return Err(PartitionError::NotLeader);
        }
        Ok(replication.log_end_of(broker, end))
    }

    /// DeleteRecords on the leader: raises the log start offset to `offset`, -1 for the high
    /// watermark. Answers the lowest log start over the replicas.
    pub fn delete_records(&self, broker: i32, offset: i64) -> Result<i64, PartitionError> {
        let mut state = self.state.lock();
        let log = self.open(&mut state)?;
        if !state.replication.leads(broker) {
            return Err(PartitionError::NotLeader);
        }
        let high_watermark = state.replication.high_watermark();
        let target = if offset == -1 { high_watermark } else { offset };
        if !(0..=high_watermark).contains(&target) {
            return Err(PartitionError::OffsetOutOfRange);
        }
        let start = log.delete_records(target)?;
        let low = state.lowest_log_start(start);
        drop(state);
        self.notify();
        Ok(low)
    }

    /// OffsetForLeaderEpoch on the leader (R5): the current epoch ends at the log's end; older ones
    /// are answered from the log; -1 and -1 where the log does not know.
    pub fn end_offset_for_epoch(&self, epoch: i32) -> Result<EpochEnd, PartitionError> {
        let current = self.leader_epoch();
        let log = self.log()?;
        if epoch == current {
            return Ok(EpochEnd { leader_epoch: current, end_offset: log.log_end_offset() });
        }
        if epoch > current || epoch < 0 {
            return Ok(EpochEnd { leader_epoch: -1, end_offset: -1 });
        }
        Ok(log.end_offset_for_epoch(epoch)?)
    }
}

impl State {
    fn lowest_log_start(&self, log_start: i64) -> i64 {
        let assignment = self.replication.assignment();
        let starts =
            assignment.replicas.iter().map(|&b| self.replication.log_start_of(b, log_start));
        starts.min().unwrap_or(log_start)
    }
}
