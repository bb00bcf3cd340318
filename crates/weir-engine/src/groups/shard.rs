//! One partition of `__consumer_offsets` under one leadership: its groups, and the way into its
//! log.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use parking_lot::{Mutex, RwLock};
use weir_wire::records::{BatchBuilder, ValidBatch};
use weir_wire::{ErrorCode, Str};

use super::GroupsEnv;
use super::classic::{ClassicGroup, GroupLimits, Now};
use super::error::for_client;
use super::group::Group;
use super::load::{Loaded, LoadedGroup, read_partition};
use super::records::GroupRecord;
use super::transactional::PendingOffsets;
use crate::image::Image;
use crate::order::in_order;
use crate::partition::Partition;
use crate::timer::Task;
use crate::wait::{Signal, Watch, WatchGuard};

/// Records of one batch, in bytes: well within Kafka's smallest sensible `max.message.bytes`.
const BATCH_BYTES_MAX: usize = 512 * 1024;
/// How long a written record may wait for its replicas (Kafka's `offsets.commit.timeout.ms`).
pub(super) const COMMIT_TIMEOUT_MS: i64 = 5_000;

/// The groups of one partition, while one broker leads it in one epoch.
#[derive(Debug)]
pub(crate) struct Shard {
    pub(super) env: GroupsEnv,
    pub(super) broker: i32,
    pub(super) leader_epoch: i32,
    pub(super) partition: Arc<Partition>,
    /// Held while loading, so that others answer COORDINATOR_LOAD_IN_PROGRESS instead of waiting.
    loading: Mutex<()>,
    is_loaded: AtomicBool,
    is_retired: AtomicBool,
    /// Where the records end that the groups are made of: those that were loaded, and those written since.
    written: AtomicI64,
    /// Where the newest record ends that removed offsets: what was before it is not kept.
    removed: AtomicI64,
    limits: OnceLock<GroupLimits>,
    groups: RwLock<HashMap<Str, Arc<Group>>>,
    /// Offsets of open transactions. The last lock to be taken.
    pub(super) pending: Mutex<PendingOffsets>,
    watch: Mutex<Option<WatchGuard>>,
    /// The newest metadata that a request came with: what timers decide against.
    image: Mutex<Option<Arc<Image>>>,
    me: Weak<Shard>,
}

impl Shard {
    pub(super) fn new(env: GroupsEnv, broker: i32, partition: Arc<Partition>) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            env,
            broker,
            leader_epoch: partition.leader_epoch(),
            partition,
            loading: Mutex::default(),
            is_loaded: AtomicBool::new(false),
            is_retired: AtomicBool::new(false),
            written: AtomicI64::new(0),
            removed: AtomicI64::new(0),
            limits: OnceLock::new(),
            groups: RwLock::default(),
            pending: Mutex::default(),
            watch: Mutex::default(),
            image: Mutex::default(),
            me: me.clone(),
        })
    }

    /// Whether it belongs to the present leadership of `partition`.
    pub(super) fn is_of(&self, broker: i32, partition: &Arc<Partition>) -> bool {
        self.broker == broker && Arc::ptr_eq(&self.partition, partition) && !self.is_stale()
    }

    fn is_stale(&self) -> bool {
        self.partition.leader_epoch() != self.leader_epoch || self.partition.is_deleted()
    }

    /// Reads the partition, once. Small ones at once; whoever comes while another request reads is
    /// told to retry.
    pub(super) fn ensure_loaded(&self, image: &Image) -> Result<(), ErrorCode> {
        if self.is_loaded.load(Ordering::Acquire) {
            return Ok(());
        }
        let Some(_loading) = self.loading.try_lock() else {
            return Err(ErrorCode::COORDINATOR_LOAD_IN_PROGRESS);
        };
        if self.is_loaded.load(Ordering::Acquire) {
            return Ok(());
        }
        let limits = limits(image, &self.env);
        let loaded = read_partition(&self.partition, limits, self.env.now()).map_err(|error| {
            tracing::error!(partition = self.partition.index(), %error, "groups cannot be loaded");
            for_client(error.code())
        })?;
        let _ = self.limits.set(limits);
        let Loaded { groups, pending, end, removed } = loaded;
        self.written.fetch_max(end, Ordering::AcqRel);
        self.removed.fetch_max(removed, Ordering::AcqRel);
        *self.pending.lock() = pending;
        self.image.lock().get_or_insert_with(|| Arc::new(image.clone()));
        self.install(groups);
        self.is_loaded.store(true, Ordering::Release);
        self.watch_leadership();
        Ok(())
    }

    fn install(&self, loaded: Vec<LoadedGroup>) {
        let groups: Vec<Arc<Group>> =
            loaded.into_iter().map(|group| Group::new(self.me.clone(), group)).collect();
        {
            let mut map = self.groups.write();
            for group in &groups {
                map.insert(group.id().clone(), group.clone());
            }
        }
        groups.iter().for_each(|group| group.start());
    }

    /// Drops the shard as soon as another leadership begins, without waiting for a request to
    /// notice: parked members are to hear of it.
    fn watch_leadership(&self) {
        let leadership = Arc::new(Leadership(self.me.clone()));
        *self.watch.lock() = Some(self.partition.watch(leadership.clone(), 0));
        // It may have ended while the shard was loaded.
        leadership.changed(0);
    }

    /// Ends the shard: whoever is parked learns that this broker coordinates no longer.
    pub(super) fn retire(&self) {
        self.is_retired.store(true, Ordering::Release);
        let watch = self.watch.lock().take();
        drop(watch);
        let groups = std::mem::take(&mut *self.groups.write());
        in_order(groups).for_each(|(_, group)| group.close(ErrorCode::NOT_COORDINATOR));
    }

    /// Takes note of newer metadata.
    pub(crate) fn saw(&self, image: &Arc<Image>) {
        let mut seen = self.image.lock();
        if seen.as_ref().is_none_or(|seen| seen.end_offset() < image.end_offset()) {
            *seen = Some(image.clone());
        }
    }

    /// The newest metadata that a request came with.
    pub(super) fn image(&self) -> Option<Arc<Image>> {
        self.image.lock().clone()
    }

    pub(super) fn limits(&self) -> GroupLimits {
        self.limits.get().copied().unwrap_or_default()
    }

    pub(crate) fn group(&self, id: &str) -> Option<Arc<Group>> {
        self.groups.read().get(id).cloned()
    }

    /// The group as of this moment, for who shows its members or asks whether there are any.
    pub(crate) fn group_now(&self, id: &str) -> Option<Arc<Group>> {
        let group = self.group(id)?;
        group.catch_up();
        Some(group)
    }

    /// The group, made when there is none.
    pub(crate) fn group_or_new(&self, id: &str) -> Arc<Group> {
        self.group_or(id, ClassicGroup::new)
    }

    /// The same for a JoinGroup.
    pub(crate) fn group_or_unwritten(&self, id: &str) -> Arc<Group> {
        self.group_or(id, ClassicGroup::unwritten)
    }

    fn group_or(
        &self,
        id: &str,
        make: impl FnOnce(&str, GroupLimits, Now) -> ClassicGroup,
    ) -> Arc<Group> {
        if let Some(group) = self.group(id) {
            return group;
        }
        let mut groups = self.groups.write();
        if let Some(group) = groups.get(id) {
            return group.clone();
        }
        let classic = make(id, self.limits(), self.env.now());
        let group = Group::new(self.me.clone(), LoadedGroup::new(classic));
        groups.insert(group.id().clone(), group.clone());
        group
    }

    /// Every group as of this moment, by id.
    pub(crate) fn groups_now(&self) -> Vec<Arc<Group>> {
        let groups = self.groups();
        groups.iter().for_each(|group| group.catch_up());
        groups
    }

    pub(super) fn groups(&self) -> Vec<Arc<Group>> {
        let mut groups: Vec<_> = self.groups.read().values().cloned().collect();
        groups.sort_unstable_by(|a, b| a.id().cmp(b.id()));
        groups
    }

    /// Takes out a group that was only just made, for a request that was refused then: there is nothing of
    /// it in the log. It stays where another request has it too.
    pub(crate) fn forget_unused(&self, group: Arc<Group>) {
        let mut groups = self.groups.write();
        // This one and the map's.
        if Arc::strong_count(&group) == 2 && group.is_unused() {
            groups.remove(group.id());
        }
    }

    /// Takes a group out, if it is still this one.
    pub(super) fn remove(&self, group: &Group) {
        let mut groups = self.groups.write();
        if groups.get(group.id()).is_some_and(|known| std::ptr::eq(Arc::as_ptr(known), group)) {
            groups.remove(group.id());
        }
    }

    /// Appends records. Answers the high watermark at which they are committed.
    pub(super) fn write(&self, records: &[GroupRecord]) -> Result<i64, ErrorCode> {
        if self.is_retired.load(Ordering::Acquire) {
            return Err(ErrorCode::NOT_COORDINATOR);
        }
        let now_ms = self.env.clock.wall_ms();
        let mut required = 0;
        let mut builder = BatchBuilder::new();
        for record in records {
            builder.append(now_ms, Some(&record.key), record.value.as_deref(), &[]);
            if builder.len() >= BATCH_BYTES_MAX {
                required = self.append(std::mem::replace(&mut builder, BatchBuilder::new()))?;
            }
        }
        if !builder.is_empty() {
            required = self.append(builder)?;
        }
        Ok(required)
    }

    fn append(&self, builder: BatchBuilder) -> Result<i64, ErrorCode> {
        let batch = builder.build().map_err(|error| for_client(ErrorCode(error.code())))?;
        self.append_batch(&batch)
    }

    pub(super) fn append_batch(&self, batch: &ValidBatch) -> Result<i64, ErrorCode> {
        let appended = self
            .partition
            .append_in_epoch(self.broker, self.leader_epoch, batch)
            .map_err(|error| for_client(error.code()))?;
        let end = appended.last_offset + 1;
        self.written.fetch_max(end, Ordering::AcqRel);
        Ok(end)
    }

    /// The high watermark at which everything is committed that an answer without records of its own may
    /// tell of: a new coordinator has also loaded what was not committed, and may yet lose it.
    pub(crate) fn written(&self) -> i64 {
        self.written.load(Ordering::Acquire)
    }

    /// Offsets were removed by records that end there.
    pub(super) fn removed_offsets(&self, required: i64) {
        self.removed.fetch_max(required, Ordering::AcqRel);
    }

    /// The high watermark from which on the shard can tell which offsets the log has for good.
    pub(crate) fn removed(&self) -> i64 {
        self.removed.load(Ordering::Acquire)
    }

    /// Below it the log is for good.
    pub(crate) fn high_watermark(&self) -> i64 {
        self.partition.current_high_watermark()
    }

    /// `required`, unless it is committed already.
    pub(super) fn uncommitted(&self, required: i64) -> Option<i64> {
        (!self.is_committed(required)).then_some(required)
    }

    /// Whether everything below `required` is committed; an error when this leadership is over
    /// before.
    pub(super) fn commit_state(&self, required: i64) -> Option<Result<(), ErrorCode>> {
        // Looked at first: what is committed after this leadership may be another's record.
        let view = self.partition.view();
        if self.is_stale() {
            return Some(Err(ErrorCode::NOT_COORDINATOR));
        }
        match view {
            Ok(view) if view.high_watermark >= required => Some(Ok(())),
            Ok(_) => None,
            Err(error) => Some(Err(for_client(error.code()))),
        }
    }

    /// Waits until everything below `required` is committed.
    pub(crate) async fn committed(self: Arc<Self>, required: i64) -> Result<(), ErrorCode> {
        let signal = Signal::new();
        let deadline = self.env.clock.monotonic_ms() + COMMIT_TIMEOUT_MS;
        let _deadline = self.env.timers.expire_at(deadline, &signal);
        let _watch = self.partition.watch(signal.clone(), 0);
        loop {
            signal.clear();
            if let Some(state) = self.commit_state(required) {
                return state;
            }
            if signal.is_expired() {
                return Err(for_client(ErrorCode::REQUEST_TIMED_OUT));
            }
            signal.news().await;
        }
    }

    /// Whether a write is committed already, as it is when all replicas follow.
    pub(crate) fn is_committed(&self, required: i64) -> bool {
        matches!(self.commit_state(required), Some(Ok(())))
    }
}

/// Notices that the leadership a shard belongs to is over.
struct Leadership(Weak<Shard>);

impl Watch for Leadership {
    fn changed(&self, _token: u32) {
        let Some(shard) = self.0.upgrade() else { return };
        if !shard.is_stale() || shard.is_retired.swap(true, Ordering::AcqRel) {
            return;
        }
        // Called under the partition's locks: the work is done by the next tick.
        let at = shard.env.clock.monotonic_ms();
        let retire = self.0.clone();
        let task = Task::Call(Box::new(move |_| {
            if let Some(shard) = retire.upgrade() {
                shard.retire();
            }
        }));
        shard.env.timers.schedule(at, task).detach();
    }
}

fn limits(image: &Image, env: &GroupsEnv) -> GroupLimits {
    let configs = image.configs();
    GroupLimits {
        size_max: usize::try_from(configs.broker_i32("group.max.size")).unwrap_or(usize::MAX),
        initial_rebalance_delay_ms: configs
            .broker_i32("group.initial.rebalance.delay.ms")
            .max(env.first_generation_ms),
        ..GroupLimits::default()
    }
}
