//! One launch of the engine: a child whose standard input is its lifeline.
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;

use parking_lot::Mutex;

/// Lines of standard error that are kept for the reason of a death.
const LAST_LINES: usize = 20;
/// A line longer than this is cut.
const LINE_MAX_BYTES: u64 = 4_096;

/// What the keeper hears.
#[derive(Debug)]
pub(super) enum Event {
    /// The engine of this launch printed its ready line.
    Ready(u32),
    /// The engine of this launch ended.
    Ended(u32, Death),
    /// The keeper was told to stop.
    Stop,
}

/// How an engine ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Death {
    pub(super) how: String,
    /// Exit code 0: it stopped because it was told to.
    pub(super) clean: bool,
    /// It refused to start and said why.
    pub(super) refusal: Option<String>,
}

/// A running engine. Dropping its lifeline stops it cleanly.
#[derive(Debug)]
pub(super) struct Engine {
    pub(super) pid: u32,
    lifeline: Option<ChildStdin>,
}

impl Engine {
    pub(super) fn launch(dir: &Path, launch: u32, tell: &Sender<Event>) -> std::io::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("run")
            .arg("--dir")
            .arg(dir)
            .arg("--exit-with-parent")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let (pid, lifeline) = (child.id(), child.stdin.take());
        let last_words = Arc::new(Mutex::new(VecDeque::new()));
        if let Some(stdout) = child.stdout.take() {
            let tell = tell.clone();
            std::thread::spawn(move || hear_ready(stdout, launch, &tell));
        }
        let listener = child.stderr.take().map(|stderr| {
            let last_words = last_words.clone();
            std::thread::spawn(move || each_line(stderr, |line| keep_last(&last_words, line)))
        });
        let tell = tell.clone();
        std::thread::spawn(move || await_end(child, listener, launch, &last_words, &tell));
        Ok(Self { pid, lifeline })
    }

    /// Asks for a clean stop, which takes at most two seconds.
    pub(super) fn stop(&mut self) {
        self.lifeline = None;
    }

    /// Ends an engine that did not obey.
    pub(super) fn kill(&self) {
        let pid = i32::try_from(self.pid).ok().and_then(rustix::process::Pid::from_raw);
        if let Some(pid) = pid {
            // Gone already is as good.
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        }
    }
}

fn hear_ready(stdout: impl Read, launch: u32, tell: &Sender<Event>) {
    each_line(stdout, |line| {
        if line.contains("\"event\":\"ready\"") {
            // A keeper that is gone needs no news.
            let _ = tell.send(Event::Ready(launch));
        }
    });
}

fn keep_last(lines: &Mutex<VecDeque<String>>, line: String) {
    let mut lines = lines.lock();
    if lines.len() == LAST_LINES {
        lines.pop_front();
    }
    lines.push_back(line);
}

fn each_line(input: impl Read, mut each: impl FnMut(String)) {
    let mut input = BufReader::new(input);
    loop {
        let mut line = Vec::new();
        match input.by_ref().take(LINE_MAX_BYTES).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => each(String::from_utf8_lossy(&line).trim_end().to_owned()),
        }
    }
}

fn await_end(
    mut child: Child,
    listener: Option<JoinHandle<()>>,
    launch: u32,
    last_words: &Mutex<VecDeque<String>>,
    tell: &Sender<Event>,
) {
    let status = child.wait();
    if let Some(listener) = listener {
        // Ends with the pipe; what it heard is in `last_words` whatever its fate.
        let _ = listener.join();
    }
    let lines = last_words.lock();
    let death = match status {
        Ok(status) => death(status, &lines),
        Err(e) => Death { how: format!("lost: {e}"), clean: false, refusal: None },
    };
    let _ = tell.send(Event::Ended(launch, death));
}

fn death(status: ExitStatus, lines: &VecDeque<String>) -> Death {
    let said = lines.iter().rev().find_map(|l| l.strip_prefix("error: ")).map(str::to_owned);
    let panic = lines.iter().rposition(|l| l.contains("panicked at")).map(|at| {
        let words: Vec<&str> = lines.iter().skip(at).take(2).map(String::as_str).collect();
        words.join(" ")
    });
    let refusal = said.filter(|_| matches!(status.code(), Some(1 | 2)));
    let how = match (signal(status), &refusal, panic) {
        (Some(signal), _, _) => format!("killed by signal {signal}"),
        (None, Some(said), _) => said.clone(),
        (None, None, Some(panic)) => panic,
        (None, None, None) if status.success() => "stopped from outside".to_owned(),
        _ => format!("ended with {status}"),
    };
    Death { how, clean: status.success(), refusal }
}

fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    fn of(raw: i32, lines: &[&str]) -> Death {
        death(ExitStatus::from_raw(raw), &lines.iter().map(|l| (*l).to_owned()).collect())
    }

    #[test]
    fn a_death_is_told_in_the_engines_own_last_words() {
        assert_eq!(of(9, &[]).how, "killed by signal 9");
        let refused = of(1 << 8, &["INFO x", "error: port 9092 of broker 1 is taken"]);
        assert_eq!(refused.refusal.as_deref(), Some("port 9092 of broker 1 is taken"));
        let panicked =
            of(101 << 8, &["thread 'a' panicked at x.rs:1:2:", "no such thing", "note: run"]);
        assert_eq!(panicked.how, "thread 'a' panicked at x.rs:1:2: no such thing");
        assert!(of(0, &[]).clean);
    }
}
