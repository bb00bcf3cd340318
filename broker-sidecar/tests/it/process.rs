//! A spawned `weir-broker`, ended with the test.
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use weir_broker::run::ReadyLine;
use weir_control::ClusterDir;

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_weir-broker");

/// A running `weir-broker run`; killed when dropped.
pub(crate) struct Broker {
    pub(crate) child: Child,
    pub(crate) ready: ReadyLine,
    pub(crate) dir: PathBuf,
}

impl Broker {
    /// Starts in `dir` on free ports with further `flags`, and waits for its ready line.
    pub(crate) fn start(dir: &Path, flags: &[&str]) -> Self {
        let mut child = command(dir, flags).stdin(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        if line.is_empty() {
            panic!("no ready line: {}", errors(child));
        }
        let ready = serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line}"));
        // Standard error is drained: a full pipe would stop the broker.
        let mut stderr = child.stderr.take().unwrap();
        std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
        Self { child, ready, dir: dir.to_owned() }
    }

    pub(crate) fn bootstrap(&self) -> &str {
        &self.ready.bootstrap["PLAINTEXT"]
    }

    pub(crate) fn control(&self) -> weir_control::ControlClient {
        let control = ClusterDir::new(&self.dir).load_control().unwrap().unwrap();
        weir_control::ControlClient::new(control)
    }

    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        signal_process(self.child.id(), signal);
    }

    /// Waits for its end; how, and after how long.
    pub(crate) fn wait(&mut self, limit: Duration) -> (ExitStatus, Duration) {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status, began.elapsed());
            }
            assert!(began.elapsed() < limit, "still running after {limit:?}");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    pub(crate) fn terminate(&mut self) -> (ExitStatus, Duration) {
        self.signal(rustix::process::Signal::TERM);
        self.wait(Duration::from_secs(5))
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn command(dir: &Path, flags: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.arg("run").arg("--dir").arg(dir).args(flags);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs to its end: exit code, and the last line of standard error.
pub(crate) fn refusal(dir: &Path, flags: &[&str]) -> (i32, String) {
    let child = command(dir, flags).spawn().unwrap();
    let pid = child.id();
    let (tell, ended) = std::sync::mpsc::channel::<()>();
    // A broker that starts where it should refuse must not hold the test for ever.
    std::thread::spawn(move || {
        if ended.recv_timeout(Duration::from_secs(10)) == Err(RecvTimeoutError::Timeout) {
            signal_process(pid, rustix::process::Signal::KILL);
        }
    });
    let output = child.wait_with_output().unwrap();
    drop(tell);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code().is_some(), "it started: {text}");
    let last = text.lines().rfind(|l| l.starts_with("error: ")).unwrap_or(&text).to_owned();
    (output.status.code().unwrap(), last)
}

pub(crate) fn signal_process(pid: u32, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    rustix::process::kill_process(pid, signal).unwrap();
}

/// Polls until `is` answers something.
pub(crate) fn wait_for<T>(what: &str, limit: Duration, mut is: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = is() {
            return found;
        }
        assert!(began.elapsed() < limit, "waited {limit:?} for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn errors(mut child: Child) -> String {
    let mut text = String::new();
    child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
    let _ = child.wait();
    text
}
