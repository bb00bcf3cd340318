//! AlterShareGroupOffsets, key 91, version 0 (KIP-932): begins share-partitions of an empty group
//! anew. NON_EMPTY_GROUP while it has members; a group that there is not is made.

use weir_wire::messages::alter_share_group_offsets_request::{
    AlterShareGroupOffsetsRequest, AlterShareGroupOffsetsRequestTopic,
};
use weir_wire::messages::alter_share_group_offsets_response::{
    AlterShareGroupOffsetsResponse, AlterShareGroupOffsetsResponsePartition,
    AlterShareGroupOffsetsResponseTopic,
};
use weir_wire::{ErrorCode, Str, Uuid};

use crate::controller::Refusal;
use crate::ctx::Ctx;
use crate::handlers::share_kind::check_kind;
use crate::reply::Reply;
use crate::share::STATE_TOPIC;
use crate::share::group::GroupShard;

pub(crate) fn handle(
    ctx: &Ctx,
    request: AlterShareGroupOffsetsRequest,
) -> Reply<AlterShareGroupOffsetsResponse> {
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
        shard.make_empty(&request.group_id).map_err(refused)?;
        Ok(shard)
    });
    let shard = match checked {
        Ok(shard) => shard,
        Err(refusal) => {
            return Reply::Done(AlterShareGroupOffsetsResponse {
                error_code: refusal.code.0,
                error_message: refusal.text(),
                ..Default::default()
            });
        }
    };
    if ctx.engine().create_internal_topic(STATE_TOPIC).is_ok() {
        share.saw(&ctx.engine().image());
    }
    let topics = request.topics.iter().map(|topic| alter(ctx, &shard, &request.group_id, topic));
    let responses = topics.collect();
    Reply::Done(AlterShareGroupOffsetsResponse { responses, ..Default::default() })
}

fn alter(
    ctx: &Ctx,
    shard: &GroupShard,
    group: &Str,
    asked: &AlterShareGroupOffsetsRequestTopic,
) -> AlterShareGroupOffsetsResponseTopic {
    let name = &asked.topic_name;
    let topic = ctx.image().topic(name);
    let partitions = asked.partitions.iter().map(|partition| {
        let index = partition.partition_index;
        let known = topic.filter(|topic| topic.partition(index).is_some());
        let result = known.ok_or_else(Refusal::unknown_topic).and_then(|topic| {
            let topic = (name, topic.id());
            Ok(shard.alter_offset(group, topic, index, partition.start_offset)?)
        });
        let refusal = result.err().unwrap_or_else(|| ErrorCode::NONE.into());
        AlterShareGroupOffsetsResponsePartition {
            partition_index: index,
            error_code: refusal.code.0,
            error_message: refusal.text(),
            ..Default::default()
        }
    });
    AlterShareGroupOffsetsResponseTopic {
        topic_name: name.clone(),
        partitions: partitions.collect(),
        topic_id: topic.map_or(Uuid::ZERO, |topic| topic.id()),
        ..Default::default()
    }
}
