//! What partitions share: the file system, the clock, which brokers run; and, within a topic, name,
//! id and configuration.

use std::collections::{BTreeSet, HashSet};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwap;
use parking_lot::{Mutex, RwLock};
use weir_wire::{Str, Uuid};

use super::Partition;
use crate::clock::Clock;
use crate::config::TopicSettings;
use crate::log::{LogConfig, LogContext, LogError, PartitionLog, Recovery};
use crate::rng::Rng;

/// What every partition of an engine needs to open its log.
#[derive(Debug)]
pub struct PartitionEnv {
    clock: Arc<dyn Clock>,
    logs: Arc<LogContext>,
    pub(super) data_dir: PathBuf,
    recovery: Recovery,
    /// The directories under `data/` that no log has opened yet: a partition that is not among
    /// them has nothing on disk, and asking costs no system call.
    pub(super) unopened_dirs: Mutex<BTreeSet<String>>,
    power: Power,
    /// Partitions of deleted topics whose files are still to be unlinked.
    doomed: Mutex<Vec<Arc<Partition>>>,
    /// Held while it is decided whose a directory is, and while it is taken away.
    pub(super) clearing: Mutex<()>,
    /// Topics that were removed and whose directories may lie about still: they can go.
    pub(super) removed: Mutex<HashSet<Uuid>>,
    pub(super) rng: Arc<dyn Rng>,
}

/// Which brokers stand still: stopped or killed. Their replicas do not move.
#[derive(Debug, Default)]
pub(crate) struct Power {
    off: RwLock<BTreeSet<i32>>,
}

impl Power {
    pub(crate) fn is_on(&self, broker: i32) -> bool {
        !self.off.read().contains(&broker)
    }

    pub(crate) fn set(&self, broker: i32, on: bool) {
        let mut off = self.off.write();
        if on {
            off.remove(&broker);
        } else {
            off.insert(broker);
        }
    }
}

impl PartitionEnv {
    /// `unopened_dirs` are the names found under `data_dir`.
    pub(crate) fn new(
        (clock, rng): (Arc<dyn Clock>, Arc<dyn Rng>),
        logs: Arc<LogContext>,
        data_dir: PathBuf,
        recovery: Recovery,
        unopened_dirs: HashSet<String>,
    ) -> Self {
        let unopened_dirs = Mutex::new(unopened_dirs.into_iter().collect());
        Self {
            clock,
            logs,
            data_dir,
            recovery,
            unopened_dirs,
            power: Power::default(),
            doomed: Mutex::default(),
            clearing: Mutex::default(),
            removed: Mutex::default(),
            rng,
        }
    }

    /// The injected clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Where partition directories lie.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    pub(crate) fn logs(&self) -> &Arc<LogContext> {
        &self.logs
    }

    pub(crate) fn power(&self) -> &Power {
        &self.power
    }

    pub(crate) fn runs(&self, broker: i32) -> bool {
        self.power.is_on(broker)
    }

    pub(crate) fn has_unopened(&self) -> bool {
        !self.unopened_dirs.lock().is_empty()
    }

    /// Whether there are logs that a power loss may have torn and that nobody has opened yet.
    pub(crate) fn is_doubtful(&self) -> bool {
        self.recovery == Recovery::PowerLoss && self.has_unopened()
    }

    pub(crate) fn dir_exists(&self, name: &str) -> bool {
        self.unopened_dirs.lock().contains(name)
    }

    pub(crate) fn forget_dir(&self, name: &str) {
        self.unopened_dirs.lock().remove(name);
    }

    pub(crate) fn note_removed(&self, topics: impl IntoIterator<Item = Uuid>) {
        self.removed.lock().extend(topics);
    }

    /// Remembers a partition whose files are to be unlinked in the background.
    pub(crate) fn doom(&self, partition: Arc<Partition>) {
        self.doomed.lock().push(partition);
    }

    pub(crate) fn take_doomed(&self, count_max: usize) -> Vec<Arc<Partition>> {
        let mut doomed = self.doomed.lock();
        let keep = doomed.len().saturating_sub(count_max);
        doomed.split_off(keep)
    }

    /// Names under `data/` that no log has opened yet, in order.
    pub(crate) fn unopened_dirs(&self) -> Vec<String> {
        self.unopened_dirs.lock().iter().cloned().collect()
    }

    /// The next `count` of them after `last`.
    pub(crate) fn unopened_after(&self, last: Option<&str>, count: usize) -> Vec<String> {
        let from = last.map_or(Bound::Unbounded, Bound::Excluded);
        let dirs = self.unopened_dirs.lock();
        dirs.range::<str, _>((from, Bound::Unbounded)).take(count).cloned().collect()
    }

    /// A log on disk that nobody will read: it is about to be deleted.
    pub(crate) fn unrecovered_log(
        &self,
        name: &str,
        topic_id: Uuid,
        config: Arc<LogConfig>,
    ) -> PartitionLog {
        let dir = self.data_dir.join(name);
        PartitionLog::existing(&self.logs, dir, topic_id.0, config, self.recovery)
    }

    /// The log of a partition, recovered. Its directory is forgotten by who keeps the log, once others can see it: in
    /// between it would look like one without records.
    pub(crate) fn open_log(
        &self,
        name: &str,
        topic_id: Uuid,
        config: Arc<LogConfig>,
    ) -> Result<PartitionLog, LogError> {
        let dir = self.data_dir.join(name);
        let claimed = self.dir_exists(name).then(|| self.claim_dir(name, topic_id)).transpose();
        if claimed.map_err(|error| LogError::io("clear a stray directory", error))? != Some(true) {
            return Ok(PartitionLog::empty(&self.logs, dir, topic_id.0, config));
        }
        let log = PartitionLog::existing(&self.logs, dir, topic_id.0, config, self.recovery);
        log.recover()?;
        flush_recovered(&log);
        Ok(log)
    }
}

/// With `flush.messages`, what a killed run wrote and had not flushed is flushed before the high
/// watermark counts it: readers and retries take it for durable. A failure is the log's: it refuses
/// writes from then on, and goes on being read.
fn flush_recovered(log: &PartitionLog) {
    if log.is_flush_due()
        && let Err(error) = log.flush()
    {
        tracing::error!(%error, "a recovered log cannot be flushed");
    }
}

/// What the partitions of one topic share.
#[derive(Debug)]
pub struct TopicShared {
    name: Str,
    id: Uuid,
    env: Arc<PartitionEnv>,
    settings: ArcSwap<TopicSettings>,
    deleted: AtomicBool,
}

impl TopicShared {
    pub(crate) fn new(
        name: Str,
        id: Uuid,
        env: Arc<PartitionEnv>,
        settings: Arc<TopicSettings>,
    ) -> Self {
        let settings = ArcSwap::new(settings);
        Self { name, id, env, settings, deleted: AtomicBool::new(false) }
    }

    /// The topic's name.
    pub fn name(&self) -> &Str {
        &self.name
    }

    /// The topic's id.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// The effective configuration, as of now.
    pub fn settings(&self) -> Arc<TopicSettings> {
        self.settings.load_full()
    }

    pub(crate) fn env(&self) -> &Arc<PartitionEnv> {
        &self.env
    }

    pub(crate) fn set_settings(&self, settings: Arc<TopicSettings>) {
        self.settings.store(settings);
    }

    /// Whether the topic was deleted: its partitions refuse everything.
    pub fn is_deleted(&self) -> bool {
        self.deleted.load(Ordering::Acquire)
    }

    pub(crate) fn mark_deleted(&self) {
        self.deleted.store(true, Ordering::Release);
    }
}
