//! Where the programs under test are, and processes that end with their value.

use anyhow::{Context as _, bail};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// How long a process has to end by itself before it is killed.
const END_TIMEOUT: Duration = Duration::from_secs(5);

/// The folder that cargo put the programs of this build into.
pub fn directory() -> anyhow::Result<PathBuf> {
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

/// Prints what a run could not check, so that nothing is skipped quietly.
pub fn not_checked(what: &str, why: &str) {
    // Not println!, which a test that passes swallows.
    let _ = std::io::Write::write_all(
        &mut std::io::stderr(),
        format!("not checked: {what} ({why})\n").as_bytes(),
    );
}

/// Runs a command to its end and gives its output, whatever its exit code.
pub fn output(command: &mut Command) -> anyhow::Result<Output> {
    command.stdin(Stdio::null()).output().with_context(|| format!("cannot run {command:?}"))
}

/// Runs a command to its end; its standard output, or its error text as the error.
pub fn stdout(command: &mut Command) -> anyhow::Result<String> {
    let output = output(command)?;
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
        let deadline = Instant::now() + END_TIMEOUT;
        while Instant::now() < deadline {
            if !matches!(self.0.try_wait(), Ok(None)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        self.signal("-KILL");
        let _ = self.0.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}
