//! What a cluster costs while nothing happens: nobody connected, and one consumer of 40,000 partitions
//! without news; and how soon that one sees a record.

use super::process::{self, Broker, Used};
use super::wire::Connection;
use super::{ask, files, many, row, stats};
use anyhow::{Context as _, anyhow, ensure};
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::{Message as _, Offset, TopicPartitionList};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use weir_wire::messages::fetch_request::{FetchPartition, FetchRequest, FetchTopic};
use weir_wire::messages::metadata_response::MetadataResponse;

const PERIOD: Duration = Duration::from_secs(10);
/// What follows a start or a change is over by then; threads that waited for the disk have ended.
const SETTLE: Duration = Duration::from_secs(12);
const PARTITIONS: usize = 40_000;
const FETCH_VERSION: i16 = 17;
/// Requests of which one is measured, after some that make the engine know their partitions.
const REQUESTS: i32 = 40;
const WARM_UP: i32 = 5;
const RECORDS: usize = 10;
const QUIET: Duration = Duration::from_millis(1_200);

pub(crate) fn run() -> anyhow::Result<()> {
    let folder = process::scratch()?;
    let broker = Broker::start(&folder.path().join("c"), 3, process::free_ports(3)?)?;
    std::thread::sleep(SETTLE);
    row("three brokers that nobody uses, over 10 s", &watch(&broker)?, "");
    many::create(&mut Connection::open(broker.port()?)?)?;
    std::thread::sleep(SETTLE);
    row("... with 10,000 topics, 40,000 partitions", &watch(&broker)?, "");
    row(
        "one consumer of 40,000 partitions without news (fetch sessions, as Kafka's own consumer)",
        &with_sessions(&broker)?,
        "<= 1 % of a core",
    );
    row(
        "the same by librdkafka, which asks for all of them each time",
        &with_librdkafka(&broker)?,
        "<= 1 % of a core",
    );
    row("one of its requests (a third of them), and its answer", &a_request(&broker)?, "");
    row("a record for one of the 40,000: acknowledged, to seen by librdkafka", &news(&broker)?, "");
    Ok(())
}

/// What the engine uses meanwhile.
fn watch(broker: &Broker) -> anyhow::Result<String> {
    let (before, since) = (Used::by(broker.pid())?, Instant::now());
    std::thread::sleep(PERIOD);
    Ok(Used::by(broker.pid())?.since(before, since.elapsed()))
}

fn with_sessions(broker: &Broker) -> anyhow::Result<String> {
    let metadata = ask::metadata(&mut Connection::open(broker.port()?)?, None)?;
    let ports = ask::ports(&metadata)?;
    let stop = &AtomicBool::new(false);
    std::thread::scope(|scope| {
        let mut polls = Vec::new();
        let mut wanted = 0;
        for (id, port) in ports {
            let topics = led_by(&metadata, id);
            wanted += topics.iter().map(|topic| topic.partitions.len()).sum::<usize>();
            polls.push(scope.spawn(move || poll(port, topics, stop)));
        }
        ensure!(wanted == PARTITIONS, "{wanted} partitions are led");
        std::thread::sleep(SETTLE);
        let used = watch(broker);
        stop.store(true, Ordering::Relaxed);
        for poll in polls {
            poll.join().map_err(|_| anyhow!("a poll panicked"))??;
        }
        used
    })
}

fn led_by(metadata: &MetadataResponse, broker: i32) -> Vec<FetchTopic> {
    let partition = |partition| FetchPartition {
        partition,
        current_leader_epoch: -1,
        partition_max_bytes: 1 << 20,
        ..Default::default()
    };
    let topics = metadata.topics.iter().filter(|topic| !topic.is_internal);
    let topics = topics.map(|topic| FetchTopic {
        topic_id: topic.topic_id,
        partitions: topic
            .partitions
            .iter()
            .filter(|one| one.leader_id == broker)
            .map(|one| partition(one.partition_index))
            .collect(),
        ..Default::default()
    });
    topics.filter(|topic| !topic.partitions.is_empty()).collect()
}

/// Fetches in one session, half a second at a time, until it is told to stop.
fn poll(port: u16, topics: Vec<FetchTopic>, stop: &AtomicBool) -> anyhow::Result<()> {
    let mut connection = Connection::open(port)?;
    let mut request = FetchRequest {
        max_wait_ms: 500,
        min_bytes: 1,
        max_bytes: 50 << 20,
        session_epoch: 0,
        topics,
        ..Default::default()
    };
    while !stop.load(Ordering::Relaxed) {
        let answer = connection.call(&request, FETCH_VERSION)?;
        ensure!(answer.error_code == 0 && answer.session_id != 0, "no session");
        request.session_id = answer.session_id;
        request.session_epoch += 1;
        request.topics = Vec::new();
    }
    Ok(())
}

/// Requests without a session, each from the next partition on as librdkafka's: what the engine takes for one.
fn a_request(broker: &Broker) -> anyhow::Result<String> {
    let metadata = ask::metadata(&mut Connection::open(broker.port()?)?, None)?;
    let (id, port) = ask::ports(&metadata)?.into_iter().next().context("no broker")?;
    let mut connection = Connection::open(port)?;
    let mut request = FetchRequest {
        max_wait_ms: 50,
        min_bytes: 1,
        max_bytes: 50 << 20,
        session_epoch: -1,
        topics: led_by(&metadata, id),
        ..Default::default()
    };
    let mut before = None;
    for round in -WARM_UP..REQUESTS {
        if round == 0 {
            before = Some(Used::by(broker.pid())?.seconds);
        }
        let answer = connection.call(&request, FETCH_VERSION)?;
        ensure!(answer.error_code == 0 && !answer.responses.is_empty(), "no answer");
        next_first(&mut request.topics);
    }
    let used = Used::by(broker.pid())?.seconds - before.context("nothing was measured")?;
    let partitions: usize = request.topics.iter().map(|topic| topic.partitions.len()).sum();
    let each = used * 1e3 / f64::from(REQUESTS);
    Ok(format!("{each:.2} ms of processor time for {partitions} partitions"))
}

/// The first partition becomes the last one; its topic is then named twice, if it has others.
fn next_first(topics: &mut Vec<FetchTopic>) {
    let first = topics.remove(0);
    let mut rest = first.clone();
    let moved = FetchTopic { partitions: vec![rest.partitions.remove(0)], ..first };
    if !rest.partitions.is_empty() {
        topics.insert(0, rest);
    }
    match topics.last_mut().filter(|last| last.topic_id == moved.topic_id) {
        Some(last) => last.partitions.extend(moved.partitions),
        None => topics.push(moved),
    }
}

/// A librdkafka consumer of all, and a record now and then for one of them; from its acknowledgement on.
fn news(broker: &Broker) -> anyhow::Result<String> {
    let metadata = ask::metadata(&mut Connection::open(broker.port()?)?, None)?;
    let ports = ask::ports(&metadata)?;
    let consumer = consumer_of_all(broker)?;
    let mut took = Vec::new();
    let topics = metadata.topics.iter().filter(|topic| !topic.is_internal);
    for topic in topics.step_by(97).take(RECORDS) {
        let name = topic.name.as_deref().context("a topic without a name")?;
        let first = topic.partitions.iter().find(|one| one.partition_index == 0);
        let leader = first.context("a topic without partitions")?.leader_id;
        let port = ports.get(&leader).context("a leader without an address")?;
        files::produce(&mut Connection::open(*port)?, name, 1)?;
        let since = Instant::now();
        let seen = consumer.poll(SETTLE).context("the record was not seen")??;
        ensure!(seen.topic() == name, "a record of {}", seen.topic());
        took.push(since.elapsed().as_secs_f64() * 1000.0);
        // Until the next polls of all brokers wait.
        let _ = consumer.poll(QUIET);
    }
    Ok(stats::ms(&took))
}

fn with_librdkafka(broker: &Broker) -> anyhow::Result<String> {
    let _consumer = consumer_of_all(broker)?;
    watch(broker)
}

/// A librdkafka consumer that fetches from all of them.
fn consumer_of_all(broker: &Broker) -> anyhow::Result<BaseConsumer> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", &broker.bootstrap)
        .set("broker.address.family", "v4")
        .set("group.id", "bench")
        .set("enable.auto.commit", "false")
        .create()?;
    let metadata = ask::metadata(&mut Connection::open(broker.port()?)?, None)?;
    let mut partitions = TopicPartitionList::with_capacity(PARTITIONS);
    for topic in metadata.topics.iter().filter(|topic| !topic.is_internal) {
        let name = topic.name.as_deref().context("a topic without a name")?;
        for partition in &topic.partitions {
            partitions.add_partition_offset(name, partition.partition_index, Offset::Offset(0))?;
        }
    }
    consumer.assign(&partitions)?;
    let deadline = Instant::now() + SETTLE;
    while Instant::now() < deadline {
        let _ = consumer.poll(Duration::from_millis(100));
    }
    Ok(consumer)
}
