//! FindCoordinator, key 10, versions 0 to 6.
//!
//! v4 asks for many keys in one request (KIP-699). The broker that leads the group's partition of
//! `__consumer_offsets` coordinates it, that of `__transaction_state` a transactional id (key type
//! 1); the topic is made by the first request that needs it. Share groups (2) are not coordinated
//! yet.

use weir_wire::messages::find_coordinator_request::FindCoordinatorRequest;
use weir_wire::messages::find_coordinator_response::{Coordinator, FindCoordinatorResponse};
use weir_wire::{ErrorCode, Str};

use crate::ctx::Ctx;
use crate::groups::{OFFSETS_TOPIC, partition_for};
use crate::image::BrokerImage;
use crate::reply::Reply;
use crate::share::STATE_TOPIC;
use crate::share::key::ShareKey;
use crate::txn::TRANSACTION_TOPIC;

const GROUP: i8 = 0;
const TRANSACTION: i8 = 1;
const SHARE: i8 = 2;

pub(crate) fn handle(ctx: &Ctx, request: FindCoordinatorRequest) -> Reply<FindCoordinatorResponse> {
    if ctx.version() >= 4 {
        let found = request.coordinator_keys.iter().map(|key| one(ctx, request.key_type, key));
        let coordinators = found.collect();
        return Reply::Done(FindCoordinatorResponse {
            coordinators,
            ..FindCoordinatorResponse::default()
        });
    }
    let found = one(ctx, request.key_type, &request.key);
    Reply::Done(FindCoordinatorResponse {
        error_code: found.error_code,
        // These versions say so when nothing is wrong.
        error_message: match found.error_code {
            0 => Some(Str::from_static(ErrorCode::NONE.name())),
            _ => found.error_message,
        },
        node_id: found.node_id,
        host: found.host,
        port: found.port,
        ..FindCoordinatorResponse::default()
    })
}

fn one(ctx: &Ctx, key_type: i8, key: &Str) -> Coordinator {
    match find(ctx, key_type, key) {
        Ok(broker) => Coordinator {
            key: key.clone(),
            node_id: broker.id,
            host: broker.host.clone(),
            port: i32::from(broker.port),
            ..Coordinator::default()
        },
        Err(error) => Coordinator {
            key: key.clone(),
            node_id: -1,
            port: -1,
            error_code: error.0,
            error_message: Some(Str::from(message(key_type, error))),
            ..Coordinator::default()
        },
    }
}

fn message(key_type: i8, error: ErrorCode) -> &'static str {
    match error {
        ErrorCode::INVALID_REQUEST if key_type == SHARE => "",
        ErrorCode::INVALID_REQUEST => {
            "This most likely occurs because of a request being malformed by the client library or the message was sent to an incompatible broker. See the broker logs for more details."
        }
        _ => "The coordinator is not available.",
    }
}

fn find(ctx: &Ctx, key_type: i8, key: &str) -> Result<std::sync::Arc<BrokerImage>, ErrorCode> {
    let topic_name = match key_type {
        GROUP => OFFSETS_TOPIC,
        TRANSACTION => TRANSACTION_TOPIC,
        SHARE if ctx.version() >= 6 && ShareKey::parse(key).is_some() => STATE_TOPIC,
        _ => return Err(ErrorCode::INVALID_REQUEST),
    };
    let missing = ErrorCode::COORDINATOR_NOT_AVAILABLE;
    let topic = ctx.engine().create_internal_topic(topic_name).map_err(|refusal| {
        tracing::warn!(error = refusal.code.name(), "{topic_name} cannot be made");
        missing
    })?;
    let index = partition_for(key, topic.partitions().len());
    let leader = topic.partition(index).ok_or(missing)?.assignment().leader;
    let image = ctx.engine().image();
    let broker = image.broker(leader).filter(|broker| broker.is_alive());
    broker.cloned().ok_or(missing)
}
