//! `weir-broker`: reads flags, nothing else.
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use weir_broker::flags::{Cli, Command};

fn main() -> ExitCode {
    let begun = Instant::now();
    let done = match Cli::parse().command {
        Command::Run(flags) => weir_broker::run(&flags, begun),
        Command::Keep(flags) => weir_broker::keep(&flags.dir),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("error: {e}");
            ExitCode::from(e.exit_code())
        }
    }
}
