//! Share groups (KIP-932): members and their assignment (`group`), what is persisted of
//! share-partitions (`state`), records in flight on their leaders (`partition`), share sessions.
//!
//! Three kinds of leaders take part: that of the group's partition of `__consumer_offsets`, that of
//! a share-partition's partition of `__share_group_state`, and that of the topic's partition
//! itself. Brokers share one process here, so what Kafka's brokers ask each other is a call; each
//! part still starts from its log when its leader moves.

pub(crate) mod batches;
pub(crate) mod config;
pub(crate) mod dlq;
pub(crate) mod group;
pub(crate) mod journal;
pub(crate) mod key;
pub(crate) mod partition;
mod records;
pub(crate) mod session;
pub(crate) mod state;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock, Weak};

use parking_lot::Mutex;
use weir_wire::{ErrorCode, Uuid};

use self::config::{Reset, ShareConfig};
use self::group::GroupShard;
use self::journal::{Journal, for_client};
use self::key::ShareKey;
use self::partition::{GiveBack, Loaded, SharePartition};
use self::session::{SessionKey, Sessions};
use self::state::{StateShard, UNINITIALIZED, Written};
use crate::ctx::Ctx;
use crate::engine::{Engine, Shared};
use crate::groups::{GroupsEnv, OFFSETS_TOPIC, partition_for};
use crate::image::Image;
use crate::partition::{Isolation, Partition, PartitionError};

/// The topic that the share coordinator keeps its state in.
pub(crate) const STATE_TOPIC: &str = "__share_group_state";

/// Everything about share groups, of every broker.
#[derive(Debug)]
pub(crate) struct Share {
    env: GroupsEnv,
    /// Told once it is made: what dead letters need.
    engine: OnceLock<Weak<Shared>>,
    /// The newest metadata that a request came with: what timers decide against.
    image: Mutex<Option<Arc<Image>>>,
    groups: Mutex<HashMap<i32, Arc<GroupShard>>>,
    states: Mutex<HashMap<i32, Arc<StateShard>>>,
    partitions: Mutex<HashMap<ShareKey, Arc<SharePartition>>>,
    pub(crate) sessions: Sessions,
}

impl Share {
    pub(crate) fn new(env: GroupsEnv) -> Arc<Self> {
        Arc::new(Self {
            env,
            engine: OnceLock::new(),
            image: Mutex::default(),
            groups: Mutex::default(),
            states: Mutex::default(),
            partitions: Mutex::default(),
            sessions: Sessions::default(),
        })
    }

    pub(crate) fn env(&self) -> &GroupsEnv {
        &self.env
    }

    /// Tells the share groups their engine, once it is made.
    pub(crate) fn attach(&self, engine: &Arc<Shared>) {
        let _ = self.engine.set(Arc::downgrade(engine));
    }

    /// `None` before it is made, and while it is let go of.
    fn engine(&self) -> Option<Engine> {
        let shared = self.engine.get()?.upgrade()?;
        Some(Engine { shared })
    }

    /// Takes note of newer metadata.
    pub(crate) fn saw(&self, image: &Arc<Image>) {
        let mut seen = self.image.lock();
        if seen.as_ref().is_none_or(|seen| seen.end_offset() < image.end_offset()) {
            *seen = Some(image.clone());
        }
    }

    pub(crate) fn image(&self) -> Result<Arc<Image>, ErrorCode> {
        self.image.lock().clone().ok_or(ErrorCode::COORDINATOR_NOT_AVAILABLE)
    }

    /// The effective configuration of a group.
    pub(crate) fn config(&self, group: &str) -> ShareConfig {
        match self.image() {
            Ok(image) => self.config_in(&image, group),
            Err(_) => ShareConfig::in_effect(&crate::config::Configs::default(), group),
        }
    }

    /// As [`Self::config`], by this metadata.
    pub(crate) fn config_in(&self, image: &Image, group: &str) -> ShareConfig {
        self.env.share_configs.of_group(image, group).as_ref().clone()
    }

    /// The groups of the partition of `__consumer_offsets` that holds `group`, on `broker`.
    pub(crate) fn group_shard(
        self: &Arc<Self>,
        broker: i32,
        group: &str,
    ) -> Result<Arc<GroupShard>, ErrorCode> {
        let image = self.image()?;
        let topic = image.topic(OFFSETS_TOPIC).ok_or(ErrorCode::NOT_COORDINATOR)?;
        let index = partition_for(group, topic.partitions().len());
        let partition = topic.partition(index).ok_or(ErrorCode::NOT_COORDINATOR)?;
        self.group_shard_at(broker, partition.handle())
    }

    /// Whether the id is that of a share group which this broker coordinates.
    pub(crate) fn has_group(self: &Arc<Self>, ctx: &Ctx, group: &str) -> bool {
        self.saw(ctx.image());
        self.group_shard(ctx.broker_id(), group).is_ok_and(|shard| shard.has(group))
    }

    /// The groups of every partition of `__consumer_offsets` that `broker` leads.
    pub(crate) fn group_shards(
        self: &Arc<Self>,
        broker: i32,
    ) -> Vec<Result<Arc<GroupShard>, ErrorCode>> {
        let Ok(image) = self.image() else { return Vec::new() };
        let Some(topic) = image.topic(OFFSETS_TOPIC) else { return Vec::new() };
        let led = topic.partitions().iter().map(|partition| partition.handle());
        let led = led.filter(|partition| partition.leader() == broker && partition.has_data());
        led.map(|partition| self.group_shard_at(broker, partition)).collect()
    }

    /// The topics are gone: so is what share groups had of them.
    pub(crate) fn topics_deleted(self: &Arc<Self>, image: &Arc<Image>, topics: &BTreeSet<Uuid>) {
        self.saw(image);
        let Some(topic) = image.topic(OFFSETS_TOPIC) else { return };
        for handle in topic.partitions().iter().map(|partition| partition.handle()) {
            if handle.leader() >= 0
                && handle.has_data()
                && let Ok(shard) = self.group_shard_at(handle.leader(), handle)
            {
                shard.forget_topics(topics);
            }
        }
    }

    fn group_shard_at(
        self: &Arc<Self>,
        broker: i32,
        partition: &Arc<Partition>,
    ) -> Result<Arc<GroupShard>, ErrorCode> {
        if partition.leader() != broker || partition.is_deleted() {
            return Err(ErrorCode::NOT_COORDINATOR);
        }
        let mut shards = self.groups.lock();
        if let Some(shard) = shards.get(&partition.index())
            && shard.journal.is_of(broker, partition)
        {
            return Ok(shard.clone());
        }
        let journal = Journal::new(self.env.clone(), broker, partition.clone());
        let shard = GroupShard::load(self, journal).map_err(|error| {
            tracing::error!(partition = partition.index(), %error, "share groups cannot be loaded");
            for_client(error.code())
        })?;
        // Before anyone sees it: members that were loaded are not silent yet.
        shard.start();
        shards.insert(partition.index(), shard.clone());
        Ok(shard)
    }

    /// The share coordinator of `key`, on whichever broker leads its partition of
    /// `__share_group_state`.
    pub(crate) fn state_shard(&self, key: &ShareKey) -> Result<Arc<StateShard>, ErrorCode> {
        let partition = self.state_partition(key)?;
        let leader = partition.leader();
        if leader < 0 {
            return Err(ErrorCode::COORDINATOR_NOT_AVAILABLE);
        }
        self.state_shard_at(leader, &partition)
    }

    /// The share coordinator of `key`, if it is `broker`.
    pub(crate) fn state_shard_on(
        &self,
        broker: i32,
        key: &ShareKey,
    ) -> Result<Arc<StateShard>, ErrorCode> {
        let partition = self.state_partition(key)?;
        if partition.leader() != broker {
            return Err(ErrorCode::NOT_COORDINATOR);
        }
        self.state_shard_at(broker, &partition)
    }

    fn state_partition(&self, key: &ShareKey) -> Result<Arc<Partition>, ErrorCode> {
        let missing = ErrorCode::COORDINATOR_NOT_AVAILABLE;
        let image = self.image()?;
        let topic = image.topic(STATE_TOPIC).ok_or(missing)?;
        let index = key.state_partition(topic.partitions().len());
        Ok(topic.partition(index).ok_or(missing)?.handle().clone())
    }

    fn state_shard_at(
        &self,
        broker: i32,
        partition: &Arc<Partition>,
    ) -> Result<Arc<StateShard>, ErrorCode> {
        let mut shards = self.states.lock();
        if let Some(shard) = shards.get(&partition.index())
            && shard.journal.is_of(broker, partition)
        {
            return Ok(shard.clone());
        }
        let key = "share.coordinator.snapshot.update.records.per.snapshot";
        let updates_max = u32::try_from(self.image()?.configs().broker_i32(key)).unwrap_or(0);
        let journal = Journal::new(self.env.clone(), broker, partition.clone());
        let shard = StateShard::load(journal, updates_max).map_err(|error| {
            tracing::error!(partition = partition.index(), %error, "share state cannot be loaded");
            for_client(error.code())
        })?;
        let shard = Arc::new(shard);
        shards.insert(partition.index(), shard.clone());
        Ok(shard)
    }

    /// The share-partition on its leader `broker`, loaded.
    pub(crate) fn partition(
        self: &Arc<Self>,
        broker: i32,
        key: &ShareKey,
    ) -> Result<Arc<SharePartition>, ErrorCode> {
        if let Some(known) = self.known_partition(broker, key) {
            return Ok(known);
        }
        let image = self.image()?;
        let topic = image.topic_by_id(key.topic).ok_or(ErrorCode::UNKNOWN_TOPIC_ID)?;
        let handle = topic.partition(key.partition);
        let handle = handle.ok_or(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)?.handle().clone();
        let leader_epoch = handle.leader_epoch();
        handle.check_leader(broker, -1).map_err(|error| error.code())?;
        let loaded = self.load(key, &handle, leader_epoch)?;
        let made = SharePartition::new(self, key.clone(), handle, broker, leader_epoch, loaded);
        let mut partitions = self.partitions.lock();
        match partitions.get(key) {
            // Another request was faster.
            Some(known) if known.is_current(broker) => Ok(known.clone()),
            _ => {
                partitions.insert(key.clone(), made.clone());
                drop(partitions);
                made.resume_letters();
                Ok(made)
            }
        }
    }

    /// What is persisted. Where a share-partition begins is decided once: it is persisted at once, so
    /// that nothing written since is skipped when its leader moves before the first acknowledgement.
    fn load(
        self: &Arc<Self>,
        key: &ShareKey,
        handle: &Partition,
        leader_epoch: i32,
    ) -> Result<Loaded, ErrorCode> {
        let shard = self.state_shard(key)?;
        let entry = match shard.read(key, leader_epoch) {
            Err(refused) if refused.code == ErrorCode::INVALID_REQUEST && self.is_lost(key)? => {
                self.begin(key).map_err(loading)?;
                shard.read(key, leader_epoch)
            }
            read => read,
        };
        let entry = entry.map_err(|error| loading(error.code))?;
        let count_limit = self.config(&key.group).count_limit;
        let (state_epoch, batches) = (entry.state_epoch, entry.batches);
        if entry.start_offset != UNINITIALIZED {
            let start_offset = entry.start_offset;
            return Ok(Loaded { state_epoch, start_offset, batches, count_limit });
        }
        let start_offset = self.reset(key, handle)?;
        let begun = Written {
            state_epoch,
            leader_epoch,
            start_offset,
            complete_count: 0,
            batches: Vec::new(),
        };
        let now_ms = self.env.clock.wall_ms();
        shard.write(key, &begun, now_ms).map_err(|error| loading(error.code))?;
        Ok(Loaded { state_epoch, start_offset, batches, count_limit })
    }

    /// Whether the group has a share-partition for initialized that has no state: a power loss took it,
    /// and the group's record lay in another log.
    fn is_lost(self: &Arc<Self>, key: &ShareKey) -> Result<bool, ErrorCode> {
        let image = self.image()?;
        let topic = image.topic(OFFSETS_TOPIC).ok_or(ErrorCode::COORDINATOR_NOT_AVAILABLE)?;
        let index = partition_for(&key.group, topic.partitions().len());
        let partition = topic.partition(index).ok_or(ErrorCode::COORDINATOR_NOT_AVAILABLE)?;
        let leader = partition.handle().leader();
        if leader < 0 {
            return Err(ErrorCode::COORDINATOR_NOT_AVAILABLE);
        }
        let shard = self.group_shard_at(leader, partition.handle());
        let is_known = shard.map_err(loading)?.with(&key.group, |group| {
            let topic = group.initialized.get(&key.topic);
            topic.is_some_and(|topic| topic.partitions.contains(&key.partition))
        });
        Ok(is_known.unwrap_or(false))
    }

    /// The share-partition, if it is loaded.
    pub(crate) fn known_partition(
        &self,
        broker: i32,
        key: &ShareKey,
    ) -> Option<Arc<SharePartition>> {
        let known = self.partitions.lock().get(key).cloned()?;
        if known.is_current(broker) {
            return Some(known);
        }
        known.fence();
        None
    }

    /// A session ends: what its member still holds is given back.
    pub(crate) fn end_session(&self, session: &SessionKey, rules: GiveBack) {
        self.sessions.close(session);
        let known: Vec<_> = self.partitions.lock().values().cloned().collect();
        let of_session = known.into_iter().filter(|partition| {
            partition.key().group == session.group && partition.is_current(session.broker)
        });
        let mut partitions: Vec<_> = of_session.collect();
        partitions.sort_unstable_by(|a, b| a.key().cmp(b.key()));
        for partition in partitions {
            partition.release(&session.member, rules);
        }
    }

    /// What is persisted changed, or is gone: the leader loads it anew.
    pub(crate) fn evict(&self, key: &ShareKey) {
        let known = self.partitions.lock().remove(key);
        if let Some(known) = known {
            known.fence();
        }
    }

    /// Where a share-partition without state begins (`share.auto.offset.reset`).
    fn reset(&self, key: &ShareKey, handle: &Partition) -> Result<i64, ErrorCode> {
        let config = self.config(&key.group);
        let view = handle.view().map_err(|error| error.code())?;
        let upper = match config.isolation {
            Isolation::ReadUncommitted => view.high_watermark,
            Isolation::ReadCommitted => view.last_stable_offset,
        };
        match config.reset {
            Reset::Latest => Ok(upper),
            Reset::Earliest => Ok(view.log_start),
            Reset::Duration(_) if view.log_end == 0 => Ok(upper),
            Reset::Duration(ms) => {
                let time = self.env.clock.wall_ms().saturating_sub(ms);
                let found = handle.log().and_then(|log| log.offset_for_timestamp(time, upper));
                let found = found.map_err(|error| PartitionError::from(error).code())?;
                Ok(found.map_or(upper, |found| found.offset))
            }
        }
    }
}

/// What a failed read of the state means to a member that fetches.
fn loading(code: ErrorCode) -> ErrorCode {
    match code {
        ErrorCode::NOT_COORDINATOR | ErrorCode::COORDINATOR_LOAD_IN_PROGRESS => {
            ErrorCode::COORDINATOR_NOT_AVAILABLE
        }
        ErrorCode::FENCED_LEADER_EPOCH | ErrorCode::FENCED_STATE_EPOCH => {
            ErrorCode::NOT_LEADER_OR_FOLLOWER
        }
        other => other,
    }
}
