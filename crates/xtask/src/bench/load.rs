//! Produce and consume by one librdkafka client: this broker with its data on disk, franz-go's kfake in
//! memory, in turn; the first pair is dropped, the ratio is the median of the pairs'.

use super::peers::{self, Kfake};
use super::process::{self, Broker};
use super::{row, stats};
use anyhow::{Context as _, bail};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::Message as _;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use rdkafka::{Offset, TopicPartitionList};
use std::time::{Duration, Instant};

const TOPIC: &str = "load";
const PAIRS: usize = 6;
/// Bytes of a value, messages a round.
const SIZES: [(usize, usize); 2] = [(1024, 400_000), (100, 2_000_000)];
const LIMIT: Duration = Duration::from_secs(60);

/// Messages a second.
struct Rates {
    produce: f64,
    consume: f64,
}

pub(crate) fn run() -> anyhow::Result<()> {
    let folder = process::scratch()?;
    let kfake = peers::build_kfake(folder.path())
        .context("kfake, which the broker is measured against, is built with Go 1.26 or newer")?;
    for (size, count) in SIZES {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..PAIRS {
            ours.push(on_weir(size, count)?);
            let peer = Kfake::start(&kfake)?;
            theirs.push(measure(&peer.bootstrap, size, count)?);
        }
        report(size, &ours[1..], &theirs[1..]);
    }
    Ok(())
}

fn on_weir(size: usize, count: usize) -> anyhow::Result<Rates> {
    let folder = process::scratch()?;
    let broker = Broker::start(&folder.path().join("c"), 1, process::free_ports(1)?)?;
    create_topic(&broker.bootstrap)?;
    measure(&broker.bootstrap, size, count)
}

fn report(size: usize, ours: &[Rates], theirs: &[Rates]) {
    for (what, rate) in
        [("produce", (|r: &Rates| r.produce) as fn(&Rates) -> f64), ("consume", |r| r.consume)]
    {
        let (our, their): (Vec<f64>, Vec<f64>) =
            (ours.iter().map(rate).collect(), theirs.iter().map(rate).collect());
        let ratios: Vec<f64> = our.iter().zip(&their).map(|(a, b)| a / b).collect();
        let limit = if size >= 1024 { ">= 0.7 of kfake" } else { ">= 0.5 of kfake" };
        let (a, b, ratio) = (stats::median(&our), stats::median(&their), stats::median(&ratios));
        let measured = format!("{a:.0} msg/s against {b:.0}: ratio {ratio:.2}");
        row(&format!("{what}, {size} B"), &measured, limit);
    }
}

fn measure(bootstrap: &str, size: usize, count: usize) -> anyhow::Result<Rates> {
    let produce = produce(bootstrap, size, count)?;
    Ok(Rates { produce, consume: consume(bootstrap, count)? })
}

fn client(bootstrap: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap).set("broker.address.family", "v4");
    config
}

fn create_topic(bootstrap: &str) -> anyhow::Result<()> {
    let admin: AdminClient<_> = client(bootstrap).create()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let topic = NewTopic::new(TOPIC, 1, TopicReplication::Fixed(1));
    let results = runtime.block_on(admin.create_topics([&topic], &AdminOptions::new()))?;
    match results.into_iter().next() {
        Some(Ok(_)) => Ok(()),
        Some(Err((topic, code))) => bail!("cannot create {topic}: {code}"),
        None => bail!("no answer about {TOPIC}"),
    }
}

fn produce(bootstrap: &str, size: usize, count: usize) -> anyhow::Result<f64> {
    let producer: BaseProducer = client(bootstrap)
        .set("acks", "all")
        .set("linger.ms", "5")
        .set("batch.size", "1000000")
        .set("batch.num.messages", "10000")
        .set("queue.buffering.max.messages", "1000000")
        .create()?;
    let value = vec![b'x'; size];
    let since = Instant::now();
    for _ in 0..count {
        let mut record = BaseRecord::<(), _>::to(TOPIC).payload(&value).partition(0);
        while let Err((error, back)) = producer.send(record) {
            if error != KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull) {
                return Err(error).context("produce");
            }
            producer.poll(Duration::from_millis(1));
            record = back;
        }
    }
    producer.flush(LIMIT)?;
    Ok(count as f64 / since.elapsed().as_secs_f64())
}

fn consume(bootstrap: &str, count: usize) -> anyhow::Result<f64> {
    let consumer: BaseConsumer = client(bootstrap)
        .set("group.id", "bench")
        .set("enable.auto.commit", "false")
        .set("fetch.message.max.bytes", "8388608")
        .set("queued.max.messages.kbytes", "262144")
        // By default a client with 100,000 messages in its queue pauses for a second: that would be measured.
        .set("queued.min.messages", "10000000")
        .create()?;
    let mut partitions = TopicPartitionList::new();
    partitions.add_partition_offset(TOPIC, 0, Offset::Beginning)?;
    consumer.assign(&partitions)?;
    let (mut seen, mut since) = (0, Instant::now());
    let deadline = Instant::now() + LIMIT;
    while seen < count {
        if Instant::now() > deadline {
            bail!("consumed {seen} of {count} within {LIMIT:?}");
        }
        let Some(message) = consumer.poll(Duration::from_millis(100)) else { continue };
        std::hint::black_box(message?.payload().map(<[u8]>::len));
        if seen == 0 {
            since = Instant::now();
        }
        seen += 1;
    }
    Ok(count as f64 / since.elapsed().as_secs_f64())
}
