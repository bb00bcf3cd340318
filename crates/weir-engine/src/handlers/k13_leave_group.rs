//! LeaveGroup, key 13, versions 0 to 5.
//!
//! v0 to v2 name one member and have one error; v3 names several, static ones by instance alone
//! when an administrator removes them (KIP-345). v5 adds reasons.

use std::sync::Arc;

use weir_wire::ErrorCode;
use weir_wire::messages::leave_group_request::{LeaveGroupRequest, MemberIdentity};
use weir_wire::messages::leave_group_response::{LeaveGroupResponse, MemberResponse};

use crate::ctx::Ctx;
use crate::groups::Shard;
use crate::reply::Reply;

pub(crate) fn handle(ctx: &Ctx, request: LeaveGroupRequest) -> Reply<LeaveGroupResponse> {
    let members = members(ctx, &request);
    let version = ctx.version();
    match leave(ctx, &request, &members) {
        Ok((members, None)) => Reply::Done(answer(Ok(members), version)),
        Ok((members, Some((shard, required)))) => Reply::wait(async move {
            let committed = shard.committed(required).await;
            Some(answer(committed.map(|()| members), version))
        }),
        Err(error) => Reply::Done(answer(Err(error), version)),
    }
}

fn answer(left: Result<Vec<MemberResponse>, ErrorCode>, version: i16) -> LeaveGroupResponse {
    let response = match left {
        Ok(members) => LeaveGroupResponse { members, ..LeaveGroupResponse::default() },
        Err(error) => LeaveGroupResponse { error_code: error.0, ..LeaveGroupResponse::default() },
    };
    if version < 3 { single(response) } else { response }
}

/// The answers, and the write they wait for, if there is one.
type Left = (Vec<MemberResponse>, Option<(Arc<Shard>, i64)>);

fn members(ctx: &Ctx, request: &LeaveGroupRequest) -> Vec<MemberIdentity> {
    if ctx.version() >= 3 {
        return request.members.clone();
    }
    let member_id = request.member_id.clone();
    vec![MemberIdentity { member_id, ..MemberIdentity::default() }]
}

fn leave(
    ctx: &Ctx,
    request: &LeaveGroupRequest,
    members: &[MemberIdentity],
) -> Result<Left, ErrorCode> {
    if request.group_id.is_empty() {
        return Err(ErrorCode::INVALID_GROUP_ID);
    }
    let groups = ctx.engine().groups();
    let shard = groups.shard_of(ctx.image(), ctx.broker_id(), &request.group_id)?;
    let Some(group) = shard.group(&request.group_id) else {
        return Ok((members.iter().map(unknown).collect(), None));
    };
    shard.saw(ctx.image());
    match group.leave_modern(&shard, members) {
        Some(left) => left.map(|(answers, required)| (answers, Some((shard, required)))),
        None => group.leave(members).map(|answers| (answers, None)),
    }
}

fn unknown(member: &MemberIdentity) -> MemberResponse {
    MemberResponse {
        member_id: member.member_id.clone(),
        group_instance_id: member.group_instance_id.clone(),
        error_code: ErrorCode::UNKNOWN_MEMBER_ID.0,
        ..MemberResponse::default()
    }
}

/// The form of v0 to v2: the one member's error is the whole answer's.
fn single(response: LeaveGroupResponse) -> LeaveGroupResponse {
    let of_member = response.members.first().map_or(ErrorCode::NONE.0, |member| member.error_code);
    let error_code = if response.error_code != 0 { response.error_code } else { of_member };
    LeaveGroupResponse { error_code, ..LeaveGroupResponse::default() }
}
