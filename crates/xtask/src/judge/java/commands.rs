//! Every command of kafka-tools that speaks to a broker, once at least; what the broker's own tests run more closely
//! (topics, ACLs, reassignments, share groups, transactions) only touches here.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use weir_tests::broker::Broker;
use weir_tests::java::Jars;
use weir_tests::programs::Running;

use super::tools::Tools;

const SETTINGS: [&str; 2] = [
    "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users=User:ANONYMOUS",
];
const COUNT: usize = 500;
const VERIFIED_LIMIT: Duration = Duration::from_secs(60);

/// A line of words, and what the command must say.
type Step = (&'static str, &'static [&'static str]);

/// Records, offsets, groups.
const DATA: [Step; 16] = [
    ("TopicCommand --describe --topic orders", &["PartitionCount: 2", "ReplicationFactor: 3"]),
    ("GetOffsetShell --topic orders --time earliest", &["orders:0:0", "orders:1:0"]),
    ("GetOffsetShell --topic orders --time max-timestamp", &["orders:"]),
    (
        "consumer.ConsoleConsumer --topic orders --group g --from-beginning --max-messages 500",
        &["Processed a total of 500 messages"],
    ),
    ("GroupsCommand --list", &["g ", "Classic"]),
    ("consumer.group.ConsumerGroupCommand --list --state", &["Empty"]),
    ("consumer.group.ConsumerGroupCommand --describe --group g --state", &["Empty"]),
    ("consumer.group.ConsumerGroupCommand --describe --group g --members", &["no active members"]),
    (
        "consumer.group.ConsumerGroupCommand --reset-offsets --group g --topic orders --to-earliest --execute",
        &["orders", "NEW-OFFSET"],
    ),
    (
        "consumer.group.ConsumerGroupCommand --delete-offsets --group g --topic orders",
        &["Successful"],
    ),
    ("consumer.group.ConsumerGroupCommand --delete --group g", &["was successful"]),
    (
        "EndToEndLatency --topic orders --num-records 50 --producer-acks all --record-size 100",
        &["Avg latency", "Percentiles"],
    ),
    (
        "ProducerPerformance --topic orders --num-records 1000 --record-size 100 --throughput -1 \
         --transaction-duration-ms 100 --transactional-id perf",
        &["1000 records sent"],
    ),
    ("ConsumerPerformance --topic orders --num-records 1000 --group perf", &[", 1000, "]),
    (
        "LogCompactionTester --messages 2000 --topics 1 --percent-deletes 10 --duplicates 20 --sleep 1",
        &[" 0 mismatches", "Data verification is completed"],
    ),
    ("TransactionsCommand list", &["perf", "CompleteCommit"]),
];

/// The cluster.
const CLUSTER: [Step; 12] = [
    ("BrokerApiVersionsCommand", &["Produce(0)", "StreamsGroupDescribe(89)"]),
    (
        ".kafka.admin.ConfigCommand --describe --entity-type brokers --entity-name 1 --all",
        &["log.retention.ms"],
    ),
    ("ClientMetricsCommand --alter --name m --metrics org.apache --interval 1000", &["m."]),
    ("ClientMetricsCommand --describe", &["interval.ms=1000"]),
    ("ClientMetricsCommand --delete --name m", &["m."]),
    ("FeatureCommand describe", &["metadata.version", "streams.version"]),
    ("MetadataQuorumCommand describe --status", &["LeaderId:", "CurrentVoters:"]),
    ("MetadataQuorumCommand describe --replication", &["Leader", "Follower", "Observer"]),
    ("LeaderElectionCommand --election-type preferred --all-topic-partitions", &[]),
    ("LogDirsCommand --describe --topic-list orders", &["orders-0", "orders-1"]),
    (
        "AclCommand --add --allow-principal User:a --operation Read --topic orders",
        &["operation=READ"],
    ),
    ("AclCommand --list", &["principal=User:a"]),
];

/// What coordinators keep, as the formatters of the console consumer read it.
const FORMATTED: [(&str, &str, &str); 4] = [
    ("__consumer_offsets", "OffsetsMessageFormatter", "\"topic\":\"orders\""),
    ("__consumer_offsets", "GroupMetadataMessageFormatter", "\"group\":\"perf\""),
    ("__transaction_state", "TransactionLogMessageFormatter", "\"transactionalId\":\"perf\""),
    (
        "__share_group_state",
        "group.share.ShareGroupStateMessageFormatter",
        "\"groupId\":\"sharers\"",
    ),
];

pub(super) fn run(jars: &Jars) -> Result<String> {
    let broker = Broker::start(3, &SETTINGS)?;
    let tools = Tools::new(jars, &broker.bootstrap);
    tools.expect(
        "TopicCommand --create --topic orders --partitions 2",
        &["Created topic orders."],
    )?;
    let lines: String = (0..COUNT).map(|number| format!("{number}\n")).collect();
    tools.expect_of("ConsoleProducer --topic orders", &lines, &[])?;
    for (line, says) in DATA.into_iter().chain(CLUSTER) {
        tools.expect(line, says)?;
    }
    share_groups(&tools)?;
    for (topic, formatter, says) in FORMATTED {
        let line = format!("--topic {topic} --from-beginning --timeout-ms 3000");
        let formatter = format!("--formatter org.apache.kafka.tools.consumer.{formatter}");
        tools.expect(&format!("consumer.ConsoleConsumer {line} {formatter}"), &[says])?;
    }
    from_files(&tools)?;
    with_the_words_after_the_action(&tools)?;
    replicas_agree(&tools)?;
    Ok(format!("{} commands of kafka-tools", tools.count.get()))
}

fn share_groups(tools: &Tools<'_>) -> Result<()> {
    let entity = "--entity-type groups --entity-name sharers";
    let config = format!(".kafka.admin.ConfigCommand --alter {entity}");
    let config = format!("{config} --add-config share.auto.offset.reset=earliest");
    tools.expect(&config, &["Completed updating config for group sharers"])?;
    let line =
        "ShareConsumerPerformance --topic orders --num-records 500 --group sharers --timeout 60000";
    let said = tools.expect(line, &["data.consumed.in.nMsg"])?;
    ensure!(!said.contains("WARNING"), "everything was consumed: {said}");
    let group = "consumer.group.ShareGroupCommand --group sharers";
    tools.expect(&format!("{group} --describe"), &["sharers"])?;
    tools.expect(&format!("{group} --delete-offsets --topic orders"), &["Successful"])?;
    tools.expect(&format!("{group} --delete"), &["was successful"]).map(drop)
}

fn from_files(tools: &Tools<'_>) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = |name: &str, text: &str| -> Result<String> {
        let path = folder.path().join(name);
        std::fs::write(&path, text)?;
        Ok(path.display().to_string())
    };
    let partition = r#"{"topic":"orders","partition":0,"offset":1}"#;
    let offsets = file("offsets", &format!(r#"{{"version":1,"partitions":[{partition}]}}"#))?;
    let line = format!("DeleteRecordsCommand --offset-json-file {offsets}");
    tools.expect(&line, &["Records delete operation completed", "low_watermark: 1"])?;
    let topics = file("topics", r#"{"version":1,"topics":[{"topic":"orders"}]}"#)?;
    let line = "reassign.ReassignPartitionsCommand --generate --broker-list 1,2,3";
    let said = "Proposed partition reassignment configuration";
    tools.expect(&format!("{line} --topics-to-move-json-file {topics}"), &[said])?;
    // Nobody signs in on a plaintext listener, and tokens are for those who did.
    let config = file("empty.properties", "")?;
    let line = format!("DelegationTokenCommand --describe --command-config {config}");
    tools.expect(&line, &["UnsupportedByAuthenticationException"]).map(drop)
}

/// Those that want `--bootstrap-server` behind their action.
fn with_the_words_after_the_action(tools: &Tools<'_>) -> Result<()> {
    for (action, says) in [("cluster-id", "Cluster ID: "), ("list-endpoints", "unfenced")] {
        let mut command = tools.command("ClusterTool");
        command.args([action, "--bootstrap-server", tools.bootstrap]);
        let said = tools.text_of(command, "")?;
        ensure!(said.contains(says), "ClusterTool {action}: {said}");
    }
    Ok(())
}

/// A tool that reads every replica, and says how far each lags behind; it goes on for ever.
fn replicas_agree(tools: &Tools<'_>) -> Result<()> {
    let mut command = tools.command("ReplicaVerificationTool");
    command.args(["--broker-list", tools.bootstrap, "--topics-include", "orders"]);
    command.args(["--report-interval-ms", "500"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut running = Running::start(&mut command)?;
    let stdout = running.0.stdout.take().context("its output is piped")?;
    let (send, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                break;
            }
        }
    });
    let deadline = Instant::now() + VERIFIED_LIMIT;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let line = lines.recv_timeout(left).context("ReplicaVerificationTool said nothing")?;
        if line.contains("max lag is 0 for partition") {
            tools.count.set(tools.count.get() + 1);
            return Ok(());
        }
    }
}
