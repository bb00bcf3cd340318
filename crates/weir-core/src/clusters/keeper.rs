//! Starts a cluster's keeper, detached: it outlives whoever starts it, and holds no pipe to it.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use weir_control::ClusterDir;

use crate::core::Core;
use crate::failure::{Failure, Kind, Outcome, Result};
use crate::text::TextId;

/// One of our programs beside the running one; from a test's `deps` folder, one folder up.
pub(crate) fn program(name: &str) -> Result<PathBuf> {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let here = std::env::current_exe().map_err(Failure::internal)?;
    let mut folder = here.parent();
    if folder.is_some_and(|folder| folder.ends_with("deps")) {
        folder = folder.and_then(std::path::Path::parent);
    }
    let path = folder.map(|folder| folder.join(&file)).unwrap_or_default();
    if path.is_file() {
        return Ok(path);
    }
    Err(Failure::new(TextId::ErrorProgramMissing.with("program", name))
        .hint(TextId::HintReinstall)
        .kind(Kind::NotFound)
        .outcome(Outcome::NotDone)
        .detail(path.display()))
}

/// Where our engine is; the app says so on its About page.
pub(super) fn engine() -> Result<PathBuf> {
    program("weir-broker")
}

/// Starts the keeper of `dir`. It takes `keeper.lock`, or ends when another has it: whoever loses the race adopts.
pub(super) fn start(dir: &ClusterDir) -> Result<()> {
    let mut keeper = Command::new(engine()?);
    keeper.arg("keep").arg("--dir").arg(dir.root());
    run_detached(keeper)
}

/// SIGTERM to the keeper of `dir`: it stops its engine, by force where that does not end. For engines that do not
/// hear: their `control.json` is gone, or they compute.
pub(super) fn tell_to_stop(dir: &ClusterDir) {
    let pid = dir.load_keeper().ok().flatten().map(|file| file.pid);
    let Some(pid) = pid.filter(|pid| keeps(*pid, dir)) else {
        return tracing::warn!(dir = %dir.root().display(), "its keeper cannot be told to stop");
    };
    let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(pid) = pid
        && let Err(error) = rustix::process::kill_process(pid, rustix::process::Signal::TERM)
    {
        tracing::warn!(%error, "the keeper was not told to stop");
    }
}

/// Whether this process is the keeper of `dir`: a pid may be another's by now.
fn keeps(pid: u32, dir: &ClusterDir) -> bool {
    let Ok(line) = std::fs::read(format!("/proc/{pid}/cmdline")) else { return false };
    let mut words = line.split(|byte| *byte == 0);
    let is_here = |word: &[u8]| word == dir.root().as_os_str().as_encoded_bytes();
    words.any(|word| word == b"keep") && words.any(is_here)
}

/// Runs a program that looks after itself; a thread waits for its end, so that none stays a zombie.
pub(crate) fn run_detached(mut command: Command) -> Result<()> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command.spawn().map_err(|e| {
        Failure::new(TextId::ErrorProgramNotStarted.with("program", program))
            .outcome(Outcome::NotDone)
            .detail(e)
    })?;
    std::thread::spawn(move || child.wait());
    Ok(())
}

impl Core {
    /// The engine's program, where it is installed.
    pub fn engine_path(&self) -> Option<PathBuf> {
        engine().ok()
    }
}
