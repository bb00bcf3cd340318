//! Share groups (KIP-932) under the programs that Apache Kafka ships.
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::java::Java;
use crate::process::{Broker, LONG};
use crate::programs::output;

const SHARE_GROUPS: &str = "tools.consumer.group.ShareGroupCommand";

struct Cluster {
    java: &'static Java,
    broker: Broker,
    temp: tempfile::TempDir,
}

impl Cluster {
    fn start(what: &str, flags: &[&str]) -> Option<Self> {
        let java = Java::get(what)?;
        let temp = tempfile::tempdir().unwrap();
        let broker = Broker::start(temp.path(), flags);
        Some(Self { java, broker, temp })
    }

    fn tool(&self, class: &str, arguments: &[&str]) -> String {
        let mut command = self.java.tool(&format!("org.apache.kafka.{class}"));
        command.args(["--bootstrap-server", self.broker.bootstrap()]).args(arguments);
        output(&mut command, b"")
    }

    fn create(&self, topic: &str, group: &str) {
        let partitions = ["--create", "--topic", topic, "--partitions", "2"];
        self.tool("tools.TopicCommand", &partitions);
        self.configure(group, "share.auto.offset.reset=earliest");
    }

    fn configure(&self, group: &str, config: &str) {
        let entity = ["--alter", "--entity-type", "groups", "--entity-name", group];
        let mut command = self.java.tool("kafka.admin.ConfigCommand");
        command.args(["--bootstrap-server", self.broker.bootstrap()]).args(entity);
        output(command.args(["--add-config", config]), b"");
    }

    /// Numbers from `first` on, one a record.
    fn produce(&self, topic: &str, count: u32) {
        let mut command = self.java.tool("org.apache.kafka.tools.VerifiableProducer");
        command.args(["--bootstrap-server", self.broker.bootstrap(), "--topic", topic]);
        let said = output(command.args(["--max-messages", &count.to_string()]), b"");
        assert!(said.contains("tool_data"), "{said}");
    }

    fn consume(&self, topic: &str, group: &str, count: &str, further: &[&str]) -> Vec<u32> {
        let mut command = self.java.tool("org.apache.kafka.tools.consumer.ConsoleShareConsumer");
        command.args(["--bootstrap-server", self.broker.bootstrap(), "--topic", topic]);
        command.args(["--group", group, "--max-messages", count, "--timeout-ms", "60000"]);
        let said = output(command.args(further), b"");
        said.lines().filter_map(|line| line.trim().parse().ok()).collect()
    }
}

#[test]
fn console_share_consumers_accept_release_and_reject() {
    let flags = ["--brokers", "3", "--port", "0"];
    let Some(cluster) = Cluster::start("ConsoleShareConsumer, ShareGroupCommand", &flags) else {
        return;
    };
    cluster.create("jobs", "g");
    cluster.produce("jobs", 100);
    let released = cluster.consume("jobs", "g", "100", &["--release"]);
    assert_eq!(released.len(), 100);
    let mut accepted = cluster.consume("jobs", "g", "100", &[]);
    accepted.sort_unstable();
    assert_eq!(accepted, (0..100).collect::<Vec<_>>(), "what was released comes again");
    assert!(cluster.tool(SHARE_GROUPS, &["--list"]).lines().any(|line| line.trim() == "g"));
    let offsets = cluster.tool(SHARE_GROUPS, &["--describe", "--group", "g"]);
    let starts: i64 = offsets
        .lines()
        .filter(|line| line.starts_with("g "))
        .filter_map(|line| line.split_whitespace().nth(3)?.parse::<i64>().ok())
        .sum();
    assert_eq!(starts, 100, "{offsets}");
    let state = cluster.tool(SHARE_GROUPS, &["--describe", "--group", "g", "--state"]);
    assert!(state.contains("Empty"), "{state}");
    let reset =
        ["--reset-offsets", "--group", "g", "--topic", "jobs", "--to-earliest", "--execute"];
    cluster.tool(SHARE_GROUPS, &reset);
    let again = cluster.consume("jobs", "g", "100", &["--reject"]);
    assert_eq!(again.len(), 100, "from the beginning again");
    cluster.tool(SHARE_GROUPS, &["--delete-offsets", "--group", "g", "--topic", "jobs"]);
    cluster.tool(SHARE_GROUPS, &["--delete", "--group", "g"]);
    assert!(!cluster.tool(SHARE_GROUPS, &["--list"]).lines().any(|line| line.trim() == "g"));
}

/// What a verifiable consumer says, line by line.
fn verifiable(cluster: &Cluster, bootstrap: &str) -> (std::process::Child, mpsc::Receiver<String>) {
    let mut command = cluster.java.tool("org.apache.kafka.tools.VerifiableShareConsumer");
    command.args(["--bootstrap-server", bootstrap, "--topic", "jobs", "--group-id", "g"]);
    command.args(["--acknowledgement-mode", "sync", "--offset-reset-strategy", "earliest"]);
    command.arg("--verbose");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| tell.send(line)));
    (child, told)
}

/// Offsets that were acknowledged according to one line.
fn acknowledged(line: &str) -> Vec<(i64, i64)> {
    let Ok(event) = serde_json::from_str::<serde_json::Value>(line) else { return Vec::new() };
    if event["name"] != "offsets_acknowledged" || event["success"] != true {
        return Vec::new();
    }
    let partitions = event["partitions"].as_array().cloned().unwrap_or_default();
    let mut all = Vec::new();
    for partition in partitions {
        let index = partition["partition"].as_i64().unwrap_or(-1);
        let offsets = partition["offsets"].as_array().cloned().unwrap_or_default();
        all.extend(offsets.iter().filter_map(|offset| Some((index, offset.as_i64()?))));
    }
    all
}

#[test]
fn nothing_is_lost_or_accepted_twice_when_the_engine_is_killed() {
    const RECORDS: u32 = 2_000;
    let flags = ["--brokers", "1", "--port", "0"];
    let Some(mut cluster) = Cluster::start("VerifiableShareConsumer under kill -9", &flags) else {
        return;
    };
    cluster.create("jobs", "g");
    cluster.produce("jobs", RECORDS);
    let bootstrap = cluster.broker.bootstrap().to_owned();
    let port = bootstrap.rsplit(':').next().unwrap().to_owned();
    let (mut consumer, told) = verifiable(&cluster, &bootstrap);
    let mut seen = BTreeSet::new();
    let mut twice = Vec::new();
    let mut is_killed = false;
    let total = 2 * RECORDS as usize;
    let until = Instant::now() + Duration::from_secs(180);
    while seen.len() < total && Instant::now() < until {
        let Ok(line) = told.recv_timeout(LONG) else { break };
        twice.extend(acknowledged(&line).into_iter().filter(|place| !seen.insert(*place)));
        if !is_killed && !seen.is_empty() {
            is_killed = true;
            cluster.broker.kill();
            let again = ["--brokers", "1", "--port", &port];
            cluster.broker = Broker::start(cluster.temp.path(), &again);
            cluster.produce("jobs", RECORDS);
        }
    }
    let _ = consumer.kill();
    let _ = consumer.wait();
    assert_eq!(seen.len(), total, "every record is acknowledged");
    assert_eq!(twice, [], "acknowledged with success, and again");
}
