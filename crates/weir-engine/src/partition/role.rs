//! What the controllers do to a partition: elections, ISR changes, brokers that stop and start.

use super::{Assignment, Partition, PartitionError, ReplicaNumbers, State, cut};
use crate::log::PartitionLog;

/// One replica as DescribeLogDirs, DescribeQuorum-like views and the console show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplicaStatus {
    /// The broker that holds it.
    pub broker: i32,
    /// Its next offset.
    pub log_end: i64,
    /// Bytes of the log up to there (R9).
    pub size_bytes: u64,
    /// How far it is behind the log's end (R9).
    pub offset_lag: i64,
}

impl Partition {
    /// Start and end of the log, without opening one that has no data.
    pub(crate) fn bounds(&self, state: &mut State) -> Result<(i64, i64), PartitionError> {
        if self.log.get().is_none() && !self.has_data() {
            return Ok((0, 0));
        }
        let log = self.open(state)?;
        Ok((log.log_start_offset(), log.log_end_offset()))
    }

    /// The broker's replica stands still from now on.
    pub(crate) fn freeze(&self, broker: i32) -> Result<(), PartitionError> {
        let mut state = self.state();
        let (start, end) = self.bounds(&mut state)?;
        let now_ms = self.topic.env().clock().monotonic_ms();
        state.replication.freeze(broker, start, end, now_ms);
        Ok(())
    }

    /// The broker runs again. Answers the bytes that it is missing; at 0 its replica follows.
    pub(crate) fn thaw(&self, broker: i32) -> Result<u64, PartitionError> {
        let mut state = self.state();
        let (_, end) = self.bounds(&mut state)?;
        state.replication.thaw(broker, end);
        self.missing_bytes(&state, broker)
    }

    /// Bytes between the replica's end and the log's.
    fn missing_bytes(&self, state: &State, broker: i32) -> Result<u64, PartitionError> {
        let Some(log) = self.opened() else { return Ok(0) };
        let end = state.replication.log_end_of(broker, log.log_end_offset());
        if end >= log.log_end_offset() {
            return Ok(0);
        }
        let have = if end <= log.log_start_offset() { 0 } else { log.size_below(end)? };
        // At least one: a batch that spans the end still has to come.
        Ok(log.size_bytes().saturating_sub(have).max(1))
    }

    /// How many bytes the broker's replica still misses.
    pub(crate) fn behind_bytes(&self, broker: i32) -> Result<u64, PartitionError> {
        self.missing_bytes(&self.state(), broker)
    }

    /// The broker's replica has fetched to the log's end, and follows from now on.
    pub(crate) fn caught_up(&self, broker: i32) -> Result<(), PartitionError> {
        let mut state = self.state();
        let (start, end) = self.bounds(&mut state)?;
        state.replication.fetched_to(broker, end, start, end);
        if self.advance(&mut state, end) {
            drop(state);
            self.notify();
        }
        Ok(())
    }

    /// Takes over a committed assignment: mirrors, cut (R4), high watermark; wakes who waits.
    pub(crate) fn apply(&self, new: Assignment) -> Result<(), PartitionError> {
        let mut state = self.state();
        let bounds = self.bounds(&mut state);
        let end = bounds.as_ref().map_or(0, |(_, end)| *end);
        if let Some(at) = state.replication.apply(new, end) {
            state.unflushed_from = state.unflushed_from.filter(|from| *from < at);
            if let Some(log) = self.opened() {
                cut(log, at)?;
            }
        }
        self.publish(&state);
        let end = self.opened().map_or(end, PartitionLog::log_end_offset);
        self.advance(&mut state, end);
        drop(state);
        self.notify();
        bounds.map(drop)
    }

    /// The numbers to persist of replicas outside `isr` (R10).
    pub(crate) fn numbers_outside(
        &self,
        isr: &[i32],
    ) -> Result<Vec<ReplicaNumbers>, PartitionError> {
        let mut state = self.state();
        let (start, end) = self.bounds(&mut state)?;
        Ok(state.replication.numbers_outside(isr, start, end))
    }

    /// Every replica's end, size and lag (R9).
    pub fn replicas(&self) -> Result<Vec<ReplicaStatus>, PartitionError> {
        let mut state = self.state();
        let (_, end) = self.bounds(&mut state)?;
        let replicas = state.replication.assignment().replicas.clone();
        replicas.iter().map(|&broker| self.status_of(&state, broker, end)).collect()
    }

    /// One replica's end, size and lag (R9).
    pub fn replica(&self, broker: i32) -> Result<ReplicaStatus, PartitionError> {
        let mut state = self.state();
        let (_, end) = self.bounds(&mut state)?;
        self.status_of(&state, broker, end)
    }

    fn status_of(
        &self,
        state: &State,
        broker: i32,
        end: i64,
    ) -> Result<ReplicaStatus, PartitionError> {
        let log_end = state.replication.log_end_of(broker, end);
        let size_bytes = match self.opened() {
            None => 0,
            Some(log) if log_end >= end => log.size_bytes(),
            Some(log) if log_end <= log.log_start_offset() => 0,
            Some(log) => log.size_below(log_end)?,
        };
        Ok(ReplicaStatus { broker, log_end, size_bytes, offset_lag: end - log_end })
    }
}

impl Partition {
    /// At start, while the metadata log is replayed: the log is not open, there is nothing to do.
    pub(crate) fn reset(&self, assignment: Assignment) {
        let mut state = self.state();
        state.replication = super::Replication::new(assignment);
        self.publish(&state);
    }
}
