//! A spawned `weir-broker`, ended with the test.
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use weir_broker::run::ReadyLine;
use weir_control::ClusterDir;

use crate::programs::{finish, gather, text};

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_weir-broker");

/// What takes milliseconds on a quiet machine, on one that is not. Promised times are measured by `cargo xtask bench`.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// A running `weir-broker run`; killed when dropped.
pub(crate) struct Broker {
    pub(crate) child: Child,
    pub(crate) ready: ReadyLine,
    pub(crate) dir: PathBuf,
    errors: mpsc::Receiver<Vec<u8>>,
}

impl Broker {
    /// Starts in `dir` on free ports with further `flags`, and waits for its ready line.
    pub(crate) fn start(dir: &Path, flags: &[&str]) -> Self {
        Self::start_logging(dir, flags, "info")
    }

    /// With `WEIR_LOG` as given.
    pub(crate) fn start_logging(dir: &Path, flags: &[&str], log: &str) -> Self {
        let mut command = command(dir, flags);
        let mut child = command.env("WEIR_LOG", log).stdin(Stdio::piped()).spawn().unwrap();
        let line = first_line(child.stdout.take().unwrap());
        // Standard error is drained: a full pipe would stop the broker.
        let errors = gather(child.stderr.take().unwrap());
        let Ok(ready) = serde_json::from_str(&line) else {
            let _ = child.kill();
            let _ = child.wait();
            panic!(
                "no ready line but {line:?}: {}",
                text(&errors.recv_timeout(LONG).unwrap_or_default())
            );
        };
        Self { child, ready, dir: dir.to_owned(), errors }
    }

    pub(crate) fn bootstrap(&self) -> &str {
        &self.ready.bootstrap["PLAINTEXT"]
    }

    pub(crate) fn control(&self) -> weir_control::ControlClient {
        let control = ClusterDir::new(&self.dir).load_control().unwrap().unwrap();
        weir_control::ControlClient::new(control)
    }

    /// What it printed to standard error, once it has ended.
    pub(crate) fn said(&self) -> String {
        text(&self.errors.recv_timeout(LONG).unwrap_or_default())
    }

    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        signal_process(self.child.id(), signal);
    }

    /// Waits for its end.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        wait_for("the broker's end", LONG, || self.child.try_wait().unwrap())
    }

    pub(crate) fn terminate(&mut self) -> ExitStatus {
        self.signal(rustix::process::Signal::TERM);
        self.wait()
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

/// Runs to its end: exit code, and the last line of standard error. One that starts where it should refuse ends the
/// test at [`finish`]'s deadline.
pub(crate) fn refusal(dir: &Path, flags: &[&str]) -> (i32, String) {
    let output = finish(&mut command(dir, flags), b"");
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

/// What a program prints until its first line ends, or within [`LONG`].
fn first_line(from: impl std::io::Read + Send + 'static) -> String {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let _ = BufReader::new(from).read_line(&mut line);
        // The receiver is gone only when it gave up.
        let _ = send.send(line);
    });
    receive.recv_timeout(LONG).unwrap_or_default()
}
