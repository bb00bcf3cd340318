//! What the handlers of transactions share.

use std::sync::Arc;

use weir_wire::ErrorCode;

use crate::ctx::Ctx;
use crate::reply::Reply;
use crate::txn::{Partitions, ProducerRef, Shard, Step};

/// A step that is written and not committed: where, and the high watermark it waits for. `None`:
/// there is nothing to wait for.
pub(super) type Written = Option<(Arc<Shard>, i64)>;

/// Answers once the step is committed.
pub(super) fn wait<R: Send + 'static>(
    written: Written,
    answer: impl FnOnce(Result<(), ErrorCode>) -> R + Send + 'static,
) -> Reply<R> {
    match written {
        None => Reply::Done(answer(Ok(()))),
        Some((shard, required)) => {
            Reply::wait(async move { Some(answer(shard.committed(required).await)) })
        }
    }
}

/// Older clients know no PRODUCER_FENCED.
pub(super) fn without_fenced(error: ErrorCode, is_old: bool) -> ErrorCode {
    match error {
        ErrorCode::PRODUCER_FENCED if is_old => ErrorCode::INVALID_PRODUCER_EPOCH,
        error => error,
    }
}

/// Adds partitions to the producer's transaction, on the coordinator that was asked.
pub(super) fn add_partitions(
    ctx: &Ctx,
    transactional_id: &str,
    producer: ProducerRef,
    partitions: &Partitions,
    version: i16,
) -> Result<Written, ErrorCode> {
    if transactional_id.is_empty() {
        return Err(ErrorCode::INVALID_REQUEST);
    }
    let shard = ctx.engine().txns().shard_of(ctx.image(), ctx.broker_id(), transactional_id)?;
    let entry = shard.entry(transactional_id).ok_or(ErrorCode::INVALID_PRODUCER_ID_MAPPING)?;
    let now_ms = ctx.engine().clock().wall_ms();
    let mut state = entry.lock();
    let next = match state.ready() {
        Ok(transaction) => transaction.add(producer, partitions, now_ms, version)?,
        // Who is fenced hears of it even now.
        Err(busy) => {
            state.transaction().add(producer, partitions, now_ms, version)?;
            return Err(busy);
        }
    };
    let Some(next) = next else { return Ok(None) };
    Ok(match entry.step(&shard, &mut state, next)? {
        Step::Done => None,
        Step::Written(required) => Some((shard.clone(), required)),
    })
}
