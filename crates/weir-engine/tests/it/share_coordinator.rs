//! The share coordinator over frames: fencing, finding it.

use weir_wire::messages::delete_share_group_state_request::{
    DeleteShareGroupStateRequest, DeleteStateData, PartitionData as DeletePartition,
};
use weir_wire::messages::find_coordinator_request::FindCoordinatorRequest;
use weir_wire::messages::read_share_group_state_request::{
    PartitionData as ReadPartition, ReadShareGroupStateRequest, ReadStateData,
};
use weir_wire::messages::write_share_group_state_request::{
    PartitionData as WritePartition, WriteShareGroupStateRequest, WriteStateData,
};
use weir_wire::{ErrorCode, Str};

use crate::harness::Cluster;
use crate::share::{GROUP, cluster_with, member, topic_id};

pub(crate) fn read_state(cluster: &Cluster, leader_epoch: i32) -> ErrorCode {
    let partition = ReadPartition { leader_epoch, ..Default::default() };
    let topic = ReadStateData {
        topic_id: topic_id(cluster),
        partitions: vec![partition],
        ..Default::default()
    };
    let request = ReadShareGroupStateRequest {
        group_id: Str::from(GROUP),
        topics: vec![topic],
        ..Default::default()
    };
    ErrorCode(cluster.connect(1).call(request, 0).results[0].partitions[0].error_code)
}

#[test]
fn the_share_coordinator_fences() {
    let cluster = cluster_with(1);
    member(&cluster, "a").fetch(&[]);
    assert_eq!(read_state(&cluster, 7), ErrorCode::NONE);
    assert_eq!(read_state(&cluster, 6), ErrorCode::FENCED_LEADER_EPOCH);
    let write = |state_epoch, leader_epoch| {
        let partition =
            WritePartition { state_epoch, leader_epoch, start_offset: 0, ..Default::default() };
        let topic = WriteStateData {
            topic_id: topic_id(&cluster),
            partitions: vec![partition],
            ..Default::default()
        };
        let request = WriteShareGroupStateRequest {
            group_id: Str::from(GROUP),
            topics: vec![topic],
            ..Default::default()
        };
        ErrorCode(cluster.connect(1).call(request, 1).results[0].partitions[0].error_code)
    };
    assert_eq!(write(0, 7), ErrorCode::NONE);
    assert_eq!(write(-1, 7), ErrorCode::INVALID_REQUEST, "no epoch");
    assert_eq!(write(0, -1), ErrorCode::INVALID_REQUEST, "no epoch");
    assert_eq!(write(0, 6), ErrorCode::FENCED_LEADER_EPOCH);
}

#[test]
fn the_share_coordinator_is_found_by_its_key() {
    let cluster = cluster_with(0);
    let find = |key: String, version| {
        let request = FindCoordinatorRequest {
            key_type: 2,
            coordinator_keys: vec![Str::from(key)],
            ..Default::default()
        };
        ErrorCode(cluster.connect(1).call(request, version).coordinators[0].error_code)
    };
    let key = format!("{GROUP}:{}:0", topic_id(&cluster));
    assert_eq!(find(key.clone(), 6), ErrorCode::NONE);
    assert_eq!(find(key, 5), ErrorCode::INVALID_REQUEST);
    assert_eq!(find("nonsense".to_owned(), 6), ErrorCode::INVALID_REQUEST);
}

/// As after a power loss: the group's record lies in another log than the state, and may outlive it.
#[test]
fn state_that_is_lost_begins_anew() {
    let mut cluster = cluster_with(2);
    let given = member(&cluster, "a").fetch(&[]);
    assert_eq!(given.first().map(|(first, _, _)| *first), Some(0));
    let topic = DeleteStateData {
        topic_id: topic_id(&cluster),
        partitions: vec![DeletePartition::default()],
        ..Default::default()
    };
    let request = DeleteShareGroupStateRequest {
        group_id: Str::from(GROUP),
        topics: vec![topic],
        ..Default::default()
    };
    let deleted = cluster.connect(1).call(request, 0);
    assert_eq!(ErrorCode(deleted.results[0].partitions[0].error_code), ErrorCode::NONE);
    assert_eq!(read_state(&cluster, 0), ErrorCode::INVALID_REQUEST);
    cluster.restart();
    assert_eq!(member(&cluster, "b").fetch(&[]), given);
    assert_eq!(read_state(&cluster, 9), ErrorCode::NONE);
}
