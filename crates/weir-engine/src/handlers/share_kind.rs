//! Whether an id is free for a share group.

use weir_wire::ErrorCode;

use crate::controller::Refusal;
use crate::ctx::Ctx;

/// GROUP_ID_NOT_FOUND where a group of another kind has this id.
pub(crate) fn check_kind(ctx: &Ctx, id: &str) -> Result<(), Refusal> {
    let others = ctx.engine().groups().shard_of(ctx.image(), ctx.broker_id(), id).ok();
    if id.is_empty() || others.is_none_or(|shard| shard.group(id).is_none()) {
        return Ok(());
    }
    let message = format!("Group {id} is not a share group.");
    Err(Refusal::new(ErrorCode::GROUP_ID_NOT_FOUND, message))
}
