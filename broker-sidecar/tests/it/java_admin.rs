//! The administrators' tools that Apache Kafka ships, against the broker.
use std::time::{Duration, Instant};

use crate::java::Java;
use crate::process::Broker;
use crate::programs::output;

const AUTHORIZER: &str =
    "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer";

struct Cluster {
    java: &'static Java,
    broker: Broker,
    temp: tempfile::TempDir,
}

impl Cluster {
    fn start(what: &str) -> Option<Self> {
        let java = Java::get(what)?;
        let temp = tempfile::tempdir().unwrap();
        let flags = ["--brokers", "3", "--port", "0", "--set", AUTHORIZER];
        let more = ["--set", "super.users=User:ANONYMOUS", "--set", "log.dirs=a,b"];
        let broker = Broker::start(&temp.path().join("cluster"), &[&flags[..], &more].concat());
        Some(Self { java, broker, temp })
    }

    fn tool(&self, class: &str, arguments: &[&str]) -> String {
        let mut command = self.java.tool(class);
        command.args(["--bootstrap-server", self.broker.bootstrap()]).args(arguments);
        output(&mut command, b"")
    }

    fn configs(&self, arguments: &[&str]) -> String {
        self.tool("kafka.admin.ConfigCommand", arguments)
    }

    fn topics(&self, arguments: &[&str]) -> String {
        self.tool("org.apache.kafka.tools.TopicCommand", arguments)
    }

    /// A file that a tool reads.
    fn file(&self, name: &str, text: &str) -> String {
        let path = self.temp.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }
}

#[test]
fn acls_users_and_quotas() {
    let Some(cluster) = Cluster::start("AclCommand, ConfigCommand for users") else { return };
    let acls = |arguments: &[&str]| cluster.tool("org.apache.kafka.tools.AclCommand", arguments);
    let orders = ["--allow-principal", "User:ann", "--operation", "Read", "--topic", "orders"];
    acls(&[&["--add"], &orders[..]].concat());
    let prefixed = ["--resource-pattern-type", "prefixed", "--topic", "ord"];
    acls(&[&["--add", "--deny-principal", "User:bob"], &prefixed[..]].concat());
    let listed = acls(&["--list"]);
    assert!(listed.contains("principal=User:ann, host=*, operation=READ"), "{listed}");
    let matching = acls(&["--list", "--topic", "orders", "--resource-pattern-type", "match"]);
    assert!(matching.contains("User:ann") && matching.contains("User:bob"), "{matching}");
    acls(&[&["--remove", "--force"], &orders[..]].concat());
    let left = acls(&["--list"]);
    assert!(!left.contains("User:ann") && left.contains("User:bob"), "{left}");

    let ann = ["--entity-type", "users", "--entity-name", "ann"];
    for config in ["SCRAM-SHA-256=[iterations=8192,password=secret]", "producer_byte_rate=1024"] {
        cluster.configs(&[&["--alter", "--add-config", config], &ann[..]].concat());
    }
    let user = cluster.configs(&[&["--describe"], &ann[..]].concat());
    assert!(user.contains("producer_byte_rate=1024"), "{user}");
    assert!(user.contains("SCRAM-SHA-256=iterations=8192"), "{user}");
    for config in ["SCRAM-SHA-256", "producer_byte_rate"] {
        cluster.configs(&[&["--alter", "--delete-config", config], &ann[..]].concat());
    }
    let user = cluster.configs(&[&["--describe"], &ann[..]].concat());
    assert!(!user.contains("SCRAM") && !user.contains("producer_byte_rate"), "{user}");
}

#[test]
fn configurations_of_every_kind() {
    let Some(cluster) = Cluster::start("ConfigCommand") else { return };
    let set = |kind: &str, name: &str, config: &str| {
        let entity = ["--entity-type", kind, "--entity-name", name];
        cluster.configs(&[&["--alter", "--add-config", config], &entity[..]].concat());
        let described = cluster.configs(&[&["--describe"], &entity[..]].concat());
        assert!(described.contains(config), "{kind} {name}: {described}");
    };
    cluster.topics(&["--create", "--topic", "t", "--partitions", "1"]);
    set("topics", "t", "retention.ms=5000");
    set("brokers", "1", "log.retention.ms=6000");
    set("groups", "g", "consumer.session.timeout.ms=50000");
    set("client-metrics", "m", "interval.ms=1000");
    set("broker-loggers", "1", "kafka.server.KafkaApis=DEBUG");
    let all = ["--entity-type", "brokers", "--entity-default"];
    cluster.configs(&[&["--alter", "--add-config", "log.retention.ms=7000"], &all[..]].concat());
    let described = cluster.configs(&[&["--describe"], &all[..]].concat());
    assert!(described.contains("DYNAMIC_DEFAULT_BROKER_CONFIG:log.retention.ms=7000"));
    let metrics = "org.apache.kafka.tools.ClientMetricsCommand";
    assert!(cluster.tool(metrics, &["--list"]).lines().any(|line| line == "m"));
}

#[test]
fn replicas_leaders_features_and_the_quorum() {
    let Some(cluster) = Cluster::start("ReassignPartitionsCommand and others") else { return };
    cluster.topics(&["--create", "--topic", "t", "--replica-assignment", "1:2"]);
    reassign(&cluster);
    let elect = "org.apache.kafka.tools.LeaderElectionCommand";
    let said = cluster.tool(elect, &["--election-type", "preferred", "--all-topic-partitions"]);
    assert!(!said.contains("Error"), "{said}");
    let dirs = cluster.tool("org.apache.kafka.tools.LogDirsCommand", &["--describe"]);
    assert!(dirs.contains("broker-3/a") && dirs.contains("broker-3/b"), "{dirs}");

    let features =
        |arguments: &[&str]| cluster.tool("org.apache.kafka.tools.FeatureCommand", arguments);
    let elr = "eligible.leader.replicas.version";
    assert!(features(&["describe"]).contains("metadata.version"));
    let said = features(&["disable", "--feature", elr]);
    assert!(said.contains(&format!("{elr} was disabled.")), "{said}");
    let said = features(&["upgrade", "--feature", &format!("{elr}=1")]);
    assert!(said.contains(&format!("{elr} was upgraded to 1.")), "{said}");
    quorum(&cluster);
    let forget = ["unregister", "--id", "99"];
    let said = cluster
        .java
        .tool("org.apache.kafka.tools.ClusterTool")
        .args(forget)
        .args(["--bootstrap-server", cluster.broker.bootstrap()])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(said.contains("Broker ID 99 is not currently registered"), "{said}");
}

fn reassign(cluster: &Cluster) {
    let plan = r#"{"version":1,"partitions":[{"topic":"t","partition":0,"replicas":[3,1],"log_dirs":["any","any"]}]}"#;
    let plan = cluster.file("plan.json", plan);
    let command = |action: &str, more: &[&str]| {
        let arguments = [&[action, "--reassignment-json-file", &plan][..], more].concat();
        cluster.tool("org.apache.kafka.tools.reassign.ReassignPartitionsCommand", &arguments)
    };
    let said = command("--execute", &["--throttle", "50000000"]);
    assert!(said.contains("Successfully started partition reassignment"), "{said}");
    let deadline = Instant::now() + Duration::from_secs(60);
    let verified = loop {
        let said = command("--verify", &[]);
        if said.contains("is completed") || Instant::now() > deadline {
            break said;
        }
    };
    assert!(verified.contains("Reassignment of partition t-0 is completed"), "{verified}");
    let described = cluster.topics(&["--describe", "--topic", "t"]);
    assert!(described.contains("Replicas: 3,1"), "{described}");
    assert!(!described.contains("throttled"), "--verify takes the throttle away: {described}");
}

fn quorum(cluster: &Cluster) {
    let command = |arguments: &[&str]| {
        cluster.tool("org.apache.kafka.tools.MetadataQuorumCommand", arguments)
    };
    let replication = command(&["describe", "--replication"]);
    let third = replication.lines().find(|line| line.starts_with("3002")).unwrap_or_default();
    let directory = third.split_whitespace().nth(1).unwrap_or_default().to_owned();
    assert!(third.contains("Follower") && directory.len() == 22, "{replication}");
    let key = ["--controller-id", "3002", "--controller-directory-id", &directory];
    command(&[&["remove-controller"], &key[..]].concat());
    let status = command(&["describe", "--status"]);
    let voters = status.lines().find(|line| line.starts_with("CurrentVoters")).unwrap_or_default();
    assert!(voters.contains("3001") && !voters.contains("3002"), "{status}");
}
