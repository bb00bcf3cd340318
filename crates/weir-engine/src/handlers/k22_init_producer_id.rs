//! InitProducerId, key 22, versions 0 to 5 (6 is unstable in Kafka 4.4, and not advertised).
//!
//! Gives an idempotent producer an id that no producer of this cluster ever had (KIP-98), and a
//! transactional one its id with the next epoch, which fences whoever had it before. An open
//! transaction is aborted first, answered CONCURRENT_TRANSACTIONS. v3 lets a producer go on by
//! naming its id and epoch (KIP-360); before v4 PRODUCER_FENCED is INVALID_PRODUCER_EPOCH.

use weir_wire::ErrorCode;
use weir_wire::messages::init_producer_id_request::InitProducerIdRequest;
use weir_wire::messages::init_producer_id_response::InitProducerIdResponse;

use super::transactions::{Written, wait, without_fenced};
use crate::ctx::Ctx;
use crate::reply::Reply;
use crate::txn::{Init, NO_EPOCH, NO_PRODUCER_ID, ProducerRef, Step, Transaction, version_of};

pub(crate) fn handle(ctx: &Ctx, request: InitProducerIdRequest) -> Reply<InitProducerIdResponse> {
    let version = ctx.version();
    match init(ctx, &request) {
        Ok((producer, written)) => wait(written, move |committed| match committed {
            Ok(()) => producer.map_or_else(
                || failed(version, ErrorCode::CONCURRENT_TRANSACTIONS),
                |producer| answer(ErrorCode::NONE, producer),
            ),
            Err(error) => failed(version, error),
        }),
        Err(error) => Reply::Done(failed(version, error)),
    }
}

fn failed(version: i16, error: ErrorCode) -> InitProducerIdResponse {
    let none = ProducerRef { id: NO_PRODUCER_ID, epoch: NO_EPOCH };
    answer(without_fenced(error, version < 4), none)
}

fn answer(error: ErrorCode, producer: ProducerRef) -> InitProducerIdResponse {
    InitProducerIdResponse {
        error_code: error.0,
        producer_id: producer.id,
        producer_epoch: producer.epoch,
        ..InitProducerIdResponse::default()
    }
}

/// The producer, or `None` where an open transaction had to be aborted first; and what to wait for.
fn init(
    ctx: &Ctx,
    request: &InitProducerIdRequest,
) -> Result<(Option<ProducerRef>, Written), ErrorCode> {
    let names_id = request.producer_id != NO_PRODUCER_ID;
    let names_epoch = request.producer_epoch != NO_EPOCH;
    if names_id != names_epoch {
        return Err(ErrorCode::INVALID_REQUEST);
    }
    let Some(transactional_id) = request.transactional_id.as_deref() else {
        // Whatever id a producer had, it gets a new one: an idempotent producer is known by nothing
        // else.
        let producer = ProducerRef { id: new_producer_id(ctx)?, epoch: 0 };
        return Ok((Some(producer), None));
    };
    check(ctx, transactional_id, request.transaction_timeout_ms)?;
    let expected =
        names_id.then_some(ProducerRef { id: request.producer_id, epoch: request.producer_epoch });
    init_transactional(ctx, transactional_id, request.transaction_timeout_ms, expected)
}

fn check(ctx: &Ctx, transactional_id: &str, timeout_ms: i32) -> Result<(), ErrorCode> {
    if transactional_id.is_empty() {
        return Err(ErrorCode::INVALID_REQUEST);
    }
    let timeout_max_ms = ctx.image().configs().broker_i32("transaction.max.timeout.ms");
    if timeout_ms <= 0 || timeout_ms > timeout_max_ms {
        return Err(ErrorCode::INVALID_TRANSACTION_TIMEOUT);
    }
    Ok(())
}

fn init_transactional(
    ctx: &Ctx,
    transactional_id: &str,
    timeout_ms: i32,
    expected: Option<ProducerRef>,
) -> Result<(Option<ProducerRef>, Written), ErrorCode> {
    let now_ms = ctx.engine().clock().wall_ms();
    let shard = ctx.engine().txns().shard_of(ctx.image(), ctx.broker_id(), transactional_id)?;
    let entry = shard.entry_or_new(transactional_id, || {
        Ok(Transaction::new(new_producer_id(ctx)?, timeout_ms, now_ms))
    })?;
    let mut state = entry.lock();
    let version = version_of(ctx.image());
    let init =
        state.ready()?.init(expected, timeout_ms, now_ms, version, || new_producer_id(ctx))?;
    let (producer, next) = match init {
        Init::Ready(next) => (Some(next.producer()), next),
        Init::Fence(next) => (None, next),
    };
    let step = entry.step(&shard, &mut state, next)?;
    drop(state);
    let written = match step {
        Step::Done => None,
        Step::Written(required) => Some((shard, required)),
    };
    Ok((producer, written))
}

fn new_producer_id(ctx: &Ctx) -> Result<i64, ErrorCode> {
    let id = ctx.engine().controller().allocate_producer_id(ctx.broker_id());
    id.map_err(|error| {
        tracing::warn!(%error, "no block of producer ids could be written");
        ErrorCode::COORDINATOR_NOT_AVAILABLE
    })
}
