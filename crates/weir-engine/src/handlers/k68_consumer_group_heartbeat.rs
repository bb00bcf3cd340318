//! ConsumerGroupHeartbeat, key 68, versions 0 to 1 (KIP-848).
//!
//! Joining, staying and leaving in one API; the rules are `groups::consumer`. v1 adds subscriptions
//! by regular expression, and the client makes its own member id.

use std::sync::Arc;

use weir_wire::messages::consumer_group_heartbeat_request::ConsumerGroupHeartbeatRequest;
use weir_wire::messages::consumer_group_heartbeat_response::ConsumerGroupHeartbeatResponse;
use weir_wire::{ErrorCode, Str};

use crate::controller::Refusal;
use crate::ctx::Ctx;
use crate::groups::{Caller, Shard, validate_heartbeat, validate_regex};
use crate::reply::Reply;

pub(crate) fn handle(
    ctx: &Ctx,
    request: ConsumerGroupHeartbeatRequest,
) -> Reply<ConsumerGroupHeartbeatResponse> {
    let (shard, response, required) = match beat(ctx, &request) {
        Ok(done) => done,
        Err(refusal) => return Reply::Done(refused(&refusal)),
    };
    if shard.is_committed(required) {
        return Reply::Done(response);
    }
    Reply::wait(async move {
        Some(match shard.committed(required).await {
            Ok(()) => response,
            Err(error) => refused(&error.into()),
        })
    })
}

fn refused(refusal: &Refusal) -> ConsumerGroupHeartbeatResponse {
    ConsumerGroupHeartbeatResponse {
        error_code: refusal.code.0,
        error_message: refusal.text(),
        ..Default::default()
    }
}

type Done = (Arc<Shard>, ConsumerGroupHeartbeatResponse, i64);

fn beat(ctx: &Ctx, request: &ConsumerGroupHeartbeatRequest) -> Result<Done, Refusal> {
    let groups = ctx.engine().groups();
    let config = groups.env().consumer_configs.of_group(ctx.image(), &request.group_id);
    if !config.is_enabled {
        return Err(Refusal::new(
            ErrorCode::UNSUPPORTED_VERSION,
            "The version of API is not supported.",
        ));
    }
    validate_heartbeat(request, ctx.version(), &config)?;
    if let Some(regex) = request.subscribed_topic_regex.as_ref().filter(|text| !text.is_empty()) {
        validate_regex(regex)?;
    }
    let shard =
        groups.shard_of(ctx.image(), ctx.broker_id(), &request.group_id).map_err(Refusal::from)?;
    shard.saw(ctx.image());
    let group = match shard.group(&request.group_id) {
        Some(group) => group,
        None if ctx.engine().share().has_group(ctx, &request.group_id) => {
            let message = format!("Group {} is not a consumer group.", request.group_id);
            return Err(Refusal::new(ErrorCode::GROUP_ID_NOT_FOUND, message));
        }
        None if request.member_epoch == 0 => shard.group_or_new(&request.group_id),
        None => {
            let what = if request.member_epoch < 0 { "Group" } else { "Consumer group" };
            let message = format!("{what} {} not found.", request.group_id);
            return Err(Refusal::new(ErrorCode::GROUP_ID_NOT_FOUND, message));
        }
    };
    let caller = Caller {
        client_id: ctx.client_id(),
        client_host: Str::from(format!("/{}", ctx.connection().peer_host())),
        new_id: Str::from(ctx.engine().rng().uuid().to_string()),
    };
    match group.consumer_heartbeat(&shard, request, &caller) {
        Ok((response, required)) => Ok((shard, response, required)),
        Err(refusal) => {
            shard.forget_unused(group);
            Err(refusal)
        }
    }
}
