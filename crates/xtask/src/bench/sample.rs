//! The sample workload beside three brokers: what its process uses, and what it makes the engine use.

use super::process::{self, Used};
use super::row;
use anyhow::Context as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use weir_control::ClusterDir;

/// Its groups are settled and the first batches of a start are over by then.
const SETTLE: Duration = Duration::from_secs(20);
const PERIOD: Duration = Duration::from_secs(60);

pub(crate) fn run() -> anyhow::Result<()> {
    let home = process::scratch()?;
    weir(home.path(), &["up", "--brokers", "3", "--detach"])?;
    let measured = beside(home.path());
    weir(home.path(), &["cluster", "delete", "local", "--yes"])?;
    measured
}

fn beside(home: &Path) -> anyhow::Result<()> {
    let engine = ClusterDir::new(home.join("clusters/local")).load_control()?;
    let engine = engine.context("the engine wrote no control.json")?.pid;
    let mut sample = command(home, &["sample", "run"])?.spawn()?;
    std::thread::sleep(SETTLE);
    let used = watch(&[sample.id(), engine]);
    process::end(&mut sample);
    let used = used?;
    let rows = ["the sample workload, its process, over 60 s", "... the engine meanwhile"];
    for ((what, limit), used) in rows.into_iter().zip(["<= 1 % of a core", ""]).zip(used) {
        row(what, &used, limit);
    }
    Ok(())
}

fn watch(pids: &[u32]) -> anyhow::Result<Vec<String>> {
    let since = Instant::now();
    let before: Vec<_> = pids.iter().map(|pid| Used::by(*pid)).collect::<anyhow::Result<_>>()?;
    std::thread::sleep(PERIOD);
    let told = |(pid, before): (&u32, Used)| Ok(Used::by(*pid)?.since(before, since.elapsed()));
    pids.iter().zip(before).map(told).collect()
}

fn weir(home: &Path, args: &[&str]) -> anyhow::Result<()> {
    let status = command(home, args)?.status()?;
    anyhow::ensure!(status.success(), "weir {args:?} failed");
    Ok(())
}

fn command(home: &Path, args: &[&str]) -> anyhow::Result<Command> {
    let mut command = Command::new(process::program("weir")?);
    command.args(args).env("WEIR_HOME", home).stdin(Stdio::null()).stdout(Stdio::null());
    Ok(command)
}
