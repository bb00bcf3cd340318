//! 100,000 partitions with a record each under a limit of 1,024 open files: written, read, started again.

use super::process::{self, Broker};
use super::wire::Connection;
use super::{ask, row};
use anyhow::{Context as _, ensure};
use std::path::Path;
use std::process::Command;
use std::time::Instant;
use weir_wire::Str;
use weir_wire::messages::fetch_request::{FetchPartition, FetchRequest, FetchTopic};
use weir_wire::messages::produce_request::{
    PartitionProduceData, ProduceRequest, TopicProduceData,
};
use weir_wire::records::BatchBuilder;

const TOPICS: usize = 1_000;
const PARTITIONS: i32 = 100;
const OPEN_FILES: u32 = 1_024;
/// Of the requests that name topics.
const PRODUCE_VERSION: i16 = 12;
const FETCH_VERSION: i16 = 12;

pub(crate) fn run() -> anyhow::Result<()> {
    let folder = process::scratch()?;
    let dir = folder.path().join("c");
    let broker = start(&dir)?;
    let mut connection = Connection::open(broker.port()?)?;
    let topic = |number| vec![ask::topic(&name(number), PARTITIONS, 1)];
    ask::create(&mut connection, (0..TOPICS).map(topic))?;
    let since = Instant::now();
    (0..TOPICS).try_for_each(|number| produce(&mut connection, &name(number), PARTITIONS))?;
    let written = since.elapsed().as_secs_f64();
    row(
        "a record in each of 100,000 partitions, limit of 1,024 open files: written",
        &format!("{written:.1} s, {} files open", open_files(broker.pid())?),
        "works",
    );
    read(broker.port()?, "read")?;
    let memory = process::memory_mib(broker.pid())?;
    row("... memory of the engine (PSS)", &format!("{memory:.0} MiB"), "");
    let since = Instant::now();
    drop(broker);
    row("... a clean stop", &format!("{:.2} s", since.elapsed().as_secs_f64()), "");
    let mut broker = restart(&dir, "... restart to ready, after a clean stop")?;
    broker.kill()?;
    let broker = restart(&dir, "... restart to ready, after kill -9")?;
    read(broker.port()?, "read at once after that restart")
}

fn start(dir: &Path) -> anyhow::Result<Broker> {
    let broker = process::command(dir, 1, process::free_ports(1)?)?;
    let mut limited = Command::new("sh");
    limited.args(["-c", &format!("ulimit -n {OPEN_FILES} && exec \"$0\" \"$@\"")]);
    limited.arg(broker.get_program()).args(broker.get_args());
    limited.stdin(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    Broker::spawn(limited)
}

fn restart(dir: &Path, what: &str) -> anyhow::Result<Broker> {
    let since = Instant::now();
    let broker = start(dir)?;
    let mut connection = Connection::open(broker.port()?)?;
    let last = name(TOPICS - 1);
    let answer = ask::metadata(&mut connection, Some(&last))?;
    let took = since.elapsed().as_secs_f64();
    let partitions = answer.topics.first().map_or(0, |topic| topic.partitions.len());
    ensure!(partitions == PARTITIONS as usize, "{last} has {partitions} partitions");
    row(what, &format!("{took:.2} s"), "<= 1 s");
    Ok(broker)
}

fn name(number: usize) -> String {
    format!("bench.files-{number:04}")
}

fn open_files(pid: u32) -> anyhow::Result<usize> {
    Ok(std::fs::read_dir(format!("/proc/{pid}/fd"))?.count())
}

/// One record to each of the first partitions of a topic, which the connection's broker leads.
pub(crate) fn produce(
    connection: &mut Connection,
    topic: &str,
    partitions: i32,
) -> anyhow::Result<()> {
    let mut builder = BatchBuilder::new();
    // Of now: an old one would be deleted by retention at once.
    builder.append(process::now_ms()?, None, Some(b"one record"), &[]);
    let records = builder.build()?.to_bytes();
    let partition = |index| PartitionProduceData {
        index,
        records: Some(records.clone()),
        ..Default::default()
    };
    let topic = TopicProduceData {
        name: Str::from(topic),
        partition_data: (0..partitions).map(partition).collect(),
        ..Default::default()
    };
    let request = ProduceRequest {
        acks: -1,
        timeout_ms: 30_000,
        topic_data: vec![topic],
        ..Default::default()
    };
    let answer = connection.call(&request, PRODUCE_VERSION)?;
    let topic = answer.responses.first().context("no answer")?;
    let failed = topic.partition_responses.iter().find(|one| one.error_code != 0);
    ensure!(failed.is_none(), "not written: {failed:?}");
    Ok(())
}

/// Reads every partition and expects its record.
fn read(port: u16, what: &str) -> anyhow::Result<()> {
    let mut connection = Connection::open(port)?;
    let since = Instant::now();
    (0..TOPICS).try_for_each(|number| fetch(&mut connection, number))?;
    let took = since.elapsed().as_secs_f64();
    row(&format!("... {what}"), &format!("{took:.1} s"), "works");
    Ok(())
}

fn fetch(connection: &mut Connection, number: usize) -> anyhow::Result<()> {
    let partition = |partition| FetchPartition {
        partition,
        current_leader_epoch: -1,
        partition_max_bytes: 1 << 16,
        ..Default::default()
    };
    let topic = FetchTopic {
        topic: Str::from(name(number)),
        partitions: (0..PARTITIONS).map(partition).collect(),
        ..Default::default()
    };
    let request = FetchRequest {
        max_wait_ms: 1_000,
        min_bytes: 1,
        max_bytes: 50 << 20,
        session_epoch: -1,
        topics: vec![topic],
        ..Default::default()
    };
    let answer = connection.call(&request, FETCH_VERSION)?;
    let topic = answer.responses.first().context("no answer")?;
    let whole = |one: &&weir_wire::messages::fetch_response::PartitionData| {
        one.error_code == 0 && one.high_watermark == 1 && one.records.is_some()
    };
    let found = topic.partitions.iter().filter(whole).count();
    ensure!(
        found == PARTITIONS as usize,
        "{} has {found} records: {:?}",
        name(number),
        topic.partitions.iter().find(|one| !whole(one))
    );
    Ok(())
}
