//! OffsetDelete, key 47, version 0.
//!
//! Forgets the offsets of a group in topics that it does not consume (KIP-496):
//! GROUP_SUBSCRIBED_TO_TOPIC for others. A group with members that is no consumer group refuses as
//! a whole.

use std::sync::Arc;

use weir_wire::messages::offset_delete_request::{OffsetDeleteRequest, OffsetDeleteRequestTopic};
use weir_wire::messages::offset_delete_response::{
    OffsetDeleteResponse, OffsetDeleteResponsePartition, OffsetDeleteResponseTopic,
};
use weir_wire::{ErrorCode, Str};

use crate::ctx::Ctx;
use crate::groups::{Group, Shard};
use crate::reply::Reply;

pub(crate) fn handle(ctx: &Ctx, request: OffsetDeleteRequest) -> Reply<OffsetDeleteResponse> {
    match delete(ctx, &request) {
        Ok((shard, required, topics)) if shard.is_committed(required) => {
            Reply::Done(response(Ok(topics)))
        }
        Ok((shard, required, topics)) => {
            Reply::wait(
                async move { Some(response(shard.committed(required).await.map(|()| topics))) },
            )
        }
        Err(error) => Reply::Done(response(Err(error))),
    }
}

fn response(deleted: Result<Vec<OffsetDeleteResponseTopic>, ErrorCode>) -> OffsetDeleteResponse {
    match deleted {
        Ok(topics) => OffsetDeleteResponse { topics, ..OffsetDeleteResponse::default() },
        Err(error) => {
            OffsetDeleteResponse { error_code: error.0, ..OffsetDeleteResponse::default() }
        }
    }
}

/// The write that the answer waits for, and the answer.
type Deleted = (Arc<Shard>, i64, Vec<OffsetDeleteResponseTopic>);

fn delete(ctx: &Ctx, request: &OffsetDeleteRequest) -> Result<Deleted, ErrorCode> {
    if request.group_id.is_empty() {
        return Err(ErrorCode::INVALID_GROUP_ID);
    }
    let groups = ctx.engine().groups();
    let shard = groups.shard_of(ctx.image(), ctx.broker_id(), &request.group_id)?;
    let group = shard.group_now(&request.group_id).ok_or(ErrorCode::GROUP_ID_NOT_FOUND)?;
    group.lock().validate_offset_delete()?;
    let mut offsets: Vec<(Str, i32)> = Vec::new();
    let topics = request.topics.iter().map(|topic| check(ctx, &group, topic, &mut offsets));
    let topics = topics.collect();
    let required = shard.forget_offsets(&group, &offsets)?;
    Ok((shard, required, topics))
}

fn check(
    ctx: &Ctx,
    group: &Group,
    topic: &OffsetDeleteRequestTopic,
    offsets: &mut Vec<(Str, i32)>,
) -> OffsetDeleteResponseTopic {
    let is_subscribed = group.lock().is_subscribed_to(&topic.name);
    let partitions = topic.partitions.iter().map(|partition| {
        let index = partition.partition_index;
        let error = match ctx.partition(&topic.name, index) {
            Err(error) => error,
            Ok(_) if is_subscribed => ErrorCode::GROUP_SUBSCRIBED_TO_TOPIC,
            Ok(_) => {
                offsets.push((topic.name.clone(), index));
                ErrorCode::NONE
            }
        };
        OffsetDeleteResponsePartition { partition_index: index, error_code: error.0 }
    });
    OffsetDeleteResponseTopic { name: topic.name.clone(), partitions: partitions.collect() }
}
