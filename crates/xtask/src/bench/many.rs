//! 10,000 topics with 40,000 partitions: created, described, listed, and one of three brokers stopped.

use super::ask;
use super::process::{self, Broker};
use super::wire::Connection;
use super::{row, stats};
use anyhow::{Context as _, bail, ensure};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use weir_control::ControlClient;
use weir_wire::messages::create_topics_request::CreatableTopic;
use weir_wire::messages::elect_leaders_request::ElectLeadersRequest;
use weir_wire::messages::metadata_request::MetadataRequest;

const REQUESTS: usize = 20;
const TOPICS_A_REQUEST: usize = 500;
const PARTITIONS: i32 = 4;
const ROUNDS: usize = 20;
const LIMIT: Duration = Duration::from_secs(30);
const SETTLE: Duration = Duration::from_secs(10);

pub(crate) fn run() -> anyhow::Result<()> {
    let folder = process::scratch()?;
    let mut took = Vec::new();
    for round in 1..ROUNDS {
        let dir = folder.path().join(format!("c{round}"));
        took.push(made(&dir)?.0);
        std::fs::remove_dir_all(dir)?;
    }
    let dir = folder.path().join("c");
    let (last, broker) = made(&dir)?;
    took.push(last);
    row(
        "10,000 topics, 40,000 partitions created in 20 requests of 500",
        &stats::ms(&took),
        "<= 1,000 ms",
    );
    let mut connection = Connection::open(broker.port()?)?;
    std::thread::sleep(SETTLE);
    let memory = process::memory_mib(broker.pid())?;
    row(
        "engine memory with 10,000 topics, 40,000 partitions (PSS)",
        &format!("{memory:.0} MiB"),
        "<= 100 MiB",
    );
    metadata(&mut connection)?;
    list(&broker.bootstrap)?;
    stop_one(&dir, &mut connection)
}

/// All of them in a fresh cluster: how many milliseconds it took, and the cluster.
fn made(dir: &Path) -> anyhow::Result<(f64, Broker)> {
    let broker = Broker::start(dir, 3, process::free_ports(3)?)?;
    let mut connection = Connection::open(broker.port()?)?;
    let since = Instant::now();
    create(&mut connection)?;
    Ok((since.elapsed().as_secs_f64() * 1000.0, broker))
}

pub(crate) fn create(connection: &mut Connection) -> anyhow::Result<()> {
    let batch = |request| (0..TOPICS_A_REQUEST).map(move |n| topic(request * TOPICS_A_REQUEST + n));
    ask::create(connection, (0..REQUESTS).map(|request| batch(request).collect()))
}

pub(crate) fn topic(number: usize) -> CreatableTopic {
    ask::topic(&format!("bench.topic-{number:05}"), PARTITIONS, 3)
}

fn metadata(connection: &mut Connection) -> anyhow::Result<()> {
    let mut took = Vec::new();
    for _ in 0..ROUNDS {
        let since = Instant::now();
        let answer =
            connection.call(&MetadataRequest { topics: None, ..Default::default() }, 12)?;
        ensure!(
            answer.topics.len() >= REQUESTS * TOPICS_A_REQUEST,
            "{} topics",
            answer.topics.len()
        );
        took.push(since.elapsed().as_secs_f64() * 1000.0);
    }
    row("Metadata of all of them, encoded, sent, decoded", &stats::ms(&took), "");
    Ok(())
}

fn list(bootstrap: &str) -> anyhow::Result<()> {
    let mut took = Vec::new();
    for _ in 0..ROUNDS {
        let since = Instant::now();
        let output = Command::new(process::program("weir")?)
            .args(["topic", "list", "--bootstrap", bootstrap])
            .stderr(Stdio::inherit())
            .output()?;
        ensure!(output.status.success(), "weir topic list failed");
        took.push(since.elapsed().as_secs_f64() * 1000.0);
    }
    row("`weir topic list` of 10,000 topics", &stats::ms(&took), "<= 300 ms");
    Ok(())
}

const STOPPED: i32 = 2;

/// Stops a broker and waits until nothing is led by it any more; started again, it leads what it did before the next round.
fn stop_one(dir: &Path, connection: &mut Connection) -> anyhow::Result<()> {
    let led = led_by(connection, STOPPED)?;
    let mut took = Vec::new();
    for _ in 0..ROUNDS {
        let since = Instant::now();
        stop_broker(dir, STOPPED)?;
        until_it_leads(connection, 0, |_| Ok(()))?;
        took.push(since.elapsed().as_secs_f64() * 1000.0);
        start_broker(dir, STOPPED)?;
        until_it_leads(connection, led, prefer)?;
    }
    let what = format!(
        "a broker that leads {led} partitions stopped: all led elsewhere (seen by polling Metadata)"
    );
    row(&what, &stats::ms(&took), "<= 200 ms");
    Ok(())
}

fn until_it_leads(
    connection: &mut Connection,
    wanted: usize,
    ask: impl Fn(&mut Connection) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let since = Instant::now();
    loop {
        ask(connection)?;
        let led = led_by(connection, STOPPED)?;
        if led == wanted {
            return Ok(());
        }
        if since.elapsed() > LIMIT {
            bail!("broker {STOPPED} leads {led} partitions and not {wanted} after {LIMIT:?}");
        }
    }
}

/// Preferred leaders lead again, those that are in sync.
fn prefer(connection: &mut Connection) -> anyhow::Result<()> {
    let all = ElectLeadersRequest {
        election_type: 0,
        topic_partitions: None,
        timeout_ms: 30_000,
        ..Default::default()
    };
    connection.call(&all, 2).map(drop)
}

/// A controlled stop of one broker of the cluster in `dir`.
pub(crate) fn stop_broker(dir: &Path, id: i32) -> anyhow::Result<()> {
    let (runtime, client) = control(dir)?;
    runtime.block_on(client.stop_broker(id))?;
    Ok(())
}

/// Starts it again.
pub(crate) fn start_broker(dir: &Path, id: i32) -> anyhow::Result<()> {
    let (runtime, client) = control(dir)?;
    runtime.block_on(client.start_broker(id))?;
    Ok(())
}

fn control(dir: &Path) -> anyhow::Result<(tokio::runtime::Runtime, ControlClient)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let control = weir_control::ClusterDir::new(dir).load_control()?;
    Ok((runtime, ControlClient::new(control.context("the broker wrote no control.json")?)))
}

fn led_by(connection: &mut Connection, broker: i32) -> anyhow::Result<usize> {
    let answer = connection.call(&MetadataRequest { topics: None, ..Default::default() }, 12)?;
    let partitions = answer.topics.iter().flat_map(|topic| &topic.partitions);
    Ok(partitions.filter(|partition| partition.leader_id == broker).count())
}
