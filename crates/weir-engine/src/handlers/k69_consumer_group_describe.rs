//! ConsumerGroupDescribe, key 69, versions 0 to 1 (KIP-848).
//!
//! Epochs, members with what they subscribe to, have and are to have. A group of another protocol
//! answers GROUP_ID_NOT_FOUND, so that clients fall back to DescribeGroups. v1 tells classic members
//! from others (KIP-1099).

use std::collections::BTreeMap;

use weir_wire::messages::consumer_group_describe_request::ConsumerGroupDescribeRequest;
use weir_wire::messages::consumer_group_describe_response::{
    Assignment, ConsumerGroupDescribeResponse, DescribedGroup, Member, TopicPartitions,
};
use weir_wire::{ErrorCode, Str, Uuid};

use super::k15_describe_groups::{GROUP_OPERATIONS, OPERATIONS_OMITTED};
use super::once::a_few_times;
use crate::controller::Refusal;
use crate::ctx::Ctx;
use crate::groups::{ConsumerMember, Group};
use crate::reply::Reply;

pub(crate) fn handle(
    ctx: &Ctx,
    request: ConsumerGroupDescribeRequest,
) -> Reply<ConsumerGroupDescribeResponse> {
    let operations =
        if request.include_authorized_operations { GROUP_OPERATIONS } else { OPERATIONS_OMITTED };
    let groups = a_few_times(&request.group_ids, Str::as_str).map(|id| match describe(ctx, id) {
        Ok(group) => DescribedGroup { authorized_operations: operations, ..group },
        Err(refusal) => DescribedGroup {
            group_id: id.clone(),
            error_code: refusal.code.0,
            error_message: refusal.text(),
            ..Default::default()
        },
    });
    let groups = groups.collect();
    Reply::Done(ConsumerGroupDescribeResponse { groups, ..Default::default() })
}

fn describe(ctx: &Ctx, id: &Str) -> Result<DescribedGroup, Refusal> {
    if id.is_empty() {
        return Err(Refusal::new(ErrorCode::INVALID_GROUP_ID, ""));
    }
    let groups = ctx.engine().groups();
    let shard = groups.shard_of(ctx.image(), ctx.broker_id(), id)?;
    shard.saw(ctx.image());
    let missing = |what: String| Refusal::new(ErrorCode::GROUP_ID_NOT_FOUND, what);
    match shard.group_now(id) {
        None if ctx.engine().share().has_group(ctx, id) => {
            Err(missing(format!("Group {id} is not a consumer group.")))
        }
        None => Err(missing(format!("Group {id} not found."))),
        Some(group) => described(ctx, id, &group)
            .ok_or_else(|| missing(format!("Group {id} is not a consumer group."))),
    }
}

fn described(ctx: &Ctx, id: &Str, group: &Group) -> Option<DescribedGroup> {
    let config = ctx.engine().groups().env().consumer_configs.of_group(ctx.image(), id);
    let state = group.lock();
    let consumer = state.consumer.as_ref()?;
    let members = consumer.members().map(|member| {
        let target = consumer.target(&member.id);
        let target =
            target.iter().map(|(topic, of)| (*topic, of.iter().copied().collect::<Vec<i32>>()));
        described_member(ctx, member, assignment(ctx, target))
    });
    Some(DescribedGroup {
        group_id: id.clone(),
        group_state: Str::from_static(consumer.state().name()),
        group_epoch: consumer.epoch(),
        assignment_epoch: consumer.target_epoch(),
        assignor_name: consumer.assignor(&config),
        members: members.collect(),
        ..Default::default()
    })
}

fn described_member(ctx: &Ctx, member: &ConsumerMember, target: Assignment) -> Member {
    let subscription = &member.subscription;
    // What it is still giving up counts: nobody else has it yet.
    let mut has: BTreeMap<Uuid, Vec<i32>> = BTreeMap::new();
    for (topic, index) in member.current.held() {
        has.entry(topic).or_default().push(index);
    }
    Member {
        member_id: member.id.clone(),
        instance_id: subscription.instance.clone(),
        rack_id: subscription.rack.clone(),
        member_epoch: member.current.epoch,
        client_id: subscription.client_id.clone(),
        client_host: subscription.client_host.clone(),
        subscribed_topic_names: subscription.topics.iter().cloned().collect(),
        subscribed_topic_regex: subscription.regex.clone(),
        assignment: assignment(ctx, has.into_iter()),
        target_assignment: target,
        member_type: if ctx.version() == 0 { -1 } else { i8::from(!member.uses_classic()) },
        ..Default::default()
    }
}

/// Topics that are gone have no name to be shown by.
fn assignment(ctx: &Ctx, partitions: impl Iterator<Item = (Uuid, Vec<i32>)>) -> Assignment {
    let topics = partitions.filter_map(|(topic_id, partitions)| {
        let topic_name = ctx.topic_by_id(topic_id).ok()?.name().clone();
        Some(TopicPartitions { topic_id, topic_name, partitions, ..Default::default() })
    });
    Assignment { topic_partitions: topics.collect(), ..Default::default() }
}
