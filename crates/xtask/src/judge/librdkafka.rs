//! librdkafka's own tests against the built-in engine: each test one process with a time limit, results beside
//! those of Apache Kafka.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use weir_tests::apache_kafka;
use weir_tests::broker::Broker;
use weir_tests::programs;

/// The package that carries the newest sources, tests included.
pub(super) const PACKAGE: &str = "@confluentinc/kafka-javascript@1.10.1";
/// What the tests of Apache Kafka 4.4.0 itself give: 96 of 112, 12 skip by their own conditions.
const APACHE_KAFKA_PASSES: usize = 96;
/// Want further set-up, and fail against Apache Kafka as well: principals that are no super user.
const WANT_SET_UP: [&str; 3] =
    ["0109_auto_create_topics", "0115_producer_auth", "0119_consumer_auth"];
/// Not marked as local in the sources, and need no broker.
const LOCAL: [&str; 2] = ["0139_offset_validation_mock", "0150_telemetry_mock"];
const SETTINGS: [&str; 4] = [
    "num.partitions=4",
    "auto.create.topics.enable=true",
    "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users=User:ANONYMOUS",
];
const TEST_LIMIT: Duration = Duration::from_secs(240);
/// Enough to see what a test was at when it died.
const LAST_LINES: usize = 25;
const BUILD_LIMIT: Duration = Duration::from_secs(1800);

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only tests whose names contain one of these.
    #[arg(long)]
    only: Vec<String>,
    /// A folder with librdkafka's sources, built with its tests, instead of a fetched one.
    #[arg(long)]
    source: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    for program in ["npm", "gcc", "g++", "make", "java", "mvn"] {
        if args.source.is_none() && !programs::on_path(program) {
            programs::not_checked("librdkafka's tests", &format!("no {program}"));
            return Ok(());
        }
    }
    let source = args.source.clone().map_or_else(built, Ok)?;
    let broker = Broker::start(3, &SETTINGS)?;
    let shims = shims()?;
    let config = format!("bootstrap.servers={}\ntest.topic.random=true\n", broker.bootstrap);
    fs::write(source.join("tests/test.conf"), config)?;
    let wanted =
        |name: &String| args.only.is_empty() || args.only.iter().any(|part| name.contains(part));
    let names: Vec<String> = names(&source)?.into_iter().filter(wanted).collect();
    let started = Instant::now();
    let mut by_state: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in names {
        let state = one(&source, &name, &broker.bootstrap, shims.path())?;
        if state != "PASSED" && state != "SKIPPED" {
            println!("librdkafka {name}: {state}");
        }
        by_state.entry(state).or_default().push(name);
    }
    report(by_state, args.only.is_empty(), started)
}

fn report(by_state: BTreeMap<String, Vec<String>>, whole: bool, started: Instant) -> Result<()> {
    let count = |state: &str| by_state.get(state).map_or(0, Vec::len);
    let passed = count("PASSED");
    println!(
        "librdkafka: {passed} passed (Apache Kafka 4.4.0: {APACHE_KAFKA_PASSES}), {} skipped by their own conditions; {:.0} s",
        count("SKIPPED"),
        started.elapsed().as_secs_f32()
    );
    println!(
        "librdkafka skips: {}",
        by_state.get("SKIPPED").map_or_else(String::new, |s| s.join(" "))
    );
    let others =
        by_state.iter().filter(|(state, _)| !["PASSED", "SKIPPED"].contains(&state.as_str()));
    let failed: Vec<&String> = others
        .flat_map(|(_, names)| names)
        .filter(|name| !WANT_SET_UP.contains(&name.as_str()))
        .collect();
    ensure!(
        failed.is_empty(),
        "librdkafka's tests fail that pass against Apache Kafka: {failed:?}"
    );
    ensure!(!whole || passed >= APACHE_KAFKA_PASSES, "{passed} of {APACHE_KAFKA_PASSES} pass");
    Ok(())
}

/// One test in a process of its own.
fn one(source: &Path, name: &str, bootstrap: &str, shims: &Path) -> Result<String> {
    let mut command = Command::new("./test-runner");
    command.current_dir(source.join("tests")).args(["-p1", "-Q", "-E", "-L"]);
    command.env("TESTS", name).env("TEST_KAFKA_VERSION", apache_kafka::VERSION);
    command.env("BROKERS", bootstrap).env("KAFKA_PATH", shims);
    command.env("LD_LIBRARY_PATH", "../src:../src-cpp");
    let Ok(output) = programs::output_within(&mut command, "", TEST_LIMIT) else {
        return Ok("hangs".to_owned());
    };
    let text = [output.stdout, output.stderr].concat();
    let line = format!("| {name} ");
    let text = plain(&String::from_utf8_lossy(&text));
    let mut rows = text.lines().filter(|row| row.starts_with(&line));
    let state = rows.next_back().and_then(|row| row.split('|').nth(2));
    let state = state.map(|state| state.trim().to_owned());
    Ok(state
        .unwrap_or_else(|| format!("ends with {}, after:\n{}", output.status, last_lines(&text))))
}

/// What a test that died said last.
fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
}

/// Without the colours of a terminal: `ESC [ ... m`.
fn plain(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| {
        let end =
            part.find(|c: char| !c.is_ascii_digit() && c != ';').map_or(part.len(), |at| at + 1);
        plain + part.get(end..).unwrap_or_default()
    })
}

/// The tests that want a broker, as the sources list them.
fn names(source: &Path) -> Result<Vec<String>> {
    let text = fs::read_to_string(source.join("tests/test.c"))?;
    let (_, list) = text.split_once("struct test tests[] = {").context("no list of tests")?;
    let (list, _) = list.split_once("};").context("the list of tests has no end")?;
    let entries = list.split("_TEST(").skip(1).filter_map(|entry| {
        let (name, rest) = entry.split_once(',')?;
        let flags = rest.split([',', ')']).next()?;
        let wants_broker = !["LOCAL", "SOCKEM", "MANUAL"].iter().any(|flag| flags.contains(flag));
        wants_broker.then(|| name.trim().to_owned())
    });
    Ok(entries.filter(|name| !LOCAL.contains(&name.as_str())).collect())
}

/// Kafka's scripts and jars, which some tests call.
fn shims() -> Result<tempfile::TempDir> {
    let jars = apache_kafka::fetch("kafka-tools", &[["org.apache.kafka", "kafka-tools", "4.3.1"]])?;
    let folder = tempfile::tempdir()?;
    fs::create_dir(folder.path().join("bin"))?;
    // Its Java programs are compiled against what lies here.
    std::os::unix::fs::symlink(&jars, folder.path().join("libs"))?;
    let classes = [
        ("kafka-topics.sh", "org.apache.kafka.tools.TopicCommand"),
        ("kafka-acls.sh", "org.apache.kafka.tools.AclCommand"),
        ("kafka-configs.sh", "org.apache.kafka.tools.ConfigCommand"),
        ("kafka-run-class.sh", ""),
    ];
    for (script, class) in classes {
        let path = folder.path().join("bin").join(script);
        let jvm = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";
        let text = format!(
            "#!/bin/sh\nexec java {jvm} -cp \"{}/*:$CLASSPATH\" {class} \"$@\"\n",
            jars.display()
        );
        fs::write(&path, text)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    }
    Ok(folder)
}

/// Fetches and builds the sources, once.
pub(super) fn built() -> Result<PathBuf> {
    let folder = programs::directory()?.join("librdkafka");
    let source = folder.join("package/deps/librdkafka");
    if folder.join("complete").exists() {
        return Ok(source);
    }
    fs::create_dir_all(&folder)?;
    let within = |program: &str, arguments: &[&str], at: &Path| -> Result<()> {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(at);
        programs::stdout_within(&mut command, "", BUILD_LIMIT).map(drop)
    };
    within("npm", &["pack", PACKAGE], &folder)?;
    let packed = fs::read_dir(&folder)?.flatten().map(|entry| entry.path());
    let packed = packed.into_iter().find(|path| path.extension().is_some_and(|e| e == "tgz"));
    let packed = packed.context("npm packed nothing")?.display().to_string();
    within("tar", &["xzf", &packed, "package/deps/librdkafka"], &folder)?;
    within("./configure", &["--disable-gssapi", "--disable-curl"], &source)?;
    within("make", &["-j2", "libs"], &source)?;
    within("make", &["-C", "tests", "build"], &source)?;
    fs::write(folder.join("complete"), "")?;
    Ok(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_of_a_test_that_died_are_kept() {
        let text: Vec<String> = (0..40).map(|line| line.to_string()).collect();
        let last = last_lines(&text.join("\n"));
        assert!(last.starts_with("15\n") && last.ends_with("\n39"), "{last}");
        assert_eq!(last_lines("one"), "one");
    }

    #[test]
    fn rows_are_read_without_their_colours() {
        let row = "\u{1b}[32m| 0001 | \u{1b}[1;32m    PASSED \u{1b}[0m| 1.0s |";
        assert_eq!(plain(row), "| 0001 |     PASSED | 1.0s |");
    }
}
