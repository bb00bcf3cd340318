//! A consumer group's changes in Kafka's record formats: types 3 and 5 to 8 of KIP-848, and 16, its
//! regular expressions. Type 4 (the metadata of topics, written before Kafka 4.1) is skipped.

use std::collections::BTreeSet;
use std::sync::Arc;

use weir_wire::messages::consumer_group_current_member_assignment_key::ConsumerGroupCurrentMemberAssignmentKey;
use weir_wire::messages::consumer_group_current_member_assignment_value::{
    ConsumerGroupCurrentMemberAssignmentValue, TopicPartitions,
};
use weir_wire::messages::consumer_group_member_metadata_key::ConsumerGroupMemberMetadataKey;
use weir_wire::messages::consumer_group_member_metadata_value::{
    ClassicMemberMetadata, ClassicProtocol, ConsumerGroupMemberMetadataValue,
};
use weir_wire::messages::consumer_group_metadata_key::ConsumerGroupMetadataKey;
use weir_wire::messages::consumer_group_metadata_value::ConsumerGroupMetadataValue;
use weir_wire::messages::consumer_group_regular_expression_key::ConsumerGroupRegularExpressionKey;
use weir_wire::messages::consumer_group_regular_expression_value::ConsumerGroupRegularExpressionValue;
use weir_wire::messages::consumer_group_target_assignment_member_key::ConsumerGroupTargetAssignmentMemberKey;
use weir_wire::messages::consumer_group_target_assignment_member_value::{
    ConsumerGroupTargetAssignmentMemberValue, TopicPartition,
};
use weir_wire::messages::consumer_group_target_assignment_metadata_key::ConsumerGroupTargetAssignmentMetadataKey;
use weir_wire::messages::consumer_group_target_assignment_metadata_value::ConsumerGroupTargetAssignmentMetadataValue;
use weir_wire::{Bytes, EncodeError, Str};

use super::change::{Change, Resolved};
use super::member::{ClassicSide, Current, MemberState, Owned, Partitions, Subscription};
use crate::groups::records::{GroupRecord, body, decode, keyed};

/// The record types, first and last, that this reads.
pub(crate) const KINDS: [i16; 7] = [3, 4, 5, 6, 7, 8, 16];

const EPOCH: i16 = ConsumerGroupMetadataValue::API_KEY;
const MEMBER: i16 = ConsumerGroupMemberMetadataValue::API_KEY;
const TARGET_EPOCH: i16 = ConsumerGroupTargetAssignmentMetadataValue::API_KEY;
const TARGET: i16 = ConsumerGroupTargetAssignmentMemberValue::API_KEY;
const CURRENT: i16 = ConsumerGroupCurrentMemberAssignmentValue::API_KEY;
const REGEX: i16 = ConsumerGroupRegularExpressionValue::API_KEY;

/// The record of a change to `group`.
pub(crate) fn encode(group: &Str, change: &Change) -> Result<GroupRecord, EncodeError> {
    let group_id = group.clone();
    match change {
        Change::Epoch(value) => {
            let key = ConsumerGroupMetadataKey { group_id };
            keyed(
                EPOCH,
                &key,
                value.map(|(epoch, metadata_hash)| epoch_value(epoch, metadata_hash)),
            )
        }
        Change::Member(id, value) => {
            let key = ConsumerGroupMemberMetadataKey { group_id, member_id: id.clone() };
            keyed(MEMBER, &key, value.as_ref().map(member_value))
        }
        Change::TargetEpoch(value) => {
            let key = ConsumerGroupTargetAssignmentMetadataKey { group_id };
            let value = value.map(|(assignment_epoch, assignment_timestamp)| {
                ConsumerGroupTargetAssignmentMetadataValue {
                    assignment_epoch,
                    assignment_timestamp,
                    ..Default::default()
                }
            });
            keyed(TARGET_EPOCH, &key, value)
        }
        Change::Target(id, value) => {
            let key = ConsumerGroupTargetAssignmentMemberKey { group_id, member_id: id.clone() };
            keyed(TARGET, &key, value.as_deref().map(target_value))
        }
        Change::Current(id, value) => {
            let key = ConsumerGroupCurrentMemberAssignmentKey { group_id, member_id: id.clone() };
            keyed(CURRENT, &key, value.as_ref().map(current_value))
        }
        Change::Regex(regex, value) => {
            let regular_expression = regex.clone();
            let key = ConsumerGroupRegularExpressionKey { group_id, regular_expression };
            keyed(REGEX, &key, value.as_ref().map(regex_value))
        }
    }
}

fn epoch_value(epoch: i32, metadata_hash: i64) -> ConsumerGroupMetadataValue {
    ConsumerGroupMetadataValue { epoch, metadata_hash, ..Default::default() }
}

fn member_value(of: &Subscription) -> ConsumerGroupMemberMetadataValue {
    let classic = of.classic.as_ref().map(|side| ClassicMemberMetadata {
        session_timeout_ms: side.session_timeout_ms,
        supported_protocols: side
            .protocols
            .iter()
            .map(|(name, metadata)| ClassicProtocol {
                name: name.clone(),
                metadata: metadata.clone(),
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    });
    ConsumerGroupMemberMetadataValue {
        instance_id: of.instance.clone(),
        rack_id: of.rack.clone(),
        client_id: of.client_id.clone(),
        client_host: of.client_host.clone(),
        subscribed_topic_names: of.topics.iter().cloned().collect(),
        subscribed_topic_regex: of.regex.clone(),
        rebalance_timeout_ms: of.rebalance_timeout_ms,
        server_assignor: of.assignor.clone(),
        classic_member_metadata: classic,
        ..Default::default()
    }
}

fn target_value(target: &Partitions) -> ConsumerGroupTargetAssignmentMemberValue {
    let topics = target.iter().map(|(topic, partitions)| TopicPartition {
        topic_id: *topic,
        partitions: partitions.iter().copied().collect(),
        ..Default::default()
    });
    ConsumerGroupTargetAssignmentMemberValue {
        topic_partitions: topics.collect(),
        ..Default::default()
    }
}

fn current_value(current: &Current) -> ConsumerGroupCurrentMemberAssignmentValue {
    ConsumerGroupCurrentMemberAssignmentValue {
        member_epoch: current.epoch,
        previous_member_epoch: current.previous_epoch,
        state: current.state as i8,
        assigned_partitions: owned_value(&current.assigned),
        partitions_pending_revocation: owned_value(&current.revoking),
        ..Default::default()
    }
}

fn owned_value(owned: &Owned) -> Vec<TopicPartitions> {
    let topics = owned.iter().map(|(topic, partitions)| TopicPartitions {
        topic_id: *topic,
        partitions: partitions.keys().copied().collect(),
        assignment_epochs: Some(partitions.values().copied().collect()),
        ..Default::default()
    });
    topics.collect()
}

fn regex_value(resolved: &Resolved) -> ConsumerGroupRegularExpressionValue {
    ConsumerGroupRegularExpressionValue {
        topics: resolved.topics.iter().cloned().collect(),
        version: resolved.version,
        timestamp: resolved.at_ms,
        ..Default::default()
    }
}

/// A record read back: the group, and the change unless it is of a kind that is not kept. `None`
/// when it is broken.
pub(crate) fn load(
    chunk: &Bytes,
    kind: i16,
    key: &[u8],
    value: Option<&[u8]>,
) -> Option<(Str, Option<Change>)> {
    match kind {
        EPOCH => {
            let key: ConsumerGroupMetadataKey = decode(chunk, key, 0)?;
            let value: Option<ConsumerGroupMetadataValue> = body(chunk, value)?;
            let change = Change::Epoch(value.map(|value| (value.epoch, value.metadata_hash)));
            Some((key.group_id.detached(), Some(change)))
        }
        MEMBER => {
            let key: ConsumerGroupMemberMetadataKey = decode(chunk, key, 0)?;
            let value = body(chunk, value)?.map(load_member);
            Some((key.group_id.detached(), Some(Change::Member(key.member_id.detached(), value))))
        }
        TARGET_EPOCH => {
            let key: ConsumerGroupTargetAssignmentMetadataKey = decode(chunk, key, 0)?;
            let value: Option<ConsumerGroupTargetAssignmentMetadataValue> = body(chunk, value)?;
            let value = value.map(|value| (value.assignment_epoch, value.assignment_timestamp));
            Some((key.group_id.detached(), Some(Change::TargetEpoch(value))))
        }
        TARGET => {
            let key: ConsumerGroupTargetAssignmentMemberKey = decode(chunk, key, 0)?;
            let value = body(chunk, value)?.map(load_target);
            Some((key.group_id.detached(), Some(Change::Target(key.member_id.detached(), value))))
        }
        CURRENT => {
            let key: ConsumerGroupCurrentMemberAssignmentKey = decode(chunk, key, 0)?;
            let value = body(chunk, value)?.map(load_current);
            Some((key.group_id.detached(), Some(Change::Current(key.member_id.detached(), value))))
        }
        REGEX => {
            let key: ConsumerGroupRegularExpressionKey = decode(chunk, key, 0)?;
            let value = body(chunk, value)?.map(load_regex);
            let change = Change::Regex(key.regular_expression.detached(), value);
            Some((key.group_id.detached(), Some(change)))
        }
        _ => Some((Str::default(), None)),
    }
}

fn load_member(value: ConsumerGroupMemberMetadataValue) -> Subscription {
    let detached = |text: &Option<Str>| text.as_ref().map(Str::detached);
    let classic = value.classic_member_metadata.map(|side| ClassicSide {
        session_timeout_ms: side.session_timeout_ms,
        protocols: side
            .supported_protocols
            .iter()
            .map(|told| (told.name.detached(), Bytes::copy_from_slice(&told.metadata)))
            .collect(),
    });
    Subscription {
        instance: detached(&value.instance_id),
        rack: detached(&value.rack_id),
        client_id: value.client_id.detached(),
        client_host: value.client_host.detached(),
        topics: value.subscribed_topic_names.iter().map(Str::detached).collect(),
        regex: detached(&value.subscribed_topic_regex),
        rebalance_timeout_ms: value.rebalance_timeout_ms,
        assignor: detached(&value.server_assignor),
        classic,
    }
}

fn load_target(value: ConsumerGroupTargetAssignmentMemberValue) -> Arc<Partitions> {
    let topics = value.topic_partitions.iter();
    Arc::new(topics.map(|t| (t.topic_id, t.partitions.iter().copied().collect())).collect())
}

fn load_current(value: ConsumerGroupCurrentMemberAssignmentValue) -> Current {
    let epoch = value.member_epoch;
    Current {
        epoch,
        previous_epoch: value.previous_member_epoch,
        state: MemberState::from_id(value.state),
        assigned: load_owned(&value.assigned_partitions, epoch),
        revoking: load_owned(&value.partitions_pending_revocation, epoch),
    }
}

/// Before Kafka 4.3 partitions had no epochs of their own: the member's counts.
fn load_owned(topics: &[TopicPartitions], epoch: i32) -> Owned {
    let partitions = |topic: &TopicPartitions| {
        let epochs = topic.assignment_epochs.iter().flatten().copied();
        topic.partitions.iter().copied().zip(epochs.chain(std::iter::repeat(epoch))).collect()
    };
    topics.iter().map(|topic| (topic.topic_id, partitions(topic))).collect()
}

fn load_regex(value: ConsumerGroupRegularExpressionValue) -> Resolved {
    let topics: BTreeSet<Str> = value.topics.iter().map(Str::detached).collect();
    Resolved { topics, version: value.version, at_ms: value.timestamp }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::groups::records::lead;
    use weir_wire::Uuid;

    fn round_trip(change: &Change) {
        let record = encode(&Str::from("g"), change).unwrap();
        let (kind, key) = lead(&record.key).unwrap();
        let loaded = load(&Bytes::new(), kind, key, record.value.as_deref());
        assert_eq!(loaded, Some((Str::from("g"), Some(change.clone()))));
    }

    #[test]
    fn every_change_comes_back() {
        let id = Str::from("m");
        let owned: Owned = [(Uuid([7; 16]), [(0, 3), (2, 4)].into())].into();
        let current = Current {
            epoch: 5,
            previous_epoch: 4,
            state: MemberState::UnrevokedPartitions,
            assigned: owned.clone(),
            revoking: owned,
        };
        let subscription = Subscription {
            instance: Some(Str::from("i")),
            topics: [Str::from("a"), Str::from("b")].into(),
            regex: Some(Str::from("x.*")),
            rebalance_timeout_ms: 9,
            classic: Some(ClassicSide {
                session_timeout_ms: 3,
                protocols: vec![(Str::from("range"), Bytes::from_static(b"m"))],
            }),
            ..Subscription::default()
        };
        let target: Partitions = [(Uuid([1; 16]), [1, 2].into())].into();
        let resolved = Resolved { topics: [Str::from("t")].into(), version: 3, at_ms: 4 };
        for change in [
            Change::Epoch(Some((7, -9))),
            Change::Epoch(None),
            Change::Member(id.clone(), Some(subscription)),
            Change::Member(id.clone(), None),
            Change::Target(id.clone(), Some(Arc::new(target))),
            Change::Target(id.clone(), None),
            Change::TargetEpoch(Some((7, 1_000))),
            Change::TargetEpoch(None),
            Change::Current(id.clone(), Some(current)),
            Change::Current(id, None),
            Change::Regex(Str::from("x.*"), Some(resolved)),
            Change::Regex(Str::from("x.*"), None),
        ] {
            round_trip(&change);
        }
    }

    #[test]
    fn broken_records_are_refused_and_old_kinds_skipped() {
        assert_eq!(load(&Bytes::new(), MEMBER, b"\0", None), None);
        assert_eq!(load(&Bytes::new(), 4, b"anything", None), Some((Str::default(), None)));
    }
}
