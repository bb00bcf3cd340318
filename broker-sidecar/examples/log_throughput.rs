//! What the engine's log does on real files, alone: append latency, reads, look-ups, recovery, compaction.
//! `cargo run --release -p weir-broker --example log_throughput [DIR]`; DIR defaults to the temporary folder.
#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use weir_broker::RealFs;
use weir_engine::log::{
    AppendOrigin, AppendRequest, CleanupPolicy, LogConfig, LogContext, PartitionLog, ReadLimits,
    Recovery,
};
use weir_wire::Slice as _;
use weir_wire::records::{BatchBuilder, Compression, ValidBatch, ValidateOptions, validate};

const NOW: i64 = 1_700_000_000_000;
const APPENDS: usize = 20_000;
const BATCH_BYTES: usize = 16 << 10;
/// What a connection reads at a time.
const BUFFER_BYTES: usize = 256 << 10;

fn main() -> Result<()> {
    let root = std::env::args().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let root = root.join(format!("weir-log-throughput-{}", std::process::id()));
    std::fs::create_dir_all(&root)?;
    let result = validation().and_then(|()| large(&root)).and_then(|()| compaction(&root));
    std::fs::remove_dir_all(&root)?;
    result
}

/// A batch of records of 1,000 bytes.
fn batch(codec: Compression) -> Result<ValidBatch> {
    let mut builder = BatchBuilder::new().compression(codec);
    let mut value = 1_u32;
    while builder.len() < BATCH_BYTES {
        let bytes: Vec<u8> = (0..1000)
            .map(|_| {
                value = value.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (value >> 28) as u8
            })
            .collect();
        builder.append(NOW, Some(b"key"), Some(&bytes), &[]);
    }
    Ok(builder.build()?)
}

fn validation() -> Result<()> {
    for codec in Compression::ALL {
        let bytes = batch(codec)?.to_bytes();
        let options = ValidateOptions { now_ms: NOW, ..ValidateOptions::default() };
        let start = Instant::now();
        for _ in 0..2000 {
            black_box(validate(black_box(&bytes), &options)?);
        }
        println!("validate 16 KiB, {}: {:?}", codec.name(), start.elapsed() / 2000);
    }
    Ok(())
}

fn append(log: &PartitionLog, batch: &ValidBatch) -> Result<()> {
    let origin = AppendOrigin::Client;
    log.append(AppendRequest { batch, leader_epoch: 0, origin, now_ms: NOW })?;
    Ok(())
}

fn open(dir: &Path, config: LogConfig, existing: bool) -> PartitionLog {
    let context = LogContext::new(Arc::new(RealFs), 1000);
    let (dir, config) = (dir.to_path_buf(), Arc::new(config));
    if existing {
        return PartitionLog::existing(&context, dir, [1; 16], config, Recovery::SameBoot);
    }
    PartitionLog::empty(&context, dir, [1; 16], config)
}

fn large(root: &Path) -> Result<()> {
    let dir = root.join("large-0");
    let log = open(&dir, LogConfig::default(), false);
    let batch = batch(Compression::None)?;
    append(&log, &batch)?;
    let mut times = Vec::with_capacity(APPENDS);
    for _ in 0..APPENDS {
        let start = Instant::now();
        append(&log, &batch)?;
        times.push(start.elapsed());
    }
    report("append 16 KiB", &mut times, batch.len());
    plain_writes(root, batch.len())?;

    let end = log.log_end_offset();
    let start = Instant::now();
    let (mut offset, mut bytes, mut buffer) = (0, 0, vec![0; BUFFER_BYTES]);
    while offset < end {
        let limits = ReadLimits { max_bytes: 1 << 20, upper_offset: end, min_one: true };
        let Some(slice) = log.read(offset, limits)?.slice else { break };
        for at in (0..slice.len()).step_by(BUFFER_BYTES) {
            let count = BUFFER_BYTES.min(slice.len() - at);
            slice.read_at(at, &mut buffer[..count])?;
        }
        let whole = (slice.len() / batch.len()).max(1);
        bytes += whole * batch.len();
        offset += whole as i64 * i64::from(batch.header().record_count);
    }
    println!(
        "read 1 MiB at a time: {:.2} GB/s",
        bytes as f64 / start.elapsed().as_secs_f64() / 1e9
    );

    for (what, from) in [("anywhere", 0), ("near the end", end - 40)] {
        let mut times = Vec::new();
        for at in 0..10_000_i64 {
            let offset = from + (at * 7_919) % (end - from);
            let limits = ReadLimits { max_bytes: 1 << 20, upper_offset: end, min_one: true };
            let start = Instant::now();
            black_box(log.read(offset, limits)?);
            times.push(start.elapsed());
        }
        report(&format!("find an offset {what}"), &mut times, 0);
    }
    drop(log);
    let start = Instant::now();
    let recovered = open(&dir, LogConfig::default(), true).recover()?;
    println!(
        "recover after a kill: {:?}, {} bytes validated",
        start.elapsed(),
        recovered.scanned_bytes
    );
    Ok(())
}

fn compaction(root: &Path) -> Result<()> {
    const RECORDS: usize = 1_000_000;
    let cleanup = CleanupPolicy { delete: false, compact: true };
    let config = LogConfig { cleanup, segment_bytes: 100 << 20, ..LogConfig::default() };
    let log = open(&root.join("commits-0"), config, false);
    for at in 0..RECORDS {
        let mut builder = BatchBuilder::new();
        let (key, value) = (format!("group-topic-{:032}", at % 10_000), [7; 32]);
        builder.append(NOW, Some(key.as_bytes()), Some(&value), &[]);
        append(&log, &builder.build()?)?;
    }
    let start = Instant::now();
    let outcome = log.compact(NOW, log.log_end_offset())?;
    println!("compact {RECORDS} commits of 10,000 keys: {:?}, {outcome:?}", start.elapsed());
    Ok(())
}

/// What the file system alone takes for the same writes.
fn plain_writes(root: &Path, bytes: usize) -> Result<()> {
    let options = std::fs::OpenOptions::new().create(true).append(true).to_owned();
    let mut file = options.open(root.join("plain"))?;
    let content = vec![7; bytes];
    let mut times = Vec::with_capacity(APPENDS);
    for _ in 0..APPENDS {
        let start = Instant::now();
        file.write_all(&content)?;
        times.push(start.elapsed());
    }
    report("plain write of the same size", &mut times, bytes);
    Ok(())
}

fn report(what: &str, times: &mut [Duration], bytes: usize) {
    times.sort_unstable();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
    let total: Duration = times.iter().sum();
    let rate = (bytes * times.len()) as f64 / total.as_secs_f64() / 1e9;
    println!("{what}: p50 {:?}, p99 {:?}, {rate:.2} GB/s", at(0.5), at(0.99));
}
