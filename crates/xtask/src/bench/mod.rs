//! `cargo xtask bench WHAT`: figures measured on this machine, side by side in one run, as rows for
//! docs/RESULTS.md. Needs the release programs: `cargo build --release --workspace --bins`.

mod app;
mod app_topics;
mod codec;
mod groups;
mod load;
mod many;
mod peers;
mod probe;
mod process;
mod singles;
mod start;
mod stats;
mod wire;

use clap::ValueEnum;

/// What to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum What {
    /// `weir-broker run` to the first ApiVersions answer, fresh and existing; idle memory.
    Start,
    /// Produce and consume with one librdkafka client, against franz-go's kfake in memory.
    Load,
    /// 10,000 topics: created, listed, memory; a broker that leads a third of them stopped.
    Many,
    /// 10,000 topics by single requests, 32 in flight.
    Singles,
    /// The window: start, memory, Create, the topics page, the filter, lists of topics and groups.
    App,
    /// The codec alone.
    Wire,
    /// All of the above.
    All,
}

/// Runs the measurements and prints them as a table.
pub(crate) fn run(what: What) -> anyhow::Result<()> {
    println!("{}", process::conditions()?);
    println!("\n| what | measured | limit |\n|---|---|---|");
    let wanted = |one| what == one || what == What::All;
    if wanted(What::Wire) {
        codec::run()?;
    }
    if wanted(What::Start) {
        start::run()?;
    }
    if wanted(What::Many) {
        many::run()?;
    }
    if wanted(What::Singles) {
        singles::run()?;
    }
    if wanted(What::App) {
        app::run()?;
    }
    if wanted(What::Load) {
        load::run()?;
    }
    Ok(())
}

/// One row of the table.
fn row(what: &str, measured: &str, limit: &str) {
    println!("| {what} | {measured} | {limit} |");
}
