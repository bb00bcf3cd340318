//! DeleteGroups, key 42, versions 0 to 3.
//!
//! Each group answers for itself: NON_EMPTY_GROUP while it has members, GROUP_ID_NOT_FOUND when
//! there is none. The group and all its offsets get tombstones (KIP-229). v3 adds messages.

use weir_wire::messages::delete_groups_request::DeleteGroupsRequest;
use weir_wire::messages::delete_groups_response::{DeletableGroupResult, DeleteGroupsResponse};
use weir_wire::{ErrorCode, Str};

use crate::ctx::Ctx;
use crate::reply::Reply;

pub(crate) fn handle(ctx: &Ctx, request: DeleteGroupsRequest) -> Reply<DeleteGroupsResponse> {
    let results = request.groups_names.iter().map(|id| DeletableGroupResult {
        group_id: id.clone(),
        error_code: delete(ctx, id).err().unwrap_or(ErrorCode::NONE).0,
        ..DeletableGroupResult::default()
    });
    let results = results.collect();
    Reply::Done(DeleteGroupsResponse { results, ..DeleteGroupsResponse::default() })
}

fn delete(ctx: &Ctx, id: &Str) -> Result<(), ErrorCode> {
    let groups = ctx.engine().groups();
    let shard = groups.shard_of(ctx.image(), ctx.broker_id(), id)?;
    let group = shard.group(id).ok_or(ErrorCode::GROUP_ID_NOT_FOUND)?;
    shard.delete(&group).map(drop)
}
