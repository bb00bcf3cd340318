//! The tests of franz-go (Go), from the versions that `franz-go/go.mod` names: its client, with consumers in classic and
//! KIP-848 groups, transactions and exactly-once processing, and its administrator.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use weir_tests::broker::Broker;
use weir_tests::programs;

const PACKAGES: [&str; 2] =
    ["github.com/twmb/franz-go/pkg/kgo", "github.com/twmb/franz-go/pkg/kadm"];
const BROKERS: u16 = 3;
/// Go's own limit for the tests of a package; building it comes before.
const TESTS_LIMIT: &str = "600s";
const LIMIT: Duration = Duration::from_secs(900);

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only tests whose names match this regular expression.
    #[arg(long)]
    only: Option<String>,
    /// Records that each of its chains of consumers and producers passes on.
    #[arg(long, default_value_t = 100_000)]
    records: u32,
    /// Its clients' connections are cut and its requests failed at random, as its CHAOS mode does.
    #[arg(long)]
    chaos: bool,
}

/// What the tests of a package came to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: usize,
    skipped: Vec<String>,
    failed: Vec<String>,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    ensure!(programs::on_path("go"), "Go is not installed: https://go.dev/dl");
    let broker = Broker::start(BROKERS, &[])?;
    let tallies: Vec<Tally> =
        PACKAGES.iter().map(|package| test(package, args, &broker)).collect::<Result<_>>()?;
    let failed: Vec<&str> = tallies.iter().flat_map(|tally| &tally.failed).map(|s| &**s).collect();
    ensure!(failed.is_empty(), "franz-go: failed: {}", failed.join(", "));
    Ok(())
}

fn test(package: &str, args: &Args, broker: &Broker) -> Result<Tally> {
    let mut command = Command::new("go");
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("franz-go"));
    command.args(["test", "-v", "-count=1", "-vet=off", "-timeout", TESTS_LIMIT]);
    if let Some(only) = &args.only {
        command.args(["-run", only]);
    }
    // Built by the Go that is here, never by one that it would fetch.
    command.arg(package).env("GOTOOLCHAIN", "local").env("KGO_SEEDS", &broker.bootstrap);
    command.env("KGO_TEST_RF", BROKERS.to_string());
    command.env("KGO_TEST_RECORDS", args.records.to_string());
    if args.chaos {
        command.env("KGO_TEST_CHAOS", "1");
    }
    let started = Instant::now();
    let output = programs::output_within(&mut command, "", LIMIT)?;
    let said = String::from_utf8_lossy(&output.stdout);
    let tally = Tally::of(&said);
    let ran = tally.passed + tally.failed.len();
    let why = || format!("{}\n{}", last_lines(&said), String::from_utf8_lossy(&output.stderr));
    ensure!(output.status.success() || !tally.failed.is_empty(), "{package}: {}", why());
    ensure!(args.only.is_some() || ran > 0, "{package}: no test ran: {}", why());
    let seconds = started.elapsed().as_secs_f32();
    let Tally { passed, skipped, failed } = &tally;
    println!(
        "{package}: {passed} pass, {} fail, {} skip: {seconds:.0} s",
        failed.len(),
        skipped.len()
    );
    skipped.iter().for_each(|name| println!("  skipped by its own condition: {name}"));
    failed.iter().for_each(|name| println!("  FAILED {name}"));
    if !failed.is_empty() {
        let log = programs::directory()?.join("franz-go.log");
        std::fs::write(&log, said.as_bytes()).context("the tests' output cannot be kept")?;
        println!("  what they said: {}", log.display());
    }
    Ok(tally)
}

impl Tally {
    /// Of `go test -v`: the tests at its left margin; their parts are indented.
    fn of(said: &str) -> Self {
        let mut tally = Self::default();
        for line in said.lines() {
            let name = |rest: &str| rest.split(' ').next().unwrap_or_default().to_owned();
            if line.starts_with("--- PASS: ") {
                tally.passed += 1;
            } else if let Some(rest) = line.strip_prefix("--- SKIP: ") {
                tally.skipped.push(name(rest));
            } else if let Some(rest) = line.strip_prefix("--- FAIL: ") {
                tally.failed.push(name(rest));
            }
        }
        tally
    }
}

fn last_lines(said: &str) -> String {
    let lines: Vec<&str> = said.lines().collect();
    lines[lines.len().saturating_sub(30)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_counted_without_their_parts() {
        let said = "=== RUN   TestA\n    --- PASS: TestA/part (0.00s)\n--- PASS: TestA (0.01s)\n\
                    --- SKIP: TestB (0.00s)\n--- FAIL: TestC (1.00s)\nFAIL\n";
        let expected =
            Tally { passed: 1, skipped: vec!["TestB".into()], failed: vec!["TestC".into()] };
        assert_eq!(Tally::of(said), expected);
    }
}
