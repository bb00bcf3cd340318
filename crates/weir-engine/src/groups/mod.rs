//! The group coordinator: consumer groups of the classic and the newer protocol (KIP-848), streams
//! groups (KIP-1071) and committed offsets, kept in `__consumer_offsets`.
//!
//! Each partition of that topic is a [`Shard`], held by the broker that leads it: loaded from the
//! log at the first touch, dropped when the leader epoch changes, so that a coordinator which moves
//! always starts from the log. A [`Group`] is a lock around one [`classic::ClassicGroup`] and its
//! offsets; every change is in the log before it is answered.

mod classic;
mod commit;
mod consumer;
mod deadlines;
mod error;
mod expiry;
mod group;
mod latest;
mod load;
mod modern;
mod modern_state;
mod modern_streams;
mod offsets;
mod placement;
mod records;
mod replaced;
mod shard;
mod step;
mod streams;
mod topic_hash;
mod transactional;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use parking_lot::Mutex;
use weir_wire::ErrorCode;

use self::consumer::ConsumerConfig;
use self::step::ConfigCache;
use self::streams::StreamsConfig;
use crate::clock::Clock;
use crate::image::Image;
use crate::partition::Partition;
use crate::share::config::ShareConfig;
use crate::timer::Timers;

pub(crate) use classic::{JoinContext, Member, Now, State, join_error};
pub(crate) use commit::{CommitRow, Committer};
pub(crate) use consumer::{ConsumerMember, validate_heartbeat, validate_regex};
pub(crate) use group::Group;
pub(crate) use offsets::{Committed, NONE as NO_EXPIRY, Offsets};
pub(crate) use placement::partition_for;
pub(crate) use shard::Shard;
pub(crate) use step::{Caller, GroupConfig};
pub(crate) use streams::{
    ASSIGNOR as STREAMS_ASSIGNOR, Beaten, Configured, InternalTopic, StreamsMember, TaskIds,
    TaskOffsets, Tasks, Topology, creation_failed,
    validate_heartbeat as validate_streams_heartbeat, validate_topics as validate_streams_topics,
};

/// The topic that groups live in.
pub(crate) const OFFSETS_TOPIC: &str = "__consumer_offsets";

/// What coordinators need of the engine.
#[derive(Debug, Clone)]
pub(crate) struct GroupsEnv {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) timers: Arc<Timers>,
    pub(crate) consumer_configs: Arc<ConfigCache<ConsumerConfig>>,
    pub(crate) streams_configs: Arc<ConfigCache<StreamsConfig>>,
    pub(crate) share_configs: Arc<ConfigCache<ShareConfig>>,
    /// The least that a classic group's first members are waited for.
    pub(crate) first_generation_ms: i32,
}

impl GroupsEnv {
    pub(crate) fn now(&self) -> Now {
        Now { monotonic_ms: self.clock.monotonic_ms(), wall_ms: self.clock.wall_ms() }
    }
}

/// The group coordinators of every broker.
#[derive(Debug)]
pub(crate) struct Groups {
    env: GroupsEnv,
    /// By partition of `__consumer_offsets`.
    shards: Mutex<HashMap<i32, Arc<Shard>>>,
    /// When offsets are next looked through for expired ones (monotonic, ms).
    next_expiry_ms: AtomicI64,
}

impl Groups {
    pub(crate) fn new(env: GroupsEnv) -> Self {
        Self { env, shards: Mutex::default(), next_expiry_ms: AtomicI64::new(0) }
    }

    pub(crate) fn env(&self) -> &GroupsEnv {
        &self.env
    }

    /// The shard of `group` on `broker`, loaded. NOT_COORDINATOR when another broker leads its
    /// partition, COORDINATOR_LOAD_IN_PROGRESS while it is read from the log.
    pub(crate) fn shard_of(
        &self,
        image: &Image,
        broker: i32,
        group: &str,
    ) -> Result<Arc<Shard>, ErrorCode> {
        let topic = image.topic(OFFSETS_TOPIC).ok_or(ErrorCode::NOT_COORDINATOR)?;
        let index = partition_for(group, topic.partitions().len());
        let partition = topic.partition(index).ok_or(ErrorCode::NOT_COORDINATOR)?;
        self.shard(image, broker, partition.handle())
    }

    /// Every shard that `broker` leads, loaded or not.
    pub(crate) fn shards_of(
        &self,
        image: &Image,
        broker: i32,
    ) -> Vec<Result<Arc<Shard>, ErrorCode>> {
        let Some(topic) = image.topic(OFFSETS_TOPIC) else { return Vec::new() };
        let led = topic.partitions().iter().map(|partition| partition.handle());
        led.filter(|partition| partition.leader() == broker)
            .map(|partition| self.shard(image, broker, partition))
            .filter(|shard| !matches!(shard, Err(ErrorCode::NOT_COORDINATOR)))
            .collect()
    }

    fn shard(
        &self,
        image: &Image,
        broker: i32,
        partition: &Arc<Partition>,
    ) -> Result<Arc<Shard>, ErrorCode> {
        if partition.leader() != broker || partition.is_deleted() {
            return Err(ErrorCode::NOT_COORDINATOR);
        }
        let shard = self.current(broker, partition);
        shard.ensure_loaded(image)?;
        Ok(shard)
    }

    /// The shard of this leadership; one of an earlier leadership is dropped.
    fn current(&self, broker: i32, partition: &Arc<Partition>) -> Arc<Shard> {
        let mut shards = self.shards.lock();
        if let Some(shard) = shards.get(&partition.index())
            && shard.is_of(broker, partition)
        {
            return shard.clone();
        }
        let shard = Shard::new(self.env.clone(), broker, partition.clone());
        let old = shards.insert(partition.index(), shard.clone());
        drop(shards);
        if let Some(old) = old {
            old.retire();
        }
        shard
    }
}
