//! Batches of a transaction on their way into a partition (KIP-890): the partition is in the
//! transaction, or is added to it by the batch, and stays so until the batch is written.

use weir_wire::ErrorCode;

use super::entry::Step;
use super::transaction::{EPOCH_BUMP, Partitions, ProducerRef};
use crate::ctx::Ctx;
use crate::engine::Engine;
use crate::image::Image;
use crate::partition::Partition;

/// What the client's version of Produce or TxnOffsetCommit understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Client {
    /// Knows neither TRANSACTION_ABORTABLE nor how to retry CONCURRENT_TRANSACTIONS.
    Old,
    /// Knows TRANSACTION_ABORTABLE.
    Abortable,
    /// Adds partitions by writing to them (`transaction.version` 2).
    Adds,
}

/// Where a batch wants to go, and in whose name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Batch<'a> {
    pub(crate) transactional_id: &'a str,
    pub(crate) producer: ProducerRef,
    pub(crate) partition: &'a Partition,
    pub(crate) client: Client,
}

/// Calls `append` while the partition is known to be in the producer's open transaction. Errors are
/// those that the client understands.
pub(crate) fn produce<T>(
    ctx: &Ctx,
    batch: Batch<'_>,
    append: impl FnOnce() -> T,
) -> Result<T, ErrorCode> {
    let key = "transaction.partition.verification.enable";
    if batch.client != Client::Adds && !ctx.image().configs().broker_bool(key) {
        return Ok(append());
    }
    within(ctx.engine(), ctx.image(), batch, append)
        .map_err(|error| for_client(error, batch.client))
}

fn within<T>(
    engine: &Engine,
    image: &Image,
    batch: Batch<'_>,
    append: impl FnOnce() -> T,
) -> Result<T, ErrorCode> {
    let shard = engine.txns().shard_anywhere(image, batch.transactional_id)?;
    let entry =
        shard.entry(batch.transactional_id).ok_or(ErrorCode::INVALID_PRODUCER_ID_MAPPING)?;
    let mut state = entry.lock();
    if state.is_gone() {
        return Err(ErrorCode::INVALID_PRODUCER_ID_MAPPING);
    }
    if shard.is_stale() {
        return Err(ErrorCode::NOT_COORDINATOR);
    }
    let (topic, index) = (batch.partition.topic_name(), batch.partition.index());
    if batch.client != Client::Adds {
        state.verify(batch.producer, topic, index)?;
        return Ok(append());
    }
    let added = Partitions::from([(topic.clone(), [index].into())]);
    let now_ms = engine.clock().wall_ms();
    let next = state.ready()?.add(batch.producer, &added, now_ms, EPOCH_BUMP)?;
    if let Some(next) = next
        && let Step::Written(_) = entry.step(&shard, &mut state, next)?
    {
        // Were the batch written before the partition is known to be part of the transaction, no
        // marker might ever follow it.
        return Err(ErrorCode::CONCURRENT_TRANSACTIONS);
    }
    Ok(append())
}

/// As Kafka translates for producers: what an old one would not retry becomes an error that it
/// retries without asking for metadata.
fn for_client(error: ErrorCode, client: Client) -> ErrorCode {
    match (error, client) {
        (ErrorCode::PRODUCER_FENCED, _) => ErrorCode::INVALID_PRODUCER_EPOCH,
        (ErrorCode::TRANSACTION_ABORTABLE, Client::Old) => ErrorCode::INVALID_TXN_STATE,
        (ErrorCode::CONCURRENT_TRANSACTIONS, Client::Adds) => error,
        (
            ErrorCode::CONCURRENT_TRANSACTIONS
            | ErrorCode::COORDINATOR_LOAD_IN_PROGRESS
            | ErrorCode::COORDINATOR_NOT_AVAILABLE
            | ErrorCode::NOT_COORDINATOR,
            _,
        ) => ErrorCode::NOT_ENOUGH_REPLICAS,
        _ => error,
    }
}
