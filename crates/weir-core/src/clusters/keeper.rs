//! Starts a cluster's keeper, detached: it outlives whoever starts it, and holds no pipe to it.

use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
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
    keeper.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log_of(dir));
    run_detached(keeper)
}

/// A keeper writes a line for each launch and end of its engine; its log begins anew where it is larger than this, bytes.
const LOG_MAX: u64 = 1 << 20;

/// `logs/keeper.log`; nowhere on a disk that takes no file: the cluster starts all the same.
fn log_of(dir: &ClusterDir) -> Stdio {
    let path = dir.logs().join("keeper.log");
    let is_full = std::fs::metadata(&path).is_ok_and(|file| file.len() > LOG_MAX);
    let open = || {
        make_folder(&dir.logs())?;
        let mut options = std::fs::OpenOptions::new();
        options.create(true).write(true).append(!is_full).truncate(is_full).open(&path)
    };
    open().map_or_else(
        |error| {
            tracing::warn!(path = %path.display(), %error, "the keeper has no log");
            Stdio::null()
        },
        Stdio::from,
    )
}

/// Makes one folder, and never those above it: of a cluster that somebody deletes at this moment nothing comes back.
fn make_folder(path: &Path) -> std::io::Result<()> {
    match std::fs::create_dir(path) {
        Err(e) if e.kind() != ErrorKind::AlreadyExists => Err(e),
        _ => Ok(()),
    }
}

/// SIGTERM to the keeper of `dir`: it stops its engine, by force where that does not end. For engines that do not
/// hear: their `control.json` is gone, or they compute. Whether it was told.
pub(super) fn tell_to_stop(dir: &ClusterDir) -> bool {
    let pid = dir.load_keeper().ok().flatten().map(|file| file.pid);
    let Some(pid) = pid.filter(|pid| keeps(*pid, dir)) else {
        tracing::warn!(dir = %dir.root().display(), "its keeper cannot be told to stop");
        return false;
    };
    let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw);
    let told = pid.map(|pid| rustix::process::kill_process(pid, rustix::process::Signal::TERM));
    if let Some(Err(error)) = told {
        tracing::warn!(%error, "the keeper was not told to stop");
    }
    matches!(told, Some(Ok(())))
}

/// Whether this process is the keeper of `dir`: a pid may be another's by now.
fn keeps(pid: u32, dir: &ClusterDir) -> bool {
    std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| is_keeper(&line, dir.root()))
}

/// Whether a process of this command line, its words ended by zero bytes, keeps the cluster at `root`. Who started it may
/// have named the folder differently: through a link, with a slash at its end, or where it is mounted a second time.
fn is_keeper(line: &[u8], root: &Path) -> bool {
    let mut words = line.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word));
    words.any(|word| word == "keep") && words.any(|word| is_same(Path::new(&*word), root))
}

/// Whether both paths lead to one folder: a file system knows it by its number, whatever it is called.
fn is_same(one: &Path, other: &Path) -> bool {
    let identity = |path: &Path| std::fs::metadata(path).map(|it| (it.dev(), it.ino())).ok();
    identity(one).is_some_and(|it| Some(it) == identity(other))
}

/// Runs a program that looks after itself and that was told where to write, in a process group of its own: what ends the group of whoever started it, a
/// Ctrl-C or a CI job's end, does not end it. A thread waits for its end, so that none stays a zombie.
pub(crate) fn run_detached(mut command: Command) -> Result<()> {
    command.process_group(0);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_brings_no_deleted_cluster_back() {
        let home = tempfile::tempdir().unwrap();
        let dir = ClusterDir::new(home.path().join("one"));
        log_of(&dir);
        assert!(!dir.root().exists());
        std::fs::create_dir(dir.root()).unwrap();
        log_of(&dir);
        log_of(&dir);
        assert!(dir.logs().join("keeper.log").exists());
    }

    #[test]
    fn a_keeper_is_known_however_its_folder_was_spelled() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("clusters/one");
        std::fs::create_dir_all(&root).unwrap();
        std::fs::create_dir(dir.path().join("clusters/other")).unwrap();
        let line = |root: &Path| format!("weir-broker\0keep\0--dir\0{}\0", root.display());
        assert!(is_keeper(line(&root).as_bytes(), &root));
        assert!(is_keeper(line(&dir.path().join("clusters/../clusters/one/")).as_bytes(), &root));
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(dir.path(), &link).unwrap();
        assert!(is_keeper(line(&link.join("clusters/one")).as_bytes(), &root));
        assert!(is_keeper(line(&root).as_bytes(), &link.join("clusters/one")));
        assert!(!is_keeper(line(&dir.path().join("clusters/other")).as_bytes(), &root));
        assert!(!is_keeper(line(&root).replace("keep", "run").as_bytes(), &root));
    }
}
