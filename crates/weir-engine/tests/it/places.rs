//! Log dirs of brokers, and the controllers' quorum.

use weir_engine::{BrokerError, EngineConfig};
use weir_wire::messages::add_raft_voter_request::{AddRaftVoterRequest, Listener};
use weir_wire::messages::alter_replica_log_dirs_request::{
    AlterReplicaLogDir, AlterReplicaLogDirTopic, AlterReplicaLogDirsRequest,
};
use weir_wire::messages::describe_log_dirs_request::DescribeLogDirsRequest;
use weir_wire::messages::describe_quorum_request::{
    DescribeQuorumRequest, PartitionData as Asked, TopicData,
};
use weir_wire::messages::describe_quorum_response::PartitionData;
use weir_wire::messages::metadata_request::MetadataRequest;
use weir_wire::messages::remove_raft_voter_request::RemoveRaftVoterRequest;
use weir_wire::messages::unregister_controller_request::UnregisterControllerRequest;
use weir_wire::{ErrorCode, Str, Uuid};

use crate::harness::Cluster;

fn two_dirs() -> Cluster {
    let config = EngineConfig::local("/cluster", 3, "localhost", 9092).set("log.dirs", "a,b");
    let cluster = Cluster::with(config);
    cluster.create("t", 4, &[("min.insync.replicas", "1")]);
    cluster
}

/// Each log dir of a broker: its name, its error, and the partitions of `t` in it.
fn dirs(cluster: &Cluster, broker: i32) -> Vec<(String, ErrorCode, Vec<i32>)> {
    let request = DescribeLogDirsRequest { topics: None, ..Default::default() };
    let results = cluster.connect(broker).call(request, 5).results;
    let described = results.into_iter().map(|dir| {
        let topics = dir.topics.iter().filter(|topic| topic.name == "t");
        let partitions = topics.flat_map(|topic| topic.partitions.iter());
        let mut partitions: Vec<i32> = partitions.map(|p| p.partition_index).collect();
        partitions.sort_unstable();
        (dir.log_dir.to_string(), ErrorCode(dir.error_code), partitions)
    });
    described.collect()
}

fn move_to(cluster: &Cluster, broker: i32, path: &str, topic: &str, partition: i32) -> ErrorCode {
    let topic = AlterReplicaLogDirTopic {
        name: Str::from(topic),
        partitions: vec![partition],
        ..Default::default()
    };
    let dir =
        AlterReplicaLogDir { path: Str::from(path), topics: vec![topic], ..Default::default() };
    let request = AlterReplicaLogDirsRequest { dirs: vec![dir], ..Default::default() };
    let response = cluster.connect(broker).call(request, 2);
    ErrorCode(response.results[0].partitions[0].error_code)
}

#[test]
fn replicas_are_spread_over_log_dirs_and_move_between_them() {
    let mut cluster = two_dirs();
    let found = dirs(&cluster, 1);
    let names: Vec<&str> = found.iter().map(|dir| dir.0.as_str()).collect();
    assert_eq!(names, ["/cluster/broker-1/a", "/cluster/broker-1/b"]);
    assert_eq!((found[0].2.len(), found[1].2.len()), (2, 2), "in turn");
    let moved = found[0].2[0];
    assert_eq!(move_to(&cluster, 1, names[1], "t", moved), ErrorCode::NONE);
    let after = |cluster: &Cluster| {
        let found = dirs(cluster, 1);
        (found[0].2.contains(&moved), found[1].2.contains(&moved))
    };
    assert_eq!(after(&cluster), (false, true));
    cluster.restart();
    assert_eq!(after(&cluster), (false, true), "it is kept");
    assert_eq!(move_to(&cluster, 1, "/nowhere", "t", 0), ErrorCode::LOG_DIR_NOT_FOUND);
    let other = "/cluster/broker-2/a";
    assert_eq!(move_to(&cluster, 1, other, "t", 0), ErrorCode::LOG_DIR_NOT_FOUND);
    let unknown = ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
    assert_eq!(move_to(&cluster, 1, names[1], "none", 0), unknown);
}

#[test]
fn a_failed_log_dir_takes_its_replicas_out_and_gives_them_back() {
    let cluster = two_dirs();
    let inside = dirs(&cluster, 1)[1].2.clone();
    cluster.engine.set_log_dir(1, 1, false).unwrap();
    let found = dirs(&cluster, 1);
    assert_eq!((found[1].1, found[1].2.len()), (ErrorCode::KAFKA_STORAGE_ERROR, 0));
    assert_eq!(found[0].1, ErrorCode::NONE);
    for partition in 0..4 {
        let out = inside.contains(&partition);
        assert_eq!(cluster.isr("t", partition).contains(&1), !out, "{partition}");
        assert!(!out || cluster.leader("t", partition) != 1);
    }
    let all = MetadataRequest { topics: None, ..Default::default() };
    let metadata = cluster.connect(1).call(all, 12);
    for partition in &metadata.topics[0].partitions {
        let offline = inside.contains(&partition.partition_index);
        assert_eq!(partition.offline_replicas.contains(&1), offline);
    }
    assert_eq!(move_to(&cluster, 1, &found[1].0, "t", 0), ErrorCode::KAFKA_STORAGE_ERROR);
    // Nor is anything copied out of it.
    let stays = move_to(&cluster, 1, &found[0].0, "t", inside[0]);
    assert_eq!(stays, ErrorCode::KAFKA_STORAGE_ERROR);
    // The last one does not fail: a broker without any is of no use.
    let last = cluster.engine.set_log_dir(1, 0, false).unwrap_err();
    assert!(matches!(last, BrokerError::LastLogDir(1)), "{last}");
    assert_eq!(dirs(&cluster, 1)[0].1, ErrorCode::NONE);
    assert_eq!(cluster.produce("t", "while it is away", -1).0, ErrorCode::NONE);
    cluster.engine.set_log_dir(1, 1, true).unwrap();
    cluster.pass(200);
    for partition in 0..4 {
        assert_eq!(cluster.isr("t", partition), [1, 2, 3]);
    }
    assert!(cluster.engine.set_log_dir(1, 9, false).is_err());
    assert!(cluster.engine.set_log_dir(9, 0, false).is_err());
}

fn quorum(cluster: &Cluster) -> PartitionData {
    let topic = TopicData {
        topic_name: Str::from("__cluster_metadata"),
        partitions: vec![Asked::default()],
        ..Default::default()
    };
    let request = DescribeQuorumRequest { topics: vec![topic], ..Default::default() };
    cluster.connect(1).call(request, 2).topics.remove(0).partitions.remove(0)
}

fn voters(cluster: &Cluster) -> Vec<i32> {
    quorum(cluster).current_voters.iter().map(|voter| voter.replica_id).collect()
}

fn remove(cluster: &Cluster, id: i32, directory: Uuid) -> ErrorCode {
    let request = RemoveRaftVoterRequest {
        cluster_id: None,
        voter_id: id,
        voter_directory_id: directory,
        ..Default::default()
    };
    ErrorCode(cluster.connect(1).call(request, 0).error_code)
}

fn add(cluster: &Cluster, id: i32, directory: Uuid, cluster_id: Option<&str>) -> ErrorCode {
    let listener = Listener {
        name: Str::from("CONTROLLER"),
        host: Str::from("localhost"),
        port: 1,
        ..Default::default()
    };
    let request = AddRaftVoterRequest {
        cluster_id: cluster_id.map(Str::from),
        voter_id: id,
        voter_directory_id: directory,
        listeners: vec![listener],
        ..Default::default()
    };
    ErrorCode(cluster.connect(1).call(request, 1).error_code)
}

#[test]
fn voters_leave_and_come_back() {
    let mut cluster = Cluster::new(1);
    let before = quorum(&cluster);
    assert_eq!(voters(&cluster), [3000, 3001, 3002]);
    assert!(before.observers.iter().any(|o| o.replica_id == 1), "brokers observe");
    let first = before.current_voters[0].replica_directory_id;
    assert_eq!(remove(&cluster, 3000, Uuid::ONE), ErrorCode::VOTER_NOT_FOUND);
    assert_eq!(remove(&cluster, 3000, Uuid::ZERO), ErrorCode::INVALID_REQUEST);
    assert_eq!(remove(&cluster, 3000, first), ErrorCode::NONE);
    let after = quorum(&cluster);
    assert_eq!((after.leader_id, after.leader_epoch), (3001, before.leader_epoch + 1));
    assert!(after.observers.iter().any(|o| o.replica_id == 3000));
    cluster.restart();
    assert_eq!(voters(&cluster), [3001, 3002], "kept over a restart");
    let second = after.current_voters[0].replica_directory_id;
    assert_eq!(add(&cluster, 3001, second, None), ErrorCode::DUPLICATE_VOTER);
    assert_eq!(add(&cluster, 7, Uuid::ONE, None), ErrorCode::REQUEST_TIMED_OUT);
    assert_eq!(add(&cluster, 3000, first, Some("other")), ErrorCode::INCONSISTENT_CLUSTER_ID);
    assert_eq!(add(&cluster, 3000, first, None), ErrorCode::NONE);
    assert_eq!(voters(&cluster), [3000, 3001, 3002]);
}

#[test]
fn only_a_known_controller_is_unregistered() {
    let cluster = Cluster::new(1);
    let forget = |controller_id| {
        let request = UnregisterControllerRequest { controller_id, ..Default::default() };
        ErrorCode(cluster.connect(1).call(request, 0).error_code)
    };
    assert_eq!(forget(7), ErrorCode::CONTROLLER_ID_NOT_REGISTERED);
    assert_eq!(forget(3002), ErrorCode::NONE);
}
