//! Restarts, coordinators that move, timeouts, replicas that are missing.

use weir_engine::fs::PowerLoss;
use weir_wire::ErrorCode;

use super::client::{Producer, Protocol, committed, coordinator, stable_end, values};
use super::{BOTH, cluster};
use crate::harness::Cluster;

#[test]
fn an_open_transaction_survives_a_kill_of_the_engine() {
    for protocol in BOTH {
        let mut cluster = cluster();
        let mut producer = Producer::init(&cluster, "id", protocol);
        producer.begin(&[("t", 0)]);
        producer.write("t", 0, "v");
        let (id, epoch) = (producer.id, producer.epoch);
        cluster.restart();
        assert_eq!(stable_end(&cluster, "t", 0), 0);
        let mut producer = Producer::known(&cluster, "id", protocol, id, epoch);
        assert_eq!(producer.end(true), ErrorCode::NONE, "{protocol:?}");
        assert_eq!(values(&committed(&cluster, "t", 0, 0)), ["v"]);
    }
}

#[test]
fn a_stopped_brokers_transactions_go_on_elsewhere() {
    let cluster = cluster();
    let mut producer = Producer::init(&cluster, "id", Protocol::V2);
    producer.write("t", 0, "a");
    let old = producer.broker;
    cluster.engine.stop_broker(old).unwrap();
    assert_eq!(producer.end(true), ErrorCode::NOT_COORDINATOR);
    producer.broker = coordinator(&cluster, "id");
    assert_ne!(producer.broker, old);
    assert_eq!(producer.end(true), ErrorCode::NONE);
    assert_eq!(values(&committed(&cluster, "t", 0, 0)), ["a"]);
    cluster.engine.start_broker(old).unwrap();
    cluster.pass(100);
    producer.write("t", 1, "b");
    assert_eq!(producer.end(true), ErrorCode::NONE);
    assert_eq!(values(&committed(&cluster, "t", 1, 0)), ["b"]);
}

#[test]
fn a_decided_end_waits_for_a_partition_without_leader_and_is_carried_out() {
    let cluster = Cluster::new(3);
    cluster.create("t", 1, &[]);
    create_on(&cluster, "single");
    let mut producer = Producer::init(&cluster, "id", Protocol::V2);
    producer.write("t", 0, "a");
    producer.write("single", 0, "b");
    let only = cluster.leader("single", 0);
    cluster.engine.stop_broker(only).unwrap();
    producer.broker = coordinator(&cluster, "id");
    assert_eq!(producer.end(true), ErrorCode::NONE);
    assert_eq!(producer.write("t", 0, "c"), ErrorCode::CONCURRENT_TRANSACTIONS);
    assert_eq!(producer.init_again(), Err(ErrorCode::CONCURRENT_TRANSACTIONS));
    assert_eq!(values(&committed(&cluster, "t", 0, 0)), ["a"], "its marker is there");
    cluster.engine.start_broker(only).unwrap();
    cluster.pass(1_000);
    assert_eq!(values(&committed(&cluster, "single", 0, 0)), ["b"]);
    assert_eq!(producer.write("t", 0, "c"), ErrorCode::NONE);
}

/// A topic with one replica, on a broker that does not coordinate "id".
fn create_on(cluster: &Cluster, topic: &str) {
    use weir_wire::messages::create_topics_request::{
        CreatableReplicaAssignment, CreatableTopic, CreateTopicsRequest,
    };
    let broker = coordinator(cluster, "id") % 3 + 1;
    let topic = CreatableTopic {
        name: topic.into(),
        num_partitions: -1,
        replication_factor: -1,
        assignments: vec![CreatableReplicaAssignment {
            broker_ids: vec![broker],
            ..Default::default()
        }],
        ..Default::default()
    };
    let request = CreateTopicsRequest { topics: vec![topic], ..Default::default() };
    assert_eq!(cluster.connect(1).call(request, 7).topics[0].error_code, 0);
}

#[test]
fn a_decided_end_is_carried_out_after_a_kill() {
    let mut cluster = Cluster::new(3);
    create_on(&cluster, "single");
    let mut producer = Producer::init(&cluster, "id", Protocol::V2);
    producer.write("single", 0, "b");
    let only = cluster.leader("single", 0);
    cluster.engine.stop_broker(only).unwrap();
    producer.broker = coordinator(&cluster, "id");
    assert_eq!(producer.end(true), ErrorCode::NONE);
    drop(producer);
    cluster.restart();
    cluster.pass(1_000);
    assert_eq!(values(&committed(&cluster, "single", 0, 0)), ["b"], "nobody had to ask");
}

#[test]
fn a_transaction_that_takes_too_long_is_aborted() {
    for protocol in BOTH {
        let cluster = cluster();
        let mut producer = Producer::init(&cluster, "id", protocol);
        producer.begin(&[("t", 0)]);
        producer.write("t", 0, "v");
        cluster.pass(59_000);
        assert_eq!(stable_end(&cluster, "t", 0), 0, "not yet");
        for _ in 0..3 {
            cluster.pass(5_000);
        }
        assert_eq!(stable_end(&cluster, "t", 0), 2);
        assert_eq!(committed(&cluster, "t", 0, 0).records, []);
        assert_eq!(producer.write("t", 0, "late"), ErrorCode::INVALID_PRODUCER_EPOCH);
        // To the new protocol it looks like a retry of the abort that raised the epoch.
        let refused = match protocol {
            Protocol::V0 => ErrorCode::PRODUCER_FENCED,
            Protocol::V2 => ErrorCode::INVALID_TXN_STATE,
        };
        assert_eq!(producer.end(true), refused);
    }
}

#[test]
fn an_idle_transactional_id_expires() {
    let config = weir_engine::EngineConfig::local("/cluster", 1, "localhost", 9092)
        .set("transactional.id.expiration.ms", "10000")
        .set("transaction.remove.expired.transaction.cleanup.interval.ms", "1000");
    let mut cluster = Cluster::with(config);
    cluster.create("t", 1, &[]);
    let mut producer = Producer::init(&cluster, "id", Protocol::V0);
    producer.begin(&[("t", 0)]);
    cluster.pass(20_000);
    cluster.pass(10);
    assert_eq!(producer.end(false), ErrorCode::NONE, "an open transaction does not expire");
    for _ in 0..3 {
        cluster.pass(6_000);
    }
    assert_eq!(producer.end(false), ErrorCode::INVALID_PRODUCER_ID_MAPPING);
    drop(producer);
    cluster.restart();
    let producer = Producer::known(&cluster, "id", Protocol::V0, 0, 0);
    assert_eq!(producer.add(&[("t", 0)], 3), ErrorCode::INVALID_PRODUCER_ID_MAPPING, "for good");
}

#[test]
fn a_coordinator_without_enough_replicas_takes_no_step() {
    let cluster = cluster();
    let mut producer = Producer::init(&cluster, "id", Protocol::V2);
    producer.write("t", 0, "v");
    for broker in 1..=3 {
        if broker != producer.broker {
            cluster.engine.stop_broker(broker).unwrap();
        }
    }
    assert_eq!(producer.end(true), ErrorCode::COORDINATOR_NOT_AVAILABLE);
    for broker in 1..=3 {
        if broker != producer.broker {
            cluster.engine.start_broker(broker).unwrap();
        }
    }
    cluster.pass(1_000);
    assert_eq!(producer.end(true), ErrorCode::NONE);
    cluster.pass(1_000);
    assert_eq!(values(&committed(&cluster, "t", 0, 0)), ["v"]);
}

/// What the coordinator wrote is lost, what the partition got is not.
fn lose_decisions(cluster: &mut Cluster) {
    let log = cluster.engine.image().topic("t").unwrap().partition(0).unwrap().handle().clone();
    log.flush().unwrap();
    cluster.fs.lose_power(PowerLoss::All);
    cluster.reopen("boot-2");
}

#[test]
fn what_a_power_loss_orphaned_is_aborted_before_anyone_is_answered() {
    for protocol in BOTH {
        let mut cluster = cluster();
        let mut producer = Producer::init(&cluster, "id", protocol);
        producer.begin(&[("t", 0)]);
        producer.write("t", 0, "orphan");
        drop(producer);
        lose_decisions(&mut cluster);
        assert_eq!(stable_end(&cluster, "t", 0), 0, "{protocol:?}");
        let early = Producer::try_init(&cluster, "id", protocol);
        assert_eq!(early.err(), Some(ErrorCode::COORDINATOR_LOAD_IN_PROGRESS));
        cluster.pass(1_000);
        assert_eq!(stable_end(&cluster, "t", 0), 2);
        let mut producer = Producer::init(&cluster, "id", protocol);
        producer.begin(&[("t", 0)]);
        producer.write("t", 0, "next");
        assert_eq!(producer.end(true), ErrorCode::NONE);
        assert_eq!(values(&committed(&cluster, "t", 0, 0)), ["next"]);
    }
}

/// The coordinator lost what had begun; its producer must not go on and commit the rest.
#[test]
fn the_producer_of_an_orphan_is_fenced() {
    for protocol in BOTH {
        let mut cluster = cluster();
        let mut producer = Producer::init(&cluster, "id", protocol);
        let coordinator_log = cluster.engine.image().topic("__transaction_state").unwrap().clone();
        coordinator_log.partitions().iter().for_each(|it| it.handle().flush().unwrap());
        producer.begin(&[("t", 0)]);
        producer.write("t", 0, "first half");
        let (id, epoch) = (producer.id, producer.epoch);
        drop(producer);
        lose_decisions(&mut cluster);
        cluster.pass(1_000);
        let mut producer = Producer::known(&cluster, "id", protocol, id, epoch);
        assert_eq!(producer.write("t", 1, "second half"), ErrorCode::INVALID_PRODUCER_EPOCH);
        let fenced = producer.end(true);
        assert_eq!(fenced, ErrorCode::PRODUCER_FENCED, "{protocol:?}");
        assert_eq!(values(&committed(&cluster, "t", 0, 0)), [""; 0]);
    }
}

#[test]
fn a_commit_whose_marker_a_power_loss_took_stays_a_commit() {
    let mut cluster = cluster();
    let mut producer = Producer::init(&cluster, "id", Protocol::V2);
    producer.write("t", 0, "kept");
    let log = cluster.engine.image().topic("t").unwrap().partition(0).unwrap().handle().clone();
    log.flush().unwrap();
    assert_eq!(producer.end(true), ErrorCode::NONE);
    let coordinator_log = cluster.engine.image().topic("__transaction_state").unwrap().clone();
    coordinator_log.partitions().iter().for_each(|it| it.handle().flush().unwrap());
    drop(producer);
    cluster.fs.lose_power(PowerLoss::All);
    cluster.reopen("boot-2");
    assert_eq!(stable_end(&cluster, "t", 0), 0, "the marker is lost");
    cluster.pass(1_000);
    assert_eq!(values(&committed(&cluster, "t", 0, 0)), ["kept"]);
}
