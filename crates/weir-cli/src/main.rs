//! `weir`: the console's commands without a window, and the console in a browser.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod serve;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "weir", version, about)]
struct Weir {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::ServeArgs),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Weir::parse().command {
        Command::Serve(args) => serve::run(args).await,
    }
}
