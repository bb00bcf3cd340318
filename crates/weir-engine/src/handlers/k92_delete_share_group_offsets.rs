//! DeleteShareGroupOffsets, key 92, version 0 (KIP-932): forgets topics of an empty group.
//! NON_EMPTY_GROUP while it has members, UNKNOWN_TOPIC_OR_PARTITION for a topic it has nothing of.

use weir_wire::messages::delete_share_group_offsets_request::DeleteShareGroupOffsetsRequest;
use weir_wire::messages::delete_share_group_offsets_response::{
    DeleteShareGroupOffsetsResponse, DeleteShareGroupOffsetsResponseTopic,
};
use weir_wire::{ErrorCode, Str, Uuid};

use crate::controller::Refusal;
use crate::ctx::Ctx;
use crate::handlers::share_kind::check_kind;
use crate::reply::Reply;
use crate::share::group::GroupShard;

pub(crate) fn handle(
    ctx: &Ctx,
    request: DeleteShareGroupOffsetsRequest,
) -> Reply<DeleteShareGroupOffsetsResponse> {
    let share = ctx.engine().share();
    share.saw(ctx.image());
    let checked = match request.group_id.is_empty() {
        true => Err(ErrorCode::INVALID_GROUP_ID),
        false => share.group_shard(ctx.broker_id(), &request.group_id),
    };
    let checked = checked.map_err(|error| Refusal::of_group(error, &request.group_id));
    let checked = checked.and_then(|shard| {
        check_kind(ctx, &request.group_id)?;
        let refused = |error| Refusal::of_group(error, &request.group_id);
        shard.check_empty(&request.group_id).map_err(refused)?;
        Ok(shard)
    });
    let shard = match checked {
        Ok(shard) => shard,
        Err(refusal) => {
            return Reply::Done(DeleteShareGroupOffsetsResponse {
                error_code: refusal.code.0,
                error_message: refusal.text(),
                ..Default::default()
            });
        }
    };
    let names = request.topics.iter().map(|topic| &topic.topic_name);
    let responses = names.map(|name| delete(ctx, &shard, &request.group_id, name)).collect();
    Reply::Done(DeleteShareGroupOffsetsResponse { responses, ..Default::default() })
}

fn delete(
    ctx: &Ctx,
    shard: &GroupShard,
    group: &Str,
    name: &Str,
) -> DeleteShareGroupOffsetsResponseTopic {
    let topic = ctx.image().topic(name).map(|topic| topic.id());
    let refusal = match topic.map(|topic| shard.delete_topic(group, topic)) {
        None => Some(Refusal::unknown_topic()),
        Some(Ok(_)) => None,
        Some(Err(error @ ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)) => {
            Some(Refusal::new(error, "There is no offset information to delete."))
        }
        Some(Err(error)) => Some(error.into()),
    };
    // As Kafka has it, a topic that was refused has no id.
    let id = topic.filter(|_| refusal.is_none());
    DeleteShareGroupOffsetsResponseTopic {
        topic_name: name.clone(),
        topic_id: id.unwrap_or(Uuid::ZERO),
        error_code: refusal.as_ref().map_or(ErrorCode::NONE, |refusal| refusal.code).0,
        error_message: refusal.and_then(|refusal| refusal.text()),
        ..Default::default()
    }
}
