//! Work that no request waits for, run from the sidecar's two I/O threads or by the simulator.

use std::collections::BTreeSet;
use std::io;
use std::sync::atomic::Ordering;

use crate::boot::Marks;
use crate::engine::Engine;
use crate::image::{Image, PartitionImage};
use crate::log::LogError;
use crate::metadata::{MetadataError, records_of};
use crate::partition::Chores;

/// Kinds of background work: one thread each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Background {
    /// The controllers: fencing, ISRs, replicas that catch up, snapshots of the metadata.
    Cluster,
    /// The logs: recovery, roll and flush by time, retention, compaction, unlinking.
    Storage,
}

/// Partitions whose files are unlinked in one go.
const UNLINKS_PER_RUN: usize = 64;
/// The longest pause of the cluster's work while nothing is known to come.
const CLUSTER_PAUSE_MS: i64 = 15_000;
/// How often the logs are looked after.
const STORAGE_PAUSE_MS: i64 = 1_000;
const STORAGE_PAUSE_LEAST_MS: i64 = 50;
/// Kafka's `log.initial.task.delay.ms`: the first look at retention.
const FIRST_RETENTION_MS: i64 = 30_000;
/// Retention was not looked at in this run.
pub(crate) const NEVER: i64 = i64::MIN;

/// How far the recovery of logs that nobody touches has come.
#[derive(Debug, Default)]
pub(crate) struct Recovering {
    /// The last name that this round looked at; `None` between two rounds.
    last: Option<String>,
    /// What could not be opened was told: it is tried again in each round.
    is_told: bool,
    /// Directories that cannot be cleared, which was told.
    stuck: BTreeSet<String>,
}

impl Recovering {
    fn failed(&self, name: &str, error: &LogError) {
        match self.is_told {
            false => tracing::error!(%name, %error, "recovery failed"),
            true => tracing::debug!(%name, %error, "recovery failed again"),
        }
    }

    fn stays(&mut self, name: &str, error: &io::Error) {
        match self.stuck.insert(name.to_owned()) {
            true => {
                tracing::error!(%name, %error, "a directory of no partition stays: it is tried again")
            }
            false => tracing::debug!(%name, %error, "a directory of no partition stays"),
        }
    }

    /// At the end of a round, of what is left.
    fn tell_of_doubt(&mut self, left: &[String]) {
        if let (false, Some(first)) = (self.is_told, left.first()) {
            let logs = left.len();
            tracing::warn!(logs, %first, "logs that cannot be opened: until they can, each start validates all");
            self.is_told = true;
        }
    }
}

impl Engine {
    /// Does what is due. Answers when to come again (monotonic, ms); [`Engine::kill_broker`] and
    /// [`Engine::start_broker`] make new cluster work at once.
    ///
    /// # Errors
    /// The metadata log failed: the cluster takes no more changes.
    pub fn run_background(&self, kind: Background) -> Result<i64, MetadataError> {
        match kind {
            Background::Cluster => self.run_cluster(),
            Background::Storage => Ok(self.run_storage()),
        }
    }

    fn run_cluster(&self) -> Result<i64, MetadataError> {
        let controller = self.controller();
        let now = self.clock().monotonic_ms();
        let mut next = now + CLUSTER_PAUSE_MS;
        let fenced = controller.fence_expired()?;
        let catch_up = controller.advance_catch_up()?;
        let shrink = controller.shrink_isrs_if_due()?;
        let balance = controller.rebalance_if_due()?;
        let unclean = controller.elect_unclean_if_due()?;
        for due in [fenced, catch_up, shrink, balance, unclean].into_iter().flatten() {
            next = next.min(due);
        }
        if controller.store().wants_snapshot() {
            self.write_snapshot()?;
        }
        Ok(next)
    }

    pub(crate) fn write_snapshot(&self) -> Result<(), MetadataError> {
        let image = self.image();
        let records = records_of(&image);
        let store = self.controller().store();
        store.write_snapshot(&records, image.end_offset(), self.clock().wall_ms())
    }

    fn run_storage(&self) -> i64 {
        let now = self.clock().monotonic_ms();
        let unlinked = self.unlink_doomed();
        self.shared.env.logs().empty_trash();
        let recovered = self.recover_some();
        self.look_after_logs();
        self.groups().expire_offsets_if_due(&self.image());
        self.txns().look_after(&self.image());
        self.note_boot_if_sound();
        if unlinked || recovered {
            return now;
        }
        // Files that were unlinked between two looks do not put the next one off.
        let due = self.retention_due_ms(&self.image());
        due.clamp(now + STORAGE_PAUSE_LEAST_MS, now + STORAGE_PAUSE_MS)
    }

    /// Unlinks files of deleted topics. Says whether there may be more.
    fn unlink_doomed(&self) -> bool {
        let doomed = self.shared.env.take_doomed(UNLINKS_PER_RUN);
        for partition in &doomed {
            let Some(log) = partition.opened() else { continue };
            if let Err(error) = log.unlink() {
                let (topic, index) = (partition.topic_name(), partition.index());
                tracing::warn!(%topic, index, %error, "files of a deleted topic cannot be unlinked");
            }
        }
        doomed.len() == UNLINKS_PER_RUN
    }

    /// Recovers a few logs that nobody has touched yet, in the order of their names. Says whether there may
    /// be more.
    fn recover_some(&self) -> bool {
        const RECOVERIES_PER_RUN: usize = 64;
        let mut recovering = self.shared.recovering.lock();
        let last = recovering.last.take();
        let names = self.shared.env.unopened_after(last.as_deref(), RECOVERIES_PER_RUN);
        let image = self.image();
        for name in &names {
            match partition_in(&image, name) {
                Some(partition) => {
                    if let Err(error) = partition.handle().log() {
                        recovering.failed(name, &error);
                    }
                }
                None => {
                    let is_wanted = || partition_in(&self.image(), name).is_some();
                    if let Err(error) = self.shared.env.clear_stray(name, is_wanted) {
                        recovering.stays(name, &error);
                    }
                }
            }
        }
        let is_over = names.len() < RECOVERIES_PER_RUN;
        recovering.last = names.into_iter().next_back().filter(|_| !is_over);
        if is_over && self.shared.env.is_doubtful() {
            recovering.tell_of_doubt(&self.shared.env.unopened_dirs());
        }
        !is_over
    }

    /// Whether something is left that a power loss may have torn and that nobody has looked at yet: the next
    /// start has to doubt as much as this one.
    pub(crate) fn is_doubtful(&self) -> bool {
        self.shared.env.is_doubtful() || !self.txns().is_whole()
    }

    /// Once nothing is left that a power loss may have torn, this boot's kills are told from the next power loss.
    pub(crate) fn note_boot_if_sound(&self) {
        let noted = &self.shared.is_boot_noted;
        if noted.load(Ordering::Relaxed) || self.is_doubtful() {
            return;
        }
        let config = self.config();
        match Marks::of(&config.directory).note_boot(self.fs().as_ref(), &config.boot_id) {
            Ok(()) => noted.store(true, Ordering::Relaxed),
            Err(error) => tracing::warn!(%error, "metadata/boot-id: the next start validates more"),
        }
    }

    /// Whether retention is to be looked at: every `log.retention.check.interval.ms`, the first time 30 s
    /// after the start at the latest, as in Kafka.
    fn retention_is_due(&self, image: &Image) -> bool {
        let now = self.clock().monotonic_ms();
        if now < self.retention_due_ms(image) {
            return false;
        }
        self.shared.retention_checked_ms.store(now, Ordering::Relaxed);
        true
    }

    /// When retention is to be looked at next, by the monotonic clock.
    fn retention_due_ms(&self, image: &Image) -> i64 {
        let interval = image.configs().broker_i64("log.retention.check.interval.ms").max(1);
        match self.shared.retention_checked_ms.load(Ordering::Relaxed) {
            NEVER => self.shared.opened_ms.saturating_add(interval.min(FIRST_RETENTION_MS)),
            last => last.saturating_add(interval),
        }
    }

    fn look_after_logs(&self) {
        let now_ms = self.clock().wall_ms();
        let image = self.image();
        let due = Chores {
            retention: self.retention_is_due(&image),
            compaction: image.configs().broker_bool("log.cleaner.enable"),
        };
        for partition in image.topics().flat_map(|topic| topic.partitions()) {
            if let Err(error) = partition.handle().look_after(now_ms, due) {
                let (topic, index) = (partition.handle().topic_name(), partition.handle().index());
                tracing::warn!(%topic, index, %error, "the log cannot be looked after");
            }
        }
    }

    /// A clean stop: what a restart would replay is written, one `syncfs`, then the marker that says
    /// so. Call it with listeners closed. With `hurry` (the time is nearly over) the marker is left
    /// out: the next start validates more.
    ///
    /// # Errors
    /// Something could not be written; the next start recovers.
    pub fn close(&self, hurry: &dyn Fn() -> bool) -> Result<(), crate::OpenError> {
        crate::stop::close(self, hurry)
    }
}

/// The partition whose log a directory of this name would hold.
fn partition_in<'a>(image: &'a Image, name: &str) -> Option<&'a PartitionImage> {
    let (topic, index) = name.rsplit_once('-')?;
    image.topic(topic)?.partition(index.parse().ok()?)
}
