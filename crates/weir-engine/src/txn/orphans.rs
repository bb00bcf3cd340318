//! After a power loss: transactions that are open in a partition's log, and that no coordinator
//! knows to be open.
//!
//! Logs are not synced with each record, so one may have lost a marker, or the coordinator's the
//! beginning. Nobody would ever end such a transaction, and the next one of its producer would be
//! joined to it. So they are ended before coordinators answer: as the coordinator remembers where
//! the epochs tell that it is the same one (KIP-890), else by aborting. A producer that would go on
//! in the same epoch, and commit what is left, is fenced.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::entry::Entry;
use super::markers::{Marker, write_marker};
use super::shard::Shard;
use super::state::TxnState;
use super::transaction::{Init, Transaction};
use super::{TRANSACTION_TOPIC, Txns, version_of};
use crate::engine::Engine;
use crate::image::Image;
use crate::log::ActiveProducer;
use crate::partition::Partition;
use weir_wire::ErrorCode;

/// How long clients wait for logs to be recovered.
const PATIENCE_MS: i64 = 30_000;

/// What a coordinator knows of a producer.
#[derive(Debug, Clone)]
struct Owner {
    shard: Arc<Shard>,
    entry: Arc<Entry>,
    transaction: Transaction,
}

/// What coordinators know, by producer id.
type Known = HashMap<i64, Owner>;

impl Txns {
    /// Whether coordinators may answer.
    pub(crate) fn is_whole(&self) -> bool {
        self.is_whole.load(Ordering::Acquire)
    }

    /// Whether there is time to wait for logs. One that cannot be recovered must not keep everybody
    /// waiting.
    fn is_patient(&self) -> bool {
        let now_ms = self.env.clock.monotonic_ms();
        let until_ms = match self.whole_by_ms.load(Ordering::Relaxed) {
            0 => now_ms.saturating_add(PATIENCE_MS),
            until_ms => until_ms,
        };
        self.whole_by_ms.store(until_ms, Ordering::Relaxed);
        now_ms < until_ms
    }

    /// Ends orphans once every log is recovered, every coordinator loaded, and what it loaded is
    /// committed. `shards` are the led ones.
    pub(super) fn end_orphans(&self, image: &Image, shards: &[Arc<Shard>]) {
        let Some(engine) = self.env.engine().filter(|_| !self.is_whole()) else { return };
        let states = image.topic(TRANSACTION_TOPIC).map_or(&[][..], |topic| topic.partitions());
        let wanted = states.iter().filter(|partition| partition.handle().has_data()).count();
        let is_ready = !engine.has_unrecovered_logs()
            && shards.len() >= wanted
            && shards.iter().all(|shard| shard.is_settled());
        if !is_ready && self.is_patient() {
            return;
        }
        let known = known(shards);
        for partition in image.topics().flat_map(|topic| topic.partitions()) {
            end_orphans_of(&engine, image, partition.handle(), &known);
        }
        self.is_whole.store(true, Ordering::Release);
    }
}

fn known(shards: &[Arc<Shard>]) -> Known {
    let mut known = Known::new();
    for shard in shards {
        for entry in shard.entries() {
            let Some(transaction) = entry.lock().newest().cloned() else { continue };
            let owner = Owner { shard: shard.clone(), entry, transaction };
            known.insert(owner.transaction.previous_producer_id, owner.clone());
            known.insert(owner.transaction.producer_id, owner);
        }
    }
    known
}

fn end_orphans_of(engine: &Engine, image: &Image, partition: &Arc<Partition>, known: &Known) {
    let open = partition.opened().is_some_and(|log| log.first_unstable_offset().is_some());
    let Some(mut producers) = partition.producers().ok().filter(|_| open) else { return };
    producers.sort_unstable_by_key(|producer| producer.id);
    for producer in producers.into_iter().filter(|producer| producer.txn_start.is_some()) {
        let owner = known.get(&producer.id);
        let transaction = owner.map(|owner| &owner.transaction);
        let Some(commit) = verdict(partition, &producer, transaction) else { continue };
        let marker = Marker {
            producer_id: producer.id,
            producer_epoch: producer.epoch,
            commit,
            coordinator_epoch: producer.coordinator_epoch.max(0),
        };
        let (topic, index, id) = (partition.topic_name(), partition.index(), producer.id);
        match write_marker(engine, image, partition, marker) {
            Ok(_) => {
                tracing::info!(%topic, index, id, commit, "an orphaned transaction is ended");
                owner.into_iter().for_each(|owner| owner.fence(engine, image, &producer));
            }
            Err(error) => {
                let error = error.name();
                tracing::warn!(%topic, index, id, error, "an orphaned transaction stays open");
            }
        }
    }
}

impl Owner {
    /// Raises the epoch of a producer that would go on in the one of the ended transaction.
    fn fence(&self, engine: &Engine, image: &Image, producer: &ActiveProducer) {
        let mut state = self.entry.lock();
        let now_ms = self.shard.env.clock.wall_ms();
        let next = match state.ready() {
            Ok(now) if now.producer_id == producer.id && now.epoch == producer.epoch => {
                let new_id = || {
                    let id = engine.controller().allocate_producer_id(self.shard.broker());
                    id.map_err(|_| ErrorCode::COORDINATOR_NOT_AVAILABLE)
                };
                now.init(None, now.timeout_ms, now_ms, version_of(image), new_id)
            }
            _ => return,
        };
        let next = next.map(|init| match init {
            Init::Ready(next) | Init::Fence(next) => next,
        });
        let result = next.and_then(|next| self.entry.step(&self.shard, &mut state, next));
        if let Err(error) = result {
            let (id, error) = (self.entry.id(), error.name());
            tracing::warn!(%id, error, "the producer of an orphaned transaction is not fenced");
        }
    }
}

/// How the open transaction of a producer is to be ended; `None`: its coordinator will.
fn verdict(
    partition: &Partition,
    producer: &ActiveProducer,
    known: Option<&Transaction>,
) -> Option<bool> {
    let Some(known) = known else { return Some(false) };
    let is_in = known.contains(partition.topic_name(), partition.index());
    let is_next = producer.epoch.checked_add(1) == Some(known.epoch);
    match known.state {
        TxnState::Ongoing if is_in && known.epoch == producer.epoch => None,
        TxnState::PrepareCommit | TxnState::PrepareAbort if is_in => None,
        TxnState::CompleteCommit => Some(is_next && known.producer_id == producer.id),
        _ => Some(false),
    }
}
