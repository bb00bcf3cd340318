//! Other people's programs: run with a deadline; where one is missing, the test says what it did not check.
use std::io::{Read, Write};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

/// The slowest, a JVM on a machine that is busy, needs half of it.
const LIMIT: Duration = Duration::from_secs(180);
/// What a process that has ended left in its pipes.
const DRAIN: Duration = Duration::from_secs(10);

include!("../../../scripts/not_checked.rs");

/// Says what could not be checked here.
pub(crate) fn not_checked(what: &str, why: &str) {
    say_not_checked(what, why, std::env::var_os("WEIR_NOT_CHECKED"));
}

pub(crate) fn installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// Runs to the end with `input` on standard input; panics past the deadline.
pub(crate) fn finish(command: &mut Command, input: &[u8]) -> Output {
    finish_within(command, input, LIMIT)
}

/// As [`finish`], with a deadline of its own.
pub(crate) fn finish_within(command: &mut Command, input: &[u8], limit: Duration) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // Written beside: a program that does not read must not hold the test.
    std::thread::spawn(move || stdin.write_all(&input));
    let out = gather(child.stdout.take().unwrap());
    let err = gather(child.stderr.take().unwrap());
    // A grandchild that outlives the process may hold its pipes: what they say is waited for, but not for ever.
    let said = |pipe: &Receiver<Vec<u8>>| pipe.recv_timeout(DRAIN).unwrap_or_default();
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if began.elapsed() > limit {
            let _ = child.kill();
            panic!(
                "{command:?} still runs after {limit:?}:\n{}{}",
                text(&said(&out)),
                text(&said(&err))
            );
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    Output { status, stdout: said(&out), stderr: said(&err) }
}

/// As [`finish`]; must succeed. What it printed on standard output.
pub(crate) fn output(command: &mut Command, input: &[u8]) -> String {
    let output = finish(command, input);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{command:?} ended with {}\n{out}\n{err}", output.status);
    out
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Reads a pipe to its end beside the test.
pub(crate) fn gather(mut from: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut all = Vec::new();
        // What was read before an error is shown too.
        let _ = from.read_to_end(&mut all);
        let _ = send.send(all);
    });
    receive
}
