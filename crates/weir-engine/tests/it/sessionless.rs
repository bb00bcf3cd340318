//! Fetches without a session that name the same partitions again and again, as librdkafka's do: what the engine
//! keeps from one to the next must never show. Each answer is compared with a fresh connection's.

use std::collections::BTreeMap;

use weir_wire::messages::delete_records_request::{
    DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsTopic,
};
use weir_wire::messages::delete_topics_request::DeleteTopicsRequest;
use weir_wire::messages::fetch_request::{FetchPartition, FetchRequest, FetchTopic};
use weir_wire::messages::fetch_response::{FetchResponse, PartitionData};
use weir_wire::{ErrorCode, Str};

use crate::harness::{Client, Cluster};
use crate::txn::{Producer, Protocol};

const PARTITIONS: i32 = 100;
const BROKER: i32 = 1;

/// What a client wants next.
struct Wants {
    /// By topic and partition: offset and leader epoch.
    partitions: Vec<(Str, i32, i64, i32)>,
    isolation: i8,
    version: i16,
    bytes_max: i32,
}

impl Wants {
    fn all(topics: &[&str]) -> Self {
        let of = |topic: &str| {
            let topic = Str::from(topic);
            (0..PARTITIONS).map(move |index| (topic.clone(), index, 0, -1))
        };
        let partitions = topics.iter().flat_map(|topic| of(topic)).collect();
        Self { partitions, isolation: 0, version: 12, bytes_max: 1 << 20 }
    }

    fn of(&mut self, topic: &str, index: i32) -> &mut (Str, i32, i64, i32) {
        self.partitions.iter_mut().find(|p| p.0 == *topic && p.1 == index).unwrap()
    }

    /// The request; partitions of a topic that do not stand together make it stand there twice.
    fn request(&self, cluster: &Cluster, wait_ms: i32) -> FetchRequest {
        let mut topics: Vec<FetchTopic> = Vec::new();
        for (name, partition, fetch_offset, current_leader_epoch) in self.partitions.clone() {
            let partition = FetchPartition {
                partition,
                fetch_offset,
                current_leader_epoch,
                partition_max_bytes: 1 << 20,
                ..Default::default()
            };
            let topic_id = cluster.engine.image().topic(&name).map(|topic| topic.id());
            match topics.last_mut().filter(|last| last.topic == name) {
                Some(last) => last.partitions.push(partition),
                None => topics.push(FetchTopic {
                    topic: name,
                    topic_id: topic_id.unwrap_or_default(),
                    partitions: vec![partition],
                    ..Default::default()
                }),
            }
        }
        if self.version <= 12 {
            topics.iter_mut().for_each(|topic| topic.topic_id = Default::default());
        } else {
            topics.iter_mut().for_each(|topic| topic.topic = Str::default());
        }
        FetchRequest {
            max_bytes: self.bytes_max,
            min_bytes: 1,
            max_wait_ms: wait_ms,
            isolation_level: self.isolation,
            session_epoch: -1,
            topics,
            ..Default::default()
        }
    }
}

type Told = BTreeMap<(String, i32), PartitionData>;

fn told(answer: &FetchResponse) -> Told {
    let of = |topic: &weir_wire::messages::fetch_response::FetchableTopicResponse| {
        let name = format!("{}{:?}", topic.topic, topic.topic_id);
        let partitions = topic.partitions.clone().into_iter();
        partitions.map(move |data| ((name.clone(), data.partition_index), data)).collect::<Vec<_>>()
    };
    answer.responses.iter().flat_map(of).collect()
}

/// One consumer, which asks again and again from the next partition on.
struct Consumer<'a> {
    client: Client<'a>,
    cluster: &'a Cluster,
}

impl<'a> Consumer<'a> {
    fn of(cluster: &'a Cluster) -> Self {
        Self { client: cluster.connect(BROKER), cluster }
    }

    /// Asks, and compares with what a new connection is told; twice, for what is kept in between.
    fn check(&self, wants: &mut Wants, what: &str) -> Told {
        let mut last = Told::new();
        for time in 0..2 {
            wants.partitions.rotate_left(1);
            let request = |wait_ms| wants.request(self.cluster, wait_ms);
            let kept = told(&self.client.call(request(20), wants.version));
            let fresh = told(&self.cluster.connect(BROKER).call(request(0), wants.version));
            assert_eq!(kept, fresh, "{what}, time {time}");
            assert_eq!(kept.len(), wants.partitions.len(), "{what}");
            last = kept;
        }
        last
    }
}

fn error_of(told: &Told, topic: &str, index: i32) -> ErrorCode {
    let (_, data) = told.iter().find(|((t, i), _)| t.starts_with(topic) && *i == index).unwrap();
    ErrorCode(data.error_code)
}

pub(crate) fn delete(cluster: &Cluster, topic: &str) {
    let request = DeleteTopicsRequest {
        topic_names: vec![Str::from(topic)],
        timeout_ms: 1_000,
        ..Default::default()
    };
    assert_eq!(cluster.connect(BROKER).call(request, 5).responses[0].error_code, 0);
}

fn delete_records(cluster: &Cluster, topic: &str, before: i64) {
    let partition = DeleteRecordsPartition { offset: before, ..Default::default() };
    let topic_ = DeleteRecordsTopic {
        name: Str::from(topic),
        partitions: vec![partition],
        ..Default::default()
    };
    let request =
        DeleteRecordsRequest { topics: vec![topic_], timeout_ms: 1_000, ..Default::default() };
    let answer = cluster.connect(cluster.leader(topic, 0)).call(request, 2);
    assert_eq!(answer.topics[0].partitions[0].error_code, 0);
}

#[test]
fn what_was_kept_is_answered_again_and_only_then() {
    let cluster = Cluster::new(1);
    cluster.create("t", PARTITIONS, &[]);
    let (client, mut wants) = (cluster.connect(BROKER), Wants::all(&["t"]));
    let mut order = || {
        wants.partitions.rotate_left(1);
        let answer = client.call(wants.request(&cluster, 20), 12);
        answer.responses.iter().flat_map(|t| &t.partitions).map(|p| p.partition_index).next()
    };
    assert_eq!(order(), Some(1));
    assert_eq!(order(), Some(1), "the same bytes: the order of idle partitions means nothing");
    assert_eq!(order(), Some(1));
    cluster.produce("t", "news", -1);
    assert_eq!(order(), Some(4), "an answer of its own, in the request's order");
}

#[test]
fn records_offsets_and_log_starts_are_seen() {
    let cluster = Cluster::new(1);
    cluster.create("t", PARTITIONS, &[]);
    cluster.create("u", PARTITIONS, &[]);
    let (consumer, mut wants) = (Consumer::of(&cluster), Wants::all(&["t", "u"]));
    consumer.check(&mut wants, "nothing");
    cluster.produce("t", "one", -1);
    cluster.produce("t", "two", -1);
    consumer.check(&mut wants, "records");
    wants.of("t", 0).2 = 2;
    consumer.check(&mut wants, "all read");
    delete_records(&cluster, "t", 1);
    let told = consumer.check(&mut wants, "the log's start moved");
    assert!(told.values().any(|data| data.log_start_offset == 1));
    wants.of("t", 0).2 = 0;
    let told = consumer.check(&mut wants, "before the log's start");
    assert_eq!(error_of(&told, "t", 0), ErrorCode::OFFSET_OUT_OF_RANGE);
    wants.of("t", 0).2 = 2;
    consumer.check(&mut wants, "back again");
    for topic in ["t", "u"] {
        for _ in 0..3 {
            assert_eq!(cluster.produce(topic, &"x".repeat(5_000), -1).0, ErrorCode::NONE);
        }
    }
    wants.bytes_max = 6_000;
    consumer.check(&mut wants, "more than the client's limit");
    wants.bytes_max = 1 << 20;
    consumer.check(&mut wants, "as much as there is");
}

#[test]
fn topics_that_go_and_come_are_seen() {
    let cluster = Cluster::new(1);
    for version in [12, 13] {
        cluster.create("t", PARTITIONS, &[]);
        cluster.create("u", PARTITIONS, &[]);
        let (consumer, mut wants) = (Consumer::of(&cluster), Wants::all(&["t", "u"]));
        wants.version = version;
        consumer.check(&mut wants, "nothing");
        if version == 13 {
            // By id the request itself differs from now on: the old ids are asked for below.
            let old = wants.request(&cluster, 20);
            delete(&cluster, "u");
            let kept = told(&consumer.client.call(old.clone(), 13));
            assert_eq!(kept, told(&cluster.connect(BROKER).call(old, 13)));
            let unknown =
                |data: &&PartitionData| ErrorCode(data.error_code) == ErrorCode::UNKNOWN_TOPIC_ID;
            assert_eq!(kept.values().filter(unknown).count(), 100);
        } else {
            delete(&cluster, "u");
            let told = consumer.check(&mut wants, "deleted");
            assert_eq!(error_of(&told, "u", 7), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
            cluster.create("u", PARTITIONS, &[]);
            cluster.produce("u", "of the new one", -1);
            let told = consumer.check(&mut wants, "made again");
            assert_eq!(error_of(&told, "u", 7), ErrorCode::NONE);
            delete(&cluster, "u");
        }
        delete(&cluster, "t");
    }
}

#[test]
fn other_partitions_orders_versions_are_seen() {
    let cluster = Cluster::new(1);
    cluster.create("t", PARTITIONS, &[]);
    cluster.create("u", PARTITIONS, &[]);
    let (consumer, mut wants) = (Consumer::of(&cluster), Wants::all(&["t"]));
    consumer.check(&mut wants, "one topic");
    wants = Wants::all(&["u", "t"]);
    consumer.check(&mut wants, "two");
    wants.partitions.reverse();
    consumer.check(&mut wants, "another order");
    wants.partitions.retain(|p| p.1 % 3 != 0);
    consumer.check(&mut wants, "fewer");
    wants.partitions.extend(Wants::all(&["t"]).partitions.into_iter().filter(|p| p.1 % 3 == 0));
    consumer.check(&mut wants, "some of them again");
    cluster.produce("t", "news", -1);
    consumer.check(&mut wants, "records");
    for version in [4, 10, 11, 16, 18] {
        wants.version = version;
        consumer.check(&mut wants, "another version");
    }
    wants.partitions.truncate(3);
    consumer.check(&mut wants, "so few that nothing is kept");
}

#[test]
fn leaders_and_epochs_are_seen() {
    let cluster = Cluster::new(3);
    cluster.create("t", PARTITIONS, &[]);
    for version in [10, 12] {
        let (consumer, mut wants) = (Consumer::of(&cluster), Wants::all(&["t"]));
        wants.version = version;
        wants.partitions.retain(|p| cluster.leader("t", p.1) == BROKER || version == 12);
        // Beside those that others lead, enough are led here to be known.
        consumer.check(&mut wants, "nothing");
        cluster.engine.stop_broker(2).unwrap();
        cluster.pass(100);
        consumer.check(&mut wants, "this broker leads more");
        let of = |index| {
            cluster
                .engine
                .image()
                .topic("t")
                .unwrap()
                .partition(index)
                .unwrap()
                .assignment()
                .leader_epoch
        };
        wants.partitions.iter_mut().for_each(|p| p.3 = of(p.1));
        consumer.check(&mut wants, "by epoch");
        cluster.engine.start_broker(2).unwrap();
        cluster.pass(2_000);
        cluster.engine.stop_broker(3).unwrap();
        cluster.pass(100);
        let told = consumer.check(&mut wants, "by epochs that are over");
        let fenced = |d: &&PartitionData| ErrorCode(d.error_code) == ErrorCode::FENCED_LEADER_EPOCH;
        assert!(version == 10 || told.values().filter(fenced).count() > 10);
        cluster.engine.start_broker(3).unwrap();
        cluster.pass(2_000);
        consumer.check(&mut wants, "all run again");
    }
}

#[test]
fn stable_offsets_and_isolation_are_seen() {
    let cluster = Cluster::new(1);
    cluster.create("t", PARTITIONS, &[]);
    let (consumer, mut wants) = (Consumer::of(&cluster), Wants::all(&["t"]));
    consumer.check(&mut wants, "nothing");
    for commit in [true, false] {
        let mut producer = Producer::init(&cluster, "tx", Protocol::V2);
        producer.begin(&[("t", 0)]);
        assert_eq!(producer.write("t", 0, "open"), ErrorCode::NONE);
        for isolation in [0, 1, 0, 1] {
            wants.isolation = isolation;
            consumer.check(&mut wants, "an open transaction");
        }
        assert_eq!(producer.end(commit), ErrorCode::NONE);
        cluster.pass(50);
        for isolation in [1, 0, 1] {
            wants.isolation = isolation;
            consumer.check(&mut wants, "an ended transaction");
        }
        let end = cluster
            .engine
            .image()
            .topic("t")
            .unwrap()
            .partition(0)
            .unwrap()
            .handle()
            .view()
            .unwrap()
            .log_end;
        wants.of("t", 0).2 = end;
        consumer.check(&mut wants, "all read");
    }
}

#[test]
fn a_record_for_one_of_many_wakes_the_poll() {
    let cluster = Cluster::new(1);
    cluster.create("t", PARTITIONS, &[]);
    let (client, mut wants) = (cluster.connect(BROKER), Wants::all(&["t"]));
    for offset in 0..3 {
        wants.partitions.rotate_left(1);
        client.call(wants.request(&cluster, 20), 12);
        let mut parked = client.park(wants.request(&cluster, 500), 12);
        assert!(parked.poll().is_none());
        cluster.produce("t", "news", -1);
        assert_eq!(parked.wakes(), 1);
        let answer = told(&parked.poll().expect("news"));
        assert_eq!(answer.len(), PARTITIONS as usize);
        let read: usize =
            answer.values().map(|data| data.records.as_ref().map_or(0, |r| r.len())).sum();
        assert!(read > 0);
        wants.of("t", 0).2 = offset + 1;
    }
}

#[test]
fn a_session_is_told_that_a_topic_without_records_is_gone() {
    let cluster = Cluster::new(1);
    cluster.create("t", PARTITIONS, &[]);
    let (client, wants) = (cluster.connect(BROKER), Wants::all(&["t"]));
    let mut request = wants.request(&cluster, 0);
    request.session_epoch = 0;
    request.session_id = client.call(request.clone(), 12).session_id;
    request.topics.clear();
    for epoch in 1..4 {
        request.session_epoch = epoch;
        assert_eq!(client.call(request.clone(), 12).responses.len(), 0);
    }
    request.session_epoch = 4;
    request.max_wait_ms = 500;
    let mut parked = client.park(request, 12);
    assert!(parked.poll().is_none());
    delete(&cluster, "t");
    assert_eq!(parked.wakes(), 1);
    assert_eq!(told(&parked.poll().expect("news")).len(), PARTITIONS as usize);
}

#[test]
fn a_session_gets_uncommitted_records_for_which_there_was_no_room() {
    let cluster = Cluster::new(1);
    cluster.create("t", 2, &[]);
    let mut producer = Producer::init(&cluster, "tx", Protocol::V2);
    producer.begin(&[("t", 1)]);
    cluster.produce("t", &"x".repeat(1_000), -1);
    assert_eq!(producer.write("t", 1, "open"), ErrorCode::NONE);
    let (client, mut wants) = (cluster.connect(BROKER), Wants::all(&["t"]));
    wants.partitions.truncate(2);
    wants.bytes_max = 500;
    let mut request = wants.request(&cluster, 0);
    request.session_epoch = 0;
    request.session_id = client.call(request.clone(), 12).session_id;
    request.topics.clear();
    for epoch in 1..3 {
        request.session_epoch = epoch;
        client.call(request.clone(), 12);
    }
    // The first partition is read: there is room for the second one.
    wants.of("t", 0).2 = 1;
    wants.partitions.truncate(1);
    request.topics = wants.request(&cluster, 0).topics;
    request.session_epoch = 3;
    let answer = told(&client.call(request, 12));
    let of_second: Vec<_> = answer.iter().filter(|((_, index), _)| *index == 1).collect();
    assert!(of_second.iter().any(|(_, d)| d.records.as_ref().is_some_and(|r| !r.is_empty())));
}
