//! franz-go's kfake, built from its Go module where Go is new enough.

use anyhow::{Context as _, bail};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A kfake cluster in memory; ends with its standard input.
#[derive(Debug)]
pub(crate) struct Kfake {
    child: Child,
    pub(crate) bootstrap: String,
}

/// Builds kfake into `folder`; says why when it cannot be had.
pub(crate) fn build_kfake(folder: &Path) -> anyhow::Result<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("kfake");
    let program = folder.join("kfake");
    let output = Command::new("go")
        .args(["build", "-o"])
        .arg(&program)
        .arg(".")
        .current_dir(source)
        .env("GOTOOLCHAIN", "local")
        .output()
        .context("Go is not installed")?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(program)
}

impl Kfake {
    pub(crate) fn start(program: &Path) -> anyhow::Result<Self> {
        let mut child =
            Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().context("kfake has a standard output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        Ok(Self { child, bootstrap: line.trim().to_owned() })
    }
}

impl Drop for Kfake {
    fn drop(&mut self) {
        super::process::end(&mut self.child);
    }
}
