//! What time ends: transactions that outlast their timeout are aborted, transactional ids that
//! nobody used for `transactional.id.expiration.ms` are forgotten.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use super::entry::Entry;
use super::shard::Shard;
use super::{TRANSACTION_TOPIC, Txns, version_of};
use crate::image::Image;

impl Txns {
    /// Loads what a coordinator leads and nobody has asked for, so that a decided transaction is
    /// carried out after a restart; then what time ends. For a thread that may do file I/O.
    pub(crate) fn look_after(&self, image: &Image) {
        let configs = image.configs();
        let interval = |key: &str| i64::from(configs.broker_i32(key));
        let abort_ms = interval("transaction.abort.timed.out.transaction.cleanup.interval.ms");
        let expiry_ms = interval("transaction.remove.expired.transaction.cleanup.interval.ms");
        let shards = self.led_shards(image);
        self.end_orphans(image, &shards);
        let now_ms = self.env.clock.wall_ms();
        if self.is_due(&self.next_abort_ms, abort_ms) {
            let version = version_of(image);
            shards.iter().for_each(|shard| shard.abort_timed_out(now_ms, version));
        }
        if self.is_due(&self.next_expiry_ms, expiry_ms) {
            let expiration_ms = interval("transactional.id.expiration.ms");
            shards.iter().for_each(|shard| shard.forget_expired(now_ms, expiration_ms));
        }
    }

    /// Whether an interval has passed; the first begins when this is first asked.
    fn is_due(&self, next: &AtomicI64, interval_ms: i64) -> bool {
        let now_ms = self.env.clock.monotonic_ms();
        let due_ms = next.load(Ordering::Relaxed);
        if now_ms < due_ms {
            return false;
        }
        next.store(now_ms.saturating_add(interval_ms.max(1)), Ordering::Relaxed);
        due_ms > 0
    }

    fn led_shards(&self, image: &Image) -> Vec<Arc<Shard>> {
        let Some(topic) = image.topic(TRANSACTION_TOPIC) else { return Vec::new() };
        let mut shards = Vec::new();
        for partition in topic.partitions().iter().map(|partition| partition.handle()) {
            let leader = partition.leader();
            if leader < 0 || !partition.has_data() {
                continue;
            }
            match self.shard(leader, partition) {
                Ok(shard) => shards.push(shard),
                Err(error) => {
                    let partition = partition.index();
                    tracing::debug!(partition, error = error.name(), "not visited");
                }
            }
        }
        shards
    }
}

impl Shard {
    fn abort_timed_out(&self, now_ms: i64, version: i16) {
        for entry in self.entries() {
            let mut state = entry.lock();
            let next = match state.ready() {
                Ok(transaction) if transaction.is_timed_out(now_ms) => {
                    transaction.fence(now_ms, version)
                }
                _ => continue,
            };
            let result = entry.step(self, &mut state, next).map(drop);
            report(&entry, "a timed-out transaction could not be aborted", result);
        }
    }

    fn forget_expired(&self, now_ms: i64, expiration_ms: i64) {
        for entry in self.entries() {
            let mut state = entry.lock();
            let is_expired = state.ready().is_ok_and(|it| it.is_expired(now_ms, expiration_ms));
            if is_expired {
                let result = entry.expire(self, &mut state);
                report(&entry, "an expired transactional id could not be removed", result);
            }
        }
    }
}

fn report(entry: &Entry, what: &'static str, result: Result<(), weir_wire::ErrorCode>) {
    if let Err(error) = result {
        tracing::warn!(id = %entry.id(), error = error.name(), what);
    }
}
