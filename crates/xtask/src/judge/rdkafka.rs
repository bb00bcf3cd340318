//! The integration tests of the Rust crate rdkafka, from the version that this workspace depends on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use weir_tests::broker::Broker;
use weir_tests::{apache_kafka, programs};

/// librdkafka's C sources are compiled too.
const BUILD_LIMIT: Duration = Duration::from_secs(1800);
const TESTS_LIMIT: Duration = Duration::from_secs(900);
/// As in its docker-compose.yaml, and what Kafka has by default.
const SETTINGS: [&str; 2] = ["auto.create.topics.enable=true", "num.partitions=3"];

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only tests whose names contain this.
    #[arg(long)]
    only: Option<String>,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let folder = programs::directory()?.join("rdkafka-crate");
    let source = source()?;
    let broker = Broker::start(1, &SETTINGS)?;
    prepare(&source, &folder.join("source"), &broker)?;
    cargo(&folder, &["test", "--tests", "--no-run"], BUILD_LIMIT, &[])?;
    let environment =
        [("KAFKA_HOST", &*broker.bootstrap), ("KAFKA_VERSION", apache_kafka::VERSION)];
    let mut arguments = vec!["test", "--tests", "--no-fail-fast"];
    if let Some(only) = &args.only {
        arguments.extend(["--", only.as_str()]);
    }
    let started = Instant::now();
    let said = cargo(&folder, &arguments, TESTS_LIMIT, &environment)?;
    let passed: usize = said.lines().filter_map(passed_in).sum();
    ensure!(args.only.is_some() || passed > 0, "no test ran:\n{said}");
    println!(
        "rdkafka {}: {passed} tests pass; {:.0} s",
        version(&source),
        started.elapsed().as_secs_f32()
    );
    Ok(())
}

/// `test result: ok. 7 passed; ...`
fn passed_in(line: &str) -> Option<usize> {
    let (count, _) = line.strip_prefix("test result: ok. ")?.split_once(' ')?;
    count.parse().ok()
}

fn version(source: &Path) -> String {
    let name = source.file_name().map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_default().trim_start_matches("rdkafka-").to_owned()
}

/// Where cargo unpacked the crate.
fn source() -> Result<PathBuf> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["metadata", "--format-version", "1", "--offline"]);
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    let metadata: serde_json::Value = serde_json::from_str(&programs::stdout(&mut command)?)?;
    let packages = metadata["packages"].as_array().context("cargo names no packages")?;
    let package = packages.iter().find(|package| package["name"] == "rdkafka");
    let manifest = package.and_then(|package| package["manifest_path"].as_str());
    let manifest = manifest.context("cargo does not know where rdkafka is")?;
    Ok(Path::new(manifest).parent().context("a manifest lies in a folder")?.to_path_buf())
}

/// A copy that is a workspace of its own, wherever it lies, with this broker's id and port. The manifest comes last:
/// where it is, all is.
fn prepare(source: &Path, copied: &Path, broker: &Broker) -> Result<()> {
    let manifest = copied.join("Cargo.toml");
    if !manifest.exists() {
        copy(source, copied)?;
        fs::remove_file(&manifest)?;
    }
    let (_, port) = broker.bootstrap.rsplit_once(':').context("an address has a port")?;
    for entry in fs::read_dir(source.join("tests"))? {
        let path = entry?.path();
        let name = path.file_name().context("a test has a name")?;
        fs::write(
            copied.join("tests").join(name),
            of_this_broker(&fs::read_to_string(&path)?, port),
        )?;
    }
    let text = fs::read_to_string(source.join("Cargo.toml"))?;
    fs::write(manifest, format!("{text}\n[workspace]\n"))?;
    Ok(())
}

/// Its tests name the one broker of its docker-compose.yaml, which is 0 and listens on 9092; ours begin at 1.
fn of_this_broker(test: &str, port: &str) -> String {
    let id = [
        ("&[0]", "&[1]"),
        ("Broker(0)", "Broker(1)"),
        (".id(), 0)", ".id(), 1)"),
        (".leader(), 0)", ".leader(), 1)"),
        ("orig_broker_id != 0", "orig_broker_id != 1"),
    ];
    let named = id.iter().fold(test.to_owned(), |text, (theirs, ours)| text.replace(theirs, ours));
    named.replace(".port(), 9092)", &format!(".port(), {port})"))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

fn cargo(
    folder: &Path,
    arguments: &[&str],
    limit: Duration,
    environment: &[(&str, &str)],
) -> Result<String> {
    let mut command = Command::new(env!("CARGO"));
    command.args(arguments).current_dir(folder.join("source"));
    command.env("CARGO_TARGET_DIR", folder.join("target")).env("CARGO_INCREMENTAL", "0");
    // Without what it would be built with for a debugger: the C library alone is 100 MB.
    command.env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_PROFILE_TEST_DEBUG", "0");
    command.envs(environment.iter().copied());
    programs::stdout_within(&mut command, "", limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_name_the_broker_that_is_there() {
        let test = "(b.id(), 0); (b.port(), 9092); (p.partition(), 0); &[&[0], &[0]]";
        let named = of_this_broker(test, "27100");
        assert_eq!(named, "(b.id(), 1); (b.port(), 27100); (p.partition(), 0); &[&[1], &[1]]");
    }

    #[test]
    fn passed_tests_are_counted() {
        assert_eq!(passed_in("test result: ok. 7 passed; 0 failed; 0 ignored"), Some(7));
        assert_eq!(passed_in("test result: FAILED. 7 passed; 1 failed; 0 ignored"), None);
    }
}
