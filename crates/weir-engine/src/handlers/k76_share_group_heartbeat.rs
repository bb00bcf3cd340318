//! ShareGroupHeartbeat, key 76, version 1 (KIP-932).
//!
//! Joins with epoch 0, leaves with -1; the coordinator assigns by itself ("simple"). The client
//! chooses its member id. An id that another kind of group has is GROUP_ID_NOT_FOUND.

use weir_wire::messages::share_group_heartbeat_request::ShareGroupHeartbeatRequest;
use weir_wire::messages::share_group_heartbeat_response::ShareGroupHeartbeatResponse;
use weir_wire::{ErrorCode, Str};

use crate::controller::Refusal;
use crate::ctx::Ctx;
use crate::reply::Reply;
use crate::share::STATE_TOPIC;
use crate::share::group::{Caller, validate};

pub(crate) fn handle(
    ctx: &Ctx,
    request: ShareGroupHeartbeatRequest,
) -> Reply<ShareGroupHeartbeatResponse> {
    let share = ctx.engine().share();
    if ctx.image().feature_level("share.version") < 1 {
        return Reply::Done(refused(&ErrorCode::UNSUPPORTED_VERSION.into()));
    }
    if let Err(refusal) = validate(&request).and_then(|()| prepare(ctx, &request)) {
        return Reply::Done(refused(&refusal));
    }
    let host = format!("/{}", ctx.connection().peer_host());
    let caller = Caller { client_id: ctx.client_id().detached(), host: Str::from(host) };
    let shard = share.group_shard(ctx.broker_id(), &request.group_id);
    let shard = match shard {
        Ok(shard) => shard,
        Err(error) => return Reply::Done(refused(&error.into())),
    };
    match shard.heartbeat(&request, &caller) {
        Err(refusal) => Reply::Done(refused(&refusal)),
        Ok((response, 0)) => Reply::Done(response),
        Ok((response, required)) => Reply::wait(async move {
            Some(match shard.journal.committed(required).await {
                Ok(()) => response,
                Err(error) => refused(&error.into()),
            })
        }),
    }
}

/// The topic of the state, and a look at the other kinds of groups.
fn prepare(ctx: &Ctx, request: &ShareGroupHeartbeatRequest) -> Result<(), Refusal> {
    let id = &request.group_id;
    if request.member_epoch == 0 {
        ctx.engine().create_internal_topic(STATE_TOPIC)?;
    }
    let image = ctx.engine().image();
    ctx.engine().share().saw(&image);
    let shard = ctx.engine().groups().shard_of(&image, ctx.broker_id(), id)?;
    if !id.is_empty() && shard.group(id).is_some() {
        let message = format!("Group {id} is not a share group.");
        return Err(Refusal::new(ErrorCode::GROUP_ID_NOT_FOUND, message));
    }
    Ok(())
}

fn refused(refusal: &Refusal) -> ShareGroupHeartbeatResponse {
    ShareGroupHeartbeatResponse {
        error_code: refusal.code.0,
        error_message: refusal.text(),
        ..Default::default()
    }
}
