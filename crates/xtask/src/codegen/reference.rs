//! docs/REFERENCE.md: what `weir reference` prints, from the command line's own grammar and the command table. As the
//! contract's TypeScript, by a program that is built first.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::jars::workspace;
use super::output::Files;

const PAGE: &str = "docs/REFERENCE.md";
const PROGRAM: &str = "weir";

/// The page by the program that the last build made; `build` makes it anew first.
pub(super) fn generate(build: bool) -> Result<Files> {
    if build {
        // The selection of every other build: another one would build the C libraries again.
        let mut cargo = Command::new("cargo");
        cargo.args(["build", "-q", "--workspace", "--bin", PROGRAM]).current_dir(workspace());
        ensure!(cargo.status().context("running cargo")?.success(), "{PROGRAM} does not build");
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or("target".into(), PathBuf::from);
    let program = workspace().join(target).join("debug").join(PROGRAM);
    let mut weir = Command::new(&program);
    let output = weir.args(["--lang", "en", "reference"]).output();
    let output = output.with_context(|| format!("cannot run {}", program.display()))?;
    ensure!(output.status.success(), "{weir:?} ended with {}", output.status);
    let mut files = Files::default();
    files.add(PAGE.to_owned(), String::from_utf8(output.stdout).context(PAGE)?);
    Ok(files)
}
