//! JoinGroup, key 11, versions 0 to 9.
//!
//! The rules are `groups::classic`. v1 adds the rebalance timeout, v4 requires a known member id
//! (KIP-394), v5 brings static members (KIP-345), v7 the protocol type, v8 reasons (KIP-800), v9
//! lets a returning leader skip the assignment (KIP-814). The answer comes when the join phase
//! ends.

use weir_wire::messages::join_group_request::JoinGroupRequest;
use weir_wire::messages::join_group_response::JoinGroupResponse;
use weir_wire::{ErrorCode, Str};

use crate::ctx::Ctx;
use crate::groups::{JoinContext, join_error};
use crate::reply::Reply;

pub(crate) fn handle(ctx: &Ctx, mut request: JoinGroupRequest) -> Reply<JoinGroupResponse> {
    if ctx.version() == 0 {
        request.rebalance_timeout_ms = request.session_timeout_ms;
    }
    let (shard, group) = match check(ctx, &request) {
        Ok(found) => found,
        Err(error) => {
            let refused = JoinGroupResponse {
                error_code: error.0,
                member_id: request.member_id,
                generation_id: -1,
                protocol_name: None,
                ..JoinGroupResponse::default()
            };
            return Reply::Done(for_version(refused, ctx.version()));
        }
    };
    let version = ctx.version();
    shard.saw(ctx.image());
    if let Some((response, required)) = group.join_modern(&shard, &context(ctx), &request) {
        return Reply::wait(async move {
            let response = match shard.committed(required).await {
                Ok(()) => response,
                Err(error) => join_error(request.member_id.clone(), error),
            };
            Some(for_version(response, version))
        });
    }
    let mut parked = group.join(&context(ctx), &request);
    drop(shard);
    match parked.try_now() {
        Some(response) => Reply::Done(for_version(response, version)),
        None => Reply::wait(async move { Some(for_version(parked.await, version)) }),
    }
}

type Found = (std::sync::Arc<crate::groups::Shard>, std::sync::Arc<crate::groups::Group>);

fn check(ctx: &Ctx, request: &JoinGroupRequest) -> Result<Found, ErrorCode> {
    if request.group_id.is_empty() {
        return Err(ErrorCode::INVALID_GROUP_ID);
    }
    let configs = ctx.image().configs();
    let session_ms = configs.broker_i32("group.min.session.timeout.ms")
        ..=configs.broker_i32("group.max.session.timeout.ms");
    if !session_ms.contains(&request.session_timeout_ms) {
        return Err(ErrorCode::INVALID_SESSION_TIMEOUT);
    }
    let groups = ctx.engine().groups();
    let shard = groups.shard_of(ctx.image(), ctx.broker_id(), &request.group_id)?;
    let group = match shard.group(&request.group_id) {
        Some(group) => group,
        None if ctx.engine().share().has_group(ctx, &request.group_id) => {
            return Err(ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
        }
        None if request.member_id.is_empty() => shard.group_or_unwritten(&request.group_id),
        None => return Err(ErrorCode::UNKNOWN_MEMBER_ID),
    };
    Ok((shard, group))
}

fn context(ctx: &Ctx) -> JoinContext {
    JoinContext {
        client_id: ctx.client_id(),
        client_host: Str::from(format!("/{}", ctx.connection().peer_host())),
        uuid: Str::from(dashed(ctx.engine().rng().uuid().0)),
        requires_known_member_id: ctx.version() >= 4,
        supports_skipping_assignment: ctx.version() >= 9,
    }
}

/// A UUID as Java prints it.
fn dashed(bytes: [u8; 16]) -> String {
    let hex = |range: std::ops::Range<usize>| -> String {
        bytes[range].iter().map(|byte| format!("{byte:02x}")).collect()
    };
    format!("{}-{}-{}-{}-{}", hex(0..4), hex(4..6), hex(6..8), hex(8..10), hex(10..16))
}

/// Before v7 a missing protocol name is an empty one.
fn for_version(mut response: JoinGroupResponse, version: i16) -> JoinGroupResponse {
    if version < 7 && response.protocol_name.is_none() {
        response.protocol_name = Some(Str::default());
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_read_as_javas() {
        let bytes = std::array::from_fn(|at| at as u8);
        assert_eq!(dashed(bytes), "00010203-0405-0607-0809-0a0b0c0d0e0f");
    }
}
