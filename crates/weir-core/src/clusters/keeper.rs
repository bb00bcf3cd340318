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
