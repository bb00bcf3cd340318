//! Where the programs under test are, and processes that end with their value.

use anyhow::{Context as _, bail};
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{OnceLock, mpsc};
use std::time::{Duration, Instant};

/// How long a process may take from start to end; the longest needs 30 s on a quiet machine.
pub const RUN_TIMEOUT: Duration = Duration::from_secs(180);

/// How long a process has to end by itself before it is killed.
const END_TIMEOUT: Duration = Duration::from_secs(20);

/// How long a program may take to say its first line.
pub const START_TIMEOUT: Duration = Duration::from_secs(60);

static CHOSEN: OnceLock<PathBuf> = OnceLock::new();

/// Takes the programs from another folder than this build's: the release build's, to be measured. Once, at the start.
pub fn use_directory(folder: PathBuf) {
    // A second choice would be a second measurement in one process: the first holds.
    let _ = CHOSEN.set(folder);
}

/// The folder that cargo put the programs of this build into.
pub fn directory() -> anyhow::Result<PathBuf> {
    if let Some(chosen) = CHOSEN.get() {
        return Ok(chosen.clone());
    }
    let exe = std::env::current_exe()?;
    let dir = exe.parent().context("a test program has a folder")?;
    let dir = if dir.ends_with("deps") { dir.parent().unwrap_or(dir) } else { dir };
    Ok(dir.to_path_buf())
}

/// The path of a program of this workspace; fails when it was not built.
pub fn path(name: &str) -> anyhow::Result<PathBuf> {
    let path = directory()?.join(name);
    if !path.exists() {
        bail!("{} is not built: run `cargo build --workspace` first", path.display());
    }
    Ok(path)
}

/// Whether a program is on the PATH; tests of absent peers say so and end.
pub fn on_path(name: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(name).is_file()))
}

include!("../../scripts/not_checked.rs");

/// Says what a run could not check, now and in the last lines of `./test`.
pub fn not_checked(what: &str, why: &str) {
    say_not_checked(what, why, std::env::var_os("WEIR_NOT_CHECKED"));
}

/// Runs a command to its end and gives its output, whatever its exit code.
pub fn output(command: &mut Command) -> anyhow::Result<Output> {
    output_within(command, "", RUN_TIMEOUT)
}

/// As [`output`], with `input` on its standard input. A command that is still running after `limit` is
/// killed with all it started, and what it said is in the error.
pub fn output_within(
    command: &mut Command,
    input: &str,
    limit: Duration,
) -> anyhow::Result<Output> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running::start(command)?;
    let child = &mut running.0;
    let mut stdin = child.stdin.take().context("piped")?;
    let input = input.to_owned();
    // What ends before it has read everything closes the pipe: that is its right.
    std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let stdout = drained(child.stdout.take().context("piped")?);
    let stderr = drained(child.stderr.take().context("piped")?);
    let ended = ends_within(&mut running, limit)?;
    if ended.is_none() {
        running.end();
    }
    // A grandchild that outlives the process may hold its pipes.
    let stdout = stdout.recv_timeout(END_TIMEOUT).unwrap_or_default();
    let stderr = stderr.recv_timeout(END_TIMEOUT).unwrap_or_default();
    let Some(status) = ended else {
        let (said, errors) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        bail!("{command:?} was still running after {limit:?}:\n{said}{errors}");
    };
    Ok(Output { status, stdout, stderr })
}

fn drained(mut pipe: impl Read + Send + 'static) -> mpsc::Receiver<Vec<u8>> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        // The receiver is gone only when it gave up waiting.
        let _ = send.send(bytes);
    });
    receive
}

/// The first line of a program's standard output, whose pipe is closed after it. What says nothing within
/// [`START_TIMEOUT`], or ends before, is an error.
pub fn first_line(running: &mut Running) -> anyhow::Result<String> {
    let stdout = running.0.stdout.take().context("its standard output is piped")?;
    let (send, lines) = mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = BufReader::new(stdout).read_line(&mut line).map(|_| line);
        // The receiver is gone only when the wait below gave up.
        let _ = send.send(read);
    });
    let late = || format!("it said nothing within {START_TIMEOUT:?}");
    let line = lines.recv_timeout(START_TIMEOUT).with_context(late)??;
    if line.trim().is_empty() {
        bail!("it said nothing: {:?}", ends_within(running, END_TIMEOUT)?);
    }
    Ok(line)
}

/// How a process ended, or `None` while it runs on after `limit`.
pub fn ends_within(running: &mut Running, limit: Duration) -> anyhow::Result<Option<ExitStatus>> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = running.0.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Runs a command to its end; its standard output, or its error text as the error.
pub fn stdout(command: &mut Command) -> anyhow::Result<String> {
    stdout_within(command, "", RUN_TIMEOUT)
}

/// As [`stdout`], with `input` on its standard input and at most `limit` of time.
pub fn stdout_within(
    command: &mut Command,
    input: &str,
    limit: Duration,
) -> anyhow::Result<String> {
    let output = output_within(command, input, limit)?;
    if !output.status.success() {
        bail!(
            "{command:?} ended with {}:\n{}{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a client's scenario reached its last line.
pub fn all_held(who: &str, said: &str) -> anyhow::Result<()> {
    anyhow::ensure!(said.trim_end().ends_with("all held"), "{who} did not reach its end:\n{said}");
    Ok(())
}

/// A process that is told to end, then killed, when this value is dropped; and with it whatever it
/// started, for drivers leave their browsers behind.
#[derive(Debug)]
pub struct Running(pub Child);

impl Running {
    /// Starts a command as the leader of a process group of its own.
    pub fn start(command: &mut Command) -> anyhow::Result<Self> {
        let child = command.process_group(0).spawn();
        Ok(Self(child.with_context(|| format!("cannot start {command:?}"))?))
    }

    fn signal(&self, name: &str) {
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill").args([name, "--", &group]).stderr(Stdio::null()).status();
    }

    /// Asks the process and its children to end (SIGTERM) and waits; kills what does not.
    pub fn end(&mut self) {
        self.signal("-TERM");
        let _ = ends_within(self, END_TIMEOUT);
        self.signal("-KILL");
        // Bounded too: a process in the kernel's hands ends when the kernel lets it.
        let _ = ends_within(self, END_TIMEOUT);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_was_not_checked_is_kept_a_line_each() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let kept = folder.path().join("not-checked");
        for why in ["no go", "go: go.mod requires\n\tgo >= 1.26"] {
            super::say_not_checked("a test of this", why, Some(kept.clone().into()));
        }
        let lines = "a test of this (no go)\na test of this (go: go.mod requires go >= 1.26)\n";
        anyhow::ensure!(std::fs::read_to_string(&kept)? == lines);
        Ok(())
    }
}
