//! Offsets that a transaction commits.

use weir_wire::messages::add_offsets_to_txn_request::AddOffsetsToTxnRequest;
use weir_wire::messages::offset_fetch_request::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopics,
};
use weir_wire::messages::txn_offset_commit_request::{
    TxnOffsetCommitRequest, TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic,
};
use weir_wire::{ErrorCode, Str, Uuid};

use super::client::{Producer, Protocol};
use super::{BOTH, cluster};
use crate::groups::{commit_request, coordinator};
use crate::harness::Cluster;

fn add_group(cluster: &Cluster, producer: &Producer<'_>, group: &str) -> ErrorCode {
    let request = AddOffsetsToTxnRequest {
        transactional_id: Str::from(producer.transactional_id.as_str()),
        producer_id: producer.id,
        producer_epoch: producer.epoch,
        group_id: Str::from(group),
        ..Default::default()
    };
    ErrorCode(cluster.connect(producer.broker).call(request, 3).error_code)
}

fn request(cluster: &Cluster, producer: &Producer<'_>, version: i16) -> TxnOffsetCommitRequest {
    let id = cluster.engine.image().topic("t").unwrap().id();
    let by_id = version >= 6;
    TxnOffsetCommitRequest {
        transactional_id: Str::from(producer.transactional_id.as_str()),
        group_id: Str::from("g"),
        producer_id: producer.id,
        producer_epoch: producer.epoch,
        generation_id_or_member_epoch: -1,
        topics: vec![TxnOffsetCommitRequestTopic {
            name: Str::from(if by_id { "" } else { "t" }),
            topic_id: if by_id { id } else { Uuid::ZERO },
            partitions: vec![TxnOffsetCommitRequestPartition {
                partition_index: 0,
                committed_offset: 7,
                committed_leader_epoch: -1,
                committed_metadata: Some(Str::from("note")),
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    }
}

fn commit(cluster: &Cluster, request: TxnOffsetCommitRequest, version: i16) -> ErrorCode {
    let broker = coordinator(cluster, 1, "g");
    let response = cluster.connect(broker).call(request, version);
    ErrorCode(response.topics[0].partitions[0].error_code)
}

/// The group's offset of the topic's first partition.
fn offset(cluster: &Cluster, require_stable: bool) -> Result<i64, ErrorCode> {
    let request = OffsetFetchRequest {
        require_stable,
        groups: vec![OffsetFetchRequestGroup {
            group_id: Str::from("g"),
            topics: Some(vec![OffsetFetchRequestTopics {
                name: Str::from("t"),
                partition_indexes: vec![0],
                ..Default::default()
            }]),
            ..Default::default()
        }],
        ..Default::default()
    };
    let broker = coordinator(cluster, 1, "g");
    let answer = cluster.connect(broker).call(request, 9).groups.remove(0);
    assert_eq!(ErrorCode(answer.error_code), ErrorCode::NONE);
    let partition = &answer.topics[0].partitions[0];
    match ErrorCode(partition.error_code) {
        ErrorCode::NONE => Ok(partition.committed_offset),
        error => Err(error),
    }
}

/// Begins a transaction that commits offset 7.
fn begun<'a>(cluster: &'a Cluster, protocol: Protocol) -> Producer<'a> {
    let producer = Producer::init(cluster, "id", protocol);
    coordinator(cluster, 1, "g");
    let version = match protocol {
        Protocol::V0 => {
            assert_eq!(add_group(cluster, &producer, "g"), ErrorCode::NONE);
            3
        }
        Protocol::V2 => 5,
    };
    let request = request(cluster, &producer, version);
    assert_eq!(commit(cluster, request, version), ErrorCode::NONE);
    producer
}

#[test]
fn offsets_count_once_the_transaction_is_committed() {
    for protocol in BOTH {
        let cluster = cluster();
        let mut producer = begun(&cluster, protocol);
        assert_eq!(offset(&cluster, false), Ok(-1), "{protocol:?}");
        assert_eq!(offset(&cluster, true), Err(ErrorCode::UNSTABLE_OFFSET_COMMIT));
        assert_eq!(producer.end(true), ErrorCode::NONE);
        assert_eq!(offset(&cluster, true), Ok(7), "{protocol:?}");
    }
}

#[test]
fn aborted_offsets_are_dropped() {
    for protocol in BOTH {
        let cluster = cluster();
        let mut producer = begun(&cluster, protocol);
        assert_eq!(producer.end(false), ErrorCode::NONE);
        assert_eq!(offset(&cluster, true), Ok(-1), "{protocol:?}");
    }
}

#[test]
fn pending_offsets_survive_a_restart_and_then_count() {
    for commit in [true, false] {
        let mut cluster = cluster();
        let producer = begun(&cluster, Protocol::V2);
        let (id, epoch) = (producer.id, producer.epoch);
        cluster.restart();
        assert_eq!(offset(&cluster, true), Err(ErrorCode::UNSTABLE_OFFSET_COMMIT));
        let mut producer = Producer::known(&cluster, "id", Protocol::V2, id, epoch);
        assert_eq!(producer.end(commit), ErrorCode::NONE);
        let expected = if commit { 7 } else { -1 };
        assert_eq!(offset(&cluster, true), Ok(expected));
        drop(producer);
        cluster.restart();
        assert_eq!(offset(&cluster, true), Ok(expected), "from the log");
    }
}

#[test]
fn a_later_commit_outside_of_the_transaction_wins() {
    let mut cluster = cluster();
    let mut producer = begun(&cluster, Protocol::V2);
    let broker = coordinator(&cluster, 1, "g");
    let response = cluster.connect(broker).call(commit_request("g", "t", &[9]), 9);
    assert_eq!(response.topics[0].partitions[0].error_code, 0);
    assert_eq!(producer.end(true), ErrorCode::NONE);
    assert_eq!(offset(&cluster, true), Ok(9));
    drop(producer);
    cluster.restart();
    assert_eq!(offset(&cluster, true), Ok(9), "from the log");
}

#[test]
fn offsets_are_refused_as_kafka_refuses_them() {
    let cluster = cluster();
    let mut producer = Producer::init(&cluster, "id", Protocol::V0);
    coordinator(&cluster, 1, "g");
    let refused = |producer: &Producer<'_>, version| {
        commit(&cluster, request(&cluster, producer, version), version)
    };
    assert_eq!(refused(&producer, 3), ErrorCode::INVALID_TXN_STATE, "the group was not added");
    assert_eq!(refused(&producer, 4), ErrorCode::TRANSACTION_ABORTABLE);
    assert_eq!(add_group(&cluster, &producer, "g"), ErrorCode::NONE);
    let mut as_member = request(&cluster, &producer, 3);
    as_member.generation_id_or_member_epoch = 4;
    as_member.member_id = Str::from("m");
    assert_eq!(commit(&cluster, as_member, 3), ErrorCode::ILLEGAL_GENERATION);
    let mut elsewhere = request(&cluster, &producer, 3);
    elsewhere.topics[0].partitions[0].partition_index = 9;
    assert_eq!(commit(&cluster, elsewhere, 3), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    producer.epoch += 1;
    assert_eq!(refused(&producer, 3), ErrorCode::INVALID_PRODUCER_EPOCH);
    assert_eq!(add_group(&cluster, &producer, "g"), ErrorCode::PRODUCER_FENCED);
    producer.epoch -= 1;
    for version in 0..=6 {
        assert_eq!(refused(&producer, version), ErrorCode::NONE, "version {version}");
    }
}
