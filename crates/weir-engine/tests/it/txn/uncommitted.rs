//! What a coordinator wrote and could not commit may yet be cut off by an election: the next one, which
//! has loaded it, neither tells of it nor acts on it until it is committed.

use weir_wire::ErrorCode;

use super::administration::describe;
use super::client::{Producer, Protocol, committed, coordinator, stable_end, values};
use crate::harness::Cluster;
use crate::moving::Moving;

/// "id" is 105 * 31 + 100 = 3,355, and 3,355 % 50 = 5.
const STATE: (&str, i32) = ("__transaction_state", 5);

/// The coordinator moves with all that it wrote.
fn move_on(moving: &Moving<'_>, cluster: &Cluster, producer: &mut Producer<'_>) {
    moving.move_on();
    producer.broker = coordinator(cluster, "id");
    assert_eq!(producer.broker, moving.new);
}

/// As many partitions as brokers, so that each leads one.
fn cluster() -> Cluster {
    let cluster = Cluster::new(3);
    cluster.create("t", 3, &[]);
    cluster
}

#[test]
fn added_partitions_are_in_the_transaction_once_that_is_committed() {
    let cluster = cluster();
    let mut producer = Producer::init(&cluster, "id", Protocol::V0);
    let moving = Moving::of(&cluster, STATE.0, STATE.1);
    let partition = moving.partition_of("t");
    let wanted = [("t", partition)];
    moving.kill();
    let request = producer.add_request(&wanted, 3, false);
    let mut parked = cluster.connect(producer.broker).park(request, 3);
    assert!(parked.poll().is_none());
    move_on(&moving, &cluster, &mut producer);
    assert_eq!(producer.add(&wanted, 3), ErrorCode::CONCURRENT_TRANSACTIONS);
    assert_eq!(producer.verify("t", partition, 4), ErrorCode::CONCURRENT_TRANSACTIONS);
    let refused = producer.write("t", partition, "early");
    assert_eq!(refused, ErrorCode::NOT_ENOUGH_REPLICAS, "an old client retries that");
    let told = describe(&cluster, producer.broker, "id");
    assert_eq!((told.transaction_state.as_str(), told.topics.len()), ("Empty", 0));
    moving.revive();
    assert_eq!(producer.verify("t", partition, 4), ErrorCode::NONE);
    assert_eq!(producer.add(&wanted, 3), ErrorCode::NONE);
    assert_eq!(producer.write("t", partition, "v"), ErrorCode::NONE);
    assert_eq!(producer.end(true), ErrorCode::NONE);
    cluster.pass(100);
    assert_eq!(values(&committed(&cluster, "t", partition, 0)), ["v"]);
}

#[test]
fn a_batch_that_adds_its_partition_is_written_once_that_is_committed() {
    let cluster = cluster();
    let mut producer = Producer::init(&cluster, "id", Protocol::V2);
    let moving = Moving::of(&cluster, STATE.0, STATE.1);
    let partition = moving.partition_of("t");
    moving.kill();
    let busy = ErrorCode::CONCURRENT_TRANSACTIONS;
    assert_eq!(producer.write("t", partition, "v"), busy);
    move_on(&moving, &cluster, &mut producer);
    assert_eq!(producer.write("t", partition, "v"), busy, "also where another wrote it");
    moving.revive();
    assert_eq!(producer.write("t", partition, "v"), ErrorCode::NONE);
    assert_eq!(producer.end(true), ErrorCode::NONE);
    cluster.pass(100);
    assert_eq!(values(&committed(&cluster, "t", partition, 0)), ["v"]);
}

/// Were its markers written, and the decision then cut off, some partitions would be committed and
/// others aborted.
#[test]
fn a_decision_is_carried_out_once_it_is_committed() {
    let cluster = cluster();
    let mut producer = Producer::init(&cluster, "id", Protocol::V0);
    let moving = Moving::of(&cluster, STATE.0, STATE.1);
    let partition = moving.partition_of("t");
    producer.begin(&[("t", partition)]);
    assert_eq!(producer.write("t", partition, "v"), ErrorCode::NONE);
    moving.kill();
    let request = producer.end_request(true);
    let mut parked = cluster.connect(producer.broker).park(request, 3);
    assert!(parked.poll().is_none());
    move_on(&moving, &cluster, &mut producer);
    assert_eq!(producer.end(true), ErrorCode::CONCURRENT_TRANSACTIONS);
    let told = describe(&cluster, producer.broker, "id");
    assert_eq!((told.transaction_state.as_str(), told.topics.len()), ("Ongoing", 1));
    let handle = cluster.engine.image().topic("t").unwrap().partition(partition).unwrap().clone();
    assert_eq!(handle.handle().view().unwrap().log_end, 1, "there is no marker");
    moving.revive();
    assert_eq!(values(&committed(&cluster, "t", partition, 0)), ["v"], "nobody had to ask");
    assert_eq!(stable_end(&cluster, "t", partition), 2);
    assert_eq!(producer.end(true), ErrorCode::NONE, "a retry");
    let told = describe(&cluster, producer.broker, "id");
    assert_eq!((told.transaction_state.as_str(), told.topics.len()), ("CompleteCommit", 0));
}

#[test]
fn a_producer_is_fenced_once_the_next_ones_epoch_is_committed() {
    let cluster = cluster();
    let mut old = Producer::init(&cluster, "id", Protocol::V0);
    let moving = Moving::of(&cluster, STATE.0, STATE.1);
    let partition = moving.partition_of("t");
    moving.kill();
    let mut next = Producer::known(&cluster, "id", Protocol::V0, -1, -1);
    let mut parked = cluster.connect(next.broker).park(next.init_request(), 5);
    assert!(parked.poll().is_none());
    move_on(&moving, &cluster, &mut old);
    next.broker = old.broker;
    assert_eq!(next.init_again(), Err(ErrorCode::CONCURRENT_TRANSACTIONS));
    assert_eq!(old.add(&[("t", partition)], 3), ErrorCode::CONCURRENT_TRANSACTIONS);
    assert_eq!(describe(&cluster, old.broker, "id").producer_epoch, 0);
    moving.revive();
    assert_eq!(old.add(&[("t", partition)], 3), ErrorCode::PRODUCER_FENCED);
    assert_eq!(next.init_again(), Ok(()));
    assert_eq!((next.id, next.epoch), (old.id, 2));
}
