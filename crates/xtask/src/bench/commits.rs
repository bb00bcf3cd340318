//! A coordinator that moves loads its groups from the log: 1,000,000 commits over 10,000 keys in one partition of
//! `__consumer_offsets`, as they were written, and compacted.

use super::process::{self, Broker};
use super::wire::Connection;
use super::{ask, many, row, stats};
use anyhow::{Context as _, bail, ensure};
use std::path::Path;
use std::time::{Duration, Instant};
use weir_wire::ErrorCode;
use weir_wire::messages::incremental_alter_configs_request::{
    AlterConfigsResource, AlterableConfig, IncrementalAlterConfigsRequest,
};
use weir_wire::messages::offset_commit_request::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use weir_wire::messages::offset_fetch_request::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopics,
};

const GROUPS: usize = 100;
const PARTITIONS: i32 = 100;
/// Commits of each key.
const COMMITS: i64 = 100;
const TOPIC: &str = "bench.commits";
const MOVES: usize = 5;
const LIMIT: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(1);
/// What 10,000 keys need, by far.
const COMPACTED_BYTES: u64 = 8 << 20;

pub(crate) fn run() -> anyhow::Result<()> {
    let folder = process::scratch()?;
    let dir = folder.path().join("c");
    let mut command = process::command(&dir, 3, process::free_ports(3)?)?;
    command.args(["--set", "offsets.topic.num.partitions=1"]);
    let broker = Broker::spawn(command)?;
    let mut cluster = Cluster::new(&dir, &broker)?;
    ask::create(&mut cluster.any()?, [vec![ask::topic(TOPIC, PARTITIONS, 3)]])?;
    ask::coordinator(&mut cluster.any()?, &group(0), ask::GROUP)?;
    lag(&mut cluster.any()?, "3600000")?;
    let rate = commit(&mut cluster)?;
    row(
        "1,000,000 offsets committed over 10,000 keys, 100 a request, one connection",
        &format!("{rate:.0} a second"),
        "",
    );
    let cold = cluster.moves()?;
    report(&dir, "as they were written", &cold, "<= 1 s")?;
    lag(&mut cluster.any()?, "0")?;
    compacted(&dir)?;
    let compact = cluster.moves()?;
    report(&dir, "compacted", &compact, "<= 50 ms")
}

fn report(dir: &Path, what: &str, took: &[f64], limit: &str) -> anyhow::Result<()> {
    let mib = log_bytes(dir)? as f64 / f64::from(1 << 20);
    row(
        &format!("a coordinator that moves loads them, {what} ({mib:.1} MiB)"),
        &format!(
            "{:.0} ms (longest of {MOVES}: {:.0})",
            stats::median(took),
            stats::percentile(took, 100.0)
        ),
        limit,
    );
    Ok(())
}

fn group(number: usize) -> String {
    format!("bench.group-{number:03}")
}

/// Holds compaction of the commits back, or does not.
fn lag(connection: &mut Connection, ms: &str) -> anyhow::Result<()> {
    const TOPIC_RESOURCE: i8 = 2;
    let config = AlterableConfig {
        name: "min.compaction.lag.ms".into(),
        value: Some(ms.into()),
        ..Default::default()
    };
    let resource = AlterConfigsResource {
        resource_type: TOPIC_RESOURCE,
        resource_name: "__consumer_offsets".into(),
        configs: vec![config],
        ..Default::default()
    };
    let request =
        IncrementalAlterConfigsRequest { resources: vec![resource], ..Default::default() };
    let answer = connection.call(&request, 1)?;
    ensure!(answer.responses.iter().all(|one| one.error_code == 0), "{answer:?}");
    Ok(())
}

/// Commits; answers how many offsets a second.
fn commit(cluster: &mut Cluster<'_>) -> anyhow::Result<f64> {
    let (mut connection, _) = cluster.coordinator()?;
    let since = Instant::now();
    for offset in 0..COMMITS {
        for number in 0..GROUPS {
            let answer = connection.call(&request_of(number, offset), 8)?;
            let mut rows = answer.topics.iter().flat_map(|topic| &topic.partitions);
            let failed = rows.find(|row| row.error_code != 0);
            ensure!(failed.is_none(), "not committed: {failed:?}");
        }
    }
    let count = COMMITS as f64 * GROUPS as f64 * f64::from(PARTITIONS);
    Ok(count / since.elapsed().as_secs_f64())
}

fn request_of(number: usize, committed_offset: i64) -> OffsetCommitRequest {
    let partition = |partition_index| OffsetCommitRequestPartition {
        partition_index,
        committed_offset,
        ..Default::default()
    };
    let topic = OffsetCommitRequestTopic {
        name: TOPIC.into(),
        partitions: (0..PARTITIONS).map(partition).collect(),
        ..Default::default()
    };
    OffsetCommitRequest {
        group_id: group(number).as_str().into(),
        generation_id_or_member_epoch: -1,
        topics: vec![topic],
        ..Default::default()
    }
}

/// Three brokers, of which the coordinator is stopped again and again.
struct Cluster<'a> {
    dir: &'a Path,
    first_port: u16,
    stopped: Option<i32>,
}

impl<'a> Cluster<'a> {
    fn new(dir: &'a Path, broker: &Broker) -> anyhow::Result<Self> {
        Ok(Self { dir, first_port: broker.port()?, stopped: None })
    }

    /// A connection to a broker that runs. The first may be stopped, or just starting: the control API answers before it
    /// listens.
    fn any(&self) -> anyhow::Result<Connection> {
        Connection::open(self.first_port).or_else(|_| Connection::open(self.first_port + 1))
    }

    /// A connection to the coordinator, and its id.
    fn coordinator(&self) -> anyhow::Result<(Connection, i32)> {
        let port = ask::coordinator(&mut self.any()?, &group(0), ask::GROUP)?;
        Ok((Connection::open(port)?, i32::from(port - self.first_port) + 1))
    }

    /// Milliseconds of the first answer of each new coordinator.
    fn moves(&mut self) -> anyhow::Result<Vec<f64>> {
        (0..MOVES).map(|_| self.one_move()).collect()
    }

    fn one_move(&mut self) -> anyhow::Result<f64> {
        let (_, old) = self.coordinator()?;
        if let Some(id) = self.stopped.take() {
            many::start_broker(self.dir, id)?;
            self.all_in_sync()?;
        }
        many::stop_broker(self.dir, old)?;
        self.stopped = Some(old);
        let deadline = Instant::now() + LIMIT;
        let (mut connection, _) = loop {
            match self.coordinator() {
                Ok((connection, new)) if new != old => break (connection, new),
                _ if Instant::now() > deadline => bail!("the coordinator did not move"),
                _ => std::thread::sleep(PAUSE),
            }
        };
        let since = Instant::now();
        while !fetched(&mut connection)? {
            ensure!(Instant::now() < deadline, "not loaded within {LIMIT:?}");
            std::thread::sleep(PAUSE);
        }
        Ok(since.elapsed().as_secs_f64() * 1000.0)
    }

    /// Waits until the broker that was started can lead again.
    fn all_in_sync(&self) -> anyhow::Result<()> {
        let deadline = Instant::now() + LIMIT;
        loop {
            let answer = ask::metadata(&mut self.any()?, Some("__consumer_offsets"))?;
            let partitions = answer.topics.first().map(|topic| &topic.partitions);
            if partitions.is_some_and(|all| all.iter().all(|one| one.isr_nodes.len() == 3)) {
                return Ok(());
            }
            ensure!(Instant::now() < deadline, "not in sync within {LIMIT:?}");
            std::thread::sleep(PAUSE);
        }
    }
}

/// Whether the coordinator answers the last commit; it may still be loading.
fn fetched(connection: &mut Connection) -> anyhow::Result<bool> {
    let topic = OffsetFetchRequestTopics {
        name: TOPIC.into(),
        partition_indexes: vec![PARTITIONS - 1],
        ..Default::default()
    };
    let group = OffsetFetchRequestGroup {
        group_id: group(GROUPS - 1).as_str().into(),
        topics: Some(vec![topic]),
        member_epoch: -1,
        ..Default::default()
    };
    let answer =
        connection.call(&OffsetFetchRequest { groups: vec![group], ..Default::default() }, 8)?;
    let group = answer.groups.first().context("no group")?;
    match ErrorCode(group.error_code) {
        ErrorCode::NONE => {}
        ErrorCode::COORDINATOR_LOAD_IN_PROGRESS => return Ok(false),
        error => bail!("OffsetFetch: {}", error.name()),
    }
    let topic = group.topics.first().and_then(|topic| topic.partitions.first());
    let offset = topic.map(|partition| partition.committed_offset);
    ensure!(offset == Some(COMMITS - 1), "the last commit is not there: {offset:?}");
    Ok(true)
}

fn compacted(dir: &Path) -> anyhow::Result<()> {
    let deadline = Instant::now() + LIMIT;
    while log_bytes(dir)? > COMPACTED_BYTES {
        ensure!(Instant::now() < deadline, "not compacted within {LIMIT:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

/// Bytes of the partition's segments.
fn log_bytes(dir: &Path) -> anyhow::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(dir.join("data").join("__consumer_offsets-0"))?.flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "log") {
            // Compaction may have removed it meanwhile.
            bytes += entry.metadata().map_or(0, |metadata| metadata.len());
        }
    }
    Ok(bytes)
}
