//! DescribeGroups, key 15, versions 0 to 6.
//!
//! Members with their metadata and assignment; metadata only while the group is stable, for then it
//! is that of the chosen protocol. v3 adds authorized operations (all: there are no ACLs), v4
//! instance ids. A group that does not exist is Dead, from v6 GROUP_ID_NOT_FOUND (KIP-1043).

use weir_wire::messages::describe_groups_request::DescribeGroupsRequest;
use weir_wire::messages::describe_groups_response::{
    DescribeGroupsResponse, DescribedGroup, DescribedGroupMember,
};
use weir_wire::{Bytes, ErrorCode, Str};

use super::once::a_few_times;
use crate::ctx::Ctx;
use crate::groups::{Group, Member, State};
use crate::reply::Reply;

/// Kafka's bit set of a group's operations: read, delete, describe, describe configs, alter
/// configs.
pub(super) const GROUP_OPERATIONS: i32 = 1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11;
/// Not asked for.
pub(super) const OPERATIONS_OMITTED: i32 = i32::MIN;

pub(crate) fn handle(ctx: &Ctx, request: DescribeGroupsRequest) -> Reply<DescribeGroupsResponse> {
    let operations = match request.include_authorized_operations {
        true => GROUP_OPERATIONS,
        false => OPERATIONS_OMITTED,
    };
    let groups = a_few_times(&request.groups, Str::as_str).map(|id| match describe(ctx, id) {
        group if group.error_code != ErrorCode::NONE.0 => group,
        group => DescribedGroup { authorized_operations: operations, ..group },
    });
    let groups = groups.collect();
    Reply::Done(DescribeGroupsResponse { groups, ..DescribeGroupsResponse::default() })
}

fn describe(ctx: &Ctx, id: &Str) -> DescribedGroup {
    let groups = ctx.engine().groups();
    match groups.shard_of(ctx.image(), ctx.broker_id(), id) {
        Err(error) => DescribedGroup {
            error_code: error.0,
            group_id: id.clone(),
            ..DescribedGroup::default()
        },
        Ok(shard) => match shard.group_now(id) {
            Some(group) => described(id, &group)
                .unwrap_or_else(|| unknown(ctx, id, format!("Group {id} is not a classic group."))),
            None if ctx.engine().share().has_group(ctx, id) => {
                unknown(ctx, id, format!("Group {id} is not a classic group."))
            }
            None => unknown(ctx, id, format!("Group {id} not found.")),
        },
    }
}

/// To this API a group of another protocol does not exist.
fn unknown(ctx: &Ctx, id: &Str, why: String) -> DescribedGroup {
    let (error, message) = match ctx.version() {
        6.. => (ErrorCode::GROUP_ID_NOT_FOUND, Some(Str::from(why))),
        _ => (ErrorCode::NONE, None),
    };
    DescribedGroup {
        error_code: error.0,
        error_message: message,
        group_id: id.clone(),
        group_state: Str::from_static(State::Dead.name()),
        ..DescribedGroup::default()
    }
}

fn described(id: &Str, group: &Group) -> Option<DescribedGroup> {
    let state = group.lock();
    if state.consumer.is_some() || state.streams.is_some() {
        return None;
    }
    let classic = &state.classic;
    let is_stable = classic.state() == State::Stable;
    let protocol = classic.protocol().filter(|_| is_stable);
    Some(DescribedGroup {
        group_id: id.clone(),
        group_state: Str::from_static(classic.state().name()),
        protocol_type: classic.protocol_type().cloned().unwrap_or_default(),
        protocol_data: protocol.cloned().unwrap_or_default(),
        members: classic.members().map(|member| described_member(member, protocol)).collect(),
        ..DescribedGroup::default()
    })
}

fn described_member(member: &Member, protocol: Option<&Str>) -> DescribedGroupMember {
    DescribedGroupMember {
        member_id: member.id.clone(),
        group_instance_id: member.instance.clone(),
        client_id: member.client_id.clone(),
        client_host: member.client_host.clone(),
        member_metadata: protocol.map_or_else(Bytes::new, |name| member.metadata(Some(name))),
        member_assignment: member.assignment.clone(),
        ..DescribedGroupMember::default()
    }
}
