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
        "false",
        "--describe-configs-supported",
        "true",
        "--idempotent-producer-supported",
        "true",
    ];
    let said = cluster.tool("tools.ClientCompatibilityTest", &flags);
    assert!(said.contains("SUCCESS"), "{said}");
}
