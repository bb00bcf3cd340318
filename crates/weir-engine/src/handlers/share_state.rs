//! What the five APIs of the share coordinator have in common.

use std::sync::Arc;

use weir_wire::{ErrorCode, Str, Uuid};

use crate::ctx::Ctx;
use crate::share::Share;
use crate::share::key::ShareKey;
use crate::share::partition::Persisted;
use crate::share::state::{StateError, StateShard};

/// One share-partition of a request, on its coordinator.
pub(super) struct Served {
    pub(super) share: Arc<Share>,
    pub(super) shard: Arc<StateShard>,
    pub(super) key: ShareKey,
    pub(super) now_ms: i64,
    pub(super) version: i16,
}

impl Served {
    /// A write to wait for.
    pub(super) fn wait(&self, required: i64) -> Persisted {
        Persisted::new(self.shard.clone(), required)
    }
}

/// Asks the coordinator of a share-partition, as Kafka in this order: NOT_COORDINATOR elsewhere,
/// INVALID_REQUEST for a partition below 0, what `check` refuses, UNKNOWN_TOPIC_OR_PARTITION. `act`
/// checks by itself.
pub(super) fn serve<T>(
    ctx: &Ctx,
    group: &Str,
    (topic, partition): (Uuid, i32),
    check: impl FnOnce(&Served) -> Result<(), StateError>,
    act: impl FnOnce(&Served) -> Result<T, StateError>,
) -> Result<T, StateError> {
    let share = ctx.engine().share().clone();
    share.saw(ctx.image());
    let key = ShareKey { group: group.detached(), topic, partition };
    let shard = share.state_shard_on(ctx.broker_id(), &key)?;
    let now_ms = ctx.engine().clock().wall_ms();
    let served = Served { share, shard, key, now_ms, version: ctx.version() };
    if partition < 0 {
        return Err(StateError::invalid("The partition id cannot be a negative number."));
    }
    if ctx.partition_by_id(topic, partition).is_err() {
        check(&served)?;
        return Err(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION.into());
    }
    act(&served)
}

/// The answers by topic, in the order of the request, of what `one` does with each partition.
pub(super) fn each_partition<'r, Asked: 'r, Answer, Answers>(
    topics: impl Iterator<Item = (Uuid, &'r [Asked])>,
    mut one: impl FnMut(Uuid, &'r Asked) -> Answer,
    answers: impl Fn(Uuid, Vec<Answer>) -> Answers,
) -> Vec<Answers> {
    let of_topic = |(topic, partitions): (Uuid, &'r [Asked])| {
        let done = partitions.iter().map(|asked| one(topic, asked)).collect();
        answers(topic, done)
    };
    topics.map(of_topic).collect()
}
