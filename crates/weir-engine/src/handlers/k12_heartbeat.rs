//! Heartbeat, key 12, versions 0 to 4.
//!
//! Keeps a member's session; REBALANCE_IN_PROGRESS tells it to rejoin. While the group is loading
//! it is answered blindly, as Kafka does: sessions start anew after it anyway.

use weir_wire::ErrorCode;
use weir_wire::messages::heartbeat_request::HeartbeatRequest;
use weir_wire::messages::heartbeat_response::HeartbeatResponse;

use crate::ctx::Ctx;
use crate::reply::Reply;

pub(crate) fn handle(ctx: &Ctx, request: HeartbeatRequest) -> Reply<HeartbeatResponse> {
    let error = match beat(ctx, &request) {
        Ok(()) | Err(ErrorCode::COORDINATOR_LOAD_IN_PROGRESS) => ErrorCode::NONE,
        Err(error) => error,
    };
    Reply::Done(HeartbeatResponse { error_code: error.0, ..HeartbeatResponse::default() })
}

fn beat(ctx: &Ctx, request: &HeartbeatRequest) -> Result<(), ErrorCode> {
    if request.group_id.is_empty() {
        return Err(ErrorCode::INVALID_GROUP_ID);
    }
    let groups = ctx.engine().groups();
    let shard = groups.shard_of(ctx.image(), ctx.broker_id(), &request.group_id)?;
    let group = shard.group(&request.group_id).ok_or(ErrorCode::UNKNOWN_MEMBER_ID)?;
    let instance = request.group_instance_id.as_deref();
    let generation = request.generation_id;
    shard.saw(ctx.image());
    match group.heartbeat_modern(&shard, &request.member_id, instance, generation) {
        Some(result) => result,
        None => group.heartbeat(&request.member_id, instance, generation),
    }
}
