//! Apache Kafka's own Java programs against the built-in engine: Streams, Connect, MirrorMaker, and the commands.

mod commands;
mod connect;
mod mirror;
mod streams;
mod tools;

use std::time::Instant;

use anyhow::{Context as _, Result};
use weir_tests::java::Jars;

const ARTIFACTS: [&str; 7] = [
    "kafka-tools",
    "kafka_2.13",
    "kafka-streams",
    "connect-runtime",
    "connect-file",
    "connect-json",
    "connect-mirror",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// Word count under the classic and the streams protocol, and the commands for such groups.
    Streams,
    /// Connect standalone with the file connectors.
    Connect,
    /// MirrorMaker 2 between two clusters.
    Mirror,
    /// Every command of kafka-tools that speaks to a broker.
    Commands,
}

const ALL: [Part; 4] = [Part::Streams, Part::Connect, Part::Mirror, Part::Commands];

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only these parts.
    #[arg(long, value_enum)]
    only: Vec<Part>,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let jars = Jars::fetch("Apache Kafka's Java programs", "kafka-programs-4.3.1", &ARTIFACTS)?;
    let Some(jars) = jars else { return Ok(()) };
    for part in ALL.into_iter().filter(|part| args.only.is_empty() || args.only.contains(part)) {
        let started = Instant::now();
        let held = match part {
            Part::Streams => streams::run(&jars),
            Part::Connect => connect::run(&jars),
            Part::Mirror => mirror::run(&jars),
            Part::Commands => commands::run(&jars),
        };
        let held = held.with_context(|| format!("{part:?}"))?;
        println!("java: {held}; {:.0} s", started.elapsed().as_secs_f32());
    }
    Ok(())
}
