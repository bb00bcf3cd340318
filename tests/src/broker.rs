//! A `weir-broker run` of one test, on ports of its own.

use crate::programs::{self, Running, first_line};
use anyhow::{Context as _, bail};
use serde_json::Value;
use std::process::{Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use tempfile::TempDir;

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

/// Below what Linux gives to outgoing connections (net.ipv4.ip_local_port_range begins at 32768): a port that a
/// cluster must find again after a restart is not lent to a client meanwhile.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// The first of `count` neighbouring ports that were free a moment ago, and that no other call of this program gets.
pub fn free_block(count: u16) -> anyhow::Result<u16> {
    static NEXT: OnceLock<Mutex<u16>> = OnceLock::new();
    let room = PORTS.end - PORTS.start - count;
    // Programs that run side by side begin at different places.
    let begin = || Mutex::new((std::process::id() % 120) as u16 * 100);
    let mut next = NEXT.get_or_init(begin).lock().unwrap_or_else(PoisonError::into_inner);
    let free = |port: u16| std::net::TcpListener::bind(("127.0.0.1", port)).is_ok();
    for _ in 0..room {
        let first = PORTS.start + *next % room;
        *next = (*next + count) % room;
        if (first..first + count).all(free) {
            return Ok(first);
        }
    }
    bail!("no {count} neighbouring ports are free")
}

fn ready_line(process: &mut Running) -> anyhow::Result<Value> {
    let line = first_line(process).context("the broker did not become ready")?;
    serde_json::from_str(&line).with_context(|| format!("not a ready line: {line:?}"))
}
