//! OffsetFetch tells what the log of the coordinator has for good: what is written and not committed there
//! may yet be cut off by an election.

use weir_wire::messages::offset_delete_request::{
    OffsetDeleteRequest, OffsetDeleteRequestPartition, OffsetDeleteRequestTopic,
};
use weir_wire::messages::offset_fetch_request::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopics,
};
use weir_wire::messages::offset_fetch_response::OffsetFetchResponse;
use weir_wire::messages::txn_offset_commit_request::{
    TxnOffsetCommitRequest, TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic,
};
use weir_wire::messages::write_txn_markers_request::{
    WritableTxnMarker, WritableTxnMarkerTopic, WriteTxnMarkersRequest,
};
use weir_wire::messages::write_txn_markers_response::WriteTxnMarkersResponse;
use weir_wire::{ErrorCode, Str};

use crate::groups::{commit_request, coordinator};
use crate::harness::Cluster;
use crate::moving::Moving;
use crate::txn::{Producer, Protocol};

/// "g" is 103, and 103 % 50 = 3.
const GROUPS: (&str, i32) = ("__consumer_offsets", 3);
const COMMIT_VERSION: i16 = 9;
const FETCH_VERSION: i16 = 9;

/// A group that has committed offset 7 for good.
fn cluster() -> Cluster {
    let cluster = Cluster::new(3);
    cluster.create("t", 1, &[]);
    let broker = coordinator(&cluster, 1, "g");
    let response = cluster.connect(broker).call(commit_request("g", "t", &[7]), COMMIT_VERSION);
    assert_eq!(response.topics[0].partitions[0].error_code, 0);
    cluster
}

fn fetch_request(require_stable: bool) -> OffsetFetchRequest {
    OffsetFetchRequest {
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
    }
}

fn fetched(response: &OffsetFetchResponse) -> Result<i64, ErrorCode> {
    let group = &response.groups[0];
    match ErrorCode(group.error_code) {
        ErrorCode::NONE => Ok(group.topics[0].partitions[0].committed_offset),
        error => Err(error),
    }
}

/// What is told at once to who does not ask for stable offsets.
fn offset_now(cluster: &Cluster, broker: i32) -> Result<i64, ErrorCode> {
    let asked_ms = cluster.clock_ms();
    let response = cluster.connect(broker).call(fetch_request(false), FETCH_VERSION);
    assert_eq!(cluster.clock_ms(), asked_ms, "it had to wait");
    fetched(&response)
}

#[test]
fn a_commit_is_told_once_it_is_committed_by_whichever_coordinator() {
    let cluster = cluster();
    let moving = Moving::of(&cluster, GROUPS.0, GROUPS.1);
    moving.kill();
    let client = cluster.connect(moving.old);
    let mut commit = client.park(commit_request("g", "t", &[9]), COMMIT_VERSION);
    assert!(commit.poll().is_none());
    assert_eq!(offset_now(&cluster, moving.old), Ok(7));
    let mut stable = client.park(fetch_request(true), FETCH_VERSION);
    assert!(stable.poll().is_none(), "a consumer waits for what is under way");
    moving.move_on();
    let refused = stable.poll().expect("an answer");
    assert_eq!(fetched(&refused), Err(ErrorCode::NOT_COORDINATOR));
    assert_eq!(offset_now(&cluster, moving.new), Ok(7), "it has loaded 9");
    let mut stable = cluster.connect(moving.new).park(fetch_request(true), FETCH_VERSION);
    assert!(stable.poll().is_none());
    moving.revive();
    assert_eq!(fetched(&stable.poll().expect("it is committed")), Ok(9));
    assert_eq!(offset_now(&cluster, moving.new), Ok(9));
}

#[test]
fn who_waits_for_stable_offsets_hears_when_that_takes_too_long() {
    let config = weir_engine::EngineConfig::local("/cluster", 3, "localhost", 9092)
        .set("broker.session.timeout.ms", "60000");
    let cluster = Cluster::with(config);
    cluster.create("t", 1, &[]);
    coordinator(&cluster, 1, "g");
    let moving = Moving::of(&cluster, GROUPS.0, GROUPS.1);
    moving.kill();
    let client = cluster.connect(moving.old);
    let mut commit = client.park(commit_request("g", "t", &[9]), COMMIT_VERSION);
    assert!(commit.poll().is_none());
    let response = client.call(fetch_request(true), FETCH_VERSION);
    assert_eq!(fetched(&response), Err(ErrorCode::COORDINATOR_NOT_AVAILABLE));
    assert_eq!(offset_now(&cluster, moving.old), Ok(-1));
}

#[test]
fn removed_offsets_are_gone_once_that_is_committed() {
    let cluster = cluster();
    let moving = Moving::of(&cluster, GROUPS.0, GROUPS.1);
    moving.kill();
    let request = OffsetDeleteRequest {
        group_id: Str::from("g"),
        topics: vec![OffsetDeleteRequestTopic {
            name: Str::from("t"),
            partitions: vec![OffsetDeleteRequestPartition::default()],
        }],
    };
    let mut delete = cluster.connect(moving.old).park(request, 0);
    assert!(delete.poll().is_none());
    let mut told = cluster.connect(moving.old).park(fetch_request(false), FETCH_VERSION);
    assert!(told.poll().is_none(), "7 may yet come back");
    moving.move_on();
    let mut told = cluster.connect(moving.new).park(fetch_request(false), FETCH_VERSION);
    assert!(told.poll().is_none(), "another wrote it");
    moving.revive();
    assert_eq!(fetched(&told.poll().expect("it is committed")), Ok(-1));
    assert_eq!(offset_now(&cluster, moving.new), Ok(-1));
}

#[test]
fn a_transactions_offsets_are_told_once_its_marker_is_committed() {
    let cluster = cluster();
    let producer = Producer::init(&cluster, "id", Protocol::V2);
    let topic = TxnOffsetCommitRequestTopic {
        name: Str::from("t"),
        partitions: vec![TxnOffsetCommitRequestPartition {
            committed_offset: 9,
            committed_leader_epoch: -1,
            ..Default::default()
        }],
        ..Default::default()
    };
    let request = TxnOffsetCommitRequest {
        transactional_id: Str::from("id"),
        group_id: Str::from("g"),
        producer_id: producer.id,
        producer_epoch: producer.epoch,
        generation_id_or_member_epoch: -1,
        topics: vec![topic],
        ..Default::default()
    };
    let moving = Moving::of(&cluster, GROUPS.0, GROUPS.1);
    let response = cluster.connect(moving.old).call(request, 5);
    assert_eq!(response.topics[0].partitions[0].error_code, 0);
    moving.kill();
    let request = commit_of(producer.id, producer.epoch);
    let mut marked = cluster.connect(moving.old).park(request, 1);
    assert!(marked.poll().is_none(), "the marker is not committed");
    assert_eq!(offset_now(&cluster, moving.old), Ok(7));
    moving.move_on();
    let response = marked.poll().expect("another leads");
    assert_eq!(marker_code(&response), ErrorCode::NOT_LEADER_OR_FOLLOWER);
    assert_eq!(offset_now(&cluster, moving.new), Ok(7), "it has loaded the marker");
    moving.revive();
    assert_eq!(offset_now(&cluster, moving.new), Ok(9));
}

fn commit_of(producer_id: i64, producer_epoch: i16) -> WriteTxnMarkersRequest {
    let marker = WritableTxnMarker {
        producer_id,
        producer_epoch,
        transaction_result: true,
        topics: vec![WritableTxnMarkerTopic {
            name: Str::from(GROUPS.0),
            partition_indexes: vec![GROUPS.1],
            ..Default::default()
        }],
        ..Default::default()
    };
    WriteTxnMarkersRequest { markers: vec![marker], ..Default::default() }
}

fn marker_code(response: &WriteTxnMarkersResponse) -> ErrorCode {
    ErrorCode(response.markers[0].topics[0].partitions[0].error_code)
}

#[test]
fn a_marker_is_answered_once_it_is_committed() {
    let cluster = cluster();
    let moving = Moving::of(&cluster, GROUPS.0, GROUPS.1);
    moving.kill();
    let mut marked = cluster.connect(moving.old).park(commit_of(77, 0), 1);
    assert!(marked.poll().is_none());
    moving.revive();
    assert_eq!(marker_code(&marked.poll().expect("it is committed")), ErrorCode::NONE);
}

#[test]
fn a_marker_that_is_not_committed_in_time_is_answered() {
    let config = weir_engine::EngineConfig::local("/cluster", 3, "localhost", 9092)
        .set("broker.session.timeout.ms", "60000");
    let cluster = Cluster::with(config);
    coordinator(&cluster, 1, "g");
    let moving = Moving::of(&cluster, GROUPS.0, GROUPS.1);
    moving.kill();
    let response = cluster.connect(moving.old).call(commit_of(77, 0), 1);
    assert_eq!(marker_code(&response), ErrorCode::REQUEST_TIMED_OUT);
}
