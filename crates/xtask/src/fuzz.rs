//! Fuzzing weir-wire, and the seeds of its committed corpus.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use weir_wire::ApiKey;
use weir_wire::records::{BatchBuilder, Compression, ControlType, ValidBatch};
use weir_wire::testing::{Random, Schema, fuzz, sample, schemas};

use crate::codegen::jars::workspace;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// What to feed with hostile bytes.
    #[arg(value_enum, default_value_t = Target::Requests)]
    target: Target,
    /// How long, in seconds.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Write the seeds of the committed corpora instead.
    #[arg(long)]
    seed: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Target {
    Requests,
    Responses,
    Batches,
}

impl Target {
    fn name(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Responses => "responses",
            Self::Batches => "batches",
        }
    }

    fn feed(self, data: &[u8]) {
        match self {
            Self::Requests => fuzz::request(data),
            Self::Responses => fuzz::response(data),
            Self::Batches => fuzz::batches(data),
        }
    }

    fn corpus(self) -> PathBuf {
        fuzz_folder().join("corpus").join(self.name())
    }
}

fn fuzz_folder() -> PathBuf {
    workspace().join("crates/weir-wire/fuzz")
}

pub(crate) fn run(args: &Args) -> Result<()> {
    if args.seed { seed() } else { hunt(args.target, args.seconds) }
}

/// What is found beyond the committed corpus stays in the target folder.
fn hunt(target: Target, seconds: u32) -> Result<()> {
    let mut probe = Command::new("cargo");
    probe.args(["+nightly", "fuzz", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    if !probe.status().is_ok_and(|status| status.success()) {
        println!("NOT CHECKED: fuzzing by coverage (needs nightly and `cargo install cargo-fuzz`)");
        return mutate(target, seconds);
    }
    let found = fuzz_folder().join("target/found").join(target.name());
    fs::create_dir_all(&found)?;
    let mut fuzz = Command::new("cargo");
    fuzz.args(["+nightly", "fuzz", "run", target.name(), "--fuzz-dir"]).arg(fuzz_folder());
    fuzz.arg(found).arg(target.corpus()).arg("--").arg(format!("-max_total_time={seconds}"));
    fuzz.args(["-rss_limit_mb=1024", "-max_len=65536", "-timeout=10"]);
    ensure!(fuzz.status().context("running cargo fuzz")?.success(), "the fuzzer found something");
    Ok(())
}

/// Without a fuzzer: the corpus with random changes. A panic prints the seed of its round.
fn mutate(target: Target, seconds: u32) -> Result<()> {
    let entries = fs::read_dir(target.corpus())?.map(|entry| Ok(fs::read(entry?.path())?));
    let corpus: Vec<Vec<u8>> = entries.collect::<Result<_>>()?;
    ensure!(!corpus.is_empty(), "the corpus of {} is empty", target.name());
    let end = Instant::now() + Duration::from_secs(seconds.into());
    let mut round = 0;
    while Instant::now() < end {
        let data = changed(&corpus, &mut Random::new(round));
        let outcome = std::panic::catch_unwind(|| target.feed(&data));
        ensure!(outcome.is_ok(), "{} panics in round {round}: {data:02x?}", target.name());
        round += 1;
    }
    println!("{}: {round} random changes of {} files, no panic", target.name(), corpus.len());
    Ok(())
}

/// One file of the corpus with up to eight bytes set, removed or taken from elsewhere.
fn changed(corpus: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut data = corpus[random.below(corpus.len())].clone();
    for _ in 0..=random.below(8) {
        let place = random.below(data.len().max(1));
        let Some(byte) = data.get_mut(place) else { continue };
        match random.below(5) {
            0 => *byte = 0xff,
            1 => *byte = byte.wrapping_add(1),
            2 => drop(data.remove(place)),
            3 => {
                let other = &corpus[random.below(corpus.len())];
                let from = random.below(other.len().max(1));
                data.splice(place.., other.get(from..).unwrap_or_default().iter().copied());
            }
            _ => *byte = random.draw() as u8,
        }
    }
    data
}

/// The APIs whose requests and responses are seeds: those that clients send most.
const SEEDED: [ApiKey; 14] = [
    ApiKey::Produce,
    ApiKey::Fetch,
    ApiKey::ListOffsets,
    ApiKey::Metadata,
    ApiKey::OffsetCommit,
    ApiKey::OffsetFetch,
    ApiKey::JoinGroup,
    ApiKey::SyncGroup,
    ApiKey::ApiVersions,
    ApiKey::CreateTopics,
    ApiKey::DescribeConfigs,
    ApiKey::IncrementalAlterConfigs,
    ApiKey::ConsumerGroupHeartbeat,
    ApiKey::StreamsGroupHeartbeat,
];

fn seed() -> Result<()> {
    for key in SEEDED {
        for version in [*key.versions().start(), *key.versions().end()] {
            let name = format!("{}-{version}", key.name());
            write(Target::Requests, &name, &request(key, version)?)?;
            write(Target::Responses, &name, &response(key, version)?)?;
        }
    }
    for (name, bytes) in batches()? {
        write(Target::Batches, &name, &bytes)?;
    }
    Ok(())
}

fn write(target: Target, name: &str, bytes: &[u8]) -> Result<()> {
    fs::create_dir_all(target.corpus())?;
    fs::write(target.corpus().join(name), bytes).with_context(|| format!("writing seed {name}"))
}

fn schema(name: &str) -> Result<&'static Schema> {
    schemas().iter().find(|schema| schema.name == name).with_context(|| format!("no {name}"))
}

fn request(key: ApiKey, version: i16) -> Result<Vec<u8>> {
    let schema = schema(&format!("{key}Request"))?;
    let mut bytes = (key as i16).to_be_bytes().to_vec();
    bytes.extend(version.to_be_bytes());
    bytes.extend(*b"\0\0\0\x01\0\x04seed");
    if key.request_header_version(version) == 2 {
        bytes.push(0);
    }
    bytes.extend(sample(schema, version, &mut Random::new(1)).bytes);
    Ok(bytes)
}

fn response(key: ApiKey, version: i16) -> Result<Vec<u8>> {
    let schema = schema(&format!("{key}Response"))?;
    let place = ApiKey::ALL.iter().position(|known| *known == key).context("no such key")?;
    let mut bytes = vec![place as u8, (version - key.versions().start()) as u8];
    bytes.extend(sample(schema, version, &mut Random::new(1)).bytes);
    Ok(bytes)
}

fn batches() -> Result<Vec<(String, Vec<u8>)>> {
    let codecs = [
        Compression::None,
        Compression::Gzip,
        Compression::Snappy,
        Compression::Lz4,
        Compression::Zstd,
    ];
    let mut seeds = Vec::new();
    for codec in codecs {
        seeds.push((codec.name().to_owned(), batch(codec, false)?));
        seeds.push((format!("{}-headers", codec.name()), batch(codec, true)?));
    }
    let marker = BatchBuilder::new().control(ControlType::Commit, 1000, &[0; 6])?;
    seeds.push(("control".into(), marker.to_bytes().to_vec()));
    let two = [batch(Compression::None, true)?, batch(Compression::Lz4, false)?].concat();
    seeds.push(("two-and-a-torn-one".into(), [&two[..], &two[..40]].concat()));
    Ok(seeds)
}

fn batch(codec: Compression, headers: bool) -> Result<Vec<u8>> {
    let mut builder = BatchBuilder::new().compression(codec).producer(7, 1, 0);
    let pairs: [(&[u8], Option<&[u8]>); 3] = [(b"a", Some(b"1")), (b"a", None), (b"", Some(b""))];
    for number in 0..3 {
        let headers = if headers { &pairs[..number] } else { &[] };
        builder.append(1000 + number as i64, Some(b"key"), Some(b"some value"), headers);
    }
    builder.append(999, None, None, &[]);
    let batch: ValidBatch = builder.build()?;
    Ok(batch.to_bytes().to_vec())
}
