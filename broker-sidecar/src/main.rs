//! `weir-broker`: reads flags, nothing else.
use std::io::Write as _;
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
            // Nobody may read it, or the disk may be full: the exit code stands.
            let _ = writeln!(std::io::stderr(), "error: {e}");
            ExitCode::from(e.exit_code())
        }
    }
}
