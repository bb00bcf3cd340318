//! Kafka Streams counts words; then the commands for its groups.

use anyhow::{Result, ensure};
use weir_tests::broker::Broker;
use weir_tests::java::{Jars, WordCount};

use super::tools::Tools;

pub(super) fn run(jars: &Jars) -> Result<String> {
    let broker = Broker::start(3, &[])?;
    for protocol in ["classic", "streams"] {
        WordCount { jars, bootstrap: &broker.bootstrap, protocol, keeps_group: true }.run()?;
    }
    let tools = Tools::new(jars, &broker.bootstrap);
    streams_group(&tools)?;
    resetter(&tools)?;
    let commands = tools.count.get();
    Ok(format!(
        "Kafka Streams counts words under both protocols, {commands} commands on its groups"
    ))
}

fn streams_group(tools: &Tools<'_>) -> Result<()> {
    let group = |rest: &str| format!("streams.StreamsGroupCommand {rest}");
    let of = |rest: &str| group(&format!("--group words-streams {rest}"));
    tools.expect(&group("--list"), &["words-streams"])?;
    tools.expect(&group("--list --state"), &["words-streams", "Empty"])?;
    tools.expect(&of("--describe --state"), &["words-streams", "Empty"])?;
    tools.expect(&of("--describe --offsets --verbose"), &[])?;
    let reset = "--reset-offsets --input-topic words-streams-lines --to-earliest";
    tools.expect(&of(&format!("{reset} --dry-run")), &["words-streams-lines"])?;
    tools.expect(&of(&format!("{reset} --execute")), &["words-streams-lines"])?;
    let delete = "--delete-offsets --input-topic words-streams-lines";
    tools.expect(&of(delete), &["Request succeeded"])?;
    tools.expect(&of("--delete"), &["was successful"])?;
    let left = tools.expect(&group("--list"), &[])?;
    ensure!(!left.contains("words-streams"), "the group is gone: {left}");
    Ok(())
}

/// The older command, for applications of the classic protocol: input topics from their beginning, internal ones gone.
fn resetter(tools: &Tools<'_>) -> Result<()> {
    let line =
        "StreamsResetter --application-id words-classic --input-topics words-classic-lines --force";
    tools.expect(line, &["words-classic-lines", "words-classic-counts-changelog"])?;
    let topics = tools.expect("TopicCommand --list", &["words-classic-lines"])?;
    ensure!(
        !topics.contains("words-classic-counts-changelog"),
        "internal topics are gone: {topics}"
    );
    Ok(())
}
