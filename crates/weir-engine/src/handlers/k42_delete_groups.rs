//! DeleteGroups, key 42, versions 0 to 3.
//!
//! Each group answers for itself: NON_EMPTY_GROUP while it has members, GROUP_ID_NOT_FOUND when
//! there is none. The group and all its offsets get tombstones (KIP-229). v3 adds messages.

use std::collections::HashSet;
use std::sync::Arc;

use weir_wire::messages::delete_groups_request::DeleteGroupsRequest;
use weir_wire::messages::delete_groups_response::{DeletableGroupResult, DeleteGroupsResponse};
use weir_wire::{ErrorCode, Str};

use crate::ctx::Ctx;
use crate::groups::Shard;
use crate::reply::Reply;

pub(crate) fn handle(ctx: &Ctx, request: DeleteGroupsRequest) -> Reply<DeleteGroupsResponse> {
    let mut seen = HashSet::new();
    let once = request.groups_names.iter().filter(|id| seen.insert(*id));
    let ids = once.map(Str::detached);
    let deleted: Vec<_> = ids.map(|id| (delete(ctx, &id), id)).collect();
    let is_there = |written: &Result<(Arc<Shard>, i64), ErrorCode>| match written {
        Ok((shard, required)) => shard.is_committed(*required),
        Err(_) => true,
    };
    if deleted.iter().all(|(written, _)| is_there(written)) {
        let results = deleted.into_iter().map(|(written, id)| result(id, written.err()));
        return Reply::Done(response(results.collect()));
    }
    Reply::wait(async move {
        let mut results = Vec::with_capacity(deleted.len());
        for (written, id) in deleted {
            let error = match written {
                Ok((shard, required)) => shard.committed(required).await.err(),
                Err(error) => Some(error),
            };
            results.push(result(id, error));
        }
        Some(response(results))
    })
}

fn response(results: Vec<DeletableGroupResult>) -> DeleteGroupsResponse {
    DeleteGroupsResponse { results, ..DeleteGroupsResponse::default() }
}

fn result(group_id: Str, error: Option<ErrorCode>) -> DeletableGroupResult {
    let error_code = error.unwrap_or(ErrorCode::NONE).0;
    DeletableGroupResult { group_id, error_code, ..DeletableGroupResult::default() }
}

/// The write that the answer waits for.
fn delete(ctx: &Ctx, id: &Str) -> Result<(Arc<Shard>, i64), ErrorCode> {
    let groups = ctx.engine().groups();
    let shard = groups.shard_of(ctx.image(), ctx.broker_id(), id)?;
    let share = ctx.engine().share();
    share.saw(ctx.image());
    let share_groups = share.group_shard(ctx.broker_id(), id)?;
    if share_groups.has(id) {
        // The same partition: one wait serves both.
        let required = share_groups.delete(id)?;
        return Ok((shard, required));
    }
    let group = shard.group_now(id).ok_or(ErrorCode::GROUP_ID_NOT_FOUND)?;
    let required = shard.delete(&group)?;
    Ok((shard, required))
}
