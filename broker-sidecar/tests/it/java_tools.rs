//! The tools that Apache Kafka ships, against the broker.
use crate::java::Java;
use crate::process::Broker;
use crate::programs::output;

struct Cluster {
    java: &'static Java,
    broker: Broker,
    _temp: tempfile::TempDir,
}

impl Cluster {
    fn start(what: &str) -> Option<Self> {
        let java = Java::get(what)?;
        let temp = tempfile::tempdir().unwrap();
        let broker = Broker::start(temp.path(), &["--brokers", "3", "--port", "0"]);
        Some(Self { java, broker, _temp: temp })
    }

    fn tool(&self, class: &str, arguments: &[&str]) -> String {
        let mut command = self.java.tool(&format!("org.apache.kafka.{class}"));
        command.args(["--bootstrap-server", self.broker.bootstrap()]).args(arguments);
        output(&mut command, b"")
    }

    fn produce(&self, topic: &str, records: &str, bytes: &str, further: &[&str]) -> String {
        let mut command = self.java.tool("org.apache.kafka.tools.ProducerPerformance");
        command.args(["--topic", topic, "--num-records", records, "--record-size", bytes]);
        command.args(["--throughput", "-1", "--producer-props", "acks=all"]).args(further);
        command.arg(format!("bootstrap.servers={}", self.broker.bootstrap()));
        output(&mut command, b"")
    }
}

#[test]
fn topic_command_creates_describes_alters_and_deletes() {
    let Some(cluster) = Cluster::start("TopicCommand") else { return };
    let topics = |arguments: &[&str]| cluster.tool("tools.TopicCommand", arguments);
    let config = ["--config", "retention.ms=1000"];
    topics(&[&["--create", "--topic", "a", "--partitions", "3"], &config[..]].concat());
    let described = topics(&["--describe", "--topic", "a"]);
    assert!(described.contains("PartitionCount: 3"), "{described}");
    assert!(described.contains("ReplicationFactor: 3"), "{described}");
    assert!(described.contains("retention.ms=1000"), "{described}");
    topics(&["--alter", "--topic", "a", "--partitions", "5"]);
    assert!(topics(&["--describe", "--topic", "a"]).contains("PartitionCount: 5"));
    assert!(topics(&["--list"]).lines().any(|l| l == "a"));
    topics(&["--delete", "--topic", "a"]);
    assert!(!topics(&["--list"]).lines().any(|l| l == "a"));
}

#[test]
fn producer_performance_writes_and_the_group_command_sees_the_lag() {
    let Some(cluster) = Cluster::start("ProducerPerformance, ConsumerGroupCommand") else { return };
    cluster.tool("tools.TopicCommand", &["--create", "--topic", "perf", "--partitions", "2"]);
    let said = cluster.produce("perf", "5000", "500", &["compression.type=lz4"]);
    assert!(said.contains("5000 records sent"), "{said}");
    let consume = ["--topic", "perf", "--group", "g", "--max-messages", "3000", "--from-beginning"];
    let read = cluster.tool("tools.consumer.ConsoleConsumer", &consume);
    assert_eq!(read.lines().filter(|l| l.len() == 500).count(), 3_000);
    let groups = "tools.consumer.group.ConsumerGroupCommand";
    assert!(cluster.tool(groups, &["--list"]).lines().any(|l| l == "g"));
    let described = cluster.tool(groups, &["--describe", "--group", "g"]);
    let lag: i64 = described
        .lines()
        .filter(|l| l.starts_with("g "))
        .map(|l| l.split_whitespace().nth(5).unwrap().parse::<i64>().unwrap())
        .sum();
    assert_eq!(lag, 2_000, "{described}");
}

#[test]
fn client_compatibility_test_finds_everything_that_it_expects() {
    let Some(cluster) = Cluster::start("ClientCompatibilityTest") else { return };
    cluster.tool("tools.TopicCommand", &["--create", "--topic", "compat", "--partitions", "1"]);
    let flags = [
        "--topic",
        "compat",
        "--offsets-for-times-supported",
        "true",
        "--cluster-id-supported",
        "true",
        "--expect-record-too-large-exception",
        "false",
        "--num-cluster-nodes",
        "3",
        "--create-topics-supported",
        "true",
        "--describe-acls-supported",
        "true",
        "--describe-configs-supported",
        "true",
        "--idempotent-producer-supported",
        "true",
    ];
    let said = cluster.tool("tools.ClientCompatibilityTest", &flags);
    assert!(said.contains("SUCCESS"), "{said}");
}

#[test]
fn verifiable_consumers_share_a_group_of_the_consumer_protocol() {
    let Some(cluster) = Cluster::start("VerifiableConsumer with group.protocol=consumer") else {
        return;
    };
    cluster.tool("tools.TopicCommand", &["--create", "--topic", "v", "--partitions", "4"]);
    cluster.produce("v", "2000", "100", &[]);
    let mut command = cluster.java.tool("org.apache.kafka.tools.VerifiableConsumer");
    command.args(["--bootstrap-server", cluster.broker.bootstrap(), "--topic", "v"]);
    command.args(["--group-id", "kip848", "--group-protocol", "consumer"]);
    command.args(["--max-messages", "2000", "--reset-policy", "earliest"]);
    let said = output(&mut command, b"");
    assert!(said.contains("partitions_assigned"), "{said}");
    assert!(said.contains("offsets_committed"), "{said}");
    assert!(said.contains("shutdown_complete"), "{said}");
    let groups = "tools.consumer.group.ConsumerGroupCommand";
    let described = cluster.tool(groups, &["--describe", "--group", "kip848", "--offsets"]);
    let rows = described.lines().filter(|l| l.starts_with("kip848 "));
    // GROUP TOPIC PARTITION CURRENT-OFFSET LOG-END-OFFSET LAG; where nothing was written nothing was committed.
    let rows: Vec<Vec<&str>> = rows.map(|l| l.split_whitespace().collect()).collect();
    let committed: i64 = rows.iter().map(|row| row[3].parse::<i64>().unwrap()).sum();
    assert_eq!(committed, 2000, "{described}");
    assert!(rows.iter().all(|row| row[5] == "0"), "{described}");
    let state = cluster.tool(groups, &["--describe", "--group", "kip848", "--state", "--verbose"]);
    assert!(state.contains("Empty") && state.contains("uniform"), "{state}");
    let listed = cluster.tool(groups, &["--list", "--type", "consumer"]);
    assert!(listed.lines().any(|l| l.starts_with("kip848")), "{listed}");
    cluster.tool(groups, &["--delete", "--group", "kip848"]);
    assert!(!cluster.tool(groups, &["--list"]).contains("kip848"));
}
