//! The deterministic simulator: clients against an engine on a simulated file system and clock, while
//! processes die, power fails, writes tear, clocks step, brokers stop, die and start. What
//! `engine.md` promises in sections 1 and 3 is checked all along. A seed replays.

mod brokers;
mod classic_member;
mod client;
mod committer;
mod consumer;
mod consumer_member;
mod crash;
mod follower_reader;
mod group;
mod judge;
mod keyed;
mod keyed_producer;
mod keyed_reader;
mod keyed_transactor;
mod ledger;
mod moves;
mod offsets;
mod processing;
mod processor;
mod producer;
mod reader;
mod requests;
mod run;
mod sender;
mod shared;
mod sharer;
mod streams;
mod streams_member;
mod transactor;
mod txn_producer;
mod visibility;
mod whole_log;
mod wire;
mod world;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use anyhow::{Result, bail};

/// What to simulate.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// One seed, with everything that happens in it.
    #[arg(long, conflicts_with = "seeds")]
    seed: Option<u64>,
    /// This many seeds, from --from on.
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first seed of --seeds.
    #[arg(long, default_value_t = 1)]
    from: u64,
}

/// Runs one seed aloud, or many quietly.
pub(crate) fn run(args: &Args) -> Result<()> {
    match args.seed {
        Some(seed) => one(seed),
        None => many(args.from, args.seeds),
    }
}

fn one(seed: u64) -> Result<()> {
    let outcome = run::seed(seed, true);
    for line in &outcome.trace {
        println!("{line}");
    }
    match outcome.violation {
        None => {
            println!("seed {seed}: every promise kept");
            Ok(())
        }
        Some(violation) => bail!("seed {seed}: {violation}"),
    }
}

fn many(from: u64, count: u64) -> Result<()> {
    let started = Instant::now();
    let next = AtomicU64::new(from);
    let failures: Mutex<Vec<u64>> = Mutex::default();
    let counts: Mutex<world::Counts> = Mutex::default();
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= from + count {
                        return;
                    }
                    let outcome = run::seed(seed, false);
                    counts.lock().unwrap_or_else(|e| e.into_inner()).add(outcome.counts);
                    if let Some(violation) = outcome.violation {
                        println!("seed {seed}: {violation}");
                        failures.lock().unwrap_or_else(|e| e.into_inner()).push(seed);
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap_or_else(|e| e.into_inner());
    failures.sort();
    println!("{count} seeds in {:.1} s", started.elapsed().as_secs_f64());
    println!("{:?}", counts.into_inner().unwrap_or_else(|e| e.into_inner()));
    if failures.is_empty() {
        return Ok(());
    }
    let first = failures[0];
    bail!("{} seeds broke a promise; replay with: cargo xtask sim --seed {first}", failures.len())
}
