//! InitProducerId, key 22, versions 0 to 5 (6 is unstable in Kafka 4.4, and not advertised).
//!
//! Gives an idempotent producer an id that no producer of this cluster ever had (KIP-98).
//! Transactional ids are checked as Kafka checks them, then refused: transactions are not
//! coordinated yet.

use weir_wire::ErrorCode;
use weir_wire::messages::init_producer_id_request::InitProducerIdRequest;
use weir_wire::messages::init_producer_id_response::InitProducerIdResponse;

use crate::ctx::Ctx;
use crate::reply::Reply;

const NO_PRODUCER_ID: i64 = -1;
const NO_PRODUCER_EPOCH: i16 = -1;

pub(crate) fn handle(ctx: &Ctx, request: InitProducerIdRequest) -> Reply<InitProducerIdResponse> {
    let (error, producer_id, producer_epoch) = match init(ctx, &request) {
        Ok(id) => (ErrorCode::NONE, id, 0),
        Err(error) => (error, NO_PRODUCER_ID, NO_PRODUCER_EPOCH),
    };
    Reply::Done(InitProducerIdResponse {
        error_code: error.0,
        producer_id,
        producer_epoch,
        ..InitProducerIdResponse::default()
    })
}

fn init(ctx: &Ctx, request: &InitProducerIdRequest) -> Result<i64, ErrorCode> {
    let names_id = request.producer_id != NO_PRODUCER_ID;
    let names_epoch = request.producer_epoch != NO_PRODUCER_EPOCH;
    if names_id != names_epoch {
        return Err(ErrorCode::INVALID_REQUEST);
    }
    if let Some(transactional_id) = request.transactional_id.as_deref() {
        return Err(refuse_transactional(ctx, transactional_id, request.transaction_timeout_ms));
    }
    // Whatever id a producer had, it gets a new one: an idempotent producer is known by nothing
    // else.
    let id = ctx.engine().controller().allocate_producer_id(ctx.broker_id());
    id.map_err(|error| {
        tracing::warn!(%error, "no block of producer ids could be written");
        ErrorCode::COORDINATOR_NOT_AVAILABLE
    })
}

fn refuse_transactional(ctx: &Ctx, transactional_id: &str, timeout_ms: i32) -> ErrorCode {
    if transactional_id.is_empty() {
        return ErrorCode::INVALID_REQUEST;
    }
    let timeout_max_ms = ctx.image().configs().broker_i32("transaction.max.timeout.ms");
    if timeout_ms <= 0 || timeout_ms > timeout_max_ms {
        return ErrorCode::INVALID_TRANSACTION_TIMEOUT;
    }
    ErrorCode::UNSUPPORTED_VERSION
}
