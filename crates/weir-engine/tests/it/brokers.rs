//! Brokers that stop, are killed and start again; what clients see of it.

use weir_engine::BrokerState;
use weir_engine::fs::{Fault, FaultKind, PowerLoss};
use weir_wire::ErrorCode;
use weir_wire::messages::describe_cluster_request::DescribeClusterRequest;
use weir_wire::messages::describe_log_dirs_request::DescribeLogDirsRequest;
use weir_wire::messages::elect_leaders_request::ElectLeadersRequest;
use weir_wire::messages::metadata_request::MetadataRequest;

use crate::harness::Cluster;

#[test]
fn a_stopped_broker_leads_nothing_and_comes_back_in_sync() {
    let cluster = Cluster::new(3);
    cluster.create("orders", 6, &[]);
    assert_eq!(cluster.produce("orders", "one", -1), (ErrorCode::NONE, 0));
    let stopped = cluster.leader("orders", 0);
    cluster.engine.stop_broker(stopped).unwrap();
    assert_eq!(cluster.engine.broker_state(stopped), Some(BrokerState::Stopped));
    let other = cluster.leader("orders", 0);
    assert_ne!(other, stopped);
    for partition in 0..6 {
        assert_ne!(cluster.leader("orders", partition), stopped);
        assert!(!cluster.isr("orders", partition).contains(&stopped));
    }
    let all = MetadataRequest { topics: None, ..Default::default() };
    let metadata = cluster.connect(other).call(all, 12);
    assert_eq!(metadata.brokers.len(), 2);
    assert!(metadata.topics[0].partitions.iter().all(|p| p.offline_replicas == [stopped]));
    let fenced = DescribeClusterRequest { include_fenced_brokers: true, ..Default::default() };
    assert_eq!(cluster.connect(other).call(fenced, 2).brokers.len(), 3);

    assert_eq!(cluster.produce("orders", "two", -1), (ErrorCode::NONE, 1));
    cluster.engine.start_broker(stopped).unwrap();
    cluster.pass(50);
    assert_eq!(cluster.engine.broker_state(stopped), Some(BrokerState::Running));
    assert_eq!(cluster.isr("orders", 0), [1, 2, 3]);
    assert_eq!(cluster.leader("orders", 0), other, "leaders stay where they are");
}

#[test]
fn a_killed_broker_is_fenced_after_its_session() {
    let cluster = Cluster::new(3);
    cluster.create("orders", 1, &[]);
    let killed = cluster.leader("orders", 0);
    let client = cluster.connect(killed);
    assert_eq!(client.produce("orders", "one", -1), (ErrorCode::NONE, 0));
    cluster.engine.kill_broker(killed).unwrap();
    let (code, _) = client.produce("orders", "two", 1);
    assert_eq!(code, ErrorCode::NOT_LEADER_OR_FOLLOWER, "a dead leader writes nothing");
    cluster.pass(8_900);
    assert_eq!(cluster.leader("orders", 0), killed, "nobody knows yet");
    cluster.pass(200);
    assert_ne!(cluster.leader("orders", 0), killed);
    assert_eq!(cluster.produce("orders", "two", -1), (ErrorCode::NONE, 1));
}

#[test]
fn acks_all_waits_for_a_killed_follower_until_it_is_fenced() {
    let cluster = Cluster::new(3);
    cluster.create("orders", 1, &[]);
    let leader = cluster.leader("orders", 0);
    let follower = (1..=3).find(|id| *id != leader).unwrap();
    cluster.engine.kill_broker(follower).unwrap();
    let (code, _) = cluster.produce("orders", "one", -1);
    assert_eq!(code, ErrorCode::REQUEST_TIMED_OUT, "it is still in the ISR");
    cluster.pass(9_000);
    assert!(!cluster.isr("orders", 0).contains(&follower));
    let (code, _) = cluster.produce("orders", "two", -1);
    assert_eq!(code, ErrorCode::NONE);
}

/// Its leader died before the high watermark could move: what it has and a follower has not is shown
/// once it leads again, so that follower has to catch up before it counts as in sync.
#[test]
fn after_a_restart_only_replicas_with_everything_are_in_sync_with_the_new_leader() {
    let mut cluster = Cluster::new(2);
    cluster.create("orders", 2, &[("min.insync.replicas", "1")]);
    // The first to be fenced is not the leader.
    let partition = if cluster.leader("orders", 0) == 2 { 0 } else { 1 };
    assert_eq!(cluster.leader("orders", partition), 2);
    cluster.engine.kill_broker(1).unwrap();
    let leader = cluster.connect(2);
    let (code, _) = leader.produce_to("orders", partition, "one", 1);
    assert_eq!(code, ErrorCode::NONE);
    cluster.engine.kill_broker(2).unwrap();
    cluster.pass(9_500);
    assert_eq!(cluster.leader("orders", partition), -1);
    cluster.restart();
    assert_eq!(cluster.isr("orders", partition), [2], "1 has nothing yet");
    cluster.pass(1_000);
    assert_eq!(cluster.isr("orders", partition), [1, 2]);
}

/// Below the minimum the high watermark stands, after a power loss too: the epochs that are raised then
/// do not move it past what an eligible replica has (KIP-966).
#[test]
fn a_high_watermark_that_stands_outlasts_a_power_loss() {
    let mut cluster = Cluster::new(3);
    cluster.create("orders", 1, &[("min.insync.replicas", "3")]);
    assert_eq!(cluster.produce("orders", "one", -1), (ErrorCode::NONE, 0));
    let partition = |cluster: &Cluster| {
        let image = cluster.engine.image();
        image.topic("orders").unwrap().partition(0).unwrap().handle().clone()
    };
    let leader = cluster.leader("orders", 0);
    cluster.engine.stop_broker(leader % 3 + 1).unwrap();
    assert_eq!(cluster.produce("orders", "two", 1), (ErrorCode::NONE, 1));
    assert_eq!(partition(&cluster).view().unwrap().high_watermark, 1);
    partition(&cluster).flush().unwrap();
    cluster.fs.lose_power(PowerLoss::All);
    cluster.reopen("boot-2");
    assert_eq!(cluster.isr("orders", 0).len(), 2, "the third has to catch up");
    assert_eq!(partition(&cluster).view().unwrap().high_watermark, 1);
    cluster.pass(1_000);
    assert_eq!(cluster.isr("orders", 0), [1, 2, 3]);
    assert_eq!(partition(&cluster).view().unwrap().high_watermark, 2);
}

#[test]
fn too_few_in_sync_refuse_acks_all_before_writing() {
    let cluster = Cluster::new(3);
    cluster.create("orders", 1, &[("min.insync.replicas", "2")]);
    let leader = cluster.leader("orders", 0);
    for follower in (1..=3).filter(|id| *id != leader) {
        cluster.engine.stop_broker(follower).unwrap();
    }
    assert_eq!(cluster.produce("orders", "x", -1).0, ErrorCode::NOT_ENOUGH_REPLICAS);
    assert_eq!(cluster.produce("orders", "one", 1), (ErrorCode::NONE, 0), "nothing was written");
    let image = cluster.engine.image();
    let view = image.topic("orders").unwrap().partition(0).unwrap().handle().view().unwrap();
    assert_eq!((view.log_end, view.high_watermark), (1, 0), "R2: it stands below the minimum");
}

#[test]
fn an_unclean_election_cuts_the_log_also_after_a_crash() {
    let mut cluster = Cluster::new(3);
    cluster.create(
        "orders",
        1,
        &[("unclean.leader.election.enable", "true"), ("min.insync.replicas", "1")],
    );
    let leader = cluster.leader("orders", 0);
    let others: Vec<i32> = (1..=3).filter(|id| *id != leader).collect();
    assert_eq!(cluster.produce("orders", "kept", -1), (ErrorCode::NONE, 0));
    for other in &others {
        cluster.engine.stop_broker(*other).unwrap();
    }
    assert_eq!(cluster.produce("orders", "lost", -1), (ErrorCode::NONE, 1));
    cluster.engine.stop_broker(leader).unwrap();
    assert_eq!(cluster.leader("orders", 0), -1, "nobody runs");
    cluster.engine.start_broker(others[0]).unwrap();
    assert_eq!(cluster.leader("orders", 0), others[0], "unclean: it misses a record");
    let end = |cluster: &Cluster| {
        let image = cluster.engine.image();
        let partition = image.topic("orders").unwrap().partition(0).unwrap().handle().clone();
        partition.view().unwrap().log_end
    };
    assert_eq!(end(&cluster), 1, "R4: the log ends where the new leader's does");
    cluster.restart();
    assert_eq!(end(&cluster), 1);
    assert_eq!(cluster.produce("orders", "after", -1), (ErrorCode::NONE, 1));
}

#[test]
fn a_cut_that_cannot_be_repeated_hides_no_record() {
    let mut cluster = Cluster::new(2);
    let configs = [("unclean.leader.election.enable", "true"), ("min.insync.replicas", "1")];
    cluster.create("orders", 1, &configs);
    let leader = cluster.leader("orders", 0);
    let other = 3 - leader;
    assert_eq!(cluster.produce("orders", "kept", -1), (ErrorCode::NONE, 0));
    cluster.engine.stop_broker(other).unwrap();
    assert_eq!(cluster.produce("orders", "lost", -1), (ErrorCode::NONE, 1));
    cluster.engine.stop_broker(leader).unwrap();
    cluster.fs.inject(Fault {
        kind: FaultKind::SetLen,
        path_contains: "orders-0/00000000000000000000.log".to_owned(),
        skip: 0,
        count: u64::MAX,
        error: std::io::ErrorKind::Other,
    });
    cluster.engine.start_broker(other).unwrap();
    cluster.restart();
    let view = |cluster: &Cluster| {
        let image = cluster.engine.image();
        image.topic("orders").unwrap().partition(0).unwrap().handle().view()
    };
    for _ in 0..2 {
        let error = view(&cluster).unwrap_err();
        assert_eq!(error.code(), ErrorCode::KAFKA_STORAGE_ERROR, "not taken for empty: {error}");
    }
    cluster.fs.heal();
    assert_eq!(view(&cluster).unwrap().log_end, 1, "R4, once the disk lets it");
}

#[test]
fn a_log_that_cannot_be_read_loses_no_high_watermark() {
    let mut cluster = Cluster::new(2);
    cluster.create("orders", 1, &[("min.insync.replicas", "2")]);
    for at in 0..3 {
        assert_eq!(cluster.produce("orders", "acknowledged", -1), (ErrorCode::NONE, at));
    }
    cluster.restart();
    cluster.fs.inject(Fault {
        kind: FaultKind::Read,
        path_contains: "/data/orders-0/".to_owned(),
        skip: 0,
        count: u64::MAX,
        error: std::io::ErrorKind::Other,
    });
    let follower = 3 - cluster.leader("orders", 0);
    cluster.engine.stop_broker(follower).unwrap();
    cluster.fs.heal();
    cluster.restart();
    let image = cluster.engine.image();
    let view = image.topic("orders").unwrap().partition(0).unwrap().handle().view().unwrap();
    assert_eq!((view.log_end, view.high_watermark), (3, 3));
}

#[test]
fn what_a_replica_misses_survives_a_restart() {
    let mut cluster = Cluster::new(3);
    cluster.create("orders", 1, &[]);
    let leader = cluster.leader("orders", 0);
    let follower = (1..=3).find(|id| *id != leader).unwrap();
    assert_eq!(cluster.produce("orders", "one", -1), (ErrorCode::NONE, 0));
    cluster.engine.stop_broker(follower).unwrap();
    assert_eq!(cluster.produce("orders", "two", -1), (ErrorCode::NONE, 1));
    let status = |cluster: &Cluster| {
        let image = cluster.engine.image();
        let partition = image.topic("orders").unwrap().partition(0).unwrap().handle().clone();
        partition.replica(follower).unwrap()
    };
    assert_eq!((status(&cluster).log_end, status(&cluster).offset_lag), (1, 1), "R9");
    cluster.restart();
    assert_eq!(status(&cluster).offset_lag, 1, "R10");
    cluster.pass(100);
    assert_eq!(status(&cluster).offset_lag, 0, "every broker runs after a start");
    assert_eq!(cluster.isr("orders", 0), [1, 2, 3]);
}

#[test]
fn epochs_rise_and_are_never_used_again() {
    let mut cluster = Cluster::new(2);
    cluster.create("orders", 1, &[]);
    let epochs = |cluster: &Cluster| {
        let image = cluster.engine.image();
        let assignment = image.topic("orders").unwrap().partition(0).unwrap().assignment().clone();
        (assignment.leader_epoch, assignment.partition_epoch)
    };
    let mut last = epochs(&cluster);
    for round in 0..6 {
        let leader = cluster.leader("orders", 0);
        cluster.engine.stop_broker(leader).unwrap();
        cluster.engine.start_broker(leader).unwrap();
        if round == 3 {
            cluster.restart();
        }
        let now = epochs(&cluster);
        assert!(now.0 > last.0 && now.1 > last.1, "{last:?} -> {now:?}");
        last = now;
    }
}

#[test]
fn log_dirs_show_each_replicas_own_size() {
    let cluster = Cluster::new(3);
    cluster.create("orders", 1, &[]);
    let leader = cluster.leader("orders", 0);
    let follower = (1..=3).find(|id| *id != leader).unwrap();
    assert_eq!(cluster.produce("orders", "one", -1).0, ErrorCode::NONE);
    cluster.engine.stop_broker(follower).unwrap();
    assert_eq!(cluster.produce("orders", "two", -1).0, ErrorCode::NONE);
    let size = |broker: i32| {
        let request = DescribeLogDirsRequest { topics: None, ..Default::default() };
        let response = cluster.connect(broker).call(request, 4);
        let dir = &response.results[0];
        assert!(dir.log_dir.ends_with(&format!("broker-{broker}/log-0")), "{}", dir.log_dir);
        let partition = &dir.topics[0].partitions[0];
        (partition.partition_size, partition.offset_lag)
    };
    let (whole, part) = (size(leader), size(follower));
    assert_eq!((whole.1, part.1), (0, 1));
    assert!(part.0 > 0 && part.0 < whole.0, "{part:?} of {whole:?}");
}

#[test]
fn leaders_return_when_asked_and_by_themselves() {
    let cluster = Cluster::new(3);
    cluster.create("orders", 3, &[]);
    let preferred: Vec<i32> = (0..3).map(|p| cluster.leader("orders", p)).collect();
    let leaders =
        |cluster: &Cluster| -> Vec<i32> { (0..3).map(|p| cluster.leader("orders", p)).collect() };
    let bounce = |broker: i32| {
        cluster.engine.stop_broker(broker).unwrap();
        cluster.engine.start_broker(broker).unwrap();
    };
    bounce(preferred[0]);
    assert_ne!(leaders(&cluster), preferred);
    let request = ElectLeadersRequest { topic_partitions: None, ..Default::default() };
    let response = cluster.connect(1).call(request.clone(), 2);
    let results = &response.replica_election_results[0].partition_result;
    assert!(results.iter().all(|r| ErrorCode(r.error_code) == ErrorCode::NONE), "{results:?}");
    assert_eq!(leaders(&cluster), preferred);
    assert!(cluster.connect(1).call(request, 2).replica_election_results.is_empty(), "not needed");

    cluster.pass(10);
    bounce(preferred[0]);
    assert_ne!(leaders(&cluster), preferred);
    cluster.pass(300_100);
    assert_eq!(leaders(&cluster), preferred, "leader.imbalance.check.interval.seconds");
}

#[test]
fn nobody_catches_up_from_a_leader_that_is_dead() {
    let cluster = Cluster::new(2);
    cluster.create("orders", 1, &[]);
    assert_eq!(cluster.produce("orders", "both have it", -1), (ErrorCode::NONE, 0));
    let leader = cluster.leader("orders", 0);
    let follower = 3 - leader;
    cluster.engine.stop_broker(follower).unwrap();
    assert_eq!(cluster.produce("orders", "only the leader has it", -1), (ErrorCode::NONE, 1));
    cluster.engine.kill_broker(leader).unwrap();
    cluster.engine.start_broker(follower).unwrap();
    cluster.pass(8_000);
    assert_eq!(cluster.isr("orders", 0), [leader], "nobody let the follower in");
    assert_eq!(cluster.engine.broker_state(follower), Some(BrokerState::Running));
    cluster.pass(2_000);
    assert_eq!(cluster.leader("orders", 0), -1, "who lacks records does not lead");

    cluster.engine.start_broker(leader).unwrap();
    cluster.pass(300);
    assert_eq!(cluster.leader("orders", 0), leader);
    assert_eq!(cluster.isr("orders", 0), [1, 2]);
    assert_eq!(cluster.produce("orders", "and on it goes", -1), (ErrorCode::NONE, 2));
}

#[test]
fn a_follower_that_lacks_nothing_is_let_in_by_the_leader_that_follows() {
    let cluster = Cluster::new(3);
    cluster.create("orders", 1, &[]);
    assert_eq!(cluster.produce("orders", "all have it", -1), (ErrorCode::NONE, 0));
    let leader = cluster.leader("orders", 0);
    let follower = leader % 3 + 1;
    cluster.engine.stop_broker(follower).unwrap();
    cluster.engine.kill_broker(leader).unwrap();
    cluster.engine.start_broker(follower).unwrap();
    cluster.pass(1_000);
    assert!(!cluster.isr("orders", 0).contains(&follower), "the dead leader lets nobody in");
    cluster.pass(8_200);
    let next = cluster.leader("orders", 0);
    assert_ne!(next, leader);
    let mut isr = [next, follower];
    isr.sort_unstable();
    assert_eq!(cluster.isr("orders", 0), isr, "the next one does");
}
