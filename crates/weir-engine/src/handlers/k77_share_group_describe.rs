//! ShareGroupDescribe, key 77, version 1 (KIP-932): members, their topics and assignments. A group
//! that does not exist, or is of another kind, is GROUP_ID_NOT_FOUND.

use weir_wire::messages::share_group_describe_request::ShareGroupDescribeRequest;
use weir_wire::messages::share_group_describe_response::{
    Assignment, DescribedGroup, Member as DescribedMember, ShareGroupDescribeResponse,
    TopicPartitions,
};
use weir_wire::{ErrorCode, Str};

use super::once::a_few_times;
use crate::controller::Refusal;
use crate::ctx::Ctx;
use crate::image::Image;
use crate::reply::Reply;
use crate::share::group::{Member, ShareGroup};

/// Kafka's bit set of a group's operations: read, delete, describe, describe configs, alter
/// configs.
const GROUP_OPERATIONS: i32 = 1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11;
/// Not asked for.
const OPERATIONS_OMITTED: i32 = i32::MIN;

pub(crate) fn handle(
    ctx: &Ctx,
    request: ShareGroupDescribeRequest,
) -> Reply<ShareGroupDescribeResponse> {
    ctx.engine().share().saw(ctx.image());
    let authorized_operations = match request.include_authorized_operations {
        true => GROUP_OPERATIONS,
        false => OPERATIONS_OMITTED,
    };
    let groups = a_few_times(&request.group_ids, Str::as_str).map(|id| match describe(ctx, id) {
        Ok(group) => DescribedGroup { authorized_operations, ..group },
        Err(refusal) => refused(id, &refusal),
    });
    Reply::Done(ShareGroupDescribeResponse { groups: groups.collect(), ..Default::default() })
}

fn describe(ctx: &Ctx, id: &Str) -> Result<DescribedGroup, Refusal> {
    if id.is_empty() {
        return Err(ErrorCode::INVALID_GROUP_ID.into());
    }
    let refused = |error| Refusal::of_group(error, id);
    let shard = ctx.engine().share().group_shard(ctx.broker_id(), id).map_err(refused)?;
    shard.catch_up();
    if let Some(group) = shard.with(id, |group| described(ctx.image(), group)) {
        return Ok(group);
    }
    let others = ctx.engine().groups().shard_of(ctx.image(), ctx.broker_id(), id).ok();
    if others.is_some_and(|shard| shard.group(id).is_some()) {
        let message = format!("Group {id} is not a share group.");
        return Err(Refusal::new(ErrorCode::GROUP_ID_NOT_FOUND, message));
    }
    Err(refused(ErrorCode::GROUP_ID_NOT_FOUND))
}

fn refused(id: &Str, refusal: &Refusal) -> DescribedGroup {
    DescribedGroup {
        error_code: refusal.code.0,
        error_message: refusal.text(),
        group_id: id.clone(),
        authorized_operations: OPERATIONS_OMITTED,
        ..Default::default()
    }
}

fn described(image: &Image, group: &ShareGroup) -> DescribedGroup {
    DescribedGroup {
        group_id: group.id.clone(),
        group_state: Str::from_static(group.state()),
        group_epoch: group.epoch,
        assignment_epoch: group.assignment_epoch,
        assignor_name: Str::from_static("simple"),
        members: group.members.iter().map(|(id, m)| described_member(image, id, m)).collect(),
        ..Default::default()
    }
}

fn described_member(image: &Image, id: &Str, member: &Member) -> DescribedMember {
    let topics = member.assigned.iter().filter_map(|(topic_id, partitions)| {
        let topic = image.topic_by_id(*topic_id)?;
        Some(TopicPartitions {
            topic_id: *topic_id,
            topic_name: topic.name().clone(),
            partitions: partitions.iter().copied().collect(),
            ..Default::default()
        })
    });
    DescribedMember {
        member_id: id.clone(),
        rack_id: member.rack.clone(),
        member_epoch: member.epoch,
        client_id: member.client_id.clone(),
        client_host: member.client_host.clone(),
        subscribed_topic_names: member.topics.clone(),
        assignment: Assignment { topic_partitions: topics.collect(), ..Default::default() },
        ..Default::default()
    }
}
