use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::Signal;
use weir_control::api::{Operation, OperationKind, OperationState};
use weir_control::files::{ClusterFile, ControlFile, Desired};
use weir_control::{ClusterDir, State, cluster_state, probe_locks};

use crate::process::{BINARY, LONG, signal_process, wait_for};
use crate::programs::finish;

struct Kept {
    keeper: Child,
    dir: ClusterDir,
}

impl Kept {
    fn start(path: &Path, cluster: &ClusterFile) -> Self {
        let dir = ClusterDir::new(path);
        dir.save_cluster(cluster).unwrap();
        Self { keeper: keep(path), dir }
    }

    /// The engine's control file, once it is one of another process than `not`.
    fn engine(&self, not: Option<u32>) -> ControlFile {
        wait_for("a ready engine", LONG, || {
            self.dir.load_control().unwrap().filter(|c| Some(c.pid) != not)
        })
    }

    fn state(&self) -> State {
        cluster_state(&probe_locks(&self.dir).unwrap().unwrap())
    }

    fn wait_end(&mut self) -> bool {
        wait_for("the keeper's end", LONG, || self.keeper.try_wait().unwrap()).success()
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        // Without its keeper the engine stops by itself.
        let _ = self.keeper.kill();
        let _ = self.keeper.wait();
    }
}

fn keep(path: &Path) -> Child {
    keep_saying(path, Stdio::null())
}

/// A keeper with another standard error.
fn keep_saying(path: &Path, stderr: Stdio) -> Child {
    let mut command = Command::new(BINARY);
    command.arg("keep").arg("--dir").arg(path);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(stderr).spawn().unwrap()
}

fn cluster() -> ClusterFile {
    ClusterFile { port: Some(0), ..ClusterFile::new("kept", 1) }
}

/// Every healing, and how many of them ended well.
fn heals(dir: &ClusterDir) -> (Vec<Operation>, usize) {
    let all = dir.operations().read().unwrap();
    let heals: Vec<_> = all.into_iter().filter(|o| o.kind == OperationKind::Heal).collect();
    let done = heals.iter().filter(|o| o.state == OperationState::Done).count();
    (heals, done)
}

#[test]
fn a_keeper_whose_log_lies_on_a_full_disk_goes_on() {
    let temp = tempfile::tempdir().unwrap();
    let dir = ClusterDir::new(temp.path());
    dir.save_cluster(&cluster()).unwrap();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut kept = Kept { keeper: keep_saying(temp.path(), full.into()), dir };
    let first = kept.engine(None).pid;
    signal_process(first, Signal::KILL);
    kept.engine(Some(first));
    signal_process(kept.keeper.id(), Signal::TERM);
    assert!(kept.wait_end(), "ended well, whatever it could not say");
}

#[test]
fn a_killed_engine_is_started_again_on_the_same_ports_and_the_healing_is_written_down() {
    let temp = tempfile::tempdir().unwrap();
    let mut kept = Kept::start(temp.path(), &cluster());
    let mut pid = kept.engine(None).pid;
    let ports = kept.dir.load_cluster().unwrap().unwrap().ports;
    for healed in 0..3 {
        signal_process(pid, Signal::KILL);
        pid = kept.engine(Some(pid)).pid;
        // Killed before its keeper heard that it is ready, it would be the same healing, going on.
        wait_for("the healing's end", LONG, || (heals(&kept.dir).1 > healed).then_some(()));
    }
    assert_eq!(kept.dir.load_cluster().unwrap().unwrap().ports, ports);
    let (heals, done) = heals(&kept.dir);
    assert_eq!((heals.len(), done), (3, 3));
    assert!(heals.iter().all(|o| o.detail.as_deref() == Some("killed by signal 9")), "{heals:?}");
    let seen = kept.dir.load_keeper().unwrap().unwrap();
    assert_eq!((seen.launches, seen.ready, seen.ever_ready), (4, true, true));
    signal_process(kept.keeper.id(), Signal::TERM);
    assert!(kept.wait_end());
    assert!(kept.dir.load_control().unwrap().is_none(), "the engine stopped with its keeper");
    assert_eq!(kept.state(), State::Stopped);
}

#[test]
fn a_shutdown_over_the_control_api_ends_engine_and_keeper() {
    let temp = tempfile::tempdir().unwrap();
    let mut kept = Kept::start(temp.path(), &cluster());
    let client = weir_control::ControlClient::new(kept.engine(None));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(client.shutdown()).unwrap();
    assert!(kept.wait_end());
    assert_eq!(kept.dir.load_cluster().unwrap().unwrap().desired, Desired::Stopped);
    assert_eq!(kept.state(), State::Stopped);
    let last = kept.dir.operations().read().unwrap().pop().unwrap();
    assert_eq!((last.kind, last.state), (OperationKind::Shutdown, OperationState::Done));
}

/// Nobody hears the wish while the engine is dead: it is in the file, and no engine that comes writes over it.
#[test]
fn who_stops_a_cluster_while_it_heals_is_heeded() {
    let temp = tempfile::tempdir().unwrap();
    let mut kept = Kept::start(temp.path(), &cluster());
    let engine = kept.engine(None).pid;
    signal_process(kept.keeper.id(), Signal::STOP);
    signal_process(engine, Signal::KILL);
    let file = kept.dir.load_cluster().unwrap().unwrap();
    kept.dir.save_cluster(&ClusterFile { desired: Desired::Stopped, ..file }).unwrap();
    signal_process(kept.keeper.id(), Signal::CONT);
    assert!(kept.wait_end());
    assert_eq!(kept.dir.load_cluster().unwrap().unwrap().desired, Desired::Stopped);
    assert_eq!(kept.dir.load_keeper().unwrap().unwrap().launches, 1, "nothing was started again");
    assert_eq!(kept.state(), State::Stopped);
}

/// The wish comes while the keeper waits before the next launch: it launches nothing, and no healing goes on for ever.
#[test]
fn who_stops_a_cluster_before_its_next_launch_is_heeded() {
    let temp = tempfile::tempdir().unwrap();
    let mut kept = Kept::start(temp.path(), &cluster());
    // The fourth wait is of five seconds.
    let mut pid = kept.engine(None).pid;
    for healed in 0..3 {
        signal_process(pid, Signal::KILL);
        pid = kept.engine(Some(pid)).pid;
        wait_for("the healing's end", LONG, || (heals(&kept.dir).1 > healed).then_some(()));
    }
    signal_process(pid, Signal::KILL);
    wait_for("the fourth healing", LONG, || (heals(&kept.dir).0.len() > 3).then_some(()));
    let file = kept.dir.load_cluster().unwrap().unwrap();
    kept.dir.save_cluster(&ClusterFile { desired: Desired::Stopped, ..file }).unwrap();
    assert!(kept.wait_end());
    assert_eq!(kept.dir.load_keeper().unwrap().unwrap().launches, 4);
    let (heals, _) = heals(&kept.dir);
    assert!(heals.iter().all(|heal| heal.state != OperationState::Running), "{heals:?}");
    assert_eq!(kept.state(), State::Stopped);
}

/// An engine that a keeper has just launched reads the file before or after the wish: it stays either way.
#[test]
fn an_engine_that_starts_writes_over_no_wish() {
    let temp = tempfile::tempdir().unwrap();
    let dir = ClusterDir::new(temp.path());
    dir.save_cluster(&ClusterFile { desired: Desired::Stopped, ..cluster() }).unwrap();
    let mut command = Command::new(BINARY);
    command.args(["run", "--exit-with-parent", "--dir"]).arg(temp.path()).stdin(Stdio::piped());
    let mut engine = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_for("a ready engine", LONG, || dir.load_control().unwrap());
    let file = dir.load_cluster().unwrap().unwrap();
    assert_eq!((file.desired, file.ports.len()), (Desired::Stopped, 1), "its ports are written");
    drop(engine.stdin.take());
    assert!(wait_for("the engine's end", LONG, || engine.try_wait().unwrap()).success());
}

#[test]
fn a_refused_start_fails_at_once_with_the_engines_own_words() {
    let temp = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let mut kept =
        Kept::start(temp.path(), &ClusterFile { ports: vec![port], ..ClusterFile::new("kept", 1) });
    assert!(kept.wait_end());
    let failed = kept.dir.load_failed().unwrap().unwrap();
    assert!(failed.reason.contains(&format!("port {port} of broker 1 is taken")), "{failed:?}");
    assert_eq!(kept.state(), State::Failed);
    drop(taken);
    kept.keeper = keep(temp.path());
    kept.engine(None);
    assert!(kept.dir.load_failed().unwrap().is_none(), "a new start forgets the failure");
}

#[test]
fn the_fifth_death_in_a_minute_is_a_failure() {
    let temp = tempfile::tempdir().unwrap();
    let mut kept = Kept::start(temp.path(), &cluster());
    let mut pid = None;
    for _ in 0..5 {
        let engine = kept.engine(pid).pid;
        signal_process(engine, Signal::KILL);
        pid = Some(engine);
    }
    assert!(kept.wait_end());
    let failed = kept.dir.load_failed().unwrap().unwrap();
    assert_eq!((failed.reason.as_str(), failed.deaths), ("killed by signal 9", 5));
    assert_eq!(kept.state(), State::Failed);
    let kinds: Vec<_> = kept.dir.operations().read().unwrap().iter().map(|o| o.kind).collect();
    assert_eq!(kinds.last(), Some(&OperationKind::Fail));
}

#[test]
fn an_engine_whose_keeper_is_killed_stops_by_itself_and_the_next_keeper_takes_over() {
    let temp = tempfile::tempdir().unwrap();
    let mut kept = Kept::start(temp.path(), &cluster());
    let orphan = kept.engine(None).pid;
    kept.keeper.kill().unwrap();
    wait_for("the keeper's end", LONG, || kept.keeper.try_wait().unwrap());
    wait_for("the orphan's end", LONG, || kept.dir.load_control().unwrap().is_none().then_some(()));
    kept.keeper = keep(temp.path());
    assert_ne!(kept.engine(Some(orphan)).pid, orphan);
}

#[test]
fn a_second_keeper_leaves_the_cluster_to_the_first() {
    let temp = tempfile::tempdir().unwrap();
    let kept = Kept::start(temp.path(), &cluster());
    let engine = kept.engine(None);
    let mut second = keep(temp.path());
    assert!(wait_for("the second keeper's end", LONG, || second.try_wait().unwrap()).success());
    assert_eq!(kept.engine(None), engine, "the same engine still runs");
}

#[test]
fn a_folder_without_a_cluster_is_refused() {
    let temp = tempfile::tempdir().unwrap();
    let output = finish(Command::new(BINARY).arg("keep").arg("--dir").arg(temp.path()), b"");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("holds no cluster"));
}
