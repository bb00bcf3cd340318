//! What one thread does while another is in the middle of something. The simulator has one thread only; here the disk
//! is held where the other one stands.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::thread::Scope;
use std::time::Duration;

use weir_engine::fs::{Fault, FaultKind};
use weir_engine::partition::Partition;
use weir_engine::{Background, BrokerState, EngineConfig};
use weir_wire::messages::delete_topics_request::{DeleteTopicState, DeleteTopicsRequest};
use weir_wire::messages::elect_leaders_request::ElectLeadersRequest;
use weir_wire::messages::list_offsets_request::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic,
};
use weir_wire::{ErrorCode, Str};

use crate::harness::Cluster;

/// What should come soon, on a machine that is busy.
const LONG: Duration = Duration::from_secs(30);
/// What is held does not come within.
const SOON: Duration = Duration::from_millis(200);

fn partition(cluster: &Cluster, topic: &str) -> Arc<Partition> {
    let image = cluster.engine.image();
    image.topic(topic).unwrap().partition(0).unwrap().handle().clone()
}

fn delete(cluster: &Cluster, topic: &str) -> ErrorCode {
    let topic = DeleteTopicState { name: Some(Str::from(topic)), ..Default::default() };
    let request =
        DeleteTopicsRequest { topics: vec![topic], timeout_ms: 1_000, ..Default::default() };
    ErrorCode(cluster.connect(1).call(request, 6).responses[0].error_code)
}

/// Another thread; what it answers comes when it is done.
fn beside<'s, T: Send + 's>(
    scope: &'s Scope<'s, '_>,
    act: impl FnOnce() -> T + Send + 's,
) -> Receiver<T> {
    let (tell, told) = mpsc::channel();
    scope.spawn(move || tell.send(act()));
    told
}

/// A log that is open and was never written to has no directory, and its deletion nothing to unlink.
#[test]
fn a_deleted_topic_takes_no_file_of_its_namesake() {
    let mut cluster = Cluster::new(1);
    cluster.create("t", 1, &[]);
    assert_eq!(partition(&cluster, "t").log().unwrap().log_end_offset(), 0);
    assert_eq!(delete(&cluster, "t"), ErrorCode::NONE);
    cluster.create("t", 1, &[]);
    assert_eq!(cluster.produce("t", "kept", -1), (ErrorCode::NONE, 0));
    cluster.engine.run_background(Background::Storage).unwrap();
    cluster.restart();
    assert_eq!(partition(&cluster, "t").view().unwrap().high_watermark, 1);
}

/// Its directory is left where the engine dies after the change and before the renaming, or where that fails.
#[test]
fn records_of_a_deleted_topic_do_not_come_back_under_its_name() {
    let mut left = 0;
    for operations in 0..12 {
        let mut cluster = Cluster::new(1);
        cluster.create("t", 1, &[]);
        assert_eq!(cluster.produce("t", "old", -1), (ErrorCode::NONE, 0));
        cluster.fs.die_after(operations, 0);
        let topic = DeleteTopicState { name: Some(Str::from("t")), ..Default::default() };
        let request =
            DeleteTopicsRequest { topics: vec![topic], timeout_ms: 1_000, ..Default::default() };
        let _ = cluster.connect(1).is_closed_by(request, 6);
        cluster.fs.restart();
        cluster.restart();
        if cluster.engine.image().topic("t").is_some() {
            continue;
        }
        let is_left = |path: &std::path::PathBuf| path.starts_with("/cluster/data/t-0");
        left += i32::from(cluster.fs.files().iter().any(is_left));
        cluster.create("t", 1, &[]);
        assert_eq!(partition(&cluster, "t").view().unwrap().log_end, 0, "after {operations}");
        assert_eq!(cluster.produce("t", "new", -1), (ErrorCode::NONE, 0), "after {operations}");
        for _ in 0..3 {
            cluster.engine.run_background(Background::Storage).unwrap();
        }
        cluster.restart();
        assert_eq!(partition(&cluster, "t").view().unwrap().log_end, 1, "after {operations}");
        let files = cluster.fs.files();
        let is_deleted = |path: &&std::path::PathBuf| path.to_string_lossy().contains("-delete/");
        assert_eq!(files.iter().filter(is_deleted).count(), 0, "{files:?}");
    }
    assert!(left > 0, "no death fell between the change and the renaming");
}

#[test]
fn a_directory_that_cannot_be_renamed_is_no_log_of_the_next_topic() {
    let mut cluster = Cluster::new(1);
    cluster.create("t", 1, &[]);
    assert_eq!(cluster.produce("t", "old", -1), (ErrorCode::NONE, 0));
    cluster.fs.inject(Fault {
        kind: FaultKind::Directory,
        path_contains: "/data/t-0".to_owned(),
        skip: 0,
        count: u64::MAX,
        error: std::io::ErrorKind::Other,
    });
    assert_eq!(delete(&cluster, "t"), ErrorCode::NONE);
    cluster.create("t", 1, &[]);
    let refused = partition(&cluster, "t").view().unwrap_err();
    assert_eq!(refused.code(), ErrorCode::KAFKA_STORAGE_ERROR, "{refused}");
    cluster.fs.heal();
    assert_eq!(cluster.produce("t", "new", -1), (ErrorCode::NONE, 0));
    for _ in 0..3 {
        cluster.engine.run_background(Background::Storage).unwrap();
    }
    cluster.restart();
    assert_eq!(partition(&cluster, "t").view().unwrap().log_end, 1);
    let files = cluster.fs.files();
    let logs = files.iter().filter(|path| path.extension().is_some_and(|end| end == "log"));
    let of_t = logs.filter(|path| path.to_string_lossy().contains("/t-0"));
    assert_eq!(of_t.count(), 1, "the old one is unlinked: {files:?}");
}

#[test]
fn a_log_that_is_just_being_recovered_obeys_a_configuration_that_changes_meanwhile() {
    let mut cluster = Cluster::new(1);
    cluster.create("t", 1, &[("flush.messages", "1"), ("retention.ms", "1000")]);
    assert_eq!(cluster.produce("t", "value", -1).1, 0);
    cluster.restart();
    let hold = cluster.fs.hold_syncs("/data/t-0/");
    let t = partition(&cluster, "t");
    std::thread::scope(|scope| {
        scope.spawn(|| t.log().unwrap());
        assert!(hold.is_reached(), "a killed run's tail is flushed");
        let altered = beside(scope, || cluster.alter(2, "t", "retention.ms", 0, "5000"));
        let _ = altered.recv_timeout(SOON);
        drop(hold);
    });
    assert_eq!(t.log().unwrap().config().retention_ms, 5_000);
}

#[test]
fn a_flush_under_which_the_topic_is_deleted_is_no_failed_disk() {
    let cluster = Cluster::new(1);
    cluster.create("t", 1, &[("flush.messages", "1")]);
    let t = partition(&cluster, "t");
    let hold = cluster.fs.hold_syncs("/data/t-0/");
    std::thread::scope(|scope| {
        let produced = beside(scope, || cluster.produce("t", "value", -1).0);
        assert!(hold.is_reached());
        assert_eq!(delete(&cluster, "t"), ErrorCode::NONE);
        // As where the directory of the name is looked for.
        cluster.fs.inject(Fault {
            kind: FaultKind::Sync,
            path_contains: "/data/t-0".to_owned(),
            skip: 0,
            count: 1,
            error: std::io::ErrorKind::NotFound,
        });
        drop(hold);
        assert_eq!(produced.recv_timeout(LONG), Ok(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION));
    });
    assert_eq!(t.log().unwrap().failure(), None);
}

/// Whoever still asks while the engine stops must not take its topics for deleted.
#[test]
fn a_stopping_engine_is_no_deleted_topic() {
    let cluster = Cluster::new(1);
    cluster.create("t", 1, &[]);
    assert_eq!(cluster.produce("t", "value", -1).1, 0);
    cluster.engine.close(&|| false).unwrap();
    assert_eq!(cluster.produce("t", "late", -1).0, ErrorCode::NOT_LEADER_OR_FOLLOWER);
    let asked = ListOffsetsPartition { timestamp: -3, ..Default::default() };
    let topics = vec![ListOffsetsTopic {
        name: Str::from("t"),
        partitions: vec![asked],
        ..Default::default()
    }];
    let request = ListOffsetsRequest { topics, ..Default::default() };
    let answer = cluster.connect(1).call(request, 7);
    let code = ErrorCode(answer.topics[0].partitions[0].error_code);
    assert_eq!(code, ErrorCode::NOT_LEADER_OR_FOLLOWER);
}

#[test]
fn a_stop_waits_for_a_snapshot_that_is_being_written() {
    let mut config = EngineConfig::local("/cluster", 1, "localhost", 9092);
    config.snapshot_interval_bytes = 1 << 10;
    let mut cluster = Cluster::with(config);
    for at in 0..20 {
        cluster.create(&format!("t{at}"), 1, &[]);
    }
    let hold = cluster.fs.hold_syncs(".checkpoint.part");
    std::thread::scope(|scope| {
        let written = beside(scope, || cluster.engine.run_background(Background::Cluster).is_ok());
        assert!(hold.is_reached(), "it is time for one");
        let closed = beside(scope, || cluster.engine.close(&|| false).is_ok());
        assert!(closed.recv_timeout(SOON).is_err(), "not while it is written");
        drop(hold);
        assert_eq!((written.recv_timeout(LONG), closed.recv_timeout(LONG)), (Ok(true), Ok(true)));
    });
    cluster.restart();
    assert_eq!(cluster.engine.image().topic_count(), 20);
}

#[test]
fn nobody_leads_while_an_unclean_election_cuts_the_log() {
    let cluster = Cluster::new(2);
    let configs = [("unclean.leader.election.enable", "true"), ("min.insync.replicas", "1")];
    cluster.create("t", 1, &configs);
    let leader = cluster.leader("t", 0);
    let other = 3 - leader;
    assert_eq!(cluster.produce("t", "kept", -1), (ErrorCode::NONE, 0));
    cluster.engine.stop_broker(other).unwrap();
    assert_eq!(cluster.produce("t", "lost", -1), (ErrorCode::NONE, 1));
    cluster.engine.stop_broker(leader).unwrap();
    let t = partition(&cluster, "t");
    let hold = cluster.fs.hold_syncs("/t-0/log-offsets-checkpoint");
    std::thread::scope(|scope| {
        let started = beside(scope, || cluster.engine.start_broker(other).is_ok());
        assert!(hold.is_reached(), "the log is about to be cut");
        assert_eq!((t.leader(), t.view().unwrap().high_watermark), (-1, 1));
        drop(hold);
        assert_eq!(started.recv_timeout(LONG), Ok(true));
    });
    assert_eq!((t.leader(), t.view().unwrap().log_end), (other, 1));
}

/// Its session ends at the moment at which it is started: who started it finds it running.
#[test]
fn a_killed_broker_that_is_started_is_not_fenced_any_more() {
    let cluster = Cluster::new(3);
    cluster.create("t", 8, &[]);
    for round in 0..20 {
        let fenced = [2, 3].map(|id| cluster.engine.kill_broker(id).unwrap());
        cluster.clock.advance(fenced[1] - fenced[0] + 10_000);
        let hold = cluster.fs.hold_syncs("/__cluster_metadata-0/");
        std::thread::scope(|scope| {
            let fenced =
                beside(scope, || cluster.engine.run_background(Background::Cluster).is_ok());
            assert!(hold.is_reached(), "2 is being fenced, 3 comes next");
            let started = beside(scope, || cluster.engine.start_broker(3).is_ok());
            assert!(started.recv_timeout(SOON / 10).is_err());
            drop(hold);
            assert_eq!(
                (fenced.recv_timeout(LONG), started.recv_timeout(LONG)),
                (Ok(true), Ok(true))
            );
        });
        let state = cluster.engine.broker_state(3);
        assert_eq!(state, Some(BrokerState::Running), "round {round}");
        let is_alive = |id| cluster.engine.image().broker(id).unwrap().is_alive();
        assert!(is_alive(3), "round {round}");
        cluster.engine.start_broker(2).unwrap();
        cluster.pass(1_000);
        assert!(is_alive(2) && is_alive(3), "round {round}");
    }
}

/// While a change of leader is written nothing is appended; one that cannot be written is over.
#[test]
fn a_change_of_leaders_that_cannot_be_written_leaves_partitions_writable() {
    let cluster = Cluster::new(2);
    cluster.create("t", 1, &[]);
    let preferred = cluster.leader("t", 0);
    cluster.engine.stop_broker(preferred).unwrap();
    cluster.engine.start_broker(preferred).unwrap();
    assert_ne!(cluster.leader("t", 0), preferred);
    cluster.fs.inject(Fault {
        kind: FaultKind::Append,
        path_contains: "/__cluster_metadata-0/".to_owned(),
        skip: 0,
        count: 1,
        error: std::io::ErrorKind::StorageFull,
    });
    let request = ElectLeadersRequest { topic_partitions: None, ..Default::default() };
    let answer = cluster.connect(1).call(request, 2);
    let result = &answer.replica_election_results[0].partition_result[0];
    assert_eq!(ErrorCode(result.error_code), ErrorCode::KAFKA_STORAGE_ERROR, "{result:?}");
    assert_ne!(cluster.leader("t", 0), preferred);
    assert_eq!(cluster.produce("t", "value", -1), (ErrorCode::NONE, 0));
}

#[test]
fn a_broker_whose_start_cannot_be_written_stands_still() {
    let cluster = Cluster::new(2);
    cluster.create("t", 1, &[("min.insync.replicas", "1")]);
    let leader = cluster.leader("t", 0);
    let other = 3 - leader;
    assert_eq!(cluster.produce("t", "both have it", -1), (ErrorCode::NONE, 0));
    cluster.engine.stop_broker(other).unwrap();
    cluster.fs.inject(Fault {
        kind: FaultKind::Append,
        path_contains: "/__cluster_metadata-0/".to_owned(),
        skip: 0,
        count: 1,
        error: std::io::ErrorKind::StorageFull,
    });
    cluster.engine.start_broker(other).unwrap_err();
    assert_eq!(cluster.produce("t", "value", -1), (ErrorCode::NONE, 1));
    assert_eq!(partition(&cluster, "t").replica(other).unwrap().log_end, 1, "it missed that");
    cluster.engine.start_broker(other).unwrap();
    cluster.pass(1_000);
    assert_eq!(cluster.isr("t", 0), [1, 2]);
}
