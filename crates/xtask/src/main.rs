//! The project's own tasks: `cargo xtask help`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

#[cfg(feature = "house")]
mod bench;
mod codegen;
#[cfg(feature = "house")]
mod dist;
#[cfg(feature = "judge")]
mod fuzz;
#[cfg(feature = "house")]
mod icons;
#[cfg(feature = "judge")]
mod judge;
#[cfg(feature = "house")]
mod pictures;
#[cfg(feature = "sim")]
mod sim;
#[cfg(feature = "house")]
mod tidy;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own tasks")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Writes the generated files anew, or with --check compares them.
    Codegen(codegen::Args),
    /// Feeds weir-wire with hostile bytes (needs nightly and cargo-fuzz).
    #[cfg(feature = "judge")]
    Fuzz(fuzz::Args),
    /// Lets others judge: Kafka's own classes, a real cluster.
    #[cfg(feature = "judge")]
    Judge {
        #[command(subcommand)]
        judge: judge::Judge,
    },
    /// Simulates clusters that fail in every way; a seed replays.
    #[cfg(feature = "sim")]
    Sim(sim::Args),
    /// Checks the structure: arrows, sources, file lengths, licences.
    #[cfg(feature = "house")]
    Tidy,
    /// Draws every size of the icon from icons/weir.svg, or with --check compares them.
    #[cfg(feature = "house")]
    Icons {
        /// Write nothing; fail where a committed icon differs.
        #[arg(long)]
        check: bool,
    },
    /// Measures this machine's figures for docs/RESULTS.md (release build).
    #[cfg(feature = "house")]
    Bench {
        #[arg(value_enum)]
        what: bench::What,
        /// Put the tables into docs/RESULTS.md.
        #[arg(long)]
        record: bool,
    },
    /// Takes the documentation's pictures anew, from the built programs (needs Xvfb, WebKitWebDriver and ImageMagick).
    #[cfg(feature = "house")]
    Pictures(pictures::Args),
    /// Builds the Debian package and checks that it is whole.
    #[cfg(feature = "house")]
    Dist,
}

fn main() -> Result<()> {
    match Cli::parse().task {
        Task::Codegen(args) => codegen::run(&args),
        #[cfg(feature = "judge")]
        Task::Fuzz(args) => fuzz::run(&args),
        #[cfg(feature = "judge")]
        Task::Judge { judge } => judge::run(&judge),
        #[cfg(feature = "sim")]
        Task::Sim(args) => sim::run(&args),
        #[cfg(feature = "house")]
        Task::Tidy => tidy::run(),
        #[cfg(feature = "house")]
        Task::Icons { check } => icons::run(&tidy::root()?, check),
        #[cfg(feature = "house")]
        Task::Bench { what, record } => bench::run(what, record, &tidy::root()?),
        #[cfg(feature = "house")]
        Task::Pictures(args) => pictures::run(&args, &tidy::root()?),
        #[cfg(feature = "house")]
        Task::Dist => dist::run(&tidy::root()?),
    }
}
