//! Brokers are added, drained and forgotten while clients run.

use std::collections::BTreeSet;

use weir_engine::{BrokerConfig, BrokerState};
use weir_wire::messages::offset_for_leader_epoch_request::{
    OffsetForLeaderEpochRequest, OffsetForLeaderPartition, OffsetForLeaderTopic,
};
use weir_wire::{ErrorCode, Str};

use crate::harness::Cluster;

fn holders(cluster: &Cluster, topic: &str) -> Vec<Vec<i32>> {
    let image = cluster.engine.image();
    let partitions = image.topic(topic).unwrap().partitions();
    partitions.iter().map(|p| p.assignment().replicas.to_vec()).collect()
}

#[test]
fn a_new_broker_serves_takes_new_partitions_and_survives_a_restart() {
    let mut cluster = Cluster::new(3);
    cluster.create("before", 6, &[]);
    cluster.engine.add_broker(&BrokerConfig::local(4, "localhost", 9095)).unwrap();
    assert_eq!(cluster.engine.broker_state(4), Some(BrokerState::Running));
    assert!(holders(&cluster, "before").iter().all(|replicas| !replicas.contains(&4)));
    cluster.create("after", 8, &[]);
    assert!(holders(&cluster, "after").iter().any(|replicas| replicas.contains(&4)));
    let again = cluster.engine.add_broker(&BrokerConfig::local(4, "localhost", 9095));
    assert!(again.unwrap_err().to_string().contains("broker 4 is Running"));
    // As the sidecar does: it knows of the fourth from then on.
    cluster.config.brokers.push(BrokerConfig::local(4, "localhost", 9095));
    let before = cluster.engine.image().broker(4).unwrap().log_dirs.clone();
    cluster.restart();
    let after = cluster.engine.image().broker(4).unwrap().clone();
    assert_eq!((after.log_dirs.clone(), after.is_alive()), (before, true));
}

#[test]
fn a_drained_broker_hands_everything_on_and_is_forgotten() {
    let cluster = Cluster::new(4);
    cluster.create("t", 12, &[]);
    for i in 0..30 {
        assert_eq!(cluster.produce("t", "x", -1), (ErrorCode::NONE, i));
    }
    let held = cluster.engine.replicas_on(2);
    assert!(held > 0);
    let early = cluster.engine.remove_broker(2).unwrap_err();
    assert!(early.message.contains("still holds"), "{}", early.message);
    assert_eq!(cluster.engine.drain_broker(2).unwrap(), held);
    cluster.pass(1_000);
    assert_eq!(cluster.engine.replicas_on(2), 0);
    assert_eq!(cluster.produce("t", "more", -1), (ErrorCode::NONE, 30), "nothing is lost");
    for replicas in holders(&cluster, "t") {
        assert_eq!(replicas.iter().collect::<BTreeSet<_>>().len(), 3, "{replicas:?}");
    }
    let runs = cluster.engine.remove_broker(2).unwrap_err();
    assert!(runs.message.contains("runs"), "{}", runs.message);
    cluster.engine.stop_broker(2).unwrap();
    cluster.engine.remove_broker(2).unwrap();
    cluster.engine.remove_broker(2).unwrap();
    assert!(cluster.engine.image().broker(2).is_none());
    assert_eq!(cluster.engine.broker_state(2), None);
    cluster.engine.add_broker(&BrokerConfig::local(2, "localhost", 9099)).unwrap();
    assert_eq!(cluster.engine.broker_state(2), Some(BrokerState::Running), "the id is free again");
}

#[test]
fn where_copies_have_nowhere_to_go_nothing_moves() {
    let cluster = Cluster::new(3);
    cluster.create("t", 2, &[]);
    let refused = cluster.engine.drain_broker(1).unwrap_err();
    assert_eq!(refused.code, ErrorCode::INVALID_REPLICATION_FACTOR);
    assert!(refused.message.contains("of topic t keeps 3 copies"), "{}", refused.message);
    assert!(refused.message.contains("2 other broker(s)"), "{}", refused.message);
    cluster.pass(100);
    assert!(holders(&cluster, "t").iter().all(|replicas| replicas.contains(&1)));
}

#[test]
fn a_broker_that_is_no_longer_configured_is_fenced_at_start_and_leads_nothing() {
    let mut cluster = Cluster::new(3);
    cluster.create("t", 6, &[("min.insync.replicas", "1")]);
    for i in 0..5 {
        assert_eq!(cluster.produce("t", "x", -1), (ErrorCode::NONE, i));
    }
    let absent = cluster.config.brokers.pop().unwrap();
    for boot in ["boot-1", "boot-2", "boot-2"] {
        cluster.reopen(boot);
        assert!(!cluster.engine.image().broker(3).unwrap().is_alive(), "{boot}");
        for partition in 0..6 {
            assert_ne!(cluster.leader("t", partition), 3);
            assert_eq!(cluster.isr("t", partition), [1, 2]);
        }
    }
    assert_eq!(cluster.produce("t", "meanwhile", -1), (ErrorCode::NONE, 5));
    cluster.create("new", 4, &[]);
    // Configured again it is a broker like any other, and fetches what it missed.
    cluster.config.brokers.push(absent);
    cluster.restart();
    cluster.pass(1_000);
    assert!((0..6).all(|partition| cluster.isr("t", partition) == [1, 2, 3]));
}

#[test]
fn an_epoch_before_a_move_in_which_nothing_was_written_ends_where_the_next_began() {
    let cluster = Cluster::new(3);
    cluster.create("t", 1, &[]);
    let end = |epoch: i32| {
        let asked = OffsetForLeaderPartition {
            leader_epoch: epoch,
            current_leader_epoch: -1,
            ..Default::default()
        };
        let topics = vec![OffsetForLeaderTopic {
            topic: Str::from("t"),
            partitions: vec![asked],
            ..Default::default()
        }];
        let request = OffsetForLeaderEpochRequest { replica_id: -1, topics, ..Default::default() };
        let client = cluster.connect(cluster.leader("t", 0));
        let answer = client.call(request, 4).topics[0].partitions[0].clone();
        assert_eq!(answer.error_code, 0);
        (answer.leader_epoch, answer.end_offset)
    };
    assert_eq!((end(0), end(1)), ((0, 0), (-1, -1)));
    cluster.engine.stop_broker(cluster.leader("t", 0)).unwrap();
    assert_eq!((end(0), end(1), end(2)), ((0, 0), (1, 0), (-1, -1)), "an empty log, as in Kafka");
    assert_eq!(cluster.produce("t", "x", 1), (ErrorCode::NONE, 0));
    assert_eq!((end(0), end(1)), ((0, 0), (1, 1)));
    cluster.engine.start_broker(1).unwrap();
    cluster.pass(1_000);
    cluster.engine.stop_broker(cluster.leader("t", 0)).unwrap();
    assert_eq!((end(1), end(2)), ((1, 1), (2, 1)), "nothing written in epoch 2 yet");
}

#[test]
fn a_drain_takes_another_broker_where_the_first_stops_and_can_be_taken_back() {
    let cluster = Cluster::new(4);
    cluster.create("t", 1, &[("min.insync.replicas", "1")]);
    assert_eq!(cluster.produce("t", "x", -1), (ErrorCode::NONE, 0));
    let before = holders(&cluster, "t");
    let (leaving, target) = (before[0][0], (1..=4).find(|b| !before[0].contains(b)).unwrap());
    // Without background work nothing is copied.
    cluster.engine.drain_broker(leaving).unwrap();
    assert!(holders(&cluster, "t")[0].contains(&target));
    cluster.engine.cancel_drain(leaving).unwrap();
    // In another order, as Kafka leaves it.
    let kept = || holders(&cluster, "t")[0].iter().copied().collect::<BTreeSet<_>>();
    let same = before[0].iter().copied().collect::<BTreeSet<_>>();
    assert_eq!(kept(), same, "taken back");
    cluster.engine.drain_broker(leaving).unwrap();
    cluster.engine.stop_broker(target).unwrap();
    cluster.engine.drain_broker(leaving).unwrap();
    assert_eq!(kept(), same, "the target is gone");
    let nowhere = cluster.engine.drain_broker(leaving).unwrap_err();
    assert!(nowhere.message.contains("2 other broker(s)"), "{}", nowhere.message);
    cluster.engine.add_broker(&BrokerConfig::local(5, "localhost", 9096)).unwrap();
    cluster.engine.drain_broker(leaving).unwrap();
    cluster.pass(1_000);
    assert_eq!(cluster.engine.replicas_on(leaving), 0);
    assert!(holders(&cluster, "t")[0].contains(&5));
}

#[test]
fn a_broker_that_is_stopped_and_alone_has_a_copy_cannot_be_drained() {
    let cluster = Cluster::with(
        weir_engine::EngineConfig::local("/cluster", 3, "localhost", 9092)
            .set("default.replication.factor", "1"),
    );
    cluster.create("alone", 1, &[]);
    let leader = cluster.leader("alone", 0);
    assert_eq!(cluster.produce("alone", "x", -1), (ErrorCode::NONE, 0));
    cluster.engine.stop_broker(leader).unwrap();
    let refused = cluster.engine.drain_broker(leader).unwrap_err();
    assert!(refused.message.contains("topic alone has no leader"), "{}", refused.message);
    cluster.engine.start_broker(leader).unwrap();
    cluster.engine.drain_broker(leader).unwrap();
    cluster.pass(1_000);
    assert_eq!(cluster.engine.replicas_on(leader), 0);
}
