//! kcat as the judge of when a cluster can be used: a client that we did not write, started as a person starts it.

use anyhow::{Context as _, bail};
use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(15);
/// Between two starts: a kcat that was refused waits up to a second before it asks again.
const PACE: Duration = Duration::from_millis(10);
const PAUSE: Duration = Duration::from_micros(500);

/// Milliseconds from `since` until a `kcat -L` that was started meanwhile has ended and printed that many brokers.
pub(crate) fn lists(port: u16, brokers: usize, since: Instant) -> anyhow::Result<f64> {
    let mut started = Vec::new();
    let took = first(&mut started, port, &format!(" {brokers} brokers:"), since);
    for kcat in &mut started {
        // Those that ended need no signal.
        let _ = kcat.kill();
        kcat.wait()?;
    }
    took
}

fn first(started: &mut Vec<Child>, port: u16, wanted: &str, since: Instant) -> anyhow::Result<f64> {
    let mut next = Instant::now();
    while since.elapsed() < LIMIT {
        if Instant::now() >= next {
            started.push(start(port)?);
            next = Instant::now() + PACE;
        }
        for kcat in started.iter_mut() {
            if printed(kcat, wanted)? {
                return Ok(since.elapsed().as_secs_f64() * 1000.0);
            }
        }
        std::thread::sleep(PAUSE);
    }
    bail!("no kcat printed{wanted} within {LIMIT:?}")
}

fn start(port: u16) -> anyhow::Result<Child> {
    let mut kcat = Command::new("kcat");
    kcat.args(["-b", &format!("localhost:{port}"), "-L"]);
    kcat.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().context("kcat does not start")
}

/// Whether it has ended by itself and said so; what it printed is read once.
fn printed(kcat: &mut Child, wanted: &str) -> anyhow::Result<bool> {
    let Some(status) = kcat.try_wait()? else { return Ok(false) };
    let Some(mut stdout) = kcat.stdout.take() else { return Ok(false) };
    let mut said = String::new();
    stdout.read_to_string(&mut said)?;
    Ok(status.success() && said.contains(wanted))
}
