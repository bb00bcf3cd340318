//! Replicas move between brokers, brokers are forgotten, and partitions below their minimum keep what
//! was promised.

use weir_wire::messages::alter_partition_reassignments_request::{
    AlterPartitionReassignmentsRequest, ReassignablePartition, ReassignableTopic,
};
use weir_wire::messages::describe_topic_partitions_request::{
    DescribeTopicPartitionsRequest, TopicRequest,
};
use weir_wire::messages::fetch_request::{FetchPartition, FetchRequest, FetchTopic};
use weir_wire::messages::fetch_response::FetchResponse;
use weir_wire::messages::incremental_alter_configs_request::{
    AlterConfigsResource, AlterableConfig, IncrementalAlterConfigsRequest,
};
use weir_wire::messages::list_partition_reassignments_request::ListPartitionReassignmentsRequest;
use weir_wire::messages::unregister_broker_request::UnregisterBrokerRequest;
use weir_wire::{ErrorCode, Str};

use crate::harness::Cluster;

fn reassign(
    cluster: &Cluster,
    topic: &str,
    partition: i32,
    replicas: Option<&[i32]>,
    may_change_factor: bool,
) -> (ErrorCode, String) {
    let partition = ReassignablePartition {
        partition_index: partition,
        replicas: replicas.map(<[i32]>::to_vec),
        ..Default::default()
    };
    let topic = ReassignableTopic {
        name: Str::from(topic),
        partitions: vec![partition],
        ..Default::default()
    };
    let request = AlterPartitionReassignmentsRequest {
        topics: vec![topic],
        allow_replication_factor_change: may_change_factor,
        ..Default::default()
    };
    let response = cluster.connect(1).call(request, 1);
    let partition = &response.responses[0].partitions[0];
    let message = partition.error_message.clone().unwrap_or_default();
    (ErrorCode(partition.error_code), message.to_string())
}

/// Replicas, those being added, those being removed; of everything under way.
fn under_way(cluster: &Cluster) -> Vec<(Vec<i32>, Vec<i32>, Vec<i32>)> {
    let request = ListPartitionReassignmentsRequest { topics: None, ..Default::default() };
    let topics = cluster.connect(1).call(request, 0).topics;
    let all = topics.into_iter().flat_map(|topic| topic.partitions);
    all.map(|p| (p.replicas, p.adding_replicas, p.removing_replicas)).collect()
}

fn replicas(cluster: &Cluster, topic: &str) -> Vec<i32> {
    let image = cluster.engine.image();
    image.topic(topic).unwrap().partition(0).unwrap().assignment().replicas.to_vec()
}

fn set(cluster: &Cluster, broker: i32, (kind, name): (i8, &str), key: &str, value: &str) {
    let config = AlterableConfig {
        name: Str::from(key),
        value: Some(Str::from(value)),
        ..Default::default()
    };
    let resource = AlterConfigsResource {
        resource_type: kind,
        resource_name: Str::from(name),
        configs: vec![config],
        ..Default::default()
    };
    let request =
        IncrementalAlterConfigsRequest { resources: vec![resource], ..Default::default() };
    let response = cluster.connect(broker).call(request, 1);
    assert_eq!(response.responses[0].error_code, 0, "{:?}", response.responses[0].error_message);
}

/// A topic of two replicas out of four brokers, with some records.
fn filled() -> Cluster {
    let cluster = Cluster::new(4);
    cluster.create("t", 1, &[]);
    assert_eq!(reassign(&cluster, "t", 0, Some(&[1, 2]), true).0, ErrorCode::NONE);
    cluster.pass(100);
    assert_eq!(replicas(&cluster, "t"), [1, 2]);
    for i in 0..50 {
        let value = format!("{i}{}", "x".repeat(1_000));
        assert_eq!(cluster.produce("t", &value, -1), (ErrorCode::NONE, i));
    }
    cluster
}

#[test]
fn replicas_move_and_records_stay() {
    let cluster = filled();
    assert_eq!(reassign(&cluster, "t", 0, Some(&[3, 4]), true).0, ErrorCode::NONE);
    assert_eq!(under_way(&cluster), [(vec![3, 4, 1, 2], vec![3, 4], vec![1, 2])]);
    cluster.pass(200);
    assert_eq!(under_way(&cluster), []);
    assert_eq!((replicas(&cluster, "t"), cluster.isr("t", 0)), (vec![3, 4], vec![3, 4]));
    assert_eq!(cluster.leader("t", 0), 3, "the old leader is gone");
    assert_eq!(cluster.produce("t", "more", -1), (ErrorCode::NONE, 50));
}

#[test]
fn a_poll_whose_broker_loses_its_replica_and_gets_a_new_one_is_sent_to_the_leader() {
    let cluster = filled();
    assert_eq!(cluster.leader("t", 0), 1);
    let partition =
        FetchPartition { fetch_offset: 50, partition_max_bytes: 1, ..Default::default() };
    let topic =
        FetchTopic { topic: Str::from("t"), partitions: vec![partition], ..Default::default() };
    let request = FetchRequest {
        max_wait_ms: 60_000,
        min_bytes: 1,
        max_bytes: 1 << 20,
        session_epoch: -1,
        topics: vec![topic],
        ..Default::default()
    };
    let client = cluster.connect(1);
    let mut parked = client.park(request.clone(), 12);
    assert!(parked.poll().is_none());
    assert_eq!(reassign(&cluster, "t", 0, Some(&[2]), true).0, ErrorCode::NONE);
    assert_eq!(reassign(&cluster, "t", 0, Some(&[1, 2]), true).0, ErrorCode::NONE);
    let code = |response: &FetchResponse| response.responses[0].partitions[0].error_code;
    let answer = parked.poll().expect("it is told at once");
    assert_eq!(ErrorCode(code(&answer)), ErrorCode::NOT_LEADER_OR_FOLLOWER);
    // Who asks the follower for what it does not have is told so (KIP-392).
    let answer = client.call(request, 12);
    assert_eq!(ErrorCode(code(&answer)), ErrorCode::OFFSET_OUT_OF_RANGE);
}

#[test]
fn another_order_of_the_same_replicas_is_done_at_once() {
    let cluster = filled();
    assert_eq!(reassign(&cluster, "t", 0, Some(&[2, 1]), true).0, ErrorCode::NONE);
    assert_eq!((under_way(&cluster), replicas(&cluster, "t")), (vec![], vec![2, 1]));
    assert_eq!(cluster.leader("t", 0), 1, "an election is another matter");
}

#[test]
fn refusals_have_kafkas_codes_and_words() {
    let cluster = filled();
    let bad = ErrorCode::INVALID_REPLICA_ASSIGNMENT;
    let unknown = ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
    let ask = |topic: &str, index, to: Option<&[i32]>| reassign(&cluster, topic, index, to, true);
    let cases = [
        (ask("none", 0, Some(&[1])), unknown, "Unable to find a topic named none."),
        (ask("t", 9, Some(&[1])), unknown, "Unable to find partition t:9."),
        (ask("t", 0, Some(&[])), bad, "empty replica list"),
        (ask("t", 0, Some(&[1, 1])), bad, "the broker 1 more than once"),
        (ask("t", 0, Some(&[9])), bad, "no such broker is registered"),
        (ask("t", 0, None), ErrorCode::NO_REASSIGNMENT_IN_PROGRESS, ""),
        (
            reassign(&cluster, "t", 0, Some(&[1]), false),
            ErrorCode::INVALID_REPLICATION_FACTOR,
            "from 2 to 1",
        ),
    ];
    for ((answered, message), code, words) in cases {
        assert_eq!((answered, message.contains(words)), (code, true), "{message}");
    }
}

#[test]
fn a_throttled_move_shows_its_progress_survives_a_restart_and_is_cancelled() {
    let mut cluster = filled();
    set(&cluster, 3, (4, "3"), "follower.replication.throttled.rate", "10000");
    set(&cluster, 1, (2, "t"), "follower.replication.throttled.replicas", "0:3");
    assert_eq!(reassign(&cluster, "t", 0, Some(&[3, 2]), true).0, ErrorCode::NONE);
    cluster.pass(1_000);
    let lag = |cluster: &Cluster| {
        let image = cluster.engine.image();
        let handle = image.topic("t").unwrap().partition(0).unwrap().handle().clone();
        handle.replica(3).unwrap().offset_lag
    };
    let first = lag(&cluster);
    assert!((1..50).contains(&first), "{first} behind after a second");
    cluster.pass(1_000);
    assert!(lag(&cluster) < first, "it comes nearer");
    cluster.restart();
    assert_eq!(under_way(&cluster).len(), 1, "a restart goes on with it");
    assert_eq!(reassign(&cluster, "t", 0, None, true).0, ErrorCode::NONE);
    assert_eq!((under_way(&cluster), replicas(&cluster, "t")), (vec![], vec![2, 1]));
    cluster.pass(20_000);
    assert_eq!(cluster.isr("t", 0), [1, 2]);
    assert_eq!(cluster.produce("t", "more", -1), (ErrorCode::NONE, 50));
}

#[test]
fn a_forgotten_broker_leads_nothing_and_comes_back_when_it_starts() {
    let cluster = filled();
    let forget = |id| {
        let request = UnregisterBrokerRequest { broker_id: id, ..Default::default() };
        ErrorCode(cluster.connect(1).call(request, 0).error_code)
    };
    assert_eq!(forget(9), ErrorCode::BROKER_ID_NOT_REGISTERED);
    cluster.engine.stop_broker(2).unwrap();
    assert_eq!(forget(2), ErrorCode::NONE);
    assert!(cluster.engine.image().broker(2).is_none());
    assert_eq!((cluster.isr("t", 0), replicas(&cluster, "t")), (vec![1], vec![1, 2]));
    assert_eq!(forget(2), ErrorCode::BROKER_ID_NOT_REGISTERED);
    cluster.engine.start_broker(2).unwrap();
    cluster.pass(100);
    assert_eq!(cluster.isr("t", 0), [1, 2]);
}

/// Leader, ISR, eligible leader replicas, last known leader.
fn standing(cluster: &Cluster) -> (i32, Vec<i32>, Vec<i32>, Vec<i32>) {
    let topic = TopicRequest { name: Str::from("t"), ..Default::default() };
    let request = DescribeTopicPartitionsRequest {
        topics: vec![topic],
        response_partition_limit: 10,
        ..Default::default()
    };
    let mut response = cluster.connect(1).call(request, 0);
    let partition = response.topics[0].partitions.remove(0);
    let elr = partition.eligible_leader_replicas.unwrap_or_default();
    (partition.leader_id, partition.isr_nodes, elr, partition.last_known_elr.unwrap_or_default())
}

#[test]
fn eligible_replicas_lead_when_the_isr_is_empty() {
    let mut cluster = Cluster::new(3);
    cluster.create("t", 1, &[("min.insync.replicas", "2")]);
    assert_eq!(reassign(&cluster, "t", 0, Some(&[1, 2, 3]), true).0, ErrorCode::NONE);
    assert_eq!(cluster.produce("t", "one", -1), (ErrorCode::NONE, 0));
    for id in [1, 2, 3] {
        if id != cluster.leader("t", 0) {
            cluster.engine.stop_broker(id).unwrap();
        }
    }
    let leader = cluster.leader("t", 0);
    let (_, isr, elr, _) = standing(&cluster);
    assert_eq!((isr, elr.len()), (vec![leader], 1), "the one that left below the minimum");
    // Not acknowledged by enough: above the high watermark.
    assert_eq!(cluster.produce("t", "two", 1), (ErrorCode::NONE, 1));
    let high_watermark = |cluster: &Cluster| {
        let image = cluster.engine.image();
        let handle = image.topic("t").unwrap().partition(0).unwrap().handle().clone();
        handle.view().unwrap().high_watermark
    };
    assert_eq!(high_watermark(&cluster), 1);
    cluster.engine.stop_broker(leader).unwrap();
    let (none, isr, elr, last) = standing(&cluster);
    assert_eq!((none, isr.len(), elr.len(), last), (-1, 0, 2, vec![leader]));
    let eligible = elr.into_iter().find(|id| *id != leader).unwrap();
    cluster.engine.start_broker(eligible).unwrap();
    assert_eq!(standing(&cluster).0, eligible, "it has everything below the high watermark");
    assert_eq!(cluster.produce("t", "three", 1), (ErrorCode::NONE, 1), "`two` was never promised");
    cluster.restart();
    cluster.pass(200);
    assert_eq!(standing(&cluster).2, [], "all are in sync again");
}

#[test]
fn a_restart_below_the_minimum_moves_no_high_watermark() {
    let mut cluster = Cluster::new(3);
    cluster.create("t", 1, &[("min.insync.replicas", "3")]);
    assert_eq!(cluster.produce("t", "one", -1), (ErrorCode::NONE, 0));
    let leader = cluster.leader("t", 0);
    let follower = (1..=3).find(|id| *id != leader).unwrap();
    cluster.engine.stop_broker(follower).unwrap();
    assert_eq!(cluster.produce("t", "two", 1), (ErrorCode::NONE, 1));
    let handle = |cluster: &Cluster| {
        let image = cluster.engine.image();
        image.topic("t").unwrap().partition(0).unwrap().handle().clone()
    };
    assert_eq!(handle(&cluster).view().unwrap().high_watermark, 1);
    cluster.restart();
    // All run again, but until the third has caught up the ISR is below its minimum.
    let view = handle(&cluster).view().unwrap();
    assert_eq!((view.high_watermark, view.log_end), (1, 2));
    cluster.pass(200);
    assert_eq!(handle(&cluster).view().unwrap().high_watermark, 2);
}

#[test]
fn another_minimum_makes_nobody_eligible() {
    let cluster = Cluster::new(3);
    cluster.create("t", 1, &[("min.insync.replicas", "3")]);
    let leader = cluster.leader("t", 0);
    let follower = (1..=3).find(|id| *id != leader).unwrap();
    cluster.engine.stop_broker(follower).unwrap();
    assert_eq!(standing(&cluster).2, [follower]);
    set(&cluster, leader, (2, "t"), "min.insync.replicas", "2");
    assert_eq!(standing(&cluster).2, []);
    assert_eq!(cluster.produce("t", "one", -1), (ErrorCode::NONE, 0), "two are enough now");
}
