//! Connect standalone: lines of a file become records, records lines of another file, also after a restart.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Result, ensure};
use weir_tests::broker::Broker;
use weir_tests::java::Jars;
use weir_tests::programs::Running;

use super::tools::{properties, until};

const CLASS: &str = "org.apache.kafka.connect.cli.ConnectStandalone";
const TEXT: &str = "org.apache.kafka.connect.storage.StringConverter";

pub(super) fn run(jars: &Jars) -> Result<String> {
    let broker = Broker::start(3, &[])?;
    let folder = tempfile::tempdir()?;
    let at = folder.path();
    let files = configure(at, &broker.bootstrap)?;
    write(at, "one\ntwo\nthree\n")?;
    {
        let _worker = start(jars, at, &files)?;
        await_lines(at, "one\ntwo\nthree\n")?;
        write(at, "four\nfive\n")?;
        await_lines(at, "one\ntwo\nthree\nfour\nfive\n")?;
    }
    write(at, "six\n")?;
    let _worker = start(jars, at, &files)?;
    await_lines(at, "one\ntwo\nthree\nfour\nfive\nsix\n")?;
    Ok("Connect standalone carries a file through a topic into another, also after a restart"
        .to_owned())
}

fn configure(at: &Path, bootstrap: &str) -> Result<[String; 3]> {
    let path = |name: &str| at.join(name).display().to_string();
    let worker = properties(
        at,
        "worker.properties",
        &[
            ("bootstrap.servers", bootstrap),
            ("key.converter", TEXT),
            ("value.converter", TEXT),
            ("offset.storage.file.filename", &path("offsets")),
            ("offset.flush.interval.ms", "500"),
            ("listeners", "HTTP://127.0.0.1:0"),
        ],
    )?;
    let connector = |name: &str, class: &str, file: &str, topic: &str| {
        let class = format!("org.apache.kafka.connect.file.{class}");
        let file = path(file);
        let lines =
            [("name", name), ("connector.class", &class), ("file", &file), (topic, "lines")];
        properties(at, &format!("{name}.properties"), &lines)
    };
    let source = connector("source", "FileStreamSourceConnector", "in", "topic")?;
    let sink = connector("sink", "FileStreamSinkConnector", "out", "topics")?;
    Ok([worker, source, sink])
}

fn write(at: &Path, lines: &str) -> Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(at.join("in"))?;
    Ok(file.write_all(lines.as_bytes())?)
}

fn start(jars: &Jars, at: &Path, files: &[String]) -> Result<Running> {
    let said = fs::File::create(at.join("said"))?;
    let mut command = jars.command(CLASS);
    command.args(files).stdin(Stdio::null()).stdout(said.try_clone()?).stderr(said);
    Running::start(&mut command)
}

/// Each line once and in order: the topic's one partition, or one of several that all lines of a batch go to.
fn await_lines(at: &Path, wanted: &str) -> Result<()> {
    let read = || fs::read_to_string(at.join("out")).unwrap_or_default();
    until("the lines at the other end", || Ok(sorted(&read()).len() >= sorted(wanted).len()))?;
    let found = read();
    let said = || fs::read_to_string(at.join("said")).unwrap_or_default();
    ensure!(sorted(&found) == sorted(wanted), "{found:?} instead of {wanted:?}: {}", said());
    Ok(())
}

fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}
