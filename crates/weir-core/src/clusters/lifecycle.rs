//! Start, stop and delete a local cluster: each an operation that answers at once and goes on behind.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::Instant;
use weir_control::files::{ClusterFile, Desired};
use weir_control::{ClusterDir, ControlClient, DirLock, Facts};

use super::create::dir_failure;
use super::registry::Local;
use super::{State, keeper};
use crate::core::Core;
use crate::failure::{Failure, Kind, Outcome, Result};
use crate::operations::{Begin, Operation, OperationState, Running, kind};
use crate::permits::{Action, permits};
use crate::text::TextId;

/// A clean stop takes at most two seconds; a keeper that waits to heal notices within its pause.
const STOPPED_WITHIN: Duration = Duration::from_secs(15);
/// How long an engine may say nothing to a shutdown before its keeper is told, which ends it by force if need be.
const SILENT_FOR: Duration = Duration::from_secs(4);
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// So often a cluster that somebody else starts while it is deleted is stopped.
const HOLD_ATTEMPTS: u32 = 3;

#[derive(Debug, Clone, Copy)]
enum Life {
    Start,
    Stop,
    Delete,
}

impl Core {
    /// Begins to start a stopped or failed cluster; the operation's id.
    pub fn start_cluster(&self, id: &str) -> Result<String> {
        self.permitted_local(id, Action::Start)?;
        keeper::engine()?;
        self.begin_life(Life::Start, id)
    }

    /// Begins to stop a running cluster; the operation's id.
    pub fn stop_cluster(&self, id: &str) -> Result<String> {
        self.begin_life(Life::Stop, id)
    }

    /// Begins to delete a cluster with all its data; the operation's id. `confirm` is its name, typed. One whose files could
    /// not all be removed and that is gone meanwhile, for whoever opens the home tries again, is deleted.
    pub fn delete_cluster(&self, id: &str, confirm: &str) -> Result<String> {
        if self.was_left_over(id) {
            let running = self.recorder().begin(begin(Life::Delete, id))?;
            let operation = running.id().to_owned();
            running.step(1);
            running.end(&Ok(()));
            return Ok(operation);
        }
        self.permitted_local(id, Action::Delete)?;
        if confirm != id {
            let text = TextId::ConfirmMismatch.with("expected", id);
            return Err(Failure::invalid("confirm", text).outcome(Outcome::NotDone));
        }
        self.begin_life(Life::Delete, id)
    }

    /// Whether nothing is left of a cluster that was deleted but for some of its files.
    pub fn was_left_over(&self, id: &str) -> bool {
        let is_partly_deleted = |operation: &Operation| {
            operation.kind == kind::CLUSTER_DELETE && operation.state == OperationState::Partly
        };
        self.cluster_facts(id).is_err()
            && self.last_operation(id).is_some_and(|last| is_partly_deleted(&last))
    }

    /// The local cluster, if `action` may be done to it.
    pub(crate) fn permitted_local(&self, id: &str, action: Action) -> Result<Local> {
        let Some(local) = self.registry().local(id) else {
            // Remote clusters have no life of ours.
            self.cluster_facts(id)?;
            return Err(Failure::denied(TextId::PermitRemote));
        };
        permits(action, &local.facts_for_permits()).map_err(Failure::denied)?;
        Ok(local)
    }

    fn begin_life(&self, life: Life, id: &str) -> Result<String> {
        let local = self.claim(life, id)?;
        let begun = self.recorder().begin(begin(life, id));
        let running = begun.inspect_err(|_| self.set_pending(&local, None))?;
        let operation = running.id().to_owned();
        self.pending_is_new(id);
        let core = self.clone();
        self.spawn(async move {
            let result = core.live(life, &local, &running).await;
            core.look(&local.id, &local.dir).await;
            // Lifted first: who sees the operation ended may act on the state at once.
            core.set_pending(&local, None);
            running.end(&result);
        });
        Ok(operation)
    }

    /// The local cluster, for this one operation: of two requests at once the second finds the first one's state.
    fn claim(&self, life: Life, id: &str) -> Result<Local> {
        let permitted = |local: &Local| {
            permits(life.action(), &local.facts_for_permits()).map_err(Failure::denied)
        };
        match self.registry().claim(id, life.state(), permitted) {
            Some(claimed) => claimed,
            None => self.permitted_local(id, life.action()),
        }
    }

    async fn live(&self, life: Life, local: &Local, running: &Running) -> Result<()> {
        match life {
            Life::Start => self.run_start(local, running).await,
            Life::Stop => {
                running.step(0);
                self.ask_to_stop(local).await?;
                running.step(1);
                wait_until_free(&local.dir).await
            }
            Life::Delete => self.run_delete(local, running).await,
        }
    }

    async fn run_start(&self, local: &Local, running: &Running) -> Result<()> {
        running.step(0);
        let dir = &local.dir;
        // An engine that finds no room says so in its log alone.
        dir.check_room().map_err(|e| dir_failure(&e))?;
        let file = want(dir, Desired::Running)?;
        dir.remove_failed().map_err(|e| dir_failure(&e))?;
        keeper::start(dir)?;
        running.step(1);
        self.wait_until_ready(&local.id, dir).await?;
        if file.sample {
            self.start_sample_process(&local.id)?;
        }
        Ok(())
    }

    /// Says so in `cluster.json`, which keeper and sample heed, and to the engine if it answers. Where that file cannot be
    /// written it is the keeper that is told.
    async fn ask_to_stop(&self, local: &Local) -> Result<()> {
        if let Err(failure) = want(&local.dir, Desired::Stopped) {
            return stop_unwritten(local, failure);
        }
        self.registry().wake(&local.id);
        if let Ok(Some(control)) = local.dir.load_control() {
            // One that is silent is stopped by its keeper (`wait_until_free`).
            let _ = ControlClient::new(control).shutdown().await;
        }
        Ok(())
    }

    async fn run_delete(&self, local: &Local, running: &Running) -> Result<()> {
        running.step(0);
        if local.dir.is_deleting() {
            // Once more what could not be removed before; nobody runs it.
            running.step(1);
            return self.remove_files(local, local.dir.root().to_owned()).await;
        }
        if local.file.is_none() && DirLock::is_held(&local.dir.keeper_lock()).unwrap_or(true) {
            // `cluster.json` is torn, and a keeper is at work all the same: it heeds a whole one.
            let file = ClusterFile::new(&local.id, 1);
            match local.dir.save_cluster(&file) {
                Ok(()) => self.ask_to_stop(local).await?,
                Err(error) => stop_unwritten(local, dir_failure(&error))?,
            }
        } else if local.file.is_some() {
            self.ask_to_stop(local).await?;
        }
        wait_until_free(&local.dir).await?;
        running.step(1);
        let _lock = self.hold(local).await?;
        self.close_session(&local.id);
        let doomed = rename_away(&local.dir)?;
        self.remove_files(local, doomed).await
    }

    /// Known as being deleted until nothing is left of it. What cannot be removed is found again by the next scan, and shown
    /// with the reason.
    async fn remove_files(&self, local: &Local, doomed: PathBuf) -> Result<()> {
        self.registry().moved(local, ClusterDir::new(&doomed));
        let path = doomed.display().to_string();
        let removed = tokio::task::spawn_blocking(move || std::fs::remove_dir_all(&doomed)).await;
        self.forget(local);
        match removed.map_err(Failure::internal)? {
            Err(e) if e.kind() != ErrorKind::NotFound => {
                let failure = Failure::new(TextId::ErrorNotAllRemoved.with("path", path));
                Err(failure.hint(TextId::HintDeleteAgain).outcome(Outcome::Partly).detail(e))
            }
            _ => Ok(()),
        }
    }

    /// Keeps keepers out of a cluster that is about to go; one that somebody has started meanwhile is stopped as well.
    /// `None`: its folder cannot be locked, so that nobody can start it either.
    async fn hold(&self, local: &Local) -> Result<Option<DirLock>> {
        for _ in 0..HOLD_ATTEMPTS {
            match local.dir.lock_keeper() {
                Ok(Some(lock)) => return Ok(Some(lock)),
                Ok(None) => {
                    self.ask_to_stop(local).await?;
                    wait_until_free(&local.dir).await?;
                }
                Err(_) => return Ok(None),
            }
        }
        Err(Failure::denied(TextId::PermitStarting))
    }

    /// Where a person asked for it, starts again what ran when the machine was shut down.
    pub(crate) async fn start_after_reboot(&self) {
        if !self.settings().is_ok_and(|settings| settings.start_stopped_after_reboot) {
            return;
        }
        self.look_at_unseen().await;
        for local in self.registry().locals() {
            if local.facts.as_ref().is_some_and(Facts::was_running)
                && local.state() == State::Stopped
                && let Err(failure) = self.start_cluster(&local.id)
            {
                tracing::warn!(%failure, cluster = local.id, "not started again");
            }
        }
    }

    /// Removes what a host that died while deleting left behind.
    pub(crate) fn remove_leftovers(&self) {
        let Ok(entries) = std::fs::read_dir(self.home().clusters()) else { return };
        let dirs = entries.flatten().map(|entry| ClusterDir::new(entry.path()));
        for dir in dirs.filter(ClusterDir::is_deleting) {
            std::thread::spawn(move || std::fs::remove_dir_all(dir.root()));
        }
    }
}

impl Life {
    fn action(self) -> Action {
        match self {
            Self::Start => Action::Start,
            Self::Stop => Action::Stop,
            Self::Delete => Action::Delete,
        }
    }

    fn state(self) -> State {
        match self {
            Self::Start => State::Starting,
            Self::Stop => State::Stopping,
            Self::Delete => State::Deleting,
        }
    }
}

fn begin(life: Life, id: &str) -> Begin {
    let (kind, title, steps, command) = match life {
        Life::Start => (
            kind::CLUSTER_START,
            TextId::OperationClusterStart,
            vec![TextId::StepStartEngine, TextId::StepWaitReady],
            format!("weir cluster start {id}"),
        ),
        Life::Stop => (
            kind::CLUSTER_STOP,
            TextId::OperationClusterStop,
            vec![TextId::StepAskEngine, TextId::StepWaitStopped],
            format!("weir cluster stop {id}"),
        ),
        Life::Delete => (
            kind::CLUSTER_DELETE,
            TextId::OperationClusterDelete,
            vec![TextId::StepStopEngine, TextId::StepRemoveData],
            format!("weir cluster delete {id} --yes"),
        ),
    };
    let mut begin = Begin::new(kind, (id.to_owned(), id.to_owned()), title.with("name", id));
    (begin.steps, begin.command) = (steps, Some(command));
    begin
}

/// Writes the person's wish into `cluster.json`.
fn want(dir: &ClusterDir, desired: Desired) -> Result<ClusterFile> {
    let changed = dir.change_cluster(|file| file.desired = desired).map_err(|e| dir_failure(&e))?;
    changed.ok_or_else(|| Failure::not_found(TextId::ErrorClusterFiles))
}

/// Where the wish cannot be written down, for the disk is full or must not be written: the keeper would start the engine
/// again, so it is told, and stops both.
fn stop_unwritten(local: &Local, failure: Failure) -> Result<()> {
    tracing::warn!(%failure, cluster = local.id, "the wish to stop cannot be written down");
    let stops = is_free(&local.dir)? || keeper::tell_to_stop(&local.dir);
    if stops { Ok(()) } else { Err(failure) }
}

/// Whether neither keeper nor engine holds its lock.
pub(super) fn is_free(dir: &ClusterDir) -> Result<bool> {
    let held = |path: PathBuf| DirLock::is_held(&path).map_err(|error| dir_failure(&error));
    Ok(!held(dir.keeper_lock())? && !held(dir.engine_lock())?)
}

/// Until neither keeper nor engine holds its lock.
async fn wait_until_free(dir: &ClusterDir) -> Result<()> {
    let begun = Instant::now();
    let deadline = begun + STOPPED_WITHIN;
    let mut keeper_is_told = false;
    loop {
        if is_free(dir)? {
            return Ok(());
        }
        if !keeper_is_told && begun.elapsed() > SILENT_FOR {
            keeper_is_told = true;
            keeper::tell_to_stop(dir);
        }
        if Instant::now() > deadline {
            let text = TextId::ErrorStopLate.with("seconds", STOPPED_WITHIN.as_secs() as i64);
            return Err(Failure::new(text)
                .kind(Kind::Timeout)
                .hint(TextId::HintLookAtLogs)
                .outcome(Outcome::Unknown));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Renames to `NAME.deleting`, from when on it is no cluster; where that name is taken, what has it is older rubbish. Where
/// another process has deleted the cluster meanwhile, there is nothing to rename.
fn rename_away(dir: &ClusterDir) -> Result<PathBuf> {
    if dir.is_deleting() {
        return Ok(dir.root().to_owned());
    }
    let doomed = dir.root().with_extension(ClusterDir::DELETING);
    let path = dir.root().display().to_string();
    let failed = |e| {
        let failure = Failure::new(TextId::ErrorNotRemoved.with("path", path.clone()));
        failure.hint(TextId::HintDeleteAgain).outcome(Outcome::NotDone).detail(e)
    };
    if !dir.root().exists() {
        return Ok(doomed);
    }
    if doomed.exists() {
        std::fs::remove_dir_all(&doomed).map_err(failed)?;
    }
    match std::fs::rename(dir.root(), &doomed) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(failed(e)),
        _ => Ok(doomed),
    }
}
