//! Programs in Java over Apache Kafka's newest published clients and tools, fetched from Maven.

use crate::{apache_kafka, programs};
use anyhow::Context as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// The newest version of Kafka's tools, Streams and Connect that is published.
pub const VERSION: &str = "4.3.1";
const LOG4J: &str = "2.25.3";
/// Kafka Streams twice, on a machine that is busy with much else.
const WORD_COUNT_LIMIT: Duration = Duration::from_secs(480);

/// A folder of jars.
#[derive(Debug, Clone)]
pub struct Jars(PathBuf);

impl Jars {
    /// Artifacts of `org.apache.kafka` with all they need, kept in a folder of this name. `None`, and a line that says
    /// that `what` was not checked, without Java or Maven.
    pub fn fetch(what: &str, folder: &str, artifacts: &[&str]) -> anyhow::Result<Option<Self>> {
        for program in ["java", "mvn"] {
            if !programs::on_path(program) {
                programs::not_checked(what, &format!("no {program}"));
                return Ok(None);
            }
        }
        let kafka = artifacts.iter().map(|artifact| ["org.apache.kafka", artifact, VERSION]);
        let log4j = ["log4j-slf4j-impl", "log4j-core"];
        let log4j = log4j.map(|artifact| ["org.apache.logging.log4j", artifact, LOG4J]);
        let all: Vec<_> = kafka.chain(log4j).collect();
        apache_kafka::fetch(folder, &all).map(|folder| Some(Self(folder)))
    }

    /// A class of the jars, or a program's source file.
    pub fn command(&self, program: &str) -> Command {
        let logging =
            concat!(env!("CARGO_MANIFEST_DIR"), "/../broker-sidecar/tests/java/log4j2.properties");
        let mut java = Command::new("java");
        java.args(["-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]);
        java.arg(format!("-Dlog4j2.configurationFile=file:{logging}"));
        java.arg("-cp").arg(self.0.join("*")).arg(program);
        java
    }
}

/// Kafka Streams counts words.
#[derive(Debug)]
pub struct WordCount<'a> {
    pub jars: &'a Jars,
    /// The cluster.
    pub bootstrap: &'a str,
    /// `classic` or `streams`.
    pub protocol: &'a str,
    /// Leaves the group of the streams protocol behind, which is deleted otherwise.
    pub keeps_group: bool,
}

impl WordCount<'_> {
    /// Runs to its end, which is an error where a count was wrong.
    pub fn run(&self) -> anyhow::Result<()> {
        let state = tempfile::tempdir()?;
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/clients/java/WordCount.java");
        let mut java = self.jars.command(source);
        java.args([self.bootstrap, self.protocol]).arg(state.path());
        java.args(self.keeps_group.then_some("keep"));
        let said = programs::stdout_within(&mut java, "", WORD_COUNT_LIMIT);
        let said =
            said.with_context(|| format!("word count under the {} protocol", self.protocol))?;
        programs::all_held("Kafka Streams", &said)
    }
}
