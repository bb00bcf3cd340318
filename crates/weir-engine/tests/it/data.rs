//! Produce, Fetch and ListOffsets: limits, errors, sessions, long polls.

use weir_wire::messages::fetch_request::{
    FetchPartition, FetchRequest, FetchTopic, ForgottenTopic,
};
use weir_wire::messages::fetch_response::{FetchResponse, PartitionData};
use weir_wire::messages::list_offsets_request::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic,
};
use weir_wire::messages::produce_request::{
    PartitionProduceData, ProduceRequest, TopicProduceData,
};
use weir_wire::messages::produce_response::PartitionProduceResponse;
use weir_wire::records::{BatchBuilder, BatchReader, Compression};
use weir_wire::{Bytes, ErrorCode, Str};

use crate::harness::Cluster;
use crate::sessionless::delete;

fn produce_request(topic: &str, records: Option<Bytes>) -> ProduceRequest {
    ProduceRequest {
        acks: -1,
        timeout_ms: 1_000,
        topic_data: vec![TopicProduceData {
            name: Str::from(topic),
            partition_data: vec![PartitionProduceData { index: 0, records, ..Default::default() }],
            ..Default::default()
        }],
        ..Default::default()
    }
}

fn produce(cluster: &Cluster, topic: &str, batch: BatchBuilder) -> PartitionProduceResponse {
    let records = Some(batch.build().unwrap().to_bytes());
    let client = cluster.connect(cluster.leader(topic, 0));
    client
        .call(produce_request(topic, records), 12)
        .responses
        .remove(0)
        .partition_responses
        .remove(0)
}

fn values(cluster: &Cluster, values: &[&str]) -> BatchBuilder {
    let mut batch = BatchBuilder::new();
    for value in values {
        batch.append(cluster.clock_ms(), None, Some(value.as_bytes()), &[]);
    }
    batch
}

/// A Fetch v12 of `t`-0 from each offset given with its partition.
fn fetch_request(from: &[(i32, i64)]) -> FetchRequest {
    let partitions = from.iter().map(|(partition, offset)| FetchPartition {
        partition: *partition,
        fetch_offset: *offset,
        partition_max_bytes: 1 << 20,
        ..Default::default()
    });
    FetchRequest {
        max_bytes: 1 << 20,
        min_bytes: 1,
        max_wait_ms: 500,
        session_epoch: -1,
        topics: vec![FetchTopic {
            topic: Str::from("t"),
            partitions: partitions.collect(),
            ..Default::default()
        }],
        ..Default::default()
    }
}

fn read(data: &PartitionData) -> Vec<(i64, String)> {
    let bytes = data.records.as_ref().expect("never null").to_bytes().unwrap();
    let mut all = Vec::new();
    for batch in BatchReader::new(&bytes) {
        let batch = batch.unwrap();
        batch.check_crc().unwrap();
        for record in batch.records(&mut Vec::new(), 1 << 20).unwrap() {
            let record = record.unwrap();
            all.push((record.offset, String::from_utf8(record.value.unwrap().to_vec()).unwrap()));
        }
    }
    all
}

/// The partitions that a response names.
fn named(response: &FetchResponse) -> Vec<i32> {
    response.responses.iter().flat_map(|t| &t.partitions).map(|p| p.partition_index).collect()
}

#[test]
fn a_fetch_inside_a_batch_answers_the_whole_batch() {
    let cluster = Cluster::new(1);
    cluster.create("t", 1, &[]);
    produce(&cluster, "t", values(&cluster, &["a", "b", "c"]));
    produce(&cluster, "t", values(&cluster, &["d"]));
    let answer = cluster.connect(1).call(fetch_request(&[(0, 1)]), 12);
    let offsets: Vec<i64> = read(&answer.responses[0].partitions[0]).iter().map(|r| r.0).collect();
    assert_eq!(offsets, [0, 1, 2, 3]);
    let mut small = fetch_request(&[(0, 3)]);
    small.max_bytes = 1;
    let answer = cluster.connect(1).call(small, 12);
    assert_eq!(read(&answer.responses[0].partitions[0]), [(3, "d".to_owned())], "at least one");
}

#[test]
fn the_limit_of_a_fetch_holds_over_all_partitions() {
    let cluster = Cluster::new(1);
    cluster.create("t", 2, &[]);
    for index in 0..2 {
        let mut request =
            produce_request("t", Some(values(&cluster, &["x"]).build().unwrap().to_bytes()));
        request.topic_data[0].partition_data[0].index = index;
        cluster.connect(1).call(request, 12);
    }
    let mut request = fetch_request(&[(0, 0), (1, 0)]);
    request.max_bytes = 10;
    let answer = cluster.connect(1).call(request, 12);
    let [first, second] = &answer.responses[0].partitions[..] else { panic!("two partitions") };
    assert_eq!((read(first).len(), read(second).len()), (1, 0));
    assert_eq!(second.high_watermark, 1, "its offsets are told all the same");
}

#[test]
fn offsets_epochs_and_leaders_are_checked() {
    let cluster = Cluster::new(3);
    cluster.create("t", 1, &[]);
    let leader = cluster.leader("t", 0);
    produce(&cluster, "t", values(&cluster, &["a"]));
    let code = |broker: i32, offset: i64, epoch: i32, version: i16| {
        let mut request = fetch_request(&[(0, offset)]);
        request.max_wait_ms = 0;
        request.topics[0].partitions[0].current_leader_epoch = epoch;
        let data =
            cluster.connect(broker).call(request, version).responses.remove(0).partitions.remove(0);
        assert!(data.records.is_some(), "a record set is never null");
        (ErrorCode(data.error_code), data.current_leader.leader_id)
    };
    assert_eq!(code(leader, 1, -1, 12).0, ErrorCode::NONE);
    assert_eq!(code(leader, 2, -1, 12).0, ErrorCode::OFFSET_OUT_OF_RANGE);
    assert_eq!(code(leader, 0, 7, 12).0, ErrorCode::UNKNOWN_LEADER_EPOCH);
    let follower = leader % 3 + 1;
    assert_eq!(code(follower, 0, -1, 10).0, ErrorCode::NOT_LEADER_OR_FOLLOWER);
    assert_eq!(code(follower, 0, -1, 12).0, ErrorCode::NONE, "KIP-392: followers answer");
    cluster.engine.stop_broker(leader).unwrap();
    let new = cluster.leader("t", 0);
    assert_eq!(code(new, 0, 0, 12), (ErrorCode::FENCED_LEADER_EPOCH, new));
    assert_eq!(code(leader, 0, -1, 12), (ErrorCode::NOT_LEADER_OR_FOLLOWER, new));
    let mut unknown = fetch_request(&[(9, 0)]);
    unknown.topics[0].topic = Str::from("t");
    let data = cluster.connect(new).call(unknown, 12).responses.remove(0).partitions.remove(0);
    assert_eq!(ErrorCode(data.error_code), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
}

#[test]
fn a_long_poll_ends_with_news_or_with_its_time() {
    let cluster = Cluster::new(1);
    cluster.create("t", 2, &[]);
    let mut idle = cluster.connect(1).park(fetch_request(&[(0, 0), (1, 0)]), 12);
    assert!(idle.poll().is_none());
    cluster.pass(490);
    assert!(idle.poll().is_none());
    cluster.pass(20);
    let answer = idle.poll().expect("the time is over");
    assert_eq!(named(&answer), [0, 1]);

    let mut woken = cluster.connect(1).park(fetch_request(&[(0, 0), (1, 0)]), 12);
    assert!(woken.poll().is_none());
    produce(&cluster, "t", values(&cluster, &["news"]));
    assert_eq!(woken.wakes(), 1, "the append wakes the poll");
    let answer = woken.poll().expect("news");
    assert_eq!(read(&answer.responses[0].partitions[0]), [(0, "news".to_owned())]);

    let mut hungry = fetch_request(&[(0, 0)]);
    hungry.min_bytes = 100;
    let mut hungry = cluster.connect(1).park(hungry, 12);
    assert!(hungry.poll().is_none(), "one small record is not enough");
    produce(&cluster, "t", values(&cluster, &["more"]));
    assert_eq!(read(&hungry.poll().expect("enough").responses[0].partitions[0]).len(), 2);
}

#[test]
fn a_session_names_only_what_changed() {
    let cluster = Cluster::new(1);
    cluster.create("t", 3, &[]);
    let client = cluster.connect(1);
    let mut open = fetch_request(&[(0, 0), (1, 0), (2, 0)]);
    open.session_epoch = 0;
    open.max_wait_ms = 0;
    let opened = client.call(open, 12);
    assert_eq!(named(&opened), [0, 1, 2]);
    let id = opened.session_id;
    assert!(id > 0);
    let next = |epoch: i32, from: &[(i32, i64)], wait_ms: i32| {
        let mut request = fetch_request(from);
        request.session_id = id;
        request.session_epoch = epoch;
        request.max_wait_ms = wait_ms;
        if from.is_empty() {
            request.topics.clear();
        }
        request
    };
    assert_eq!(named(&client.call(next(1, &[], 0), 12)), [], "nothing new");
    let mut waiting = client.park(next(2, &[], 500), 12);
    assert!(waiting.poll().is_none());
    produce(&cluster, "t", values(&cluster, &["a"]));
    let answer = waiting.poll().expect("woken by the partition's bit");
    assert_eq!((named(&answer), answer.session_id), (vec![0], id));
    let again = client.call(next(3, &[], 0), 12);
    assert_eq!(named(&again), [0], "the client has not moved on: the same records again");
    assert_eq!(named(&client.call(next(4, &[(0, 1)], 0), 12)), []);
    let wrong = client.call(next(4, &[], 0), 12);
    assert_eq!(ErrorCode(wrong.error_code), ErrorCode::INVALID_FETCH_SESSION_EPOCH);
    let mut forget = next(5, &[], 0);
    forget.forgotten_topics_data =
        vec![ForgottenTopic { topic: Str::from("t"), partitions: vec![0], ..Default::default() }];
    client.call(forget, 12);
    produce(&cluster, "t", values(&cluster, &["b"]));
    assert_eq!(named(&client.call(next(6, &[], 0), 12)), [], "the partition was forgotten");
    let mut close = next(-1, &[(0, 2)], 0);
    close.session_epoch = -1;
    assert_eq!(client.call(close, 12).session_id, 0);
    let gone = client.call(next(7, &[], 0), 12);
    assert_eq!(ErrorCode(gone.error_code), ErrorCode::FETCH_SESSION_ID_NOT_FOUND);
}

#[test]
fn what_is_not_there_comes_last_and_a_session_remembers_a_deleted_topics_name() {
    let cluster = Cluster::new(1);
    cluster.create("t", 1, &[]);
    let client = cluster.connect(1);
    let mut request = fetch_request(&[(9, 0), (0, 0)]);
    request.topics[0].topic_id = cluster.engine.image().topic("t").unwrap().id();
    request.session_epoch = 0;
    request.max_wait_ms = 0;
    let opened = client.call(request.clone(), 13);
    assert_eq!(named(&opened), [0, 9]);
    delete(&cluster, "t");
    (request.session_id, request.session_epoch) = (opened.session_id, 1);
    request.topics.clear();
    let answer = client.call(request, 13);
    let told = answer.responses.iter().flat_map(|topic| &topic.partitions);
    let codes: Vec<ErrorCode> = told.map(|data| ErrorCode(data.error_code)).collect();
    assert_eq!(codes, [ErrorCode::UNKNOWN_TOPIC_OR_PARTITION; 2]);
}

#[test]
fn corners_of_a_fetch_are_answered_as_kafka_does() {
    let cluster = Cluster::new(1);
    cluster.create("t", 1, &[]);
    let client = cluster.connect(1);
    let mut strange = fetch_request(&[(0, 0)]);
    strange.isolation_level = 2;
    let refused = client.call(strange.clone(), 12);
    let of_partition = refused.responses[0].partitions[0].error_code;
    let failed = ErrorCode::UNKNOWN_SERVER_ERROR;
    assert_eq!((ErrorCode(refused.error_code), ErrorCode(of_partition)), (failed, failed));
    strange.topics[0].topic_id = cluster.engine.image().topic("t").unwrap().id();
    assert_eq!(client.call(strange, 13).responses, []);
    let mut epoch = fetch_request(&[(0, 0)]);
    epoch.topics[0].partitions[0].current_leader_epoch = -2;
    epoch.max_wait_ms = 0;
    assert_eq!(client.call(epoch, 12).responses[0].partitions[0].error_code, 0, "none");
    let mut empty = fetch_request(&[]);
    (empty.session_epoch, empty.topics) = (0, Vec::new());
    assert!(client.call(empty, 12).session_id > 0, "a session to add to");
}

#[test]
fn sessions_are_bounded_and_end_with_their_broker() {
    let config = weir_engine::EngineConfig::local("/cluster", 3, "localhost", 9092)
        .set("max.incremental.fetch.session.cache.slots", "2");
    let cluster = Cluster::with(config);
    cluster.create("t", 1, &[]);
    let leader = cluster.leader("t", 0);
    let open = || {
        let mut request = fetch_request(&[(0, 0)]);
        request.session_epoch = 0;
        request.max_wait_ms = 0;
        cluster.connect(leader).call(request, 12).session_id
    };
    let (first, _) = (open(), open());
    assert_eq!(open(), 0, "no room: the client goes on without a session");
    cluster.clock.advance(120_001);
    assert_ne!(open(), 0, "an idle session makes room");
    cluster.engine.stop_broker(leader).unwrap();
    let mut request = fetch_request(&[]);
    request.topics.clear();
    request.session_id = first;
    request.session_epoch = 1;
    let gone = cluster.connect(leader).call(request, 12);
    assert_eq!(ErrorCode(gone.error_code), ErrorCode::FETCH_SESSION_ID_NOT_FOUND);
}

#[test]
fn batches_are_judged_before_they_are_written() {
    let cluster = Cluster::new(1);
    cluster.create("t", 1, &[("max.message.bytes", "200")]);
    cluster.create("compacted", 1, &[("cleanup.policy", "compact")]);
    let large = produce(&cluster, "t", values(&cluster, &[&"x".repeat(300)]));
    assert_eq!(ErrorCode(large.error_code), ErrorCode::MESSAGE_TOO_LARGE);
    assert_eq!(large.base_offset, -1);
    let keyless = produce(&cluster, "compacted", values(&cluster, &["a"]));
    assert_eq!(ErrorCode(keyless.error_code), ErrorCode::INVALID_RECORD);
    assert_eq!(keyless.record_errors[0].batch_index, 0);
    assert!(keyless.error_message.is_some());
    let mut late = BatchBuilder::new();
    late.append(cluster.clock_ms() + 7_200_000, None, Some(b"v"), &[]);
    let late = produce(&cluster, "t", late);
    assert_eq!(ErrorCode(late.error_code), ErrorCode::INVALID_TIMESTAMP);
    for records in [None, Some(Bytes::new()), Some(Bytes::from_static(b"rubbish"))] {
        let answer = cluster.connect(1).call(produce_request("t", records), 12);
        let code = ErrorCode(answer.responses[0].partition_responses[0].error_code);
        assert!(matches!(code, ErrorCode::INVALID_RECORD | ErrorCode::CORRUPT_MESSAGE), "{code:?}");
    }
    let mut odd = produce_request("t", Some(values(&cluster, &["a"]).build().unwrap().to_bytes()));
    odd.acks = 2;
    let answer = cluster.connect(1).call(odd, 12);
    let code = answer.responses[0].partition_responses[0].error_code;
    assert_eq!(ErrorCode(code), ErrorCode::INVALID_REQUIRED_ACKS);
    let fine = produce(&cluster, "t", values(&cluster, &["a"]));
    assert_eq!((fine.error_code, fine.base_offset), (0, 0), "nothing of it was written");
}

#[test]
fn the_stored_batch_carries_the_clients_codec() {
    let cluster = Cluster::new(1);
    cluster.create("t", 1, &[]);
    for codec in Compression::ALL {
        let batch = values(&cluster, &["same", "same", "same"]).compression(codec);
        assert_eq!(produce(&cluster, "t", batch).error_code, 0, "{codec:?}");
    }
    let answer = cluster.connect(1).call(fetch_request(&[(0, 0)]), 12);
    let data = &answer.responses[0].partitions[0];
    assert_eq!(read(data).len(), 15);
    let bytes = data.records.as_ref().unwrap().to_bytes().unwrap();
    let codecs: Vec<Compression> = BatchReader::new(&bytes)
        .map(|batch| batch.unwrap().header.attributes.compression().unwrap())
        .collect();
    assert_eq!(codecs, Compression::ALL);
}

#[test]
fn a_retried_batch_is_written_once() {
    let mut cluster = Cluster::new(1);
    cluster.create("t", 1, &[]);
    let batch = |sequence: i32| values(&cluster, &["a", "b"]).producer(77, 0, sequence);
    let (first, second, gap) = (batch(0), batch(2), batch(9));
    assert_eq!(produce(&cluster, "t", first.clone()).base_offset, 0);
    assert_eq!(produce(&cluster, "t", second.clone()).base_offset, 2);
    assert_eq!(produce(&cluster, "t", first.clone()).base_offset, 0, "the original's offset");
    let gap = produce(&cluster, "t", gap);
    assert_eq!(ErrorCode(gap.error_code), ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER);
    cluster.restart();
    assert_eq!(produce(&cluster, "t", second).base_offset, 2, "after a restart too");
    assert_eq!(produce(&cluster, "t", values(&cluster, &["c"])).base_offset, 4);
}

#[test]
fn internal_topics_are_not_written_by_clients() {
    let cluster = Cluster::new(1);
    crate::groups::coordinator(&cluster, 1, "g");
    let answer = produce(&cluster, "__consumer_offsets", values(&cluster, &["x"]));
    assert_eq!(ErrorCode(answer.error_code), ErrorCode::INVALID_TOPIC_EXCEPTION);
}

#[test]
fn a_wrong_leader_names_the_right_one() {
    let cluster = Cluster::new(3);
    cluster.create("t", 1, &[]);
    let leader = cluster.leader("t", 0);
    let records = Some(values(&cluster, &["x"]).build().unwrap().to_bytes());
    let answer = cluster.connect(leader % 3 + 1).call(produce_request("t", records), 12);
    let partition = &answer.responses[0].partition_responses[0];
    assert_eq!(ErrorCode(partition.error_code), ErrorCode::NOT_LEADER_OR_FOLLOWER);
    assert_eq!(partition.current_leader.leader_id, leader);
    assert_eq!(answer.node_endpoints[0].node_id, leader);
    assert_eq!(answer.node_endpoints[0].port, 9091 + leader);
}

#[test]
fn offsets_are_found_by_time() {
    let cluster = Cluster::new(1);
    cluster.create("t", 1, &[]);
    let start = cluster.clock_ms();
    for (ahead, value) in [(0, "a"), (500, "b"), (200, "c")] {
        let mut batch = BatchBuilder::new();
        batch.append(start + ahead, None, Some(value.as_bytes()), &[]);
        produce(&cluster, "t", batch);
    }
    let find = |timestamp: i64, version: i16| {
        let topics = vec![ListOffsetsTopic {
            name: Str::from("t"),
            partitions: vec![ListOffsetsPartition { timestamp, ..Default::default() }],
            ..Default::default()
        }];
        let request = ListOffsetsRequest { replica_id: -1, topics, ..Default::default() };
        let found = cluster.connect(1).call(request, version).topics.remove(0).partitions.remove(0);
        (ErrorCode(found.error_code), found.offset, found.timestamp)
    };
    let none = ErrorCode::NONE;
    assert_eq!(find(-2, 9), (none, 0, -1));
    assert_eq!(find(-1, 9), (none, 3, -1));
    assert_eq!(find(-3, 9), (none, 1, start + 500), "the largest timestamp");
    assert_eq!(find(-4, 9), (none, 0, -1));
    assert_eq!(find(-5, 9), (none, -1, -1), "nothing is tiered");
    assert_eq!(find(start + 1, 9), (none, 1, start + 500));
    assert_eq!(find(start + 501, 9), (none, -1, -1), "a future time");
    assert_eq!(find(-3, 6).0, ErrorCode::UNSUPPORTED_VERSION);
    assert_eq!(find(-7, 11).0, ErrorCode::UNSUPPORTED_VERSION);
}

#[test]
fn acks_0_has_no_answer_and_errors_close() {
    let cluster = Cluster::new(1);
    cluster.create("t", 1, &[]);
    let mut request =
        produce_request("t", Some(values(&cluster, &["a"]).build().unwrap().to_bytes()));
    request.acks = 0;
    assert!(cluster.connect(1).send(request.clone(), 9).is_none());
    request.topic_data[0].name = Str::from("nowhere");
    assert!(cluster.connect(1).is_closed_by(request, 9));
}

#[test]
fn a_preferred_replica_is_named_only_with_the_rack_aware_selector() {
    let answer = |selector: Option<&str>, rack: &str| {
        let mut config = weir_engine::EngineConfig::local("/cluster", 3, "localhost", 9092);
        if let Some(class) = selector {
            config = config.set("replica.selector.class", class);
        }
        let cluster = Cluster::with(config);
        cluster.create("t", 1, &[]);
        produce(&cluster, "t", values(&cluster, &["a"]));
        let leader = cluster.leader("t", 0);
        let mut request = fetch_request(&[(0, 0)]);
        request.rack_id = Str::from(rack);
        let data =
            cluster.connect(leader).call(request, 12).responses.remove(0).partitions.remove(0);
        (leader, data.preferred_read_replica, read(&data).len())
    };
    let selector = Some("org.apache.kafka.common.replica.RackAwareReplicaSelector");
    for (broker, rack) in [(1, "zone-a"), (2, "zone-b"), (3, "zone-c")] {
        let (leader, preferred, records) = answer(selector, rack);
        match leader == broker {
            true => assert_eq!((preferred, records), (-1, 1), "the leader is in {rack} itself"),
            false => assert_eq!((preferred, records), (broker, 0), "from {rack}"),
        }
        assert_eq!(answer(None, rack).1, -1, "no selector");
    }
    assert_eq!(answer(selector, "elsewhere").1, -1);
    assert_eq!(answer(selector, "").1, -1);
}

#[test]
fn acks_all_fails_once_the_isr_falls_below_its_minimum() {
    let cluster = Cluster::new(3);
    cluster.create("t", 1, &[("min.insync.replicas", "3")]);
    let leader = cluster.leader("t", 0);
    let follower = leader % 3 + 1;
    cluster.engine.kill_broker(follower).unwrap();
    let mut request =
        produce_request("t", Some(values(&cluster, &["a"]).build().unwrap().to_bytes()));
    request.timeout_ms = 30_000;
    let mut parked = cluster.connect(leader).park(request, 12);
    assert!(parked.poll().is_none(), "the killed replica is still in the ISR");
    cluster.pass(9_500);
    let answer = parked.poll().expect("the ISR fell").responses.remove(0);
    let code = ErrorCode(answer.partition_responses[0].error_code);
    assert_eq!(code, ErrorCode::NOT_ENOUGH_REPLICAS_AFTER_APPEND);
    let mut late = produce_request("t", Some(values(&cluster, &["b"]).build().unwrap().to_bytes()));
    late.timeout_ms = 100;
    let answer = cluster.connect(leader).call(late, 12).responses.remove(0);
    let code = ErrorCode(answer.partition_responses[0].error_code);
    assert_eq!(code, ErrorCode::NOT_ENOUGH_REPLICAS, "and nothing more is written");
}

#[test]
fn a_poll_is_told_that_its_leader_moved() {
    let cluster = Cluster::new(3);
    cluster.create("t", 1, &[]);
    let leader = cluster.leader("t", 0);
    let mut parked = cluster.connect(leader).park(fetch_request(&[(0, 0)]), 10);
    assert!(parked.poll().is_none());
    cluster.engine.stop_broker(leader).unwrap();
    assert_eq!(parked.wakes(), 1);
    let data = parked.poll().expect("an answer").responses.remove(0).partitions.remove(0);
    assert_eq!(ErrorCode(data.error_code), ErrorCode::NOT_LEADER_OR_FOLLOWER);
}
