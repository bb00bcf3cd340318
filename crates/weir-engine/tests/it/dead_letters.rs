//! The dead-letter queue of share groups (KIP-1191), on the manual clock.

use weir_engine::EngineConfig;
use weir_wire::messages::create_topics_request::{
    CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig, CreateTopicsRequest,
};
use weir_wire::messages::fetch_request::{FetchPartition, FetchRequest, FetchTopic};
use weir_wire::messages::find_coordinator_request::FindCoordinatorRequest;
use weir_wire::records::BatchReader;
use weir_wire::{ErrorCode, Str};

use crate::features::update;
use crate::harness::Cluster;
use crate::share::{
    ACCEPT, Fetcher, REJECT, RELEASE, cluster_with, configure, member, offsets, topic_id,
};

const TOPIC: &str = "dlq.jobs";
const NAME: &str = "errors.deadletterqueue.topic.name";
const COPY: &str = "errors.deadletterqueue.copy.record.enable";
const ENABLED: (&str, &str) = ("errors.deadletterqueue.group.enable", "true");
const AUTO_CREATE: &str = "errors.deadletterqueue.auto.create.topics.enable";
const PREFIX: &str = "errors.deadletterqueue.topic.name.prefix";
const TOO_OFTEN: &str = "Offset delivery count exceeded the threshold.";

/// A dead letter: what its headers say, its value and timestamp.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Letter {
    offset: String,
    count: String,
    message: String,
    value: Option<String>,
    at: i64,
}

/// The dead letters of one partition, batch by batch.
fn batches(cluster: &Cluster, partition: i32) -> Vec<Vec<Letter>> {
    let asked = FetchPartition { partition, partition_max_bytes: 10 << 20, ..Default::default() };
    let topic =
        FetchTopic { topic: Str::from(TOPIC), partitions: vec![asked], ..Default::default() };
    let request = FetchRequest {
        replica_id: -1,
        max_bytes: 10 << 20,
        topics: vec![topic],
        ..Default::default()
    };
    let response = cluster.connect(cluster.leader(TOPIC, partition)).call(request, 12);
    let data = &response.responses[0].partitions[0];
    assert_eq!(ErrorCode(data.error_code), ErrorCode::NONE);
    let Some(bytes) = &data.records else { return Vec::new() };
    let bytes = bytes.to_bytes().unwrap();
    let batches = BatchReader::new(&bytes).map(|batch| {
        let mut scratch = Vec::new();
        let batch = batch.unwrap();
        let records = batch.records(&mut scratch, 1 << 20).unwrap();
        records.map(|record| letter(&record.unwrap())).collect()
    });
    batches.collect()
}

fn letter(record: &weir_wire::records::RecordRef<'_>) -> Letter {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let headers = record.headers();
    let headers: Vec<(String, String)> =
        headers.map(|header| (text(header.key), text(header.value.unwrap()))).collect();
    let keys: Vec<&str> = headers.iter().map(|(key, _)| key.as_str()).collect();
    let expected = ["topic", "partition", "offset", "group", "delivery.count", "message"];
    assert_eq!(keys, expected.map(|name| format!("__dlq.errors.{name}")));
    assert_eq!((headers[0].1.as_str(), headers[3].1.as_str()), ("jobs", "workers"));
    assert_eq!(record.key, None);
    Letter {
        offset: headers[2].1.clone(),
        count: headers[4].1.clone(),
        message: headers[5].1.clone(),
        value: record.value.map(text),
        at: record.timestamp,
    }
}

/// Offset and count of each.
fn told(cluster: &Cluster) -> Vec<(String, String)> {
    let letters = batches(cluster, 0).concat().into_iter();
    letters.map(|letter| (letter.offset, letter.count)).collect()
}

fn of(told: &[(i64, i16)]) -> Vec<(String, String)> {
    told.iter().map(|(offset, count)| (offset.to_string(), count.to_string())).collect()
}

/// As [`cluster_with`], with a dead-letter topic.
fn with_letters(count: usize, configs: &[(&str, &str)]) -> Cluster {
    let cluster = cluster_with(count);
    cluster.create(TOPIC, 1, &[&[ENABLED], configs].concat());
    configure(&cluster, NAME, TOPIC);
    cluster
}

/// A group, one member of which holds everything.
fn holding(cluster: &Cluster) -> Fetcher<'_> {
    let mut a = member(cluster, "a");
    assert!(!a.fetch(&[]).is_empty());
    a
}

#[test]
fn a_rejected_record_is_told_of_and_copied_where_the_group_wants_it() {
    let cluster = with_letters(4, &[]);
    let mut a = holding(&cluster);
    assert_eq!(a.acknowledge(0, 0, REJECT), ErrorCode::NONE);
    assert_eq!(offsets(&cluster).0, 0, "it waits for its copy");
    cluster.pass(10);
    assert_eq!(offsets(&cluster), (1, 3));
    configure(&cluster, COPY, "true");
    assert_eq!(a.acknowledge(1, 1, ACCEPT), ErrorCode::NONE);
    assert_eq!(a.acknowledge(2, 2, REJECT), ErrorCode::NONE);
    cluster.pass(10);
    assert_eq!(a.acknowledge(3, 3, REJECT), ErrorCode::NONE);
    cluster.pass(10);
    assert_eq!(offsets(&cluster), (4, 0));
    let letters = batches(&cluster, 0).concat();
    let values: Vec<Option<&str>> = letters.iter().map(|l| l.value.as_deref()).collect();
    assert_eq!(values, [None, Some("job 2"), Some("job 3")]);
    assert_eq!(told(&cluster), of(&[(0, 1), (2, 1), (3, 1)]));
    assert_eq!(letters[0].message, "Offset rejected by client.");
    assert_eq!(letters[2].at, cluster.clock_ms(), "stamped when it was copied");
}

#[test]
fn gaps_and_groups_without_a_topic_have_no_letters() {
    let cluster = with_letters(3, &[]);
    let mut a = holding(&cluster);
    assert_eq!(a.acknowledge(0, 0, 0), ErrorCode::NONE);
    configure(&cluster, NAME, "");
    assert_eq!(a.acknowledge(1, 1, REJECT), ErrorCode::NONE);
    assert_eq!(offsets(&cluster).0, 2, "at once");
    configure(&cluster, NAME, TOPIC);
    update(&cluster, &[("share.version", 1, 2)], false);
    assert_eq!(a.acknowledge(2, 2, REJECT), ErrorCode::NONE);
    assert_eq!(offsets(&cluster).0, 3, "share.version is 1");
    cluster.pass(10);
    assert_eq!(told(&cluster), []);
}

/// A new record, given to the member for the second and last time.
fn give_twice(cluster: &Cluster, member: &mut Fetcher<'_>) {
    let (_, offset) = cluster.produce("jobs", "again", -1);
    assert_eq!(member.fetch(&[]), [(offset, offset, 1)]);
    assert_eq!(member.fetch(&[(offset, offset, RELEASE)]), [(offset, offset, 2)]);
}

#[test]
fn what_was_given_too_often_is_a_letter_however_it_came_back() {
    let cluster = with_letters(0, &[]);
    configure(&cluster, "share.delivery.count.limit", "2");
    configure(&cluster, "share.record.lock.duration.ms", "15000");
    let mut a = member(&cluster, "a");
    give_twice(&cluster, &mut a);
    assert_eq!(a.acknowledge(0, 0, RELEASE), ErrorCode::NONE);
    cluster.pass(10);
    assert_eq!(told(&cluster), of(&[(0, 2)]), "released");
    give_twice(&cluster, &mut a);
    cluster.pass(15_100);
    assert_eq!(told(&cluster), of(&[(0, 2), (1, 2)]), "its lock ended");
    give_twice(&cluster, &mut a);
    a.epoch = -1;
    assert_eq!(a.fetch(&[]), []);
    cluster.pass(10);
    assert_eq!(told(&cluster), of(&[(0, 2), (1, 2), (2, 2)]), "its session ended");
    assert_eq!(offsets(&cluster), (3, 0));
    assert!(batches(&cluster, 0).concat().iter().all(|letter| letter.message == TOO_OFTEN));
}

#[test]
fn a_topic_that_may_not_be_used_gets_nothing() {
    let cluster = cluster_with(4);
    configure(&cluster, NAME, TOPIC);
    let mut a = holding(&cluster);
    let mut reject = |offset| {
        assert_eq!(a.acknowledge(offset, offset, REJECT), ErrorCode::NONE);
        cluster.pass(10);
        assert_eq!(offsets(&cluster).0, offset + 1, "archived all the same");
    };
    reject(0);
    assert!(cluster.engine.image().topic(TOPIC).is_none(), "not made");
    cluster.create(TOPIC, 1, &[]);
    reject(1);
    assert_eq!(cluster.alter(2, TOPIC, ENABLED.0, 0, "true"), ErrorCode::NONE);
    assert_eq!(cluster.alter(4, "", PREFIX, 0, "letters-"), ErrorCode::NONE);
    reject(2);
    assert_eq!(told(&cluster), []);
    assert_eq!(cluster.alter(4, "", PREFIX, 0, ""), ErrorCode::NONE);
    reject(3);
    assert_eq!(told(&cluster), of(&[(3, 1)]));
}

#[test]
fn a_missing_topic_is_made_where_brokers_may() {
    let cluster = cluster_with(1);
    configure(&cluster, NAME, TOPIC);
    assert_eq!(cluster.alter(4, "", AUTO_CREATE, 0, "true"), ErrorCode::NONE);
    let type_key = "log.message.timestamp.type";
    assert_eq!(cluster.alter(4, "", type_key, 0, "LogAppendTime"), ErrorCode::NONE);
    let mut a = holding(&cluster);
    assert_eq!(a.acknowledge(0, 0, REJECT), ErrorCode::NONE);
    cluster.pass(10);
    let image = cluster.engine.image();
    assert_eq!(image.topic(TOPIC).unwrap().partitions().len(), 3, "num.partitions");
    let config = |key| image.configs().topic_value(TOPIC, key).unwrap();
    assert_eq!(
        (config(ENABLED.0), config("message.timestamp.type")),
        ("true".into(), "CreateTime".into())
    );
    assert_eq!(told(&cluster), of(&[(0, 1)]));
}

/// The copies of partition 5 go to partition 5 modulo the topic's number of partitions.
#[test]
fn letters_go_to_the_partition_of_their_partition() {
    let cluster = Cluster::new(1);
    cluster.create("jobs", 6, &[]);
    cluster.create(TOPIC, 3, &[ENABLED]);
    configure(&cluster, "share.auto.offset.reset", "earliest");
    configure(&cluster, NAME, TOPIC);
    assert_eq!(cluster.connect(1).produce_to("jobs", 5, "x", -1).0, ErrorCode::NONE);
    let mut a = member(&cluster, "a");
    a.partition = 5;
    assert_eq!(a.fetch(&[]), [(0, 0, 1)]);
    assert_eq!(a.acknowledge(0, 0, REJECT), ErrorCode::NONE);
    cluster.pass(10);
    let sizes = [0, 1, 2].map(|partition| batches(&cluster, partition).len());
    assert_eq!(sizes, [0, 0, 1]);
}

#[test]
fn letters_share_batches_as_large_as_their_topic_takes() {
    let cluster = with_letters(40, &[("max.message.bytes", "1000")]);
    configure(&cluster, COPY, "true");
    let mut a = holding(&cluster);
    assert_eq!(a.acknowledge(0, 39, REJECT), ErrorCode::NONE);
    cluster.pass(200);
    let all: Vec<(i64, i16)> = (0..40).map(|offset| (offset, 1)).collect();
    assert_eq!(told(&cluster), of(&all));
    let sizes: Vec<usize> = batches(&cluster, 0).iter().map(Vec::len).collect();
    assert!(sizes.iter().all(|size| (1..=5).contains(size)) && sizes[0] > 1, "{sizes:?}");
    assert_eq!(offsets(&cluster), (40, 0));
}

/// A record that its dead-letter topic would never take is told of without key and value.
#[test]
fn a_record_that_is_too_large_is_told_of_alone() {
    let cluster = with_letters(0, &[("max.message.bytes", "500")]);
    configure(&cluster, COPY, "true");
    cluster.produce("jobs", &"x".repeat(600), -1);
    cluster.produce("jobs", "y", -1);
    let mut a = holding(&cluster);
    assert_eq!(a.acknowledge(0, 1, REJECT), ErrorCode::NONE);
    cluster.pass(10);
    let values = batches(&cluster, 0).concat().into_iter().map(|letter| letter.value);
    assert_eq!(values.collect::<Vec<_>>(), [None, Some("y".to_owned())]);
}

/// A compacted topic takes no record without a key: Kafka gives it up at once, too.
#[test]
fn what_the_log_refuses_is_given_up() {
    let cluster = with_letters(1, &[("cleanup.policy", "compact")]);
    let mut a = holding(&cluster);
    assert_eq!(a.acknowledge(0, 0, REJECT), ErrorCode::NONE);
    cluster.pass(10);
    assert_eq!(offsets(&cluster), (1, 0));
    assert_eq!(told(&cluster), []);
}

/// The dead-letter topic, with one partition on these brokers.
fn place(cluster: &Cluster, broker_ids: Vec<i32>) {
    let assignments = vec![CreatableReplicaAssignment { broker_ids, ..Default::default() }];
    let config = CreatableTopicConfig {
        name: Str::from(ENABLED.0),
        value: Some(Str::from(ENABLED.1)),
        ..Default::default()
    };
    let topic = CreatableTopic {
        name: Str::from(TOPIC),
        num_partitions: -1,
        replication_factor: -1,
        assignments,
        configs: vec![config],
        ..Default::default()
    };
    let request = CreateTopicsRequest { topics: vec![topic], ..Default::default() };
    let response = cluster.connect(1).call(request, 7);
    assert_eq!(ErrorCode(response.topics[0].error_code), ErrorCode::NONE);
}

/// Three brokers; dead letters lie on one that is not the leader of the jobs.
fn apart() -> (Cluster, i32) {
    let cluster = Cluster::new(3);
    cluster.create("jobs", 1, &[]);
    let leader = cluster.leader("jobs", 0);
    let at = (1..=3).find(|broker| *broker != leader).unwrap();
    place(&cluster, vec![at]);
    configure(&cluster, "share.auto.offset.reset", "earliest");
    configure(&cluster, NAME, TOPIC);
    assert_eq!(cluster.produce("jobs", "job", -1).0, ErrorCode::NONE);
    (cluster, at)
}

#[test]
fn a_topic_without_a_leader_is_waited_for() {
    let (cluster, at) = apart();
    let mut a = holding(&cluster);
    cluster.engine.stop_broker(at).unwrap();
    assert_eq!(a.acknowledge(0, 0, REJECT), ErrorCode::NONE);
    cluster.pass(5_000);
    assert_eq!(offsets(&cluster).0, 0, "it is tried again");
    cluster.engine.start_broker(at).unwrap();
    cluster.pass(5_000);
    assert_eq!(told(&cluster), of(&[(0, 1)]));
    assert_eq!(offsets(&cluster), (1, 0));
}

#[test]
fn a_copy_is_given_up_after_five_tries() {
    let (cluster, at) = apart();
    let mut a = holding(&cluster);
    cluster.engine.stop_broker(at).unwrap();
    assert_eq!(a.acknowledge(0, 0, REJECT), ErrorCode::NONE);
    cluster.pass(20_000);
    assert_eq!(offsets(&cluster).0, 0, "four tries");
    cluster.pass(20_000);
    assert_eq!(offsets(&cluster).0, 1, "archived");
    cluster.engine.start_broker(at).unwrap();
    cluster.pass(1_000);
    assert_eq!(told(&cluster), []);
}

/// A copy counts once its replicas have it: here, when the one that is gone leaves the ISR.
#[test]
fn a_copy_is_waited_for_until_it_is_committed() {
    // The state of the share-partition has one replica, on a broker that lives.
    let config = EngineConfig::local("/cluster", 3, "localhost", 9092);
    let config = config.set("share.coordinator.state.topic.replication.factor", "1");
    let cluster = Cluster::with(config.set("share.coordinator.state.topic.min.isr", "1"));
    cluster.create("jobs", 1, &[]);
    configure(&cluster, "share.auto.offset.reset", "earliest");
    configure(&cluster, NAME, TOPIC);
    assert_eq!(cluster.produce("jobs", "job", -1).0, ErrorCode::NONE);
    let mut a = holding(&cluster);
    let leader = cluster.leader("jobs", 0);
    let state = share_coordinator(&cluster);
    let follower = (1..=3).find(|broker| ![leader, state].contains(broker)).unwrap();
    place(&cluster, vec![leader, follower]);
    cluster.engine.kill_broker(follower).unwrap();
    assert_eq!(a.acknowledge(0, 0, REJECT), ErrorCode::NONE);
    cluster.pass(8_000);
    assert_eq!(told(&cluster), [], "written, and nobody sees it");
    cluster.pass(2_000);
    assert_eq!(told(&cluster), of(&[(0, 1)]));
    assert_eq!(offsets(&cluster).0, 1);
}

/// The broker that keeps the state of the share-partition.
fn share_coordinator(cluster: &Cluster) -> i32 {
    let key = format!("workers:{}:0", topic_id(cluster));
    let request = FindCoordinatorRequest {
        key_type: 2,
        coordinator_keys: vec![Str::from(key)],
        ..Default::default()
    };
    let found = cluster.connect(1).call(request, 6).coordinators.remove(0);
    assert_eq!(ErrorCode(found.error_code), ErrorCode::NONE);
    found.node_id
}

/// What waits for its copy is persisted: the next leader copies it when the first member comes.
#[test]
fn a_restart_goes_on_with_what_was_left() {
    let (mut cluster, at) = apart();
    configure(&cluster, "share.delivery.count.limit", "2");
    {
        let mut a = holding(&cluster);
        cluster.engine.stop_broker(at).unwrap();
        assert_eq!(a.acknowledge(0, 0, REJECT), ErrorCode::NONE);
        cluster.pass(10);
    }
    cluster.restart();
    cluster.pass(1_000);
    assert_eq!(told(&cluster), [], "the leader of the jobs loads nothing unasked");
    let mut b = member(&cluster, "b");
    assert_eq!(b.fetch(&[]), []);
    cluster.pass(5_000);
    assert_eq!(told(&cluster), of(&[(0, 1)]));
    assert_eq!(batches(&cluster, 0)[0][0].message, "Offset rejected by client.");
    assert_eq!(offsets(&cluster).0, 1);
}

/// Nothing comes from a dead leader: the next one copies what is persisted.
#[test]
fn a_killed_leader_copies_nothing() {
    let cluster = Cluster::new(3);
    cluster.create("jobs", 1, &[]);
    let leader = cluster.leader("jobs", 0);
    place(&cluster, vec![leader % 3 + 1]);
    configure(&cluster, "share.auto.offset.reset", "earliest");
    configure(&cluster, NAME, TOPIC);
    assert_eq!(cluster.produce("jobs", "job", -1).0, ErrorCode::NONE);
    let mut a = holding(&cluster);
    assert_eq!(a.acknowledge(0, 0, REJECT), ErrorCode::NONE);
    cluster.engine.kill_broker(leader).unwrap();
    cluster.pass(2_000);
    assert_eq!(told(&cluster), []);
    cluster.pass(8_000);
    a.epoch = 0;
    assert_eq!(a.fetch(&[]), []);
    cluster.pass(10);
    assert_eq!(told(&cluster), of(&[(0, 1)]));
}

#[test]
fn a_group_reads_on_behind_its_letters() {
    let cluster = with_letters(2, &[]);
    let mut a = holding(&cluster);
    assert_eq!(a.acknowledge(0, 0, REJECT), ErrorCode::NONE);
    assert_eq!(a.acknowledge(0, 0, ACCEPT), ErrorCode::INVALID_RECORD_STATE, "nobody holds it");
    assert_eq!(a.acknowledge(1, 1, ACCEPT), ErrorCode::NONE);
    cluster.produce("jobs", "next", -1);
    assert_eq!(a.fetch(&[]), [(2, 2, 1)]);
    cluster.pass(10);
    assert_eq!(offsets(&cluster), (2, 1));
}
