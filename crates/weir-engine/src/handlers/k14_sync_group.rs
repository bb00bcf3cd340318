//! SyncGroup, key 14, versions 0 to 5.
//!
//! The leader brings the assignment, the others wait for it; it is committed before anyone is told.
//! v3 brings static members, v5 requires the protocol's type and name (KIP-559).

use std::sync::Arc;

use weir_wire::ErrorCode;
use weir_wire::messages::sync_group_request::SyncGroupRequest;
use weir_wire::messages::sync_group_response::SyncGroupResponse;

use crate::ctx::Ctx;
use crate::groups::{Group, Shard};
use crate::reply::Reply;

pub(crate) fn handle(ctx: &Ctx, request: SyncGroupRequest) -> Reply<SyncGroupResponse> {
    let (shard, group) = match check(ctx, &request) {
        Ok(found) => found,
        Err(error) => {
            let refused = SyncGroupResponse { error_code: error.0, ..SyncGroupResponse::default() };
            return Reply::Done(refused);
        }
    };
    shard.saw(ctx.image());
    if let Some(answer) = group.sync_modern(&shard, &request) {
        return Reply::Done(answer);
    }
    let mut parked = group.sync(&request);
    // A new coordinator may have loaded an assignment that is not committed, and may yet be lost: nobody
    // is to own partitions by it, and others by the one that comes in its place.
    let required = shard.written();
    match parked.try_now() {
        Some(response) if response.error_code != 0 || shard.is_committed(required) => {
            Reply::Done(response)
        }
        Some(response) => Reply::wait(async move { Some(once(shard, required, response).await) }),
        None => Reply::wait(async move { Some(parked.await) }),
    }
}

/// The response, once everything below `required` is committed.
async fn once(shard: Arc<Shard>, required: i64, response: SyncGroupResponse) -> SyncGroupResponse {
    match shard.committed(required).await {
        Ok(()) => response,
        Err(error) => SyncGroupResponse { error_code: error.0, ..SyncGroupResponse::default() },
    }
}

type Found = (Arc<Shard>, Arc<Group>);

fn check(ctx: &Ctx, request: &SyncGroupRequest) -> Result<Found, ErrorCode> {
    if request.group_id.is_empty() {
        return Err(ErrorCode::INVALID_GROUP_ID);
    }
    let names_protocol = request.protocol_type.is_some() && request.protocol_name.is_some();
    if ctx.version() >= 5 && !names_protocol {
        return Err(ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
    }
    let groups = ctx.engine().groups();
    let shard = groups.shard_of(ctx.image(), ctx.broker_id(), &request.group_id)?;
    let group = shard.group(&request.group_id).ok_or(ErrorCode::UNKNOWN_MEMBER_ID)?;
    Ok((shard, group))
}
