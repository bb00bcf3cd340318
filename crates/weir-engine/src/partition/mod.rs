//! One partition: its only log, and the replication model around it.
//!
//! The state mutex is the one lock that is held across write(2): an append, the followers' LEOs and
//! the high watermark move in the same critical section (R1). Reads take no lock: leader, epoch and
//! high watermark are mirrored in atomics.

mod access;
mod assignment;
mod env;
mod error;
mod replication;
#[cfg(test)]
mod replication_tests;
mod role;
mod strays;

use std::fmt;
use std::sync::atomic::{AtomicI32, AtomicI64, Ordering, fence};
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use weir_wire::{Str, Uuid};

pub use access::{Acks, Isolation, ReadOutcome, ReadRequest};
pub use assignment::{Assignment, EpochStart, Further, NO_LEADER, NodeIds, ReplicaNumbers};
pub use env::{PartitionEnv, TopicShared};
pub use error::PartitionError;
pub(crate) use replication::Replication;
pub(crate) use role::Chores;
pub use role::ReplicaStatus;

use crate::config::TopicSettings;
use crate::log::{ActiveProducer, LogError, PartitionLog};
use crate::wait::{Watch, WatchGuard, Watchers};

/// A partition's log and replicas. Shared by every snapshot that knows the partition.
pub struct Partition {
    topic: Arc<TopicShared>,
    index: i32,
    leader: AtomicI32,
    leader_epoch: AtomicI32,
    high_watermark: AtomicI64,
    log: OnceLock<Box<PartitionLog>>,
    state: Mutex<State>,
    watchers: OnceLock<Arc<Watchers>>,
}

/// What the state mutex protects.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) replication: Replication,
    /// With `flush.messages`: the high watermark stays at or below this until a flush returned.
    unflushed_from: Option<i64>,
}

/// What Metadata and the console show of a partition's log, read without a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PartitionView {
    /// First offset.
    pub log_start: i64,
    /// Next offset (LEO of the leader).
    pub log_end: i64,
    /// Consumers see records below it.
    pub high_watermark: i64,
    /// read_committed consumers see records below it.
    pub last_stable_offset: i64,
}

impl PartitionView {
    /// Where a reader's records end.
    pub(crate) fn upper_offset(&self, isolation: Isolation) -> i64 {
        match isolation {
            Isolation::ReadUncommitted => self.high_watermark,
            Isolation::ReadCommitted => self.last_stable_offset,
        }
    }
}

impl Partition {
    pub(crate) fn new(topic: Arc<TopicShared>, index: i32, assignment: Assignment) -> Self {
        Self {
            topic,
            index,
            leader: AtomicI32::new(assignment.leader),
            leader_epoch: AtomicI32::new(assignment.leader_epoch),
            high_watermark: AtomicI64::new(0),
            log: OnceLock::new(),
            state: Mutex::new(State {
                replication: Replication::new(assignment),
                unflushed_from: None,
            }),
            watchers: OnceLock::new(),
        }
    }

    /// The topic's name, id and configuration.
    pub fn topic(&self) -> &Arc<TopicShared> {
        &self.topic
    }

    /// The topic's name.
    pub fn topic_name(&self) -> &Str {
        self.topic.name()
    }

    /// The topic's id.
    pub fn topic_id(&self) -> Uuid {
        self.topic.id()
    }

    /// The partition's number.
    pub fn index(&self) -> i32 {
        self.index
    }

    /// The topic's effective configuration, as of now.
    pub fn settings(&self) -> Arc<TopicSettings> {
        self.topic.settings()
    }

    /// The leader, or [`NO_LEADER`].
    pub fn leader(&self) -> i32 {
        self.leader.load(Ordering::Acquire)
    }

    /// The high watermark as far as it is known; opens the log where that has not happened.
    pub(crate) fn current_high_watermark(&self) -> i64 {
        self.view().map_or(0, |view| view.high_watermark)
    }

    /// The leader's epoch.
    pub fn leader_epoch(&self) -> i32 {
        self.leader_epoch.load(Ordering::Acquire)
    }

    /// Whether its topic was deleted.
    pub fn is_deleted(&self) -> bool {
        self.topic.is_deleted()
    }

    /// Tells `watch` of every change (see [`Watchers`]) until the guard is dropped. Register first,
    /// then look.
    pub fn watch(&self, watch: Arc<dyn Watch>, token: u32) -> WatchGuard {
        self.watchers.get_or_init(|| Arc::new(Watchers::new())).add(watch, token)
    }

    pub(crate) fn notify(&self) {
        // As in `Watchers::notify`: a first watcher that comes now sees what changed.
        fence(Ordering::SeqCst);
        if let Some(watchers) = self.watchers.get() {
            watchers.notify();
        }
    }

    /// The offsets. Opens the log where that has not happened.
    pub fn view(&self) -> Result<PartitionView, PartitionError> {
        if !self.has_data() {
            return Ok(PartitionView::default());
        }
        let log = self.log()?;
        // Loaded first: the log's end is never below it then.
        let high_watermark = self.high_watermark.load(Ordering::Acquire);
        let last_stable_offset =
            log.first_unstable_offset().map_or(high_watermark, |first| first.min(high_watermark));
        Ok(PartitionView {
            log_start: log.log_start_offset(),
            log_end: log.log_end_offset(),
            high_watermark,
            last_stable_offset,
        })
    }

    /// The log, recovered at its first touch (`engine.md` section 3). Blocks meanwhile.
    pub fn log(&self) -> Result<&PartitionLog, LogError> {
        match self.log.get() {
            Some(log) => Ok(log),
            None => self.open(&mut self.state.lock()),
        }
    }

    /// Whether the log is open, so that touching it costs no recovery.
    pub(crate) fn opened(&self) -> Option<&PartitionLog> {
        self.log.get().map(Box::as_ref)
    }

    /// Whether the partition has, or may have, records on disk.
    pub(crate) fn has_data(&self) -> bool {
        let env = self.topic.env();
        let is_open = || self.log.get().is_some();
        // Asked again at the end: another thread may have opened it, and forgotten its directory, meanwhile.
        is_open() || (env.has_unopened() && env.dir_exists(&self.dir_name())) || is_open()
    }

    pub(crate) fn dir_name(&self) -> String {
        format!("{}-{}", self.topic.name(), self.index)
    }

    fn open(&self, state: &mut State) -> Result<&PartitionLog, LogError> {
        if let Some(log) = self.log.get() {
            return Ok(log);
        }
        if self.is_deleted() {
            return Err(LogError::Deleted);
        }
        let (env, dir_name) = (self.topic.env(), self.dir_name());
        let log = env.open_log(&dir_name, self.topic_id(), self.settings().log.clone())?;
        self.repeat_cut(&log, state.replication.assignment())?;
        let (start, end) = (log.log_start_offset(), log.log_end_offset());
        state.replication.restore(start, end, env.clock().monotonic_ms(), |b| env.runs(b));
        self.publish(state);
        log.replicated_to(state.replication.high_watermark())?;
        let log = self.log.get_or_init(|| Box::new(log));
        env.forget_dir(&dir_name);
        Ok(log)
    }

    /// R4: the engine may have died between an election's commit and its cut. Records at or after
    /// the epoch's start that were written under an older epoch are not part of the log.
    fn repeat_cut(&self, log: &PartitionLog, assignment: &Assignment) -> Result<(), LogError> {
        let EpochStart { epoch, offset } = assignment.epoch_start;
        if epoch > 0 && offset < log.log_end_offset() {
            match log.epoch_from(offset.max(log.log_start_offset()))? {
                Some(written) if written < epoch => cut(log, offset)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Markers below the high watermark end their transactions for readers too.
    fn settle_markers(&self, state: &State) {
        let Some(log) = self.opened() else { return };
        if let Err(error) = log.replicated_to(state.replication.high_watermark()) {
            tracing::debug!(topic = %self.topic.name(), index = self.index, %error, "log is gone");
        }
    }

    /// The producers that the partition's log knows, by id.
    pub fn producers(&self) -> Result<Vec<ActiveProducer>, PartitionError> {
        match self.opened() {
            None if !self.has_data() => Ok(Vec::new()),
            _ => Ok(self.log()?.active_producers()?),
        }
    }

    /// Mirrors what readers need of the state into the atomics.
    fn publish(&self, state: &State) {
        self.publish_offsets(state);
        self.leader.store(state.replication.assignment().leader, Ordering::Release);
    }

    fn publish_offsets(&self, state: &State) {
        let assignment = state.replication.assignment();
        self.high_watermark.store(state.replication.high_watermark(), Ordering::Release);
        self.leader_epoch.store(assignment.leader_epoch, Ordering::Release);
    }

    /// Moves the high watermark as far as it goes (R2), and says whether it moved.
    fn advance(&self, state: &mut State, log_end: i64) -> bool {
        let min_isr = self.topic.settings().min_insync_replicas;
        let limit = state.unflushed_from.unwrap_or(log_end);
        let moved = state.replication.advance(limit, log_end, min_isr);
        if moved {
            self.high_watermark.store(state.replication.high_watermark(), Ordering::Release);
            self.settle_markers(state);
        }
        moved
    }
}

/// Cuts a log, also below its start: a replica that lagged behind retention may become leader.
fn cut(log: &PartitionLog, offset: i64) -> Result<(), LogError> {
    if offset < log.log_start_offset() {
        log.truncate_fully(offset)
    } else {
        log.truncate(offset).map(drop)
    }
}

impl fmt::Debug for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Partition")
            .field("topic", self.topic.name())
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}
