//! Start times, fresh and existing directory, and idle memory.

use super::process::{self, Broker};
use super::{probe, row, stats};
use std::time::{Duration, Instant};

const ROUNDS: usize = 20;
/// Brokers, limit fresh, limit existing, in milliseconds.
const CASES: [(u16, u32, u32); 3] = [(1, 30, 15), (3, 40, 20), (100, 100, 60)];
const IDLE: Duration = Duration::from_secs(10);

pub(crate) fn run() -> anyhow::Result<()> {
    for (brokers, fresh, existing) in CASES {
        let (new, old) = rounds(brokers)?;
        row(
            &format!("start, brokers: {brokers}, fresh directory"),
            &stats::ms(&new),
            &format!("p95 <= {fresh} ms"),
        );
        row(
            &format!("start, brokers: {brokers}, existing directory"),
            &stats::ms(&old),
            &format!("p95 <= {existing} ms"),
        );
    }
    let folder = process::scratch()?;
    let broker = Broker::start(&folder.path().join("c"), 3, process::free_ports(3)?)?;
    std::thread::sleep(IDLE);
    let memory = process::memory_mib(broker.pid())?;
    row("idle memory, 3 brokers (PSS)", &format!("{memory:.1} MiB"), "<= 20 MiB");
    Ok(())
}

/// Milliseconds to the first answer: in a fresh directory, then in the same one again.
fn rounds(brokers: u16) -> anyhow::Result<(Vec<f64>, Vec<f64>)> {
    let (mut fresh, mut existing) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let folder = process::scratch()?;
        let dir = folder.path().join("c");
        let port = process::free_ports(brokers)?;
        fresh.push(once(&dir, brokers, port)?);
        existing.push(once(&dir, brokers, port)?);
    }
    Ok((fresh, existing))
}

fn once(dir: &std::path::Path, brokers: u16, port: u16) -> anyhow::Result<f64> {
    let mut command = process::command(dir, brokers, port)?;
    let since = Instant::now();
    let mut child = command.stdout(std::process::Stdio::null()).spawn()?;
    let took = probe::first_answer(port, since);
    process::end(&mut child);
    took
}
