//! The contract's TypeScript. It is made from the compiled command table, so that is built first: here it cannot be
//! linked, because this program has to run before weir-wire is generated.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::jars::workspace;

const PROGRAM: &str = "export-types";

/// Builds the program that writes `ui/src/generated`, and runs it.
pub(super) fn write() -> Result<()> {
    // The selection of every other build: another one would build the C libraries again.
    call(Command::new("cargo").args(["build", "-q", "--workspace", "--bin", PROGRAM]))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or("target".into(), PathBuf::from);
    call(&mut Command::new(workspace().join(target).join("debug").join(PROGRAM)))
}

fn call(command: &mut Command) -> Result<()> {
    let status = command.current_dir(workspace()).status();
    let status = status.with_context(|| format!("cannot run {command:?}"))?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(())
}
