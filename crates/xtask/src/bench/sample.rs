//! The sample workload beside three brokers: what its process uses, and what it makes the engine use, over a whole
//! cycle of it.

use super::process::{self, Used};
use super::row;
use anyhow::Context as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use weir_control::ClusterDir;

/// Its groups are settled and the first batches of a start are over by then.
const SETTLE: Duration = Duration::from_secs(20);
/// Of every cycle one group reads slowly for the first part and catches up in the rest, as
/// `crates/weir-cli/src/commands/sample/run.rs` has it.
const CYCLE: Duration = Duration::from_secs(300);
const SLOW_PART: Duration = Duration::from_secs(210);

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
    let looks = looks(&[sample.id(), engine]);
    process::end(&mut sample);
    let [settled, slow, caught_up, end] = looks?;
    report("over a whole cycle of 300 s", "<= 1 % of a core", &settled, &end);
    report("its slow part, seconds 20 to 210", "", &settled, &slow);
    report("while a group catches up, seconds 210 to 300", "", &slow, &caught_up);
    Ok(())
}

/// When it was, and what each process had used by then.
struct Look(Instant, Vec<Used>);

/// After the start, at the end of the slow part, at the end of the cycle, and a whole cycle after the first.
fn looks(pids: &[u32]) -> anyhow::Result<[Look; 4]> {
    let since = Instant::now();
    let at = |when: Duration| {
        std::thread::sleep(when.saturating_sub(since.elapsed()));
        let used = pids.iter().map(|pid| Used::by(*pid)).collect::<anyhow::Result<_>>()?;
        anyhow::Ok(Look(Instant::now(), used))
    };
    Ok([at(SETTLE)?, at(SLOW_PART)?, at(CYCLE)?, at(SETTLE + CYCLE)?])
}

fn report(when: &str, limit: &str, Look(begin, before): &Look, Look(end, after): &Look) {
    let rows = [
        (format!("the sample workload, its process, {when}"), limit),
        ("... the engine meanwhile".to_owned(), ""),
    ];
    for ((what, limit), (before, after)) in rows.iter().zip(before.iter().zip(after)) {
        row(what, &after.since(*before, end.duration_since(*begin)), limit);
    }
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
