//! StreamsGroupDescribe, key 89, versions 0 to 1 (KIP-1071).
//!
//! Epochs, the topology, members with their tasks: those that they have and those that they are to
//! have. A group of another protocol answers GROUP_ID_NOT_FOUND. v1 tells the assignor and whether a
//! description of the topology is kept: none is, as on a broker without the plugin for it.

use std::collections::BTreeMap;

use weir_wire::messages::streams_group_describe_request::StreamsGroupDescribeRequest;
use weir_wire::messages::streams_group_describe_response::{
    Assignment, DescribedGroup, Endpoint, KeyValue, Member, StreamsGroupDescribeResponse, TaskIds,
    TaskOffset,
};
use weir_wire::{ErrorCode, Str};

use super::k15_describe_groups::{GROUP_OPERATIONS, OPERATIONS_OMITTED};
use super::once::a_few_times;
use crate::controller::Refusal;
use crate::ctx::Ctx;
use crate::groups::{self, Group, STREAMS_ASSIGNOR, StreamsMember, TaskOffsets};
use crate::reply::Reply;

mod topology;

/// `topology_description_status`: nobody asked for the description.
const NOT_REQUESTED: i8 = 0;
/// `topology_description_status`: there is no description.
const NOT_STORED: i8 = 1;

pub(crate) fn handle(
    ctx: &Ctx,
    request: StreamsGroupDescribeRequest,
) -> Reply<StreamsGroupDescribeResponse> {
    let operations =
        if request.include_authorized_operations { GROUP_OPERATIONS } else { OPERATIONS_OMITTED };
    let groups = a_few_times(&request.group_ids, Str::as_str).map(|id| match describe(ctx, id) {
        Ok(group) => DescribedGroup {
            authorized_operations: operations,
            topology_description_status: description_status(&request),
            ..group
        },
        Err(refusal) => DescribedGroup {
            group_id: id.clone(),
            error_code: refusal.code.0,
            error_message: refusal.text().filter(|text| !text.is_empty()),
            ..Default::default()
        },
    });
    let groups = groups.collect();
    Reply::Done(StreamsGroupDescribeResponse { groups, ..Default::default() })
}

/// No description is ever kept.
fn description_status(request: &StreamsGroupDescribeRequest) -> i8 {
    if request.include_topology_description { NOT_STORED } else { NOT_REQUESTED }
}

fn describe(ctx: &Ctx, id: &Str) -> Result<DescribedGroup, Refusal> {
    let configs = &ctx.engine().groups().env().streams_configs;
    if !configs.of_group(ctx.image(), id).is_enabled {
        return Err(Refusal::new(ErrorCode::UNSUPPORTED_VERSION, ""));
    }
    if id.is_empty() {
        return Err(Refusal::new(ErrorCode::INVALID_GROUP_ID, ""));
    }
    let groups = ctx.engine().groups();
    let shard = groups.shard_of(ctx.image(), ctx.broker_id(), id).map_err(Refusal::from)?;
    shard.saw(ctx.image());
    let missing = |what: String| Refusal::new(ErrorCode::GROUP_ID_NOT_FOUND, what);
    match shard.group_now(id) {
        None if ctx.engine().share().has_group(ctx, id) => {
            Err(missing(format!("Group {id} is not a streams group.")))
        }
        None => Err(missing(format!("Group {id} not found."))),
        Some(group) => described(id, &group)
            .ok_or_else(|| missing(format!("Group {id} is not a streams group."))),
    }
}

fn described(id: &Str, group: &Group) -> Option<DescribedGroup> {
    let state = group.lock();
    let streams = state.streams.as_ref()?;
    let members = streams.members().map(|member| {
        let offsets = streams.offsets_of(&member.id);
        let target = streams.target(&member.id);
        described_member(member, (&offsets.positions, &offsets.ends), &target)
    });
    Some(DescribedGroup {
        group_id: id.clone(),
        group_state: Str::from_static(streams.state().name()),
        group_epoch: streams.epoch(),
        assignment_epoch: streams.target_epoch(),
        topology: streams.topology().map(|of| topology::described(of, streams.configured())),
        members: members.collect(),
        assignor_name: Some(Str::from_static(STREAMS_ASSIGNOR)),
        ..Default::default()
    })
}

fn described_member(
    member: &StreamsMember,
    (positions, ends): (&TaskOffsets, &TaskOffsets),
    target: &groups::Tasks,
) -> Member {
    let about = &member.about;
    let tags = about.tags.iter().map(|(key, value)| KeyValue {
        key: key.clone(),
        value: value.clone(),
        ..Default::default()
    });
    let assigned = &member.current.assigned;
    Member {
        member_id: member.id.clone(),
        member_epoch: member.current.epoch,
        instance_id: about.instance.clone(),
        rack_id: about.rack.clone(),
        client_id: about.client_id.clone(),
        client_host: about.client_host.clone(),
        topology_epoch: about.topology_epoch,
        process_id: about.process_id.clone(),
        user_endpoint: about.endpoint.as_ref().map(|(host, port)| Endpoint {
            host: host.clone(),
            port: *port,
            ..Default::default()
        }),
        client_tags: tags.collect(),
        task_offsets: task_offsets(positions),
        task_end_offsets: task_offsets(ends),
        assignment: Assignment {
            active_tasks: active(&assigned.active),
            standby_tasks: tasks(&assigned.standby),
            warmup_tasks: tasks(&assigned.warmup),
            ..Default::default()
        },
        target_assignment: Assignment {
            active_tasks: tasks(&target.active),
            standby_tasks: tasks(&target.standby),
            warmup_tasks: tasks(&target.warmup),
            ..Default::default()
        },
        ..Default::default()
    }
}

fn active(of: &BTreeMap<Str, BTreeMap<i32, i32>>) -> Vec<TaskIds> {
    of.iter().map(|(id, partitions)| task_ids(id, partitions.keys().copied())).collect()
}

fn tasks(of: &groups::TaskIds) -> Vec<TaskIds> {
    of.iter().map(|(id, partitions)| task_ids(id, partitions.iter().copied())).collect()
}

fn task_ids(id: &Str, partitions: impl Iterator<Item = i32>) -> TaskIds {
    TaskIds { subtopology_id: id.clone(), partitions: partitions.collect(), ..Default::default() }
}

fn task_offsets(of: &TaskOffsets) -> Vec<TaskOffset> {
    let each = of.iter().flat_map(|(id, partitions)| {
        partitions.iter().map(|(partition, offset)| TaskOffset {
            subtopology_id: id.clone(),
            partition: *partition,
            offset: *offset,
            ..Default::default()
        })
    });
    each.collect()
}
