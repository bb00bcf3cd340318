//! ShareGroupDescribe, key 77, version 1 (KIP-932): members, their topics and assignments. A group
//! that does not exist, or is of another kind, is GROUP_ID_NOT_FOUND.

use weir_wire::messages::share_group_describe_request::ShareGroupDescribeRequest;
use weir_wire::messages::share_group_describe_response::{
    Assignment, DescribedGroup, Member as DescribedMember, ShareGroupDescribeResponse,
    TopicPartitions,
};
use weir_wire::{ErrorCode, Str};

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
    let groups = request.group_ids.iter().map(|id| match describe(ctx, id) {
        Ok(group) => DescribedGroup { authorized_operations, ..group },
        Err(error) => refused(id, error),
    });
    Reply::Done(ShareGroupDescribeResponse { groups: groups.collect(), ..Default::default() })
}

fn describe(ctx: &Ctx, id: &Str) -> Result<DescribedGroup, ErrorCode> {
    if id.is_empty() {
        return Err(ErrorCode::INVALID_GROUP_ID);
    }
    let shard = ctx.engine().share().group_shard(ctx.broker_id(), id)?;
    shard.with(id, |group| described(ctx.image(), group)).ok_or(ErrorCode::GROUP_ID_NOT_FOUND)
}

fn refused(id: &Str, error: ErrorCode) -> DescribedGroup {
    let message = match error {
        ErrorCode::GROUP_ID_NOT_FOUND => format!("Group {id} is not a share group."),
        error => error.name().to_owned(),
    };
    DescribedGroup {
        error_code: error.0,
        error_message: Some(Str::from(message)),
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
