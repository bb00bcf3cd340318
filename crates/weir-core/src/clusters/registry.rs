//! What is known of each local cluster at this moment, as its watcher last saw it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use weir_control::api::{Broker, BrokerState, Describe};
use weir_control::files::ClusterFile;
use weir_control::{ClusterDir, EngineFact, Facts, cluster_state};

use super::{ClusterFacts, State};
use crate::engine_words::{healing_words, os_words, start_words};
use crate::failure::Result;
use crate::operations::{EngineLogs, Operation, OperationState};
use crate::permits::{Action, permits};
use crate::text::{Text, TextId};
use crate::time::machine_started_ms;

#[derive(Debug, Default)]
pub struct Registry {
    locals: Mutex<BTreeMap<String, Local>>,
    pub(crate) logs: EngineLogs,
    /// Operations of keepers and engines, in the state in which they were told last.
    told: Mutex<HashMap<String, OperationState>>,
}

/// Operations remembered as told; there are a handful a minute at most.
const TOLD_MAX: usize = 1_000;

/// One local cluster.
#[derive(Debug, Clone)]
pub(crate) struct Local {
    pub(crate) id: String,
    pub(crate) dir: ClusterDir,
    /// `None` where `cluster.json` cannot be read: `problem` says why.
    pub(crate) file: Option<ClusterFile>,
    pub(crate) facts: Option<Facts>,
    pub(crate) problem: Option<Text>,
    /// As the engine told them last; `None` while it is silent.
    pub(crate) brokers: Option<Vec<Broker>>,
    /// Its volume has no room for more messages.
    pub(crate) disk_is_full: bool,
    /// A sample workload holds its lock.
    pub(crate) sample_runs: bool,
    /// The engine speaks another major version of the control API: it is not spoken to.
    pub(crate) foreign_engine: bool,
    /// An operation of this process is at work; it knows better than files and locks between its steps.
    pub(crate) pending: Option<State>,
    /// Has the watcher look again at once.
    pub(crate) wake: Arc<Notify>,
}

impl Local {
    pub(crate) fn new(id: &str, dir: ClusterDir) -> Self {
        Self {
            id: id.to_owned(),
            dir,
            file: None,
            facts: None,
            problem: None,
            brokers: None,
            disk_is_full: false,
            sample_runs: false,
            foreign_engine: false,
            pending: None,
            wake: Arc::default(),
        }
    }

    /// Whether both are one cluster, and not one that was made under the name of one that is gone.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.wake, &other.wake)
    }

    pub(crate) fn state(&self) -> State {
        if let Some(pending) = self.pending {
            return pending;
        }
        if self.dir.is_deleting() {
            return State::Deleting;
        }
        match &self.facts {
            Some(facts) => cluster_state(facts).into(),
            None if self.problem.is_some() => State::Failed,
            None => State::Stopped,
        }
    }

    pub(crate) fn state_reason(&self) -> Option<Text> {
        if self.is_left_over() {
            let path = self.dir.root().display().to_string();
            return Some(TextId::ReasonNotRemoved.with("path", path).with("name", &self.id));
        }
        if let Some(problem) = &self.problem {
            return Some(problem.clone());
        }
        if self.foreign_engine {
            return Some(TextId::ErrorEngineVersion.into());
        }
        let facts = self.facts.as_ref()?;
        match self.state() {
            State::Failed => {
                let failed = facts.failed.as_ref()?;
                Some(start_words(&failed.reason))
            }
            State::Healing => {
                let exit = facts.keeper.as_ref()?.last_exit.as_ref()?;
                Some(healing_words(exit))
            }
            State::Active => {
                if self.brokers_online() == Some(0) {
                    return Some(TextId::ReasonNoBroker.into());
                }
                if let Some(disk) = self.disk() {
                    return Some(disk);
                }
                let (engine, app) = (&self.engine()?.version, env!("CARGO_PKG_VERSION"));
                let text = TextId::ReasonOtherVersion.with("engine", engine).with("app", app);
                (engine != app).then_some(text)
            }
            State::Stopped if facts.was_running() => Some(if self.ended_with_machine() {
                TextId::ReasonWasRunning.into()
            } else {
                TextId::ReasonEnded.into()
            }),
            _ => None,
        }
    }

    /// Deleted, and some of its files are still there, with nobody of this process at work on them.
    fn is_left_over(&self) -> bool {
        self.dir.is_deleting() && self.pending.is_none()
    }

    /// Its `cluster.json` is no more what a cluster can be run by.
    fn is_damaged(&self) -> bool {
        let of_file =
            |text: &Text| matches!(text.id, TextId::ReasonTorn | TextId::ReasonNoClusterJson);
        self.problem.as_ref().is_some_and(of_file)
    }

    /// Whether this user may not look into its folder.
    fn is_unreadable(&self) -> bool {
        self.problem.as_ref().is_some_and(|text| text.id == TextId::ReasonUnreadable)
    }

    /// Why it cannot be started, with the way out, if it cannot.
    pub(crate) fn not_startable(&self) -> Option<Text> {
        let facts = self.facts_for_permits();
        let refusal = permits(Action::Start, &facts).err()?;
        let of_files = facts.damaged || facts.unreadable || facts.left_over;
        Some(self.state_reason().filter(|_| of_files).unwrap_or(refusal))
    }

    /// Whether the machine started after the last keeper did, so that its end was the machine's.
    fn ended_with_machine(&self) -> bool {
        let keeper = self.facts.as_ref().and_then(|facts| facts.keeper.as_ref());
        let started = keeper.map(|keeper| keeper.started_ms);
        started.zip(machine_started_ms()).is_some_and(|(keeper, machine)| keeper < machine)
    }

    /// That operations cannot be written down, and for want of what.
    pub(crate) fn unrecorded(&self) -> Option<Text> {
        let found = self.engine()?.unrecorded.as_ref()?;
        let text = match found.is_full {
            true => TextId::ReasonDiskFull.with("path", &found.path),
            false => TextId::ReasonUnrecorded.with("reason", os_words(&found.reason)),
        };
        Some(text.with("count", found.operations))
    }

    /// What is wrong with the disk, as the engine or the disk itself tells.
    pub(crate) fn disk(&self) -> Option<Text> {
        let path = || self.dir.root().display().to_string();
        self.unrecorded()
            .or_else(|| self.disk_is_full.then(|| TextId::ReasonDiskLow.with("path", path())))
    }

    /// Brokers that run, as the engine says; `None` while it is silent.
    pub(crate) fn brokers_online(&self) -> Option<u32> {
        let runs = |broker: &&Broker| broker.state == BrokerState::Running;
        Some(self.brokers.as_ref()?.iter().filter(runs).count() as u32)
    }

    /// Brokers that the engine says are down, long before the cluster itself notices.
    pub(crate) fn brokers_down(&self) -> Vec<i32> {
        let is_down =
            |broker: &&Broker| matches!(broker.state, BrokerState::Killed | BrokerState::Stopped);
        self.brokers.iter().flatten().filter(is_down).map(|broker| broker.id).collect()
    }

    /// The first broker that could be started, where none runs.
    pub(crate) fn first_down(&self) -> Option<i32> {
        let brokers = self.brokers.as_ref().filter(|_| self.brokers_online() == Some(0))?;
        brokers.iter().map(|broker| broker.id).min()
    }

    /// What the engine said of itself, while it answers.
    pub(crate) fn engine(&self) -> Option<&Describe> {
        match &self.facts.as_ref()?.engine {
            EngineFact::Answers(describe) => Some(describe),
            EngineFact::Silent => None,
        }
    }

    pub(crate) fn facts_for_permits(&self) -> ClusterFacts {
        ClusterFacts {
            sample: self.sample(),
            damaged: self.is_damaged(),
            unreadable: self.is_unreadable(),
            left_over: self.is_left_over(),
            ..ClusterFacts::new(true, self.state())
        }
    }

    /// Whether the sample workload is wanted, or somebody runs one by hand.
    pub(crate) fn sample(&self) -> bool {
        self.sample_runs || self.file.as_ref().is_some_and(|file| file.sample)
    }

    /// `localhost:9092,..`: from the engine, else from the ports that it will take again.
    pub(crate) fn bootstrap(&self) -> String {
        if let Some(bootstrap) = self.engine().and_then(|engine| engine.bootstrap.get("PLAINTEXT"))
        {
            return bootstrap.clone();
        }
        let Some(file) = &self.file else { return String::new() };
        let host = file.advertised();
        let addresses = file.ports.iter().map(|port| format!("{host}:{port}"));
        addresses.collect::<Vec<_>>().join(",")
    }
}

impl Registry {
    pub(crate) fn local(&self, id: &str) -> Option<Local> {
        self.lock().get(id).cloned()
    }

    /// In order of name.
    pub(crate) fn locals(&self) -> Vec<Local> {
        self.lock().values().cloned().collect()
    }

    /// Those that nobody has looked at yet.
    pub(crate) fn unseen(&self) -> Vec<Local> {
        let unseen = |local: &&Local| local.facts.is_none() && local.problem.is_none();
        self.lock().values().filter(unseen).cloned().collect()
    }

    pub(crate) fn local_dirs(&self) -> Vec<(String, ClusterDir)> {
        self.lock().values().map(|local| (local.id.clone(), local.dir.clone())).collect()
    }

    /// Adds a cluster that is not known yet; false when it is.
    pub(crate) fn add(&self, local: Local) -> bool {
        let mut locals = self.lock();
        if locals.contains_key(&local.id) {
            return false;
        }
        locals.insert(local.id.clone(), local);
        true
    }

    /// Forgets it, but not another one that has its name by now; whether it was known.
    pub(crate) fn remove(&self, known: &Local) -> bool {
        let mut locals = self.lock();
        let is_same = locals.get(&known.id).is_some_and(|local| local.is(known));
        is_same && locals.remove(&known.id).is_some()
    }

    /// Has this process do `pending` to a cluster to which `permitted` lets it: looked at and claimed in one, so that of two
    /// requests at once only one is let. `None` where it is not known.
    pub(crate) fn claim(
        &self,
        id: &str,
        pending: State,
        permitted: impl FnOnce(&Local) -> Result<()>,
    ) -> Option<Result<Local>> {
        let mut locals = self.lock();
        let local = locals.get_mut(id)?;
        Some(permitted(local).map(|()| {
            local.pending = Some(pending);
            local.clone()
        }))
    }

    /// Its folder is called differently from now on.
    pub(crate) fn moved(&self, known: &Local, dir: ClusterDir) {
        self.update_same(known, |local| local.dir = dir);
    }

    /// As [`Registry::update`], but leaves another one alone that has its name by now.
    pub(crate) fn update_same(&self, known: &Local, change: impl FnOnce(&mut Local)) {
        let mut locals = self.lock();
        if let Some(local) = locals.get_mut(&known.id).filter(|local| local.is(known)) {
            change(local);
        }
    }

    /// Changes what is known; whether that shows.
    pub(crate) fn update(&self, id: &str, change: impl FnOnce(&mut Local)) -> bool {
        let mut locals = self.lock();
        let Some(local) = locals.get_mut(id) else { return false };
        let before = shown(local);
        change(local);
        before != shown(local)
    }

    /// Whether an operation's state is news; from now on it is not. Of one that has ended nothing is: the answer to who
    /// began it, or called it off, may come after the news of its end.
    pub(crate) fn is_news(&self, operation: &Operation) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() >= TOLD_MAX {
            told.clear();
        }
        let state = operation.state;
        let is_old = |known: &OperationState| *known == state || state == OperationState::Running;
        if told.get(&operation.id).is_some_and(is_old) {
            return false;
        }
        told.insert(operation.id.clone(), state);
        true
    }

    pub(crate) fn wake(&self, id: &str) {
        if let Some(local) = self.lock().get(id) {
            local.wake.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Local>> {
        self.locals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a row would look different by.
type Shown = (State, Option<Text>, String, Option<String>, bool, Option<u32>);

fn shown(local: &Local) -> Shown {
    let instance = local.engine().map(|engine| engine.instance.clone());
    let sample = local.sample();
    let online = local.brokers_online();
    (local.state(), local.state_reason(), local.bootstrap(), instance, sample, online)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Failure;
    use crate::operations::from_engine;
    use weir_control::api::{self, OperationKind};

    #[test]
    fn of_two_requests_at_once_one_is_let() {
        let registry = Registry::default();
        registry.add(Local::new("one", ClusterDir::new("one")));
        let stopped = |local: &Local| match local.state() {
            State::Stopped => Ok(()),
            other => Err(Failure::internal(other.word())),
        };
        let claim = || registry.claim("one", State::Starting, stopped).unwrap().is_ok();
        let let_in = std::thread::scope(|scope| {
            let both = [(); 8].map(|()| scope.spawn(claim));
            both.into_iter().map(|one| one.join().unwrap()).filter(|let_in| *let_in).count()
        });
        assert_eq!(let_in, 1);
        assert_eq!(registry.local("one").unwrap().state(), State::Starting);
        assert!(registry.claim("other", State::Starting, stopped).is_none());
    }

    #[test]
    fn what_is_done_to_a_cluster_that_is_gone_is_not_done_to_its_successor() {
        let registry = Registry::default();
        let new = || Local::new("one", ClusterDir::new("one"));
        let first = new();
        registry.add(first.clone());
        registry.moved(&first, ClusterDir::new("one.deleting"));
        assert!(!registry.add(new()), "still known while it is deleted");
        assert!(registry.local("one").unwrap().dir.is_deleting());
        assert!(registry.remove(&first));
        registry.add(new());
        assert!(!registry.remove(&first));
        registry.update_same(&first, |local| local.pending = Some(State::Deleting));
        assert_eq!(registry.local("one").unwrap().pending, None);
    }

    #[test]
    fn the_end_of_an_operation_is_the_last_that_is_told_of_it() {
        let registry = Registry::default();
        let begun = api::Operation::begin("1".to_owned(), OperationKind::BrokerRemove);
        let begun = from_engine("one", begun);
        assert!(registry.is_news(&begun));
        assert!(!registry.is_news(&begun));
        let ended = Operation { state: OperationState::Failed, ..begun.clone() };
        assert!(registry.is_news(&ended));
        assert!(!registry.is_news(&begun), "an answer that was overtaken");
        assert!(!registry.is_news(&ended));
    }
}
