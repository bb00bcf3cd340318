//! A streams group's changes in Kafka's record formats: types 17 and 19 to 23 of KIP-1071. Type 18
//! (the metadata of topics, written before Kafka 4.2) is skipped.

mod topology;

use std::sync::Arc;

use weir_wire::messages::streams_group_current_member_assignment_key::StreamsGroupCurrentMemberAssignmentKey;
use weir_wire::messages::streams_group_current_member_assignment_value::{
    StreamsGroupCurrentMemberAssignmentValue, TaskIds as CurrentTaskIds,
};
use weir_wire::messages::streams_group_member_metadata_key::StreamsGroupMemberMetadataKey;
use weir_wire::messages::streams_group_member_metadata_value::{
    Endpoint, KeyValue, StreamsGroupMemberMetadataValue,
};
use weir_wire::messages::streams_group_metadata_key::StreamsGroupMetadataKey;
use weir_wire::messages::streams_group_metadata_value::{
    LastAssignmentConfig, StreamsGroupMetadataValue,
};
use weir_wire::messages::streams_group_target_assignment_member_key::StreamsGroupTargetAssignmentMemberKey;
use weir_wire::messages::streams_group_target_assignment_member_value::{
    StreamsGroupTargetAssignmentMemberValue, TaskIds as TargetTaskIds,
};
use weir_wire::messages::streams_group_target_assignment_metadata_key::StreamsGroupTargetAssignmentMetadataKey;
use weir_wire::messages::streams_group_target_assignment_metadata_value::StreamsGroupTargetAssignmentMetadataValue;
use weir_wire::messages::streams_group_topology_key::StreamsGroupTopologyKey;
use weir_wire::messages::streams_group_topology_value::StreamsGroupTopologyValue;
use weir_wire::{Bytes, EncodeError, Str};

use super::change::{Change, GroupEpoch};
use super::member::{About, Current, MemberState};
use super::tasks::{ActiveTasks, Assigned, TaskIds, Tasks};
use crate::groups::records::{GroupRecord, body, decode, keyed};

/// The record types that this reads.
pub(crate) const KINDS: [i16; 7] = [17, 18, 19, 20, 21, 22, 23];

const EPOCH: i16 = StreamsGroupMetadataValue::API_KEY;
const MEMBER: i16 = StreamsGroupMemberMetadataValue::API_KEY;
const TARGET_EPOCH: i16 = StreamsGroupTargetAssignmentMetadataValue::API_KEY;
const TARGET: i16 = StreamsGroupTargetAssignmentMemberValue::API_KEY;
const CURRENT: i16 = StreamsGroupCurrentMemberAssignmentValue::API_KEY;
const TOPOLOGY: i16 = StreamsGroupTopologyValue::API_KEY;

/// The record of a change to `group`.
pub(crate) fn encode(group: &Str, change: &Change) -> Result<GroupRecord, EncodeError> {
    let group_id = group.clone();
    match change {
        Change::Epoch(value) => {
            let key = StreamsGroupMetadataKey { group_id };
            keyed(EPOCH, &key, value.as_ref().map(epoch_value))
        }
        Change::Member(id, value) => {
            let key = StreamsGroupMemberMetadataKey { group_id, member_id: id.clone() };
            keyed(MEMBER, &key, value.as_ref().map(member_value))
        }
        Change::TargetEpoch(value) => {
            let key = StreamsGroupTargetAssignmentMetadataKey { group_id };
            let value = value.map(|(assignment_epoch, assignment_timestamp)| {
                StreamsGroupTargetAssignmentMetadataValue {
                    assignment_epoch,
                    assignment_timestamp,
                    ..Default::default()
                }
            });
            keyed(TARGET_EPOCH, &key, value)
        }
        Change::Target(id, value) => {
            let key = StreamsGroupTargetAssignmentMemberKey { group_id, member_id: id.clone() };
            keyed(TARGET, &key, value.as_deref().map(target_value))
        }
        Change::Current(id, value) => {
            let key = StreamsGroupCurrentMemberAssignmentKey { group_id, member_id: id.clone() };
            keyed(CURRENT, &key, value.as_ref().map(current_value))
        }
        Change::Topology(value) => {
            let key = StreamsGroupTopologyKey { group_id };
            keyed(TOPOLOGY, &key, value.as_deref().map(topology::value))
        }
    }
}

fn epoch_value(of: &GroupEpoch) -> StreamsGroupMetadataValue {
    let configs = of.assignment_configs.iter().map(|(key, value)| LastAssignmentConfig {
        key: key.clone(),
        value: value.clone(),
        ..Default::default()
    });
    StreamsGroupMetadataValue {
        epoch: of.epoch,
        metadata_hash: of.metadata_hash,
        validated_topology_epoch: of.validated,
        last_assignment_configs: Some(configs.collect()),
        ..Default::default()
    }
}

fn member_value(of: &About) -> StreamsGroupMemberMetadataValue {
    let tags = of.tags.iter().map(|(key, value)| KeyValue {
        key: key.clone(),
        value: value.clone(),
        ..Default::default()
    });
    StreamsGroupMemberMetadataValue {
        instance_id: of.instance.clone(),
        rack_id: of.rack.clone(),
        client_id: of.client_id.clone(),
        client_host: of.client_host.clone(),
        rebalance_timeout_ms: of.rebalance_timeout_ms,
        topology_epoch: of.topology_epoch,
        process_id: of.process_id.clone(),
        user_endpoint: of.endpoint.as_ref().map(|(host, port)| Endpoint {
            host: host.clone(),
            port: *port,
            ..Default::default()
        }),
        client_tags: tags.collect(),
        ..Default::default()
    }
}

fn target_value(target: &Tasks) -> StreamsGroupTargetAssignmentMemberValue {
    let tasks = |tasks: &TaskIds| -> Vec<TargetTaskIds> {
        let tasks = tasks.iter().map(|(id, partitions)| TargetTaskIds {
            subtopology_id: id.clone(),
            partitions: partitions.iter().copied().collect(),
            ..Default::default()
        });
        tasks.collect()
    };
    StreamsGroupTargetAssignmentMemberValue {
        active_tasks: tasks(&target.active),
        standby_tasks: tasks(&target.standby),
        warmup_tasks: tasks(&target.warmup),
        ..Default::default()
    }
}

fn current_value(current: &Current) -> StreamsGroupCurrentMemberAssignmentValue {
    let Current { assigned, revoking, .. } = current;
    StreamsGroupCurrentMemberAssignmentValue {
        member_epoch: current.epoch,
        previous_member_epoch: current.previous_epoch,
        state: current.state as i8,
        active_tasks: active_value(&assigned.active),
        standby_tasks: tasks_value(&assigned.standby),
        warmup_tasks: tasks_value(&assigned.warmup),
        active_tasks_pending_revocation: active_value(&revoking.active),
        standby_tasks_pending_revocation: tasks_value(&revoking.standby),
        warmup_tasks_pending_revocation: tasks_value(&revoking.warmup),
        ..Default::default()
    }
}

fn active_value(tasks: &ActiveTasks) -> Vec<CurrentTaskIds> {
    let tasks = tasks.iter().map(|(id, partitions)| CurrentTaskIds {
        subtopology_id: id.clone(),
        partitions: partitions.keys().copied().collect(),
        assignment_epochs: Some(partitions.values().copied().collect()),
        ..Default::default()
    });
    tasks.collect()
}

fn tasks_value(tasks: &TaskIds) -> Vec<CurrentTaskIds> {
    let tasks = tasks.iter().map(|(id, partitions)| CurrentTaskIds {
        subtopology_id: id.clone(),
        partitions: partitions.iter().copied().collect(),
        ..Default::default()
    });
    tasks.collect()
}

/// A record read back: the group, and the change unless it is of a kind that is not kept. `None`
/// when it is broken.
pub(crate) fn load(
    chunk: &Bytes,
    kind: i16,
    key: &[u8],
    value: Option<&[u8]>,
) -> Option<(Str, Option<Change>)> {
    let (group, change) = match kind {
        EPOCH => {
            let key: StreamsGroupMetadataKey = decode(chunk, key, 0)?;
            (key.group_id, Change::Epoch(body(chunk, value)?.map(load_epoch)))
        }
        MEMBER => {
            let key: StreamsGroupMemberMetadataKey = decode(chunk, key, 0)?;
            let value = body(chunk, value)?.map(load_member);
            (key.group_id, Change::Member(key.member_id.detached(), value))
        }
        TARGET_EPOCH => {
            let key: StreamsGroupTargetAssignmentMetadataKey = decode(chunk, key, 0)?;
            let value: Option<StreamsGroupTargetAssignmentMetadataValue> = body(chunk, value)?;
            let value = value.map(|value| (value.assignment_epoch, value.assignment_timestamp));
            (key.group_id, Change::TargetEpoch(value))
        }
        TARGET => {
            let key: StreamsGroupTargetAssignmentMemberKey = decode(chunk, key, 0)?;
            let value = body(chunk, value)?.map(load_target);
            (key.group_id, Change::Target(key.member_id.detached(), value))
        }
        CURRENT => {
            let key: StreamsGroupCurrentMemberAssignmentKey = decode(chunk, key, 0)?;
            let value = body(chunk, value)?.map(load_current);
            (key.group_id, Change::Current(key.member_id.detached(), value))
        }
        TOPOLOGY => {
            let key: StreamsGroupTopologyKey = decode(chunk, key, 0)?;
            let value = body(chunk, value)?.map(|value| Arc::new(topology::load(&value)));
            (key.group_id, Change::Topology(value))
        }
        _ => return Some((Str::default(), None)),
    };
    Some((group.detached(), Some(change)))
}

fn load_epoch(value: StreamsGroupMetadataValue) -> GroupEpoch {
    let configs = value.last_assignment_configs.into_iter().flatten();
    GroupEpoch {
        epoch: value.epoch,
        metadata_hash: value.metadata_hash,
        validated: value.validated_topology_epoch,
        assignment_configs: configs
            .map(|config| (config.key.detached(), config.value.detached()))
            .collect(),
    }
}

fn load_member(value: StreamsGroupMemberMetadataValue) -> About {
    let detached = |text: &Option<Str>| text.as_ref().map(Str::detached);
    About {
        instance: detached(&value.instance_id),
        rack: detached(&value.rack_id),
        client_id: value.client_id.detached(),
        client_host: value.client_host.detached(),
        rebalance_timeout_ms: value.rebalance_timeout_ms,
        topology_epoch: value.topology_epoch,
        process_id: value.process_id.detached(),
        endpoint: value.user_endpoint.map(|endpoint| (endpoint.host.detached(), endpoint.port)),
        tags: value
            .client_tags
            .iter()
            .map(|tag| (tag.key.detached(), tag.value.detached()))
            .collect(),
    }
}

fn load_target(value: StreamsGroupTargetAssignmentMemberValue) -> Arc<Tasks> {
    let tasks = |of: Vec<TargetTaskIds>| -> TaskIds {
        let tasks = of.into_iter();
        tasks.map(|t| (t.subtopology_id.detached(), t.partitions.into_iter().collect())).collect()
    };
    Arc::new(Tasks {
        active: tasks(value.active_tasks),
        standby: tasks(value.standby_tasks),
        warmup: tasks(value.warmup_tasks),
    })
}

fn load_current(value: StreamsGroupCurrentMemberAssignmentValue) -> Current {
    let epoch = value.member_epoch;
    Current {
        epoch,
        previous_epoch: value.previous_member_epoch,
        state: MemberState::from_id(value.state),
        assigned: Assigned {
            active: load_active(value.active_tasks, epoch),
            standby: load_tasks(value.standby_tasks),
            warmup: load_tasks(value.warmup_tasks),
        },
        revoking: Assigned {
            active: load_active(value.active_tasks_pending_revocation, epoch),
            standby: load_tasks(value.standby_tasks_pending_revocation),
            warmup: load_tasks(value.warmup_tasks_pending_revocation),
        },
    }
}

/// Before Kafka 4.3 tasks had no epochs of their own: the member's counts.
fn load_active(tasks: Vec<CurrentTaskIds>, epoch: i32) -> ActiveTasks {
    let of = |tasks: CurrentTaskIds| {
        let epochs = tasks.assignment_epochs.into_iter().flatten().chain(std::iter::repeat(epoch));
        (tasks.subtopology_id.detached(), tasks.partitions.into_iter().zip(epochs).collect())
    };
    tasks.into_iter().map(of).collect()
}

fn load_tasks(tasks: Vec<CurrentTaskIds>) -> TaskIds {
    let of = |t: CurrentTaskIds| (t.subtopology_id.detached(), t.partitions.into_iter().collect());
    tasks.into_iter().map(of).collect()
}

#[cfg(test)]
mod tests;
