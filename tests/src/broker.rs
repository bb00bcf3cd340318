//! A `weir-broker run` of one test, on ports of its own.

use crate::programs::{self, Running};
use anyhow::{Context as _, bail};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use tempfile::TempDir;

const READY_TIMEOUT: Duration = Duration::from_secs(15);

/// A running local cluster without a keeper.
#[derive(Debug)]
pub struct Broker {
    _process: Running,
    directory: TempDir,
    /// For clients: `localhost:PORT,localhost:PORT`.
    pub bootstrap: String,
}

impl Broker {
    /// Starts `brokers` brokers; `settings` are Kafka's own `name=value`.
    pub fn start(brokers: u16, settings: &[&str]) -> anyhow::Result<Self> {
        let directory = tempfile::tempdir()?;
        let mut command = Command::new(programs::path("weir-broker")?);
        command.arg("run").arg("--dir").arg(directory.path().join("cluster"));
        command.args([
            "--brokers",
            &brokers.to_string(),
            "--port",
            &free_block(brokers)?.to_string(),
        ]);
        for setting in settings {
            command.args(["--set", setting]);
        }
        let mut process = Running::start(command.stdout(Stdio::piped()).stderr(Stdio::null()))?;
        let ready = ready_line(&mut process)?;
        let bootstrap = ready["bootstrap"]["PLAINTEXT"].as_str().context("no bootstrap address")?;
        Ok(Self { bootstrap: bootstrap.to_owned(), _process: process, directory })
    }

    /// The cluster's directory.
    pub fn directory(&self) -> std::path::PathBuf {
        self.directory.path().join("cluster")
    }
}

/// The first of `count` neighbouring ports that were free a moment ago.
pub fn free_block(count: u16) -> anyhow::Result<u16> {
    for _ in 0..50 {
        let first = crate::driver::free_port()?;
        let free = |port: u16| std::net::TcpListener::bind(("127.0.0.1", port)).is_ok();
        if first.checked_add(count).is_some_and(|end| (first..end).all(free)) {
            return Ok(first);
        }
    }
    bail!("no {count} neighbouring ports are free")
}

fn ready_line(process: &mut Running) -> anyhow::Result<Value> {
    let stdout = process.0.stdout.take().context("the broker has a standard output")?;
    let (send, lines) = mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = BufReader::new(stdout).read_line(&mut line).map(|_| line);
        // The receiver is gone only when the wait below gave up.
        let _ = send.send(read);
    });
    let line = lines.recv_timeout(READY_TIMEOUT).context("the broker did not become ready")??;
    serde_json::from_str(&line).with_context(|| format!("not a ready line: {line:?}"))
}
