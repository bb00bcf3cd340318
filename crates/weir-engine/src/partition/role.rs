//! What the controllers do to a partition: elections, ISR changes, brokers that stop and start.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{
    Assignment, NO_LEADER, Partition, PartitionError, ReplicaNumbers, Replication, State, cut,
};
use crate::log::{LogError, PartitionLog};

/// One replica as DescribeLogDirs and the console show it.
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

/// What is done to logs when its turn is, beside what never waits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chores {
    pub(crate) retention: bool,
    /// `log.cleaner.enable`.
    pub(crate) compaction: bool,
}

impl Partition {
    /// Start and end of the log, without opening one that has no data.
    fn bounds(&self, state: &mut State) -> Result<(i64, i64), PartitionError> {
        if !self.has_data() {
            return Ok((0, 0));
        }
        let log = self.open(state)?;
        Ok((log.log_start_offset(), log.log_end_offset()))
    }

    /// As [`Partition::bounds`]. A log that cannot be opened takes no appends, its replicas do not
    /// move: the controllers decide as if it were empty.
    fn bounds_or_empty(&self, state: &mut State) -> (i64, i64) {
        self.bounds(state).unwrap_or_else(|error| {
            let (topic, index) = (self.topic_name(), self.index);
            tracing::error!(%topic, index, %error, "the log cannot be opened");
            (0, 0)
        })
    }

    /// Stops appends while a change of leader is being committed, or lets them go on.
    pub(crate) fn set_moving(&self, moving: bool) {
        self.state.lock().replication.set_moving(moving);
    }

    /// The broker's replica stands still from now on.
    pub(crate) fn freeze(&self, broker: i32) {
        let mut state = self.state.lock();
        let (start, end) = self.bounds_or_empty(&mut state);
        let now_ms = self.topic.env().clock().monotonic_ms();
        state.replication.freeze(broker, start, end, now_ms);
    }

    /// Whether the broker's replica stands still.
    pub(crate) fn is_frozen(&self, broker: i32) -> bool {
        self.state.lock().replication.is_offline(broker)
    }

    /// The broker runs again: its replica follows, or catches up.
    pub(crate) fn thaw(&self, broker: i32) {
        let mut state = self.state.lock();
        let (_, end) = self.bounds_or_empty(&mut state);
        state.replication.thaw(broker, end);
    }

    /// How many bytes the broker's replica misses.
    pub(crate) fn behind_bytes(&self, broker: i32) -> u64 {
        let mut state = self.state.lock();
        let (start, log_end) = self.bounds_or_empty(&mut state);
        let end = state.replication.log_end_of(broker, log_end);
        let Some(log) = self.opened().filter(|_| end < log_end) else { return 0 };
        let have = if end <= start { 0 } else { log.size_below(end).unwrap_or(0) };
        // At least one: it has to be fetched.
        log.size_bytes().saturating_sub(have).max(1)
    }

    /// Lets the broker's replica fetch up to `bytes`, in whole batches; answers how many it took.
    pub(crate) fn fetch_some(&self, broker: i32, bytes: u64) -> u64 {
        let mut state = self.state.lock();
        let (start, log_end) = self.bounds_or_empty(&mut state);
        let from = state.replication.log_end_of(broker, log_end).max(start);
        let Some(log) = self.opened().filter(|_| from < log_end) else { return 0 };
        let below = |offset: i64| log.size_below(offset).unwrap_or(0);
        let have = if from == start { 0 } else { below(from) };
        // The last offset whose batch begins within reach, then that batch's first one.
        let last = search(from, log_end - 1, |offset| below(offset) <= have + bytes);
        let reached = below(last);
        let to = search(from, last, |offset| below(offset) < reached) + 1;
        if to <= from + 1 && reached <= have {
            return 0;
        }
        state.replication.fetched_to(broker, to.min(last), start, log_end);
        reached - have
    }

    /// The broker's replica has fetched to the log's end, and follows from now on.
    pub(crate) fn caught_up(&self, broker: i32) {
        let mut state = self.state.lock();
        let (start, end) = self.bounds_or_empty(&mut state);
        state.replication.fetched_to(broker, end, start, end);
        if self.advance(&mut state, end) {
            drop(state);
            self.notify();
        }
    }

    /// Where the broker's replica ends, when that is below the log's end.
    pub(crate) fn straggler_end(&self, broker: i32) -> Option<i64> {
        let mut state = self.state.lock();
        let (_, log_end) = self.bounds_or_empty(&mut state);
        let end = state.replication.log_end_of(broker, log_end);
        (end < log_end).then_some(end)
    }

    /// ISR members that lag too long (R6).
    pub(crate) fn out_of_sync(&self, now_ms: i64, lag_max_ms: i64) -> Vec<i32> {
        let state = self.state.lock();
        match self.opened() {
            // Nothing was written since the engine started: nobody lags.
            None => Vec::new(),
            Some(log) => state.replication.out_of_sync(log.log_end_offset(), now_ms, lag_max_ms),
        }
    }

    /// Replicas that may join the ISR of `assignment` (R6), among the `eligible`.
    pub(crate) fn may_join(
        &self,
        assignment: &Assignment,
        eligible: impl Fn(i32) -> bool,
    ) -> Vec<i32> {
        let mut state = self.state.lock();
        let (_, end) = self.bounds_or_empty(&mut state);
        state.replication.may_join(assignment, end, eligible)
    }

    /// The numbers to persist of those of `replicas` outside `isr` (R10), none beyond `cut_at`.
    pub(crate) fn numbers_outside(
        &self,
        isr: &[i32],
        replicas: &[i32],
        cut_at: Option<i64>,
    ) -> Arc<[ReplicaNumbers]> {
        let mut state = self.state.lock();
        let (start, end) = self.bounds_or_empty(&mut state);
        let limit = cut_at.unwrap_or(i64::MAX);
        let numbers = state.replication.numbers_outside(isr, replicas, start, end).into_iter();
        numbers
            .map(|n| ReplicaNumbers {
                log_start: n.log_start.min(limit),
                log_end: n.log_end.min(limit),
                ..n
            })
            .collect()
    }

    /// At start, while the metadata log is replayed: the log is not open, there is nothing to do.
    pub(crate) fn reset(&self, assignment: Assignment) {
        let mut state = self.state.lock();
        state.replication = Replication::new(assignment);
        self.publish(&state);
    }

    /// Takes over a committed assignment: mirrors, cut (R4), high watermark; wakes who waits.
    pub(crate) fn apply(&self, new: Assignment) -> Result<(), PartitionError> {
        let mut state = self.state.lock();
        let bounds = self.bounds(&mut state);
        let (start, end) = bounds.as_ref().map_or((0, 0), |(start, end)| (*start, *end));
        let env = self.topic.env();
        for &broker in new.replicas.iter() {
            let now_ms = env.clock().monotonic_ms();
            state.replication.enlist(broker, start, end, env.runs(broker), now_ms);
        }
        let cut_at = state.replication.apply(new, end);
        match (cut_at, self.opened()) {
            (Some(at), Some(log)) => {
                // Nobody leads until it is cut: the new leader would tell of what it never had.
                self.leader.store(NO_LEADER, Ordering::Release);
                self.publish_offsets(&state);
                state.unflushed_from = state.unflushed_from.filter(|from| *from < at);
                let done = cut(log, at);
                self.publish(&state);
                done?;
            }
            _ => self.publish(&state),
        }
        let end = self.opened().map_or(end, PartitionLog::log_end_offset);
        self.advance(&mut state, end);
        // After a cut, the markers that are left are as they were.
        self.settle_markers(&state);
        drop(state);
        self.notify();
        bounds.map(drop)
    }

    /// The topic's configuration changed: an open log obeys it from now on, and the high watermark
    /// may move under another `min.insync.replicas`.
    pub(crate) fn settings_changed(&self) {
        // First: a log that is just being opened has read the settings of before, or is there when it is.
        let mut state = self.state.lock();
        let Some(log) = self.opened() else { return };
        log.set_config(self.settings().log.clone());
        if self.advance(&mut state, log.log_end_offset()) {
            drop(state);
            self.notify();
        }
    }

    /// The topic was deleted: the directory is renamed at once, to be unlinked later. Says whether
    /// there is anything to unlink. Who waits is woken whatever becomes of the files.
    pub(crate) fn delete(&self) -> Result<bool, PartitionError> {
        let renamed = self.rename_deleted();
        self.notify();
        renamed
    }

    fn rename_deleted(&self) -> Result<bool, PartitionError> {
        let _no_append = self.state.lock();
        let dir_name = self.dir_name();
        let env = self.topic.env();
        if self.log.get().is_none() {
            if !env.dir_exists(&dir_name) || env.is_foreign(&dir_name, self.topic_id()) {
                return Ok(false);
            }
            let log = env.unrecovered_log(&dir_name, self.topic_id(), self.settings().log.clone());
            self.log.get_or_init(|| Box::new(log));
            env.forget_dir(&dir_name);
        }
        if let Some(log) = self.log.get() {
            // What cannot be renamed now must not be taken for the log of a topic of the same name.
            let renamed = log.delete(self.topic_id().0);
            renamed.inspect_err(|_| env.leave_dir(&dir_name, self.topic_id()))?;
        }
        Ok(true)
    }

    /// Bytes of the broker's replica (R9) as far as is known without opening the log.
    pub(crate) fn known_size(&self, broker: i32) -> u64 {
        let Some(log) = self.opened() else { return 0 };
        let state = self.state.lock();
        self.status_of(&state, broker, log.log_end_offset()).map_or(0, |status| status.size_bytes)
    }

    /// Roll and flush by time, and what else is `due`: for an I/O thread. A log that is not open has nothing to be looked
    /// after.
    pub(crate) fn look_after(&self, now_ms: i64, due: Chores) -> Result<(), PartitionError> {
        match self.look_after_log(now_ms, due) {
            // It went away meanwhile.
            Err(PartitionError::Deleted | PartitionError::Storage(LogError::Stopped)) => Ok(()),
            done => done,
        }
    }

    fn look_after_log(&self, now_ms: i64, due: Chores) -> Result<(), PartitionError> {
        let Some(log) = self.opened() else { return Ok(()) };
        if self.is_deleted() {
            return Ok(());
        }
        log.maintain(now_ms)?;
        let high_watermark = self.high_watermark.load(Ordering::Acquire);
        if due.retention && log.apply_retention(now_ms, high_watermark)?.segments > 0 {
            self.notify();
        }
        if due.compaction && log.needs_compaction(now_ms) {
            log.compact(now_ms, self.view()?.last_stable_offset)?;
        }
        Ok(())
    }

    /// Every replica's end, size and lag (R9).
    pub fn replicas(&self) -> Result<Vec<ReplicaStatus>, PartitionError> {
        let mut state = self.state.lock();
        let (_, end) = self.bounds(&mut state)?;
        let replicas = state.replication.assignment().replicas.clone();
        replicas.iter().map(|&broker| self.status_of(&state, broker, end)).collect()
    }

    /// One replica's end, size and lag (R9).
    pub fn replica(&self, broker: i32) -> Result<ReplicaStatus, PartitionError> {
        let mut state = self.state.lock();
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

/// The last number from `low` to `high` for which `holds`, which it does up to some number; `low` when it
/// never does.
fn search(mut low: i64, mut high: i64, holds: impl Fn(i64) -> bool) -> i64 {
    while low < high {
        let middle = low + (high - low + 1) / 2;
        if holds(middle) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    low
}
