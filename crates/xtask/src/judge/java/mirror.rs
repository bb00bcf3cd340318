//! MirrorMaker 2 copies a topic, its configuration and a group's offsets from one cluster to another.

use std::fs;
use std::process::Stdio;

use anyhow::{Result, ensure};
use weir_tests::broker::Broker;
use weir_tests::java::Jars;
use weir_tests::programs::Running;

use super::tools::{Tools, properties, until};

const CLASS: &str = "org.apache.kafka.connect.mirror.MirrorMaker";
const COUNT: usize = 200;

pub(super) fn run(jars: &Jars) -> Result<String> {
    let clusters = [Broker::start(3, &[])?, Broker::start(3, &[])?];
    let [from, to] = clusters.each_ref().map(|cluster| Tools::new(jars, &cluster.bootstrap));
    let create =
        "TopicCommand --create --topic orders --partitions 2 --config retention.ms=987654321";
    from.expect(create, &["Created topic orders"])?;
    produce(&from, 0)?;
    let read = format!("--topic orders --group readers --from-beginning --max-messages {COUNT}");
    from.expect(&format!("consumer.ConsoleConsumer {read}"), &[&format!("of {COUNT} messages")])?;

    let folder = tempfile::tempdir()?;
    let config = configure(folder.path(), from.bootstrap, to.bootstrap)?;
    let said = fs::File::create(folder.path().join("said"))?;
    let mut command = jars.command(CLASS);
    command.arg(config).stdin(Stdio::null()).stdout(said.try_clone()?).stderr(said);
    let mut mirror = Running::start(&mut command)?;
    let held = (|| {
        until("the copied records", || Ok(copied(&to)? == COUNT))?;
        produce(&from, COUNT)?;
        until("records written meanwhile", || Ok(copied(&to)? == 2 * COUNT))?;
        until("the group's offsets", || Ok(group_offset(&to)? > 0))
    })();
    if let Err(error) = held {
        let said = fs::read_to_string(folder.path().join("said")).unwrap_or_default();
        return Err(error.context(said));
    }
    ensure!(copied(&to)? == 2 * COUNT, "each record once");
    ensure!(group_offset(&to)? <= COUNT, "the group is never further than it was");
    let wanted = ["PartitionCount: 2", "retention.ms=987654321"];
    to.expect("TopicCommand --describe --topic A.orders", &wanted)?;
    mirror.end();
    Ok("MirrorMaker 2 copies a topic with its configuration, and a group's offsets".to_owned())
}

fn produce(tools: &Tools<'_>, first: usize) -> Result<()> {
    let lines: String = (first..first + COUNT).map(|number| format!("{number}\n")).collect();
    tools.expect_of("ConsoleProducer --topic orders", &lines, &[]).map(drop)
}

fn configure(folder: &std::path::Path, from: &str, to: &str) -> Result<String> {
    let lines = [
        ("clusters", "A, B"),
        ("A.bootstrap.servers", from),
        ("B.bootstrap.servers", to),
        ("A->B.enabled", "true"),
        ("A->B.topics", "orders"),
        ("A->B.groups", "readers"),
        ("A->B.sync.group.offsets.enabled", "true"),
        ("A->B.sync.group.offsets.interval.seconds", "1"),
        ("A->B.emit.checkpoints.interval.seconds", "1"),
        ("A->B.refresh.topics.interval.seconds", "2"),
        ("A->B.refresh.groups.interval.seconds", "2"),
        ("A->B.offset.lag.max", "0"),
        ("B->A.enabled", "false"),
        ("B->A.emit.heartbeats.enabled", "false"),
        ("replication.factor", "3"),
        ("offset.flush.interval.ms", "500"),
    ];
    properties(folder, "mirror.properties", &lines)
}

/// How many records the copy has.
fn copied(tools: &Tools<'_>) -> Result<usize> {
    // TOPIC:PARTITION:OFFSET
    let said = tools.expect("GetOffsetShell --topic A.orders", &[])?;
    let ends = said.lines().filter(|line| line.starts_with("A.orders:"));
    Ok(ends.filter_map(|line| line.rsplit(':').next()?.parse::<usize>().ok()).sum())
}

/// How far the group is in the copy, all partitions together.
fn group_offset(tools: &Tools<'_>) -> Result<usize> {
    // GROUP TOPIC PARTITION CURRENT-OFFSET
    let said =
        tools.expect("consumer.group.ConsumerGroupCommand --describe --group readers", &[])?;
    let rows = said.lines().filter(|line| line.starts_with("readers "));
    Ok(rows.filter_map(|row| row.split_whitespace().nth(3)?.parse::<usize>().ok()).sum())
}
