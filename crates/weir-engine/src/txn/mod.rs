//! The transaction coordinator, kept in `__transaction_state`.
//!
//! Each partition of that topic is a [`Shard`], held by the broker that leads it: loaded from the
//! log at the first touch or in the background, dropped when the leader epoch changes. An
//! [`Entry`] is a lock around one [`Transaction`]. A step is in the log, and committed there,
//! before it counts; until then the transactional id is busy (CONCURRENT_TRANSACTIONS), also where
//! another coordinator wrote it and this one loaded it. A decided
//! outcome is written to every partition of the transaction before it is noted as complete, and
//! whoever loads the log after a crash goes on with it.
//!
//! All brokers share one process, so markers are appended, not sent; and a batch of a transaction is
//! checked and appended under its entry's lock, so no marker can come between (what Kafka's
//! verification guard is for, KIP-890).

mod entry;
mod error;
mod expiry;
mod load;
mod markers;
mod orphans;
mod produce;
mod records;
mod shard;
mod state;
#[cfg(test)]
mod tests;
mod transaction;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64};
use std::sync::{Arc, OnceLock, Weak};

use parking_lot::Mutex;
use weir_wire::ErrorCode;

use crate::clock::Clock;
use crate::engine::{Engine, Shared};
use crate::groups::partition_for;
use crate::image::Image;
use crate::partition::Partition;
use crate::timer::Timers;

pub(crate) use entry::{Entry, Step};
pub(crate) use markers::{Marker, write_marker};
pub(crate) use produce::{Batch, Client, produce};
pub(crate) use shard::Shard;
pub(crate) use state::TxnState;
pub(crate) use transaction::{
    EPOCH_BUMP, End, Ended, Init, NO_EPOCH, NO_PRODUCER_ID, Partitions, ProducerRef, Transaction,
};

/// The topic that transactions live in.
pub(crate) const TRANSACTION_TOPIC: &str = "__transaction_state";
/// The feature that says which protocol of transactions the cluster speaks (KIP-890).
const TRANSACTION_VERSION: &str = "transaction.version";

/// The cluster's `transaction.version`.
pub(crate) fn version_of(image: &Image) -> i16 {
    image.features().get(TRANSACTION_VERSION).copied().unwrap_or(0)
}

/// What coordinators need of the engine.
#[derive(Debug, Clone)]
pub(crate) struct TxnEnv {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) timers: Arc<Timers>,
    engine: Arc<OnceLock<Weak<Shared>>>,
}

impl TxnEnv {
    /// The engine, unless it is going away.
    fn engine(&self) -> Option<Engine> {
        let shared = self.engine.get()?.upgrade()?;
        Some(Engine { shared })
    }
}

/// The transaction coordinators of every broker.
#[derive(Debug)]
pub(crate) struct Txns {
    env: TxnEnv,
    /// By partition of `__transaction_state`.
    shards: Mutex<HashMap<i32, Arc<Shard>>>,
    /// When transactions are next looked through for timed-out ones (monotonic, ms).
    next_abort_ms: AtomicI64,
    /// And ids for expired ones.
    next_expiry_ms: AtomicI64,
    /// Nothing was lost, or what a power loss left of transactions is tidied up.
    is_whole: AtomicBool,
    /// When that is no longer waited for (monotonic, ms).
    whole_by_ms: AtomicI64,
}

impl Txns {
    /// `is_whole`: no power loss came before.
    pub(crate) fn new(clock: Arc<dyn Clock>, timers: Arc<Timers>, is_whole: bool) -> Self {
        Self {
            env: TxnEnv { clock, timers, engine: Arc::default() },
            shards: Mutex::default(),
            next_abort_ms: AtomicI64::new(0),
            next_expiry_ms: AtomicI64::new(0),
            is_whole: AtomicBool::new(is_whole),
            whole_by_ms: AtomicI64::new(0),
        }
    }

    /// Tells the coordinators their engine, once it is made.
    pub(crate) fn attach(&self, engine: &Arc<Shared>) {
        let _ = self.env.engine.set(Arc::downgrade(engine));
    }

    /// The shard of a transactional id on `broker`, loaded. NOT_COORDINATOR when another broker leads
    /// its partition, COORDINATOR_LOAD_IN_PROGRESS while it is read from the log.
    pub(crate) fn shard_of(
        &self,
        image: &Image,
        broker: i32,
        transactional_id: &str,
    ) -> Result<Arc<Shard>, ErrorCode> {
        let partition = partition_of(image, transactional_id)?;
        self.answering_shard(broker, &partition)
    }

    /// The shard of a transactional id, on whichever broker it is.
    pub(crate) fn shard_anywhere(
        &self,
        image: &Image,
        transactional_id: &str,
    ) -> Result<Arc<Shard>, ErrorCode> {
        let partition = partition_of(image, transactional_id)?;
        match partition.leader() {
            broker @ 0.. => self.answering_shard(broker, &partition),
            _ => Err(ErrorCode::COORDINATOR_NOT_AVAILABLE),
        }
    }

    /// Every shard that `broker` leads, loaded or not.
    pub(crate) fn shards_of(
        &self,
        image: &Image,
        broker: i32,
    ) -> Vec<Result<Arc<Shard>, ErrorCode>> {
        let Some(topic) = image.topic(TRANSACTION_TOPIC) else { return Vec::new() };
        let led = topic.partitions().iter().map(|partition| partition.handle());
        led.filter(|partition| partition.leader() == broker)
            .map(|partition| self.answering_shard(broker, partition))
            .filter(|shard| !matches!(shard, Err(ErrorCode::NOT_COORDINATOR)))
            .collect()
    }

    /// The shard for a client's request.
    fn answering_shard(
        &self,
        broker: i32,
        partition: &Arc<Partition>,
    ) -> Result<Arc<Shard>, ErrorCode> {
        match self.shard(broker, partition) {
            Ok(_) if !self.is_whole() => Err(ErrorCode::COORDINATOR_LOAD_IN_PROGRESS),
            shard => shard,
        }
    }

    fn shard(&self, broker: i32, partition: &Arc<Partition>) -> Result<Arc<Shard>, ErrorCode> {
        if partition.leader() != broker || partition.is_deleted() {
            return Err(ErrorCode::NOT_COORDINATOR);
        }
        let shard = self.current(broker, partition);
        shard.ensure_loaded()?;
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
        shards.insert(partition.index(), shard.clone());
        shard
    }
}

/// The partition of `__transaction_state` that holds a transactional id.
fn partition_of(image: &Image, transactional_id: &str) -> Result<Arc<Partition>, ErrorCode> {
    let topic = image.topic(TRANSACTION_TOPIC).ok_or(ErrorCode::NOT_COORDINATOR)?;
    let index = partition_for(transactional_id, topic.partitions().len());
    let partition = topic.partition(index).ok_or(ErrorCode::NOT_COORDINATOR)?;
    Ok(partition.handle().clone())
}
