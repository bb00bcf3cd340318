//! `cargo xtask bench WHAT`: figures measured on this machine, side by side in one run, as rows for
//! docs/RESULTS.md. Needs the release programs: `cargo build --release --workspace --bins`.

mod app;
mod app_topics;
mod ask;
mod codec;
mod commits;
mod cost;
mod files;
mod groups;
mod idle;
mod join;
mod kcat;
mod link;
mod load;
mod many;
mod peers;
mod plot;
mod probe;
mod process;
mod sample;
mod singles;
mod start;
mod stats;
mod table;
mod transactions;

use clap::ValueEnum;
use std::path::Path;
use weir_tests::wire;

use self::table::{missing, row};

/// What to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum What {
    /// The codec alone.
    Wire,
    /// `weir-broker run` to the first ApiVersions answer, fresh and existing; idle memory.
    Start,
    /// What a cluster costs that nobody uses, and one consumer of 40,000 partitions without news.
    Idle,
    /// The sample workload and what it costs the engine, over a whole cycle of it (five minutes) and its two parts.
    Sample,
    /// 10,000 topics: created, listed, memory; a broker that leads a third of them stopped.
    Many,
    /// 10,000 topics by single requests, 32 in flight.
    Singles,
    /// 10,000 members of 1,000 groups join at once.
    Join,
    /// A group coordinator moves: 1,000,000 commits over 10,000 keys are loaded.
    Commits,
    /// 100,000 partitions with a record each under a limit of 1,024 open files.
    Files,
    /// Transactions of 10 records by one producer, beside three Apache Kafka nodes.
    Transactions,
    /// What partitions, connections and groups cost at 1, 10 and 100 times their number, with pictures.
    Cost,
    /// Produce and consume with one librdkafka client, against franz-go's kfake in memory.
    Load,
    /// The window: start, memory, Create, the topics page, the filter, lists of topics and groups.
    App,
    /// All of the above.
    All,
}

impl What {
    fn measure(self, root: &Path) -> anyhow::Result<()> {
        match self {
            Self::Wire => codec::run(),
            Self::Start => start::run(),
            Self::Idle => idle::run(),
            Self::Sample => sample::run(),
            Self::Many => many::run(),
            Self::Singles => singles::run(),
            Self::Join => join::run(),
            Self::Commits => commits::run(),
            Self::Files => files::run(),
            Self::Transactions => transactions::run(),
            Self::Cost => cost::run(root),
            Self::Load => load::run(),
            Self::App => app::run(),
            Self::All => Ok(()),
        }
    }
}

/// Runs the measurements and prints each as a table; with `record` docs/RESULTS.md gets those that are whole. One that
/// fails, or of which something cannot be measured here, does not keep the others from being measured.
pub(crate) fn run(what: What, record: bool, root: &Path) -> anyhow::Result<()> {
    let wanted = |one: &&What| **one != What::All && (what == **one || what == What::All);
    let mut failed = Vec::new();
    for one in What::value_variants().iter().filter(wanted) {
        let name = one.to_possible_value().map(|value| value.get_name().to_owned());
        let name = name.unwrap_or_default();
        table::begin(&name, &process::conditions()?);
        if let Err(error) = one.measure(root).and_then(|()| table::whole()) {
            println!("failed: {error:#}");
            failed.push(name);
        } else if record {
            table::record(root, &name)?;
        }
    }
    let kept = if record { "; docs/RESULTS.md keeps what it has of them" } else { "" };
    anyhow::ensure!(failed.is_empty(), "not measured: {}{kept}", failed.join(", "));
    Ok(())
}
