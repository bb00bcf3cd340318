//! Runs commands of kafka-tools against one cluster and looks at what they say.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use weir_tests::java::Jars;
use weir_tests::programs;

/// A command, on a machine that is busy with much else.
const COMMAND_LIMIT: Duration = Duration::from_secs(180);
/// What others do in the background: connectors, mirrors.
const WAIT_LIMIT: Duration = Duration::from_secs(180);
const INTERVAL: Duration = Duration::from_millis(300);

/// The commands, against one cluster.
#[derive(Debug)]
pub(super) struct Tools<'a> {
    pub(super) jars: &'a Jars,
    pub(super) bootstrap: &'a str,
    /// How many were run.
    pub(super) count: std::cell::Cell<usize>,
}

impl<'a> Tools<'a> {
    pub(super) fn new(jars: &'a Jars, bootstrap: &'a str) -> Self {
        Self { jars, bootstrap, count: std::cell::Cell::new(0) }
    }

    /// What a command says, on both its outputs. Its exit code is not looked at: several end with 0 whatever happened.
    pub(super) fn said(&self, class: &str, arguments: &[&str], input: &str) -> Result<String> {
        let mut command = self.command(class);
        command.args(["--bootstrap-server", self.bootstrap]).args(arguments);
        self.text_of(command, input)
    }

    /// As [`Self::said`], of a command that is already put together.
    pub(super) fn text_of(&self, mut command: Command, input: &str) -> Result<String> {
        self.count.set(self.count.get() + 1);
        let output = programs::output_within(&mut command, input, COMMAND_LIMIT)?;
        let text = [output.stdout, output.stderr].concat();
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    /// A class of kafka-tools, or with a dot at its beginning any other.
    pub(super) fn command(&self, class: &str) -> Command {
        match class.strip_prefix('.') {
            Some(whole) => self.jars.command(whole),
            None => self.jars.command(&format!("org.apache.kafka.tools.{class}")),
        }
    }

    /// Runs a command whose words are separated by spaces; it must say each of these.
    pub(super) fn expect(&self, line: &str, says: &[&str]) -> Result<String> {
        self.expect_of(line, "", says)
    }

    /// As [`Self::expect`], with something on its standard input.
    pub(super) fn expect_of(&self, line: &str, input: &str, says: &[&str]) -> Result<String> {
        let mut words = line.split_whitespace();
        let class = words.next().unwrap_or_default();
        let said = self.said(class, &words.collect::<Vec<_>>(), input)?;
        for words in says {
            ensure!(said.contains(words), "{line}: {words:?} is not in what it says:\n{said}");
        }
        Ok(said)
    }
}

/// Asks until `look` finds it.
pub(super) fn until(what: &str, mut look: impl FnMut() -> Result<bool>) -> Result<()> {
    let deadline = Instant::now() + WAIT_LIMIT;
    while !look()? {
        ensure!(Instant::now() < deadline, "waited {WAIT_LIMIT:?} for {what}");
        std::thread::sleep(INTERVAL);
    }
    Ok(())
}

/// A file of properties.
pub(super) fn properties(folder: &Path, name: &str, lines: &[(&str, &str)]) -> Result<String> {
    let path = folder.join(name);
    let text: String = lines.iter().map(|(key, value)| format!("{key}={value}\n")).collect();
    fs::write(&path, text)?;
    Ok(path.display().to_string())
}
