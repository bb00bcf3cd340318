//! Describing and listing transactions; finding a hanging one and ending it.

use weir_wire::messages::describe_producers_request::{DescribeProducersRequest, TopicRequest};
use weir_wire::messages::describe_producers_response::PartitionResponse;
use weir_wire::messages::describe_transactions_request::DescribeTransactionsRequest;
use weir_wire::messages::describe_transactions_response::TransactionState;
use weir_wire::messages::list_transactions_request::ListTransactionsRequest;
use weir_wire::messages::write_txn_markers_request::{
    WritableTxnMarker, WritableTxnMarkerTopic, WriteTxnMarkersRequest,
};
use weir_wire::{ErrorCode, Str};

use super::client::{Producer, Protocol, committed, stable_end, values};
use super::cluster;
use crate::harness::Cluster;

pub(super) fn describe(cluster: &Cluster, broker: i32, id: &str) -> TransactionState {
    let request = DescribeTransactionsRequest {
        transactional_ids: vec![Str::from(id)],
        ..Default::default()
    };
    cluster.connect(broker).call(request, 0).transaction_states.remove(0)
}

fn producers(cluster: &Cluster, broker: i32, partition: i32) -> PartitionResponse {
    let request = DescribeProducersRequest {
        topics: vec![TopicRequest {
            name: Str::from("t"),
            partition_indexes: vec![partition],
            ..Default::default()
        }],
        ..Default::default()
    };
    cluster.connect(broker).call(request, 0).topics.remove(0).partitions.remove(0)
}

#[test]
fn a_transaction_is_described() {
    let cluster = cluster();
    let mut producer = Producer::init(&cluster, "id", Protocol::V2);
    producer.write("t", 1, "v");
    let state = describe(&cluster, producer.broker, "id");
    assert_eq!((state.error_code, state.transaction_state.as_str()), (0, "Ongoing"));
    assert_eq!((state.producer_id, state.producer_epoch), (producer.id, producer.epoch));
    assert_eq!((state.transaction_timeout_ms, state.topics.len()), (60_000, 1));
    assert_eq!(state.topics[0].partitions, [1]);
    assert_eq!(state.transaction_start_time_ms, cluster.clock_ms());
    producer.end(true);
    let state = describe(&cluster, producer.broker, "id");
    assert_eq!((state.transaction_state.as_str(), state.topics.len()), ("CompleteCommit", 0));
    let error = |broker, id| ErrorCode(describe(&cluster, broker, id).error_code);
    assert_eq!(error(producer.broker % 3 + 1, "id"), ErrorCode::NOT_COORDINATOR);
    assert_eq!(error(producer.broker, ""), ErrorCode::INVALID_REQUEST);
    let one = Cluster::new(1);
    Producer::init(&one, "id", Protocol::V0);
    let unknown = describe(&one, 1, "other");
    assert_eq!(ErrorCode(unknown.error_code), ErrorCode::TRANSACTIONAL_ID_NOT_FOUND);
}

#[test]
fn transactions_are_listed_by_what_is_asked() {
    let cluster = Cluster::new(1);
    cluster.create("t", 1, &[]);
    let idle = Producer::init(&cluster, "idle", Protocol::V2);
    let mut open = Producer::init(&cluster, "open", Protocol::V2);
    open.write("t", 0, "v");
    cluster.pass(5_000);
    let list = |request: ListTransactionsRequest| {
        let response = cluster.connect(1).call(request, 2);
        let ids = response.transaction_states.iter().map(|it| it.transactional_id.to_string());
        let mut ids: Vec<String> = ids.collect();
        ids.sort();
        (ErrorCode(response.error_code), ids, response.unknown_state_filters)
    };
    let by = |change: fn(&mut ListTransactionsRequest)| {
        let mut request = ListTransactionsRequest::default();
        change(&mut request);
        list(request)
    };
    assert_eq!(by(|_| {}).1, ["idle", "open"]);
    assert_eq!(by(|it| it.state_filters = vec!["Ongoing".into()]).1, ["open"]);
    let unknown = by(|it| it.state_filters = vec!["Lost".into(), "Dead".into()]);
    assert_eq!((unknown.1.len(), unknown.2), (0, vec![Str::from("Lost")]));
    let request =
        ListTransactionsRequest { producer_id_filters: vec![idle.id], ..Default::default() };
    assert_eq!(list(request).1, ["idle"]);
    assert_eq!(by(|it| it.duration_filter = 4_000).1, ["idle", "open"]);
    assert_eq!(by(|it| it.duration_filter = 6_000).1, ["idle"], "one that never began is older");
    assert_eq!(by(|it| it.transactional_id_pattern = Some("o.*".into())).1, ["open"]);
    assert!(by(|it| it.transactional_id_pattern = Some("pe".into())).1.is_empty(), "all of it");
    let broken = by(|it| it.transactional_id_pattern = Some("(".into()));
    assert_eq!(broken.0, ErrorCode::INVALID_REGULAR_EXPRESSION);
}

#[test]
fn producers_are_described_by_leader_and_followers() {
    let cluster = cluster();
    let mut producer = Producer::init(&cluster, "id", Protocol::V2);
    cluster.produce("t", "plain", -1);
    producer.write("t", 0, "v");
    let leader = cluster.leader("t", 0);
    for broker in 1..=3 {
        let answer = producers(&cluster, broker, 0);
        assert_eq!((answer.error_code, answer.active_producers.len()), (0, 1));
        let state = &answer.active_producers[0];
        assert_eq!((state.producer_id, state.current_txn_start_offset), (producer.id, 1));
        assert_eq!((state.last_sequence, state.coordinator_epoch), (0, -1));
    }
    producer.end(true);
    let state = producers(&cluster, leader, 0).active_producers.remove(0);
    assert_eq!((state.current_txn_start_offset, state.producer_epoch), (-1, 1));
    assert_eq!(state.coordinator_epoch, 0);
    assert!(producers(&cluster, leader, 1).active_producers.is_empty(), "nothing was written");
    let unknown = producers(&cluster, leader, 9);
    assert_eq!(ErrorCode(unknown.error_code), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
}

fn abort(cluster: &Cluster, broker: i32, marker: WritableTxnMarker, version: i16) -> ErrorCode {
    let request = WriteTxnMarkersRequest { markers: vec![marker], ..Default::default() };
    let response = cluster.connect(broker).call(request, version);
    ErrorCode(response.markers[0].topics[0].partitions[0].error_code)
}

fn marker(producer: &Producer<'_>, partition: i32) -> WritableTxnMarker {
    WritableTxnMarker {
        producer_id: producer.id,
        producer_epoch: producer.epoch,
        transaction_result: false,
        topics: vec![WritableTxnMarkerTopic {
            name: Str::from("t"),
            partition_indexes: vec![partition],
            ..Default::default()
        }],
        coordinator_epoch: 0,
        ..Default::default()
    }
}

#[test]
fn a_marker_without_topics_is_left_out_and_one_of_nobody_fails_all() {
    let cluster = unverified();
    let producer = hanging(&cluster);
    let leader = cluster.leader("t", 0);
    let empty = WritableTxnMarker { topics: Vec::new(), ..marker(&producer, 0) };
    let nobody = WritableTxnMarker { producer_id: -1, ..marker(&producer, 0) };
    let write = |markers: Vec<WritableTxnMarker>| {
        let request = WriteTxnMarkersRequest { markers, ..Default::default() };
        cluster.connect(leader).call(request, 1).markers
    };
    assert!(write(vec![empty.clone()]).is_empty());
    let failed = write(vec![marker(&producer, 0), nobody]);
    assert_eq!(failed.len(), 2);
    for marker in &failed {
        let code = marker.topics[0].partitions[0].error_code;
        assert_eq!(ErrorCode(code), ErrorCode::UNKNOWN_SERVER_ERROR);
    }
    assert_eq!(stable_end(&cluster, "t", 0), 0, "nothing was written");
    let answered = write(vec![empty, marker(&producer, 0)]);
    assert_eq!((answered.len(), answered[0].topics[0].partitions[0].error_code), (1, 0));
    assert_eq!(stable_end(&cluster, "t", 0), 3);
}

/// A producer whose transaction hangs: the coordinator knows nothing of the partition.
fn hanging(cluster: &Cluster) -> Producer<'_> {
    let mut producer = Producer::init(cluster, "id", Protocol::V0);
    assert_eq!(producer.write("t", 0, "hangs"), ErrorCode::NONE);
    cluster.produce("t", "after", -1);
    producer
}

fn unverified() -> Cluster {
    let config = weir_engine::EngineConfig::local("/cluster", 3, "localhost", 9092)
        .set("transaction.partition.verification.enable", "false");
    let cluster = Cluster::with(config);
    cluster.create("t", 2, &[]);
    cluster
}

#[test]
fn a_hanging_transaction_is_found_and_aborted() {
    let cluster = unverified();
    let producer = hanging(&cluster);
    assert_eq!(describe(&cluster, producer.broker, "id").transaction_state.as_str(), "Empty");
    let leader = cluster.leader("t", 0);
    let found = producers(&cluster, leader, 0).active_producers.remove(0);
    assert_eq!((found.current_txn_start_offset, stable_end(&cluster, "t", 0)), (0, 0));
    assert_eq!(abort(&cluster, leader, marker(&producer, 0), 1), ErrorCode::NONE);
    assert_eq!(stable_end(&cluster, "t", 0), 3);
    assert_eq!(values(&committed(&cluster, "t", 0, 0)), ["after"]);
}

#[test]
fn markers_are_refused_as_kafka_refuses_them() {
    let cluster = unverified();
    let mut producer = hanging(&cluster);
    let leader = cluster.leader("t", 0);
    let write = |marker, version| abort(&cluster, leader, marker, version);
    let elsewhere = marker(&producer, 9);
    assert_eq!(write(elsewhere, 1), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    let follower = abort(&cluster, leader % 3 + 1, marker(&producer, 0), 1);
    assert_eq!(follower, ErrorCode::NOT_LEADER_OR_FOLLOWER);
    let late = WritableTxnMarker { transaction_version: 2, ..marker(&producer, 0) };
    assert_eq!(write(late.clone(), 2), ErrorCode::INVALID_PRODUCER_EPOCH, "not above the records'");
    producer.epoch -= 1;
    assert_eq!(write(marker(&producer, 0), 1), ErrorCode::UNKNOWN_SERVER_ERROR, "no epoch: -1");
    producer.epoch += 1;
    let newer = WritableTxnMarker { coordinator_epoch: 5, ..marker(&producer, 0) };
    assert_eq!(write(newer, 1), ErrorCode::NONE);
    assert_eq!(write(marker(&producer, 0), 1), ErrorCode::TRANSACTION_COORDINATOR_FENCED);
    let retry = WritableTxnMarker { coordinator_epoch: 5, ..late };
    assert_eq!(write(retry, 2), ErrorCode::NONE, "it ended with this epoch");
}
