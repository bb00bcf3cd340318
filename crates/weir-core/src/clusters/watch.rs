//! Watches local clusters: a scan finds directories, whoever made them, and one task for each looks at its files,
//! locks and engine.

use std::path::Path;
use std::time::{Duration, Instant};

use weir_control::api::{Broker, Event};
use weir_control::{API, ClusterDir, ControlClient, DirError, DirLock, EngineFact, probe};
use weir_domain::log_dir::FULL_BELOW_BYTES;

use super::registry::Local;
use super::{State, tags};
use crate::core::Core;
use crate::host::HostKind;
use crate::operations::told;
use crate::text::{Text, TextId};
use crate::time::now_ms;

/// A cluster made by another process shows within two of these.
const SCAN_EVERY: Duration = Duration::from_millis(800);
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// While something is under way.
const LOOK_SOON: Duration = Duration::from_millis(50);
/// An engine that does not describe itself within this counts as silent.
const DESCRIBE_WITHIN: Duration = Duration::from_millis(800);
/// How often a sample workload that is wanted and not there is started.
const MEND_EVERY: Duration = Duration::from_secs(10);
/// Keeper's operations that began within this are told again when a state changes.
const RECENT_MS: i64 = 60_000;

impl Core {
    pub(crate) fn watch_clusters(&self) {
        self.scan();
        let core = self.clone();
        self.spawn(async move {
            loop {
                tokio::time::sleep(SCAN_EVERY).await;
                core.scan();
            }
        });
    }

    /// Finds directories that are not watched yet.
    pub(crate) fn scan(&self) {
        for (id, dir) in find(&self.home().clusters()) {
            self.adopt_dir(&id, dir);
        }
    }

    /// Watches `dir` from now on, unless it is already.
    pub(crate) fn adopt_dir(&self, id: &str, dir: ClusterDir) {
        let mut local = Local::new(id, dir);
        read_files(&mut local);
        if self.registry().add(local.clone()) {
            self.events().changed(tags::CLUSTERS);
            let core = self.clone();
            self.spawn(async move { core.watch(&local).await });
        }
    }

    async fn watch(&self, watched: &Local) {
        let (id, dir) = (&watched.id, &watched.dir);
        let mut heard = Heard::default();
        let mut mended: Option<Instant> = None;
        loop {
            // One that was deleted and made anew has a watcher of its own.
            if !self.registry().local(id).is_some_and(|now| now.is(watched) && now.dir == *dir) {
                return;
            }
            if !dir.root().exists() {
                self.forget(watched);
                return;
            }
            self.look(id, dir).await;
            self.mend(id, dir, &mut mended);
            self.wait_for_news(id, &mut heard).await;
        }
    }

    /// A cluster that runs and wants its sample has it; the command line, gone in a moment, leaves that to others.
    fn mend(&self, id: &str, dir: &ClusterDir, mended: &mut Option<Instant>) {
        let wants = |local: &Local| {
            local.state() == State::Active && local.file.as_ref().is_some_and(|file| file.sample)
        };
        let due = mended.is_none_or(|last| last.elapsed() > MEND_EVERY);
        let stays = self.host().kind() != HostKind::CommandLine;
        if stays && due && self.registry().local(id).is_some_and(|local| wants(&local)) {
            *mended = Some(Instant::now());
            self.mend_sample(id, dir);
        }
    }

    pub(crate) fn forget(&self, local: &Local) {
        if self.registry().remove(local) {
            self.events().all_changed([tags::CLUSTERS.to_owned(), tags::cluster(&local.id)]);
        }
    }

    /// Looks once: files, locks, engine.
    pub(crate) async fn look(&self, id: &str, dir: &ClusterDir) {
        let probed = probe(dir, DESCRIBE_WITHIN).await;
        let brokers = match &probed {
            Ok(Some(facts)) if matches!(facts.engine, EngineFact::Answers(_)) => {
                engine_brokers(dir).await
            }
            _ => None,
        };
        self.note_answer(id, brokers.is_some());
        let shows = self.registry().update(id, |local| {
            read_files(local);
            local.brokers = brokers;
            match probed {
                Ok(facts) => local.facts = facts,
                Err(error) => {
                    local.facts = None;
                    local.problem = Some(problem(&local.id, &error));
                }
            }
        });
        self.note_down(id);
        if shows {
            self.events().all_changed([tags::CLUSTERS.to_owned(), tags::cluster(id)]);
            self.tell_recent_operations(id, dir);
        }
    }

    /// Brokers of an engine that is there again, or that is gone, are not silent.
    fn note_answer(&self, id: &str, answers: bool) {
        let answered = self.registry().local(id).is_some_and(|local| local.brokers.is_some());
        if !answers || !answered {
            self.open_session(id).iter().for_each(|session| session.forget_silent());
        }
    }

    /// The engine knows at once that a broker is down, the cluster once its session has ended: what is shown of
    /// partitions follows the engine.
    fn note_down(&self, id: &str) {
        let Some(session) = self.open_session(id) else { return };
        let Some(local) = self.registry().local(id) else { return };
        if session.set_down(local.brokers_down()) {
            self.spawn(async move { session.look_again().await });
        }
    }

    fn tell_recent_operations(&self, id: &str, dir: &ClusterDir) {
        let since = now_ms() - RECENT_MS;
        let all = self.cluster_operations(id, dir);
        let recent = all.iter().filter(|operation| operation.started_at >= since);
        for operation in recent.filter(|operation| self.registry().is_news(operation)) {
            self.events().operation(operation.clone().into());
        }
        self.events().all_changed([tags::operations(id), tags::brokers(id)]);
    }

    /// Waits until another look is due: at once when woken, soon while something is under way, and while the
    /// engine answers for as long as it has no news.
    async fn wait_for_news(&self, id: &str, heard: &mut Heard) {
        let Some(local) = self.registry().local(id) else { return };
        let woken = local.wake.notified();
        let answers =
            local.facts.as_ref().is_some_and(|f| matches!(f.engine, EngineFact::Answers(_)));
        if !answers {
            let passing = local.state().is_passing() && local.state() != State::Deleting;
            let pause = if passing { LOOK_SOON } else { LOOK_EVERY };
            let _ = tokio::time::timeout(pause, woken).await; // either is a reason to look
            return;
        }
        tokio::select! {
            () = woken => {}
            () = self.hear(&local, heard) => {}
        }
    }

    /// Waits for the engine's events and passes them on.
    async fn hear(&self, local: &Local, heard: &mut Heard) {
        let Ok(Some(control)) = local.dir.load_control() else {
            return tokio::time::sleep(LOOK_SOON).await;
        };
        if heard.instance != control.instance {
            *heard = Heard { instance: control.instance.clone(), after: 0 };
        }
        match ControlClient::new(control).events(heard.after, LOOK_EVERY).await {
            Ok(events) => {
                heard.after = events.next;
                self.pass_on(&local.id, events.events);
            }
            Err(_) => tokio::time::sleep(LOOK_SOON).await, // the next look tells what happened
        }
    }

    fn pass_on(&self, id: &str, events: Vec<Event>) {
        if events.is_empty() {
            return;
        }
        for operation in told(id, events) {
            if self.registry().is_news(&operation) {
                self.events().operation(operation.into());
            }
        }
        self.events().all_changed([
            tags::operations(id),
            tags::brokers(id),
            tags::cluster(id),
            tags::topics(id),
        ]);
    }
}

/// How far an engine's events were heard.
#[derive(Debug, Default)]
struct Heard {
    instance: String,
    after: u64,
}

/// The brokers with their states, if the engine tells them.
async fn engine_brokers(dir: &ClusterDir) -> Option<Vec<Broker>> {
    let control = dir.load_control().ok().flatten()?;
    let client = ControlClient::new(control).with_deadline(DESCRIBE_WITHIN);
    client.brokers().await.ok().map(|answer| answer.brokers)
}

fn read_files(local: &mut Local) {
    match local.dir.load_cluster() {
        Ok(Some(file)) => (local.file, local.problem) = (Some(file), None),
        Ok(None) => {
            let path = local.dir.cluster_json().display().to_string();
            let missing = TextId::ReasonNoClusterJson.with("path", path).with("name", &local.id);
            // What is being deleted loses its files in any order.
            local.problem = (!local.dir.is_deleting()).then_some(missing);
            local.file = None;
        }
        Err(error) => {
            (local.file, local.problem) = (None, Some(problem(&local.id, &error)));
        }
    }
    local.disk_is_full = disk_is_full(local.dir.root());
    local.sample_runs = DirLock::is_held(&local.dir.sample_lock()).unwrap_or(false);
    let control = local.dir.load_control().ok().flatten();
    local.foreign_engine = control.is_some_and(|control| control.api.major != API.major);
}

/// Why a cluster's files cannot be used, with the way out.
fn problem(id: &str, error: &DirError) -> Text {
    match error {
        DirError::Torn { path, source } => {
            let text = TextId::ReasonTorn.with("path", path.display().to_string());
            text.with("reason", source.to_string()).with("name", id)
        }
        DirError::Io { path, source, .. } if is_denied(source) => {
            let folder = path.parent().unwrap_or(path).display().to_string();
            TextId::ReasonUnreadable.with("path", folder)
        }
        DirError::Io { path, source, .. } => {
            TextId::ReasonDamaged.with("reason", format!("{}: {source}", path.display()))
        }
        other => TextId::ReasonDamaged.with("reason", other.to_string()),
    }
}

fn is_denied(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::PermissionDenied
}

/// By the same measure as of a log dir that a broker tells of.
fn disk_is_full(path: &Path) -> bool {
    rustix::fs::statvfs(path).is_ok_and(|told| {
        let usable = told.f_bavail.saturating_mul(told.f_frsize);
        usable < FULL_BELOW_BYTES.unsigned_abs()
    })
}

/// Directories of clusters by id; one that is being removed only where no other took its name.
fn find(clusters: &Path) -> Vec<(String, ClusterDir)> {
    let Ok(entries) = std::fs::read_dir(clusters) else { return Vec::new() };
    let dirs = entries.flatten().map(|entry| ClusterDir::new(entry.path()));
    let mut found: Vec<_> =
        dirs.filter(is_cluster).filter_map(|dir| Some((id_of(&dir)?, dir))).collect();
    found.sort_by_key(|(id, dir)| (id.clone(), dir.is_deleting()));
    found.dedup_by(|later, first| later.0 == first.0);
    found
}

/// Another program's directory is not ours to show. One that is closed to us is shown: a cluster must not vanish.
fn is_cluster(dir: &ClusterDir) -> bool {
    match dir.cluster_json().try_exists() {
        Ok(there) => dir.is_deleting() || there || dir.has_data(),
        Err(error) => dir.is_deleting() || is_denied(&error),
    }
}

fn id_of(dir: &ClusterDir) -> Option<String> {
    let root = dir.root();
    let name = if dir.is_deleting() { root.file_stem() } else { root.file_name() };
    Some(name?.to_str()?.to_owned())
}
