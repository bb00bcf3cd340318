//! EndTxn, key 26, versions 0 to 5.
//!
//! Commits or aborts. The answer comes once the decision is in the log; markers follow at once where
//! their partitions can take them. v5 raises the producer's epoch with each end and answers it, or a
//! new id where epochs are exhausted (KIP-890), and is UNSUPPORTED_VERSION while `transaction.version` is 0; before v2 PRODUCER_FENCED is
//! INVALID_PRODUCER_EPOCH.

use weir_wire::ErrorCode;
use weir_wire::messages::end_txn_request::EndTxnRequest;
use weir_wire::messages::end_txn_response::EndTxnResponse;

use super::transactions::{Written, wait, without_fenced};
use crate::ctx::Ctx;
use crate::reply::Reply;
use crate::txn::{EPOCH_BUMP, End, Ended, NO_EPOCH, NO_PRODUCER_ID, ProducerRef, Step, version_of};

pub(crate) fn handle(ctx: &Ctx, request: EndTxnRequest) -> Reply<EndTxnResponse> {
    let version = ctx.version();
    match end(ctx, &request) {
        Ok((producer, written)) => wait(written, move |committed| match committed {
            Ok(()) => answer(version, ErrorCode::NONE, producer),
            Err(error) => failed(version, error),
        }),
        Err(error) => Reply::Done(failed(version, error)),
    }
}

fn failed(version: i16, error: ErrorCode) -> EndTxnResponse {
    let none = ProducerRef { id: NO_PRODUCER_ID, epoch: NO_EPOCH };
    answer(version, without_fenced(error, version < 2), none)
}

fn answer(version: i16, error: ErrorCode, producer: ProducerRef) -> EndTxnResponse {
    let mut response = EndTxnResponse { error_code: error.0, ..EndTxnResponse::default() };
    if version >= 5 {
        response.producer_id = producer.id;
        response.producer_epoch = producer.epoch;
    }
    response
}

fn end(ctx: &Ctx, request: &EndTxnRequest) -> Result<(ProducerRef, Written), ErrorCode> {
    let id = request.transactional_id.as_str();
    if id.is_empty() {
        return Err(ErrorCode::INVALID_REQUEST);
    }
    let shard = ctx.engine().txns().shard_of(ctx.image(), ctx.broker_id(), id)?;
    let entry = shard.entry(id).ok_or(ErrorCode::INVALID_PRODUCER_ID_MAPPING)?;
    let end = End {
        producer: ProducerRef { id: request.producer_id, epoch: request.producer_epoch },
        commit: request.committed,
        version: if ctx.version() >= 5 { EPOCH_BUMP } else { 0 },
    };
    let now_ms = ctx.engine().clock().wall_ms();
    let new_producer_id = || {
        let id = ctx.engine().controller().allocate_producer_id(ctx.broker_id());
        id.map_err(|_| ErrorCode::COORDINATOR_NOT_AVAILABLE)
    };
    let mut state = entry.lock();
    let ended = match state.ready() {
        Ok(transaction) => transaction.end(end, now_ms, new_producer_id)?,
        // Who is fenced hears of it even now.
        Err(busy) => {
            state.transaction().end(end, now_ms, || Err(busy))?;
            return Err(busy);
        }
    };
    let Ended::Prepare(next) = ended else {
        return Ok((state.transaction().producer(), None));
    };
    if ctx.version() >= 5 && version_of(ctx.image()) == 0 {
        // The log's format of then has no field for the epoch that this raises. (Kafka's coordinator finds out
        // when it writes, and leaves the transaction between two states until it is loaded anew.)
        return Err(ErrorCode::UNSUPPORTED_VERSION);
    }
    let producer = next.producer_after();
    Ok(match entry.step(&shard, &mut state, next)? {
        Step::Done => (producer, None),
        Step::Written(required) => (producer, Some((shard.clone(), required))),
    })
}
