//! Transactions of 10 records, one after the other, by one producer: this engine with three brokers, and three
//! Apache Kafka nodes beside it, in turn. A producer of our own that does what Kafka's does (KIP-890: the batch
//! itself adds its partition, the end raises the epoch) and nothing else; and librdkafka's.

use super::process::{self, Broker};
use super::wire::Connection;
use super::{ask, missing, row, stats};
use anyhow::{Context as _, bail, ensure};
use rdkafka::config::ClientConfig;
use rdkafka::producer::{BaseProducer, BaseRecord, DeliveryResult, Producer as _, ProducerContext};
use rdkafka::{ClientContext, Statistics};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};
use weir_tests::apache_kafka::ApacheKafka;
use weir_tests::programs;
use weir_wire::messages::end_txn_request::EndTxnRequest;
use weir_wire::messages::init_producer_id_request::InitProducerIdRequest;
use weir_wire::messages::produce_request::{
    PartitionProduceData, ProduceRequest, TopicProduceData,
};
use weir_wire::records::BatchBuilder;
use weir_wire::{Bytes, ErrorCode};

const TOPIC: &str = "bench.transactions";
const RECORDS: usize = 10;
const VALUE: [u8; 100] = [b'x'; 100];
const PAIRS: usize = 4;
const ROUND: Duration = Duration::from_secs(3);
const LIMIT: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_micros(50);
/// Kafka's producer waits 20 ms or more.
const RETRY: Duration = Duration::from_millis(2);

/// One round of a producer on a cluster.
type Round = fn(&str, usize) -> anyhow::Result<Rate>;

#[derive(Debug, Clone, Copy)]
struct Rate {
    /// Transactions.
    a_second: f64,
    /// Of each transaction, in milliseconds: between requests that were sent and their answers; `None` where nobody counted.
    waited_ms: Option<f64>,
}

pub(crate) fn run() -> anyhow::Result<()> {
    let weir = process::program("weir-broker")?;
    programs::use_directory(weir.parent().context("a program lies in a folder")?.to_path_buf());
    let folder = process::scratch()?;
    let broker = Broker::start(&folder.path().join("c"), 3, process::free_ports(3)?)?;
    prepare(&broker.bootstrap)?;
    let kafka = ApacheKafka::start(3)?;
    match &kafka {
        Some(kafka) => prepare(&kafka.bootstrap)?,
        None => missing("Apache Kafka beside it", "no Java or no Maven"),
    }
    let cases: [(&str, Round, &str); 2] =
        [("a producer of our own", own, ">= 3,000 a second"), ("librdkafka", librdkafka, "")];
    for (who, round, limit) in cases {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for number in 0..PAIRS {
            ours.push(round(&broker.bootstrap, number)?);
            if let Some(kafka) = &kafka {
                theirs.push(round(&kafka.bootstrap, number)?);
            }
        }
        report(who, &ours[1..], theirs.get(1..).unwrap_or_default(), limit);
    }
    Ok(())
}

fn report(who: &str, ours: &[Rate], theirs: &[Rate], limit: &str) {
    let rates = |rounds: &[Rate]| rounds.iter().map(|rate| rate.a_second).collect::<Vec<_>>();
    let ratios: Vec<f64> = rates(ours).iter().zip(rates(theirs)).map(|(a, b)| a / b).collect();
    let rate = stats::median(&rates(ours));
    let mut measured = format!("{rate:.0} a second");
    if !theirs.is_empty() {
        let (theirs, ratio) = (stats::median(&rates(theirs)), stats::median(&ratios));
        measured += &format!(" against {theirs:.0} of three Apache Kafka nodes: ratio {ratio:.1}");
    }
    row(&format!("transactions of 10 records, one producer: {who}"), &measured, limit);
    let waited: Vec<f64> = ours.iter().filter_map(|rate| rate.waited_ms).collect();
    if !waited.is_empty() {
        let (waited, whole) = (stats::median(&waited), 1000.0 / rate);
        let split = format!("{waited:.2} ms of {whole:.2} ms, the rest is the client's own");
        row("... of each, waiting for the engine's answers", &split, "");
    }
}

fn port(bootstrap: &str) -> anyhow::Result<u16> {
    let first = bootstrap.split(',').next().unwrap_or_default();
    first.rsplit(':').next().unwrap_or_default().parse().context("no port")
}

/// Waits for every node, makes the topic.
fn prepare(bootstrap: &str) -> anyhow::Result<()> {
    let mut connection = Connection::open(port(bootstrap)?)?;
    let deadline = Instant::now() + LIMIT;
    while ask::metadata(&mut connection, None)?.brokers.len() < 3 {
        ensure!(Instant::now() < deadline, "no three nodes within {LIMIT:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
    ask::create(&mut connection, [vec![ask::topic(TOPIC, 1, 3)]])
}

fn own(bootstrap: &str, number: usize) -> anyhow::Result<Rate> {
    let mut producer = Own::new(port(bootstrap)?, number)?;
    producer.one()?;
    let (mut count, since) = (0_u32, Instant::now());
    while since.elapsed() < ROUND {
        producer.one()?;
        count += 1;
    }
    Ok(Rate { a_second: f64::from(count) / since.elapsed().as_secs_f64(), waited_ms: None })
}

/// Kafka's transactional producer, as far as the wire sees it.
struct Own {
    id: String,
    coordinator: Connection,
    leader: Connection,
    producer: (i64, i16),
}

impl Own {
    fn new(port: u16, number: usize) -> anyhow::Result<Self> {
        let id = format!("bench-{number}");
        let mut any = Connection::open(port)?;
        let coordinator = ask::coordinator(&mut any, &id, ask::TRANSACTION)?;
        let mut coordinator = Connection::open(coordinator)?;
        let leader = Connection::open(ask::leader(&mut any, TOPIC)?)?;
        let producer = init(&mut coordinator, &id)?;
        Ok(Self { id, coordinator, leader, producer })
    }

    fn one(&mut self) -> anyhow::Result<()> {
        self.write()?;
        let (producer_id, producer_epoch) = self.producer;
        let request = EndTxnRequest {
            transactional_id: self.id.as_str().into(),
            producer_id,
            producer_epoch,
            committed: true,
            ..Default::default()
        };
        let answer = self.coordinator.call(&request, 5)?;
        ensure!(answer.error_code == 0, "EndTxn: {}", ErrorCode(answer.error_code).name());
        self.producer = (answer.producer_id, answer.producer_epoch);
        Ok(())
    }

    /// The batch; again while the transaction before it is still being ended.
    fn write(&mut self) -> anyhow::Result<()> {
        let records = self.batch()?;
        let deadline = Instant::now() + LIMIT;
        loop {
            let partition =
                PartitionProduceData { records: Some(records.clone()), ..Default::default() };
            let topic = TopicProduceData {
                name: TOPIC.into(),
                partition_data: vec![partition],
                ..Default::default()
            };
            let request = ProduceRequest {
                transactional_id: Some(self.id.as_str().into()),
                acks: -1,
                timeout_ms: 30_000,
                topic_data: vec![topic],
                ..Default::default()
            };
            let answer = self.leader.call(&request, 12)?;
            let topic = answer.responses.first().and_then(|t| t.partition_responses.first());
            match ErrorCode(topic.context("no answer")?.error_code) {
                ErrorCode::NONE => return Ok(()),
                ErrorCode::CONCURRENT_TRANSACTIONS if Instant::now() < deadline => {
                    std::thread::sleep(RETRY);
                }
                error => bail!("Produce: {}", error.name()),
            }
        }
    }

    fn batch(&self) -> anyhow::Result<Bytes> {
        let ((id, epoch), now_ms) = (self.producer, process::now_ms()?);
        // Sequences begin anew with the epoch that each end raises.
        let mut builder = BatchBuilder::new().producer(id, epoch, 0).transactional();
        for _ in 0..RECORDS {
            builder.append(now_ms, None, Some(&VALUE), &[]);
        }
        Ok(builder.build()?.to_bytes())
    }
}

fn init(coordinator: &mut Connection, id: &str) -> anyhow::Result<(i64, i16)> {
    let request = InitProducerIdRequest {
        transactional_id: Some(id.into()),
        transaction_timeout_ms: 60_000,
        producer_id: -1,
        producer_epoch: -1,
        ..Default::default()
    };
    let deadline = Instant::now() + LIMIT;
    loop {
        let answer = coordinator.call(&request, 5)?;
        match ErrorCode(answer.error_code) {
            ErrorCode::NONE => return Ok((answer.producer_id, answer.producer_epoch)),
            error if Instant::now() > deadline => bail!("InitProducerId: {}", error.name()),
            _ => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}

/// Sums what librdkafka's statistics say of its requests.
#[derive(Debug, Default)]
struct Waits {
    /// From a request's end of sending to its answer, of all requests, in microseconds.
    micros: AtomicI64,
}

impl ClientContext for Waits {
    fn stats(&self, statistics: Statistics) {
        let windows = statistics.brokers.values().filter_map(|broker| broker.rtt.as_ref());
        self.micros.fetch_add(windows.map(|window| window.sum).sum(), Ordering::Relaxed);
    }
}

impl ProducerContext for Waits {
    type DeliveryOpaque = ();

    fn delivery(&self, _: &DeliveryResult<'_>, (): ()) {}
}

fn librdkafka(bootstrap: &str, number: usize) -> anyhow::Result<Rate> {
    let producer: BaseProducer<Waits> = ClientConfig::new()
        .set("bootstrap.servers", bootstrap)
        .set("broker.address.family", "v4")
        .set("transactional.id", format!("librdkafka-{number}"))
        .set("linger.ms", "0")
        .set("statistics.interval.ms", "100")
        .create_with_context(Waits::default())?;
    producer.init_transactions(LIMIT)?;
    let one = || -> anyhow::Result<()> {
        producer.begin_transaction()?;
        for _ in 0..RECORDS {
            let record = BaseRecord::<(), _>::to(TOPIC).payload(&VALUE).partition(0);
            producer.send(record).map_err(|(error, _)| error)?;
        }
        // The crate's flush, which a commit begins with, looks every 100 ms: nothing may be left for it.
        while producer.in_flight_count() > 0 {
            producer.poll(Duration::ZERO);
            std::thread::sleep(POLL);
        }
        Ok(producer.commit_transaction(LIMIT)?)
    };
    one()?;
    let waited = || producer.context().micros.load(Ordering::Relaxed) as f64 / 1000.0;
    let (before, mut count, since) = (waited(), 0_u32, Instant::now());
    while since.elapsed() < ROUND {
        one()?;
        count += 1;
    }
    let a_second = f64::from(count) / since.elapsed().as_secs_f64();
    Ok(Rate { a_second, waited_ms: Some((waited() - before) / f64::from(count)) })
}
