//! Transactions over frames: begin, write, end, fence; what readers see; restarts and moves.

mod administration;
mod client;
mod offsets;
mod survival;
mod uncommitted;

use weir_wire::ErrorCode;
use weir_wire::messages::find_coordinator_request::FindCoordinatorRequest;

pub(crate) use self::client::{Producer, Protocol};
use self::client::{committed, stable_end, uncommitted, values};
use crate::features::update;
use crate::harness::Cluster;

const BOTH: [Protocol; 2] = [Protocol::V0, Protocol::V2];

fn cluster() -> Cluster {
    let cluster = Cluster::new(3);
    cluster.create("t", 2, &[]);
    cluster
}

#[test]
fn the_first_question_for_a_coordinator_makes_the_transaction_topic() {
    let cluster = Cluster::new(3);
    let request = FindCoordinatorRequest {
        key_type: 1,
        coordinator_keys: vec!["id".into()],
        ..Default::default()
    };
    let found = cluster.connect(2).call(request, 6).coordinators.remove(0);
    assert_eq!(ErrorCode(found.error_code), ErrorCode::NONE);
    let image = cluster.engine.image();
    let topic = image.topic("__transaction_state").unwrap();
    assert_eq!((topic.partitions().len(), topic.is_internal()), (50, true));
    // "id" is 105 * 31 + 100 = 3,355, and 3,355 % 50 = 5.
    assert_eq!(cluster.leader("__transaction_state", 5), found.node_id);
}

#[test]
fn committed_records_are_seen_once_they_are_committed() {
    for protocol in BOTH {
        let cluster = cluster();
        let mut producer = Producer::init(&cluster, "id", protocol);
        producer.begin(&[("t", 0), ("t", 1)]);
        assert_eq!(producer.write("t", 0, "a"), ErrorCode::NONE);
        assert_eq!(producer.write("t", 1, "b"), ErrorCode::NONE);
        assert_eq!(values(&uncommitted(&cluster, "t", 0, 0)), ["a"], "{protocol:?}");
        assert_eq!(committed(&cluster, "t", 0, 0).records, [], "{protocol:?}");
        assert_eq!(stable_end(&cluster, "t", 0), 0);
        assert_eq!(producer.end(true), ErrorCode::NONE);
        for (partition, value) in [(0, "a"), (1, "b")] {
            let read = committed(&cluster, "t", partition, 0);
            assert_eq!((values(&read), read.aborted.len()), (vec![value.to_owned()], 0));
            // The marker takes an offset.
            assert_eq!(stable_end(&cluster, "t", partition), 2);
        }
    }
}

#[test]
fn aborted_records_are_named_to_those_who_read_committed() {
    for protocol in BOTH {
        let cluster = cluster();
        let mut producer = Producer::init(&cluster, "id", protocol);
        producer.begin(&[("t", 0)]);
        producer.write("t", 0, "gone");
        assert_eq!(producer.end(false), ErrorCode::NONE);
        producer.begin(&[("t", 0)]);
        producer.write("t", 0, "kept");
        assert_eq!(producer.end(true), ErrorCode::NONE);
        let read = committed(&cluster, "t", 0, 0);
        assert_eq!(values(&read), ["kept"], "{protocol:?}");
        assert_eq!(read.aborted, [(producer.id, 0)]);
        let later = committed(&cluster, "t", 0, 2);
        assert_eq!((values(&later), later.aborted), (vec!["kept".to_owned()], vec![]));
        assert_eq!(values(&uncommitted(&cluster, "t", 0, 0)), ["gone", "kept"]);
        assert_eq!(uncommitted(&cluster, "t", 0, 0).control, [1, 3], "markers are flagged");
    }
}

#[test]
fn an_open_transaction_holds_back_what_follows_it() {
    let cluster = cluster();
    let mut first = Producer::init(&cluster, "one", Protocol::V2);
    let mut second = Producer::init(&cluster, "two", Protocol::V2);
    first.begin(&[]);
    first.write("t", 0, "first");
    second.begin(&[]);
    second.write("t", 0, "second");
    assert_eq!(second.end(true), ErrorCode::NONE);
    cluster.produce("t", "plain", -1);
    assert_eq!(stable_end(&cluster, "t", 0), 0);
    assert_eq!(committed(&cluster, "t", 0, 0).records, []);
    assert_eq!(first.end(false), ErrorCode::NONE);
    assert_eq!(values(&committed(&cluster, "t", 0, 0)), ["second", "plain"]);
}

#[test]
fn the_new_protocol_raises_the_epoch_with_each_end_and_the_old_keeps_it() {
    let cluster = cluster();
    for (protocol, epochs) in [(Protocol::V0, [0, 0, 0]), (Protocol::V2, [1, 2, 3])] {
        let mut producer = Producer::init(&cluster, &format!("{protocol:?}"), protocol);
        for (at, epoch) in epochs.into_iter().enumerate() {
            producer.begin(&[("t", 0)]);
            producer.write("t", 0, "v");
            assert_eq!(producer.end(at % 2 == 0), ErrorCode::NONE);
            assert_eq!(producer.epoch, epoch, "{protocol:?}");
        }
    }
}

/// Before `transaction.version` 1 the log has no field for what the new protocol keeps; the old one ends
/// the transaction all the same.
#[test]
fn the_new_protocol_ends_nothing_at_transaction_version_0() {
    let cluster = cluster();
    let mut producer = Producer::init(&cluster, "id", Protocol::V0);
    producer.begin(&[("t", 0)]);
    producer.write("t", 0, "v");
    update(&cluster, &[("transaction.version", 0, 2)], false);
    let broker = client::coordinator(&cluster, "id");
    let answer = cluster.connect(broker).call(producer.end_request(true), 5);
    assert_eq!(ErrorCode(answer.error_code), ErrorCode::UNSUPPORTED_VERSION);
    assert_eq!((answer.producer_id, answer.producer_epoch), (-1, -1));
    assert_eq!(producer.end(true), ErrorCode::NONE);
    assert_eq!(values(&committed(&cluster, "t", 0, 0)), ["v"]);
}

#[test]
fn a_second_producer_of_the_same_id_fences_the_first() {
    for protocol in BOTH {
        let cluster = cluster();
        let mut old = Producer::init(&cluster, "id", protocol);
        old.begin(&[("t", 0)]);
        old.write("t", 0, "old");
        let refused = Producer::try_init(&cluster, "id", protocol);
        assert_eq!(refused.err(), Some(ErrorCode::CONCURRENT_TRANSACTIONS), "aborted first");
        let mut new = Producer::init(&cluster, "id", protocol);
        assert_eq!((new.id, new.epoch), (old.id, 2));
        assert_eq!(old.write("t", 0, "late"), ErrorCode::INVALID_PRODUCER_EPOCH);
        assert_eq!(old.add(&[("t", 1)], 3), ErrorCode::PRODUCER_FENCED);
        assert_eq!(old.add(&[("t", 1)], 1), ErrorCode::INVALID_PRODUCER_EPOCH, "as v1 knows it");
        assert_eq!(old.end(true), ErrorCode::PRODUCER_FENCED);
        new.begin(&[("t", 0)]);
        new.write("t", 0, "new");
        assert_eq!(new.end(true), ErrorCode::NONE);
        assert_eq!(values(&committed(&cluster, "t", 0, 0)), ["new"]);
    }
}

#[test]
fn records_outside_of_a_transaction_are_refused() {
    let cluster = cluster();
    let mut producer = Producer::init(&cluster, "id", Protocol::V0);
    assert_eq!(producer.write("t", 0, "v"), ErrorCode::INVALID_TXN_STATE, "nothing was added");
    producer.begin(&[("t", 0)]);
    assert_eq!(producer.write("t", 1, "v"), ErrorCode::INVALID_TXN_STATE, "not this one");
    assert_eq!(producer.write_as(11, "t", 1, "v"), ErrorCode::TRANSACTION_ABORTABLE);
    assert_eq!(producer.write("t", 0, "v"), ErrorCode::NONE);
    producer.id += 1;
    assert_eq!(producer.write("t", 0, "v"), ErrorCode::INVALID_PRODUCER_ID_MAPPING);
    producer.transactional_id = "nobody".to_owned();
    assert_eq!(producer.write("t", 0, "v"), ErrorCode::INVALID_PRODUCER_ID_MAPPING);
}

#[test]
fn ends_and_additions_are_refused_as_kafka_refuses_them() {
    let cluster = cluster();
    let mut producer = Producer::init(&cluster, "id", Protocol::V0);
    assert_eq!(producer.end(true), ErrorCode::INVALID_TXN_STATE);
    assert_eq!(producer.add(&[("t", 0), ("nowhere", 0)], 3), ErrorCode::OPERATION_NOT_ATTEMPTED);
    assert_eq!(producer.add(&[("t", 9)], 3), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    producer.transactional_id = String::new();
    assert_eq!(producer.end(true), ErrorCode::INVALID_REQUEST);
    assert_eq!(producer.add(&[("t", 0)], 3), ErrorCode::INVALID_REQUEST);
    producer.transactional_id = "id".to_owned();
    producer.id += 1;
    assert_eq!(producer.end(true), ErrorCode::INVALID_PRODUCER_ID_MAPPING);
    assert_eq!(producer.add(&[("t", 0)], 3), ErrorCode::INVALID_PRODUCER_ID_MAPPING);
    producer.broker = producer.broker % 3 + 1;
    assert_eq!(producer.end(true), ErrorCode::NOT_COORDINATOR);
    assert_eq!(producer.add(&[("t", 0)], 3), ErrorCode::NOT_COORDINATOR);
}

#[test]
fn brokers_add_and_verify_many_transactions_at_once() {
    let cluster = cluster();
    let mut producer = Producer::init(&cluster, "id", Protocol::V0);
    producer.begin(&[("t", 0)]);
    for version in [4, 5] {
        assert_eq!(producer.verify("t", 0, version), ErrorCode::NONE);
        assert_eq!(producer.verify("t", 1, version), ErrorCode::TRANSACTION_ABORTABLE);
    }
    assert_eq!(producer.add(&[("t", 1)], 4), ErrorCode::NONE);
    assert_eq!(producer.verify("t", 1, 4), ErrorCode::NONE);
    producer.epoch += 1;
    assert_eq!(producer.verify("t", 1, 4), ErrorCode::PRODUCER_FENCED);
}

#[test]
fn a_retry_of_an_end_is_answered_alike() {
    let cluster = cluster();
    let mut producer = Producer::init(&cluster, "id", Protocol::V2);
    producer.begin(&[]);
    producer.write("t", 0, "v");
    let before = (producer.id, producer.epoch);
    assert_eq!(producer.end(true), ErrorCode::NONE);
    let after = (producer.id, producer.epoch);
    (producer.id, producer.epoch) = before;
    assert_eq!(producer.end(true), ErrorCode::NONE);
    assert_eq!((producer.id, producer.epoch), after);
    (producer.id, producer.epoch) = before;
    assert_eq!(producer.end(false), ErrorCode::INVALID_TXN_STATE);
}

#[test]
fn a_batch_sent_twice_is_written_once() {
    for protocol in BOTH {
        let cluster = cluster();
        let mut producer = Producer::init(&cluster, "id", protocol);
        producer.begin(&[("t", 0)]);
        producer.write("t", 0, "v");
        producer.repeat_last();
        assert_eq!(producer.write("t", 0, "v"), ErrorCode::NONE);
        assert_eq!(producer.end(true), ErrorCode::NONE);
        assert_eq!(values(&committed(&cluster, "t", 0, 0)), ["v"]);
    }
}
