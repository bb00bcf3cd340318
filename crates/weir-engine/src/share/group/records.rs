//! Share groups as records of `__consumer_offsets`, types 10 to 15.

use std::collections::{BTreeMap, BTreeSet};

use weir_wire::messages::share_group_current_member_assignment_key::ShareGroupCurrentMemberAssignmentKey as CurrentKey;
use weir_wire::messages::share_group_current_member_assignment_value::{
    self as current_value, ShareGroupCurrentMemberAssignmentValue as CurrentValue,
};
use weir_wire::messages::share_group_member_metadata_key::ShareGroupMemberMetadataKey as MemberKey;
use weir_wire::messages::share_group_member_metadata_value::ShareGroupMemberMetadataValue as MemberValue;
use weir_wire::messages::share_group_metadata_key::ShareGroupMetadataKey as GroupKey;
use weir_wire::messages::share_group_metadata_value::ShareGroupMetadataValue as GroupValue;
use weir_wire::messages::share_group_state_partition_metadata_key::ShareGroupStatePartitionMetadataKey as StateKey;
use weir_wire::messages::share_group_state_partition_metadata_value::{
    ShareGroupStatePartitionMetadataValue as StateValue, TopicPartitionsInfo,
};
use weir_wire::messages::share_group_target_assignment_member_key::ShareGroupTargetAssignmentMemberKey as TargetKey;
use weir_wire::messages::share_group_target_assignment_member_value::{
    self as target_value, ShareGroupTargetAssignmentMemberValue as TargetValue,
};
use weir_wire::messages::share_group_target_assignment_metadata_key::ShareGroupTargetAssignmentMetadataKey as EpochKey;
use weir_wire::messages::share_group_target_assignment_metadata_value::ShareGroupTargetAssignmentMetadataValue as EpochValue;
use weir_wire::{EncodeError, Str, Uuid};

use super::member::{Assignment, Initialized};
use crate::share::records::{Record, body, lead, record, tombstone, value};

/// What a member told of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Told {
    pub(crate) rack: Option<Str>,
    pub(crate) client_id: Str,
    pub(crate) client_host: Str,
    pub(crate) topics: Vec<Str>,
}

/// One change of a group; `None` ends what was there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// Group epoch and hash of the subscribed topics.
    Epoch(Option<(i32, i64)>),
    AssignmentEpoch(Option<i32>),
    Member(Str, Option<Told>),
    Target(Str, Option<Assignment>),
    /// Epoch, previous epoch, partitions.
    Current(Str, Option<(i32, i32, Assignment)>),
    Initialized(BTreeMap<Uuid, Initialized>),
}

impl Change {
    pub(super) fn is_end_of_group(&self) -> bool {
        matches!(self, Self::Epoch(None))
    }

    /// Whether it ends something, so that it makes no group.
    pub(super) fn is_end(&self) -> bool {
        match self {
            Self::Epoch(value) => value.is_none(),
            Self::AssignmentEpoch(value) => value.is_none(),
            Self::Member(_, value) => value.is_none(),
            Self::Target(_, value) => value.is_none(),
            Self::Current(_, value) => value.is_none(),
            Self::Initialized(value) => value.is_empty(),
        }
    }
}

/// A value where there is one, else the end of what `key` named.
fn put<K: weir_wire::Message, V: weir_wire::Message>(
    kind: i16,
    key: &K,
    value: Option<V>,
) -> Result<Record, EncodeError> {
    match value {
        Some(value) => record(kind, key, &value),
        None => tombstone(kind, key),
    }
}

pub(super) fn encode(group: &Str, change: &Change) -> Result<Record, EncodeError> {
    let group_id = group.clone();
    match change {
        Change::Epoch(epoch) => {
            let value = epoch.map(|(epoch, metadata_hash)| GroupValue {
                epoch,
                metadata_hash,
                ..Default::default()
            });
            put(GroupKey::API_KEY, &GroupKey { group_id }, value)
        }
        Change::AssignmentEpoch(epoch) => {
            let value =
                epoch.map(|assignment_epoch| EpochValue { assignment_epoch, ..Default::default() });
            put(EpochKey::API_KEY, &EpochKey { group_id }, value)
        }
        Change::Member(id, told) => {
            let key = MemberKey { group_id, member_id: id.clone() };
            put(MemberKey::API_KEY, &key, told.as_ref().map(member_value))
        }
        Change::Target(id, target) => {
            let key = TargetKey { group_id, member_id: id.clone() };
            put(TargetKey::API_KEY, &key, target.as_ref().map(target_of))
        }
        Change::Current(id, current) => {
            let key = CurrentKey { group_id, member_id: id.clone() };
            put(CurrentKey::API_KEY, &key, current.as_ref().map(current_of))
        }
        Change::Initialized(topics) => {
            let value = (!topics.is_empty()).then(|| state_of(topics));
            put(StateKey::API_KEY, &StateKey { group_id }, value)
        }
    }
}

fn member_value(told: &Told) -> MemberValue {
    MemberValue {
        rack_id: told.rack.clone(),
        client_id: told.client_id.clone(),
        client_host: told.client_host.clone(),
        subscribed_topic_names: told.topics.clone(),
        ..Default::default()
    }
}

fn target_of(target: &Assignment) -> TargetValue {
    let topics = target.iter().map(|(topic_id, partitions)| target_value::TopicPartition {
        topic_id: *topic_id,
        partitions: partitions.iter().copied().collect(),
        ..Default::default()
    });
    TargetValue { topic_partitions: topics.collect(), ..Default::default() }
}

fn current_of((epoch, previous, assigned): &(i32, i32, Assignment)) -> CurrentValue {
    let topics = assigned.iter().map(|(topic_id, partitions)| current_value::TopicPartitions {
        topic_id: *topic_id,
        partitions: partitions.iter().copied().collect(),
        ..Default::default()
    });
    CurrentValue {
        member_epoch: *epoch,
        previous_member_epoch: *previous,
        // Kafka's MemberState.STABLE.
        state: 0,
        assigned_partitions: topics.collect(),
        ..Default::default()
    }
}

fn state_of(topics: &BTreeMap<Uuid, Initialized>) -> StateValue {
    let infos = topics.iter().map(|(topic_id, topic)| TopicPartitionsInfo {
        topic_id: *topic_id,
        topic_name: topic.name.clone(),
        partitions: topic.partitions.iter().copied().collect(),
        ..Default::default()
    });
    StateValue { initialized_topics: infos.collect(), ..Default::default() }
}

/// Reads a record; `None` when it is none of a share group, or broken.
pub(super) fn load(key: &[u8], bytes: Option<&[u8]>) -> Option<(Str, Change)> {
    let (kind, rest) = lead(key)?;
    let (group, change) = match kind {
        GroupKey::API_KEY => {
            let key: GroupKey = body(rest, 0)?;
            let value = read::<GroupValue>(bytes)?;
            (key.group_id, Change::Epoch(value.map(|v| (v.epoch, v.metadata_hash))))
        }
        EpochKey::API_KEY => {
            let key: EpochKey = body(rest, 0)?;
            let value = read::<EpochValue>(bytes)?;
            (key.group_id, Change::AssignmentEpoch(value.map(|v| v.assignment_epoch)))
        }
        MemberKey::API_KEY => {
            let key: MemberKey = body(rest, 0)?;
            let told = read::<MemberValue>(bytes)?.map(told_of);
            (key.group_id, Change::Member(key.member_id.detached(), told))
        }
        TargetKey::API_KEY => {
            let key: TargetKey = body(rest, 0)?;
            let target = read::<TargetValue>(bytes)?
                .map(|v| assignment(v.topic_partitions, |t| (t.topic_id, t.partitions)));
            (key.group_id, Change::Target(key.member_id.detached(), target))
        }
        CurrentKey::API_KEY => {
            let key: CurrentKey = body(rest, 0)?;
            let current = read::<CurrentValue>(bytes)?.map(|v| {
                let assigned = assignment(v.assigned_partitions, |t| (t.topic_id, t.partitions));
                (v.member_epoch, v.previous_member_epoch, assigned)
            });
            (key.group_id, Change::Current(key.member_id.detached(), current))
        }
        StateKey::API_KEY => {
            let key: StateKey = body(rest, 0)?;
            let topics = read::<StateValue>(bytes)?.map(initialized_of).unwrap_or_default();
            (key.group_id, Change::Initialized(topics))
        }
        _ => return None,
    };
    Some((group.detached(), change))
}

/// `None` when the value is broken, `Some(None)` for a tombstone.
fn read<M: weir_wire::Message>(bytes: Option<&[u8]>) -> Option<Option<M>> {
    match bytes {
        Some(bytes) => value(bytes).map(Some),
        None => Some(None),
    }
}

fn told_of(value: MemberValue) -> Told {
    Told {
        rack: value.rack_id.map(|rack| rack.detached()),
        client_id: value.client_id.detached(),
        client_host: value.client_host.detached(),
        topics: value.subscribed_topic_names.iter().map(Str::detached).collect(),
    }
}

fn assignment<T>(topics: Vec<T>, parts: impl Fn(T) -> (Uuid, Vec<i32>)) -> Assignment {
    let topics = topics.into_iter().map(parts);
    topics.map(|(id, partitions)| (id, partitions.into_iter().collect::<BTreeSet<_>>())).collect()
}

fn initialized_of(value: StateValue) -> BTreeMap<Uuid, Initialized> {
    let topics = value.initialized_topics.into_iter().map(|topic| {
        let partitions = topic.partitions.into_iter().collect();
        (topic.topic_id, Initialized { name: topic.topic_name.detached(), partitions })
    });
    topics.collect()
}
