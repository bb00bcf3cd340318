//! The core's own operations: begun, moved on step by step, ended, written down.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use weir_store::{OperationFilter, Store};

use super::{Change, Operation, OperationState, OperationStep, StepState, row};
use crate::events::Events;
use crate::failure::{Failure, Outcome, Result};
use crate::text::{Text, TextId};
use crate::time::{now_ms, timed_id};

/// A running operation that nobody has moved for so long belonged to a host that is gone.
const ABANDONED_MS: i64 = 10 * 60 * 1000;

#[derive(Debug, Clone)]
pub(crate) struct Recorder {
    store: Store,
    events: Events,
    by: &'static str,
    running: Operations,
    /// Ended ones that the store did not take, for as long as this process lives.
    unwritten: Operations,
}

type Operations = Arc<Mutex<HashMap<String, Operation>>>;

/// Beyond it those that could not be written are forgotten.
const UNWRITTEN_MAX: usize = 1_000;

/// What is about to happen.
#[derive(Debug, Clone)]
pub(crate) struct Begin {
    pub(crate) kind: &'static str,
    pub(crate) cluster: Option<(String, String)>,
    pub(crate) title: Text,
    pub(crate) target: Option<String>,
    pub(crate) steps: Vec<TextId>,
    pub(crate) changes: Vec<Change>,
    pub(crate) command: Option<String>,
}

impl Begin {
    pub(crate) fn new(kind: &'static str, cluster: (String, String), title: Text) -> Self {
        Self {
            kind,
            cluster: Some(cluster),
            title,
            target: None,
            steps: Vec::new(),
            changes: Vec::new(),
            command: None,
        }
    }
}

impl Recorder {
    pub(crate) fn new(store: Store, events: Events, by: &'static str) -> Self {
        Self { store, events, by, running: Arc::default(), unwritten: Arc::default() }
    }

    /// Operations that a dead host left running: their outcome is not known. One that another host is still at, or has
    /// just ended, keeps its end.
    pub(crate) fn close_abandoned(&self) -> Result<()> {
        let before = now_ms() - ABANDONED_MS;
        for mut operation in self.stored(None, 1000)? {
            if operation.state == OperationState::Running
                && operation.started_at < before
                && !self.is_running(&operation.id)
            {
                operation.state = OperationState::Unknown;
                operation.ended_at = Some(now_ms());
                let row = row::to_row(&operation);
                if self.store.end_operation(row).map_err(Failure::internal)? {
                    self.publish(&operation);
                }
            }
        }
        self.store.prune_operations().map(drop).map_err(Failure::internal)
    }

    pub(crate) fn begin(&self, begin: Begin) -> Result<Running> {
        let (cluster, cluster_name) = begin.cluster.unzip();
        let step =
            |text| OperationStep { text: Text::new(text), state: StepState::Pending, at: None };
        let operation = Operation {
            id: timed_id("op")?,
            cluster,
            cluster_name,
            kind: begin.kind,
            title: begin.title,
            target: begin.target,
            state: OperationState::Running,
            steps: begin.steps.into_iter().map(step).collect(),
            changes: begin.changes,
            error: None,
            started_at: now_ms(),
            ended_at: None,
            by: self.by.to_owned(),
            command: begin.command,
        };
        self.save(&operation);
        self.publish(&operation);
        Ok(Running { id: operation.id, recorder: self.clone() })
    }

    /// Running ones as they are this moment, the others as stored; unordered.
    pub(crate) fn list(&self, cluster: Option<&str>, limit: i64) -> Result<Vec<Operation>> {
        let mut all = self.stored(cluster, limit)?;
        let running = self.lock();
        for operation in &mut all {
            if let Some(now) = running.get(&operation.id) {
                *operation = now.clone();
            }
        }
        Ok(all)
    }

    pub(crate) fn get(&self, id: &str) -> Result<Option<Operation>> {
        let known = self.lock().get(id).cloned();
        if let Some(known) = known.or_else(|| lock(&self.unwritten).get(id).cloned()) {
            return Ok(Some(known));
        }
        let stored = self.store.operation(id).map_err(Failure::internal)?;
        Ok(stored.as_ref().map(row::from_row))
    }

    /// Those of this process that run now.
    pub(crate) fn running(&self, cluster: Option<&str>) -> Vec<Operation> {
        let running = self.lock();
        let wanted = |o: &&Operation| cluster.is_none() || o.cluster.as_deref() == cluster;
        running.values().filter(wanted).cloned().collect()
    }

    pub(crate) fn is_running(&self, id: &str) -> bool {
        self.lock().contains_key(id)
    }

    fn stored(&self, cluster: Option<&str>, limit: i64) -> Result<Vec<Operation>> {
        let filter = OperationFilter { cluster: cluster.map(str::to_owned), limit };
        let rows = self.store.operations(&filter).map_err(Failure::internal)?;
        Ok(rows.iter().map(row::from_row).collect())
    }

    fn save(&self, operation: &Operation) {
        if let Err(error) = self.store.put_operation(row::to_row(operation)) {
            // The change itself goes on: losing its history is the smaller harm.
            tracing::warn!(%error, id = operation.id, "an operation could not be written down");
            let mut unwritten = lock(&self.unwritten);
            if unwritten.len() >= UNWRITTEN_MAX {
                unwritten.clear();
            }
            unwritten.insert(operation.id.clone(), operation.clone());
        }
    }

    fn publish(&self, operation: &Operation) {
        if operation.state == OperationState::Running {
            self.lock().insert(operation.id.clone(), operation.clone());
        } else {
            self.lock().remove(&operation.id);
        }
        self.events.operation(Arc::new(operation.clone()));
        let cluster = operation.cluster.iter();
        self.events.all_changed(cluster.map(|id| format!("operations({id})")));
    }

    fn change(&self, id: &str, change: impl FnOnce(&mut Operation)) -> Option<Operation> {
        let mut running = self.lock();
        let operation = running.get_mut(id)?;
        change(operation);
        Some(operation.clone())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Operation>> {
        lock(&self.running)
    }
}

fn lock(operations: &Operations) -> MutexGuard<'_, HashMap<String, Operation>> {
    operations.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One operation in progress. Dropped without an end, it ends as `unknown`.
#[derive(Debug)]
pub struct Running {
    id: String,
    recorder: Recorder,
}

impl Running {
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Step `index` runs now, all before it are done.
    pub(crate) fn step(&self, index: usize) {
        let now = now_ms();
        let moved = self.recorder.change(&self.id, |operation| {
            for (at, step) in operation.steps.iter_mut().enumerate() {
                if at < index && step.state != StepState::Done {
                    (step.state, step.at) = (StepState::Done, Some(now));
                } else if at == index {
                    (step.state, step.at) = (StepState::Running, Some(now));
                }
            }
        });
        if let Some(operation) = moved {
            self.recorder.publish(&operation);
        }
    }

    /// Ends it by its result.
    pub(crate) fn end<T>(self, result: &Result<T>) {
        match result {
            Ok(_) => self.finish(OperationState::Done, None),
            Err(failure) => self.finish(state_of(failure), Some(failure.clone())),
        }
    }

    pub(crate) fn finish(&self, state: OperationState, error: Option<Failure>) {
        let now = now_ms();
        let ended = self.recorder.change(&self.id, |operation| {
            let last = if error.is_some() { StepState::Failed } else { StepState::Done };
            for step in &mut operation.steps {
                match (step.state, state) {
                    (StepState::Running, _) => (step.state, step.at) = (last, Some(now)),
                    (StepState::Pending, OperationState::Done) => {
                        (step.state, step.at) = (StepState::Done, Some(now));
                    }
                    _ => {}
                }
            }
            operation.state = state;
            operation.error = error;
            operation.ended_at = Some(now);
        });
        if let Some(operation) = ended {
            self.recorder.save(&operation);
            self.recorder.publish(&operation);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.finish(OperationState::Unknown, None); // nothing, when it has ended
    }
}

fn state_of(failure: &Failure) -> OperationState {
    match failure.outcome {
        Some(Outcome::Partly) => OperationState::Partly,
        Some(Outcome::Unknown) => OperationState::Unknown,
        _ => OperationState::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::kind;

    fn recorder() -> (tempfile::TempDir, Recorder) {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("weir.db")).unwrap();
        (dir, Recorder::new(store, Events::default(), "you"))
    }

    fn begin(recorder: &Recorder) -> Running {
        let cluster = ("one".to_owned(), "one".to_owned());
        let mut begin = Begin::new(
            kind::CLUSTER_STOP,
            cluster,
            TextId::OperationClusterStop.with("name", "one"),
        );
        begin.steps = vec![TextId::StepAskEngine, TextId::StepWaitStopped];
        recorder.begin(begin).unwrap()
    }

    #[test]
    fn steps_move_on_and_the_end_is_stored() {
        let (_dir, recorder) = recorder();
        let running = begin(&recorder);
        let id = running.id().to_owned();
        running.step(1);
        let now = recorder.get(&id).unwrap().unwrap();
        let states: Vec<_> = now.steps.iter().map(|step| step.state).collect();
        assert_eq!(states, [StepState::Done, StepState::Running]);
        running.end(&Ok(()));
        let stored = recorder.get(&id).unwrap().unwrap();
        assert_eq!(stored.state, OperationState::Done);
        assert!(stored.steps.iter().all(|step| step.state == StepState::Done));
        assert!(recorder.running(None).is_empty());
    }

    #[test]
    fn a_failure_says_how_far_it_got() {
        let (_dir, recorder) = recorder();
        let running = begin(&recorder);
        let id = running.id().to_owned();
        running.step(0);
        let failure = Failure::internal("boom").outcome(Outcome::Partly);
        running.end::<()>(&Err(failure.clone()));
        let stored = recorder.get(&id).unwrap().unwrap();
        assert_eq!(stored.state, OperationState::Partly);
        assert_eq!(stored.error, Some(failure), "comes back from the store as it was");
        assert_eq!(stored.steps[0].state, StepState::Failed);
        assert_eq!(stored.steps[1].state, StepState::Pending);
    }

    /// As on a disk that filled up: whoever waits for its end must hear of it.
    #[test]
    fn one_that_the_store_does_not_take_is_remembered() {
        let (dir, recorder) = recorder();
        let other = rusqlite::Connection::open(dir.path().join("weir.db")).unwrap();
        let refusal = "CREATE TRIGGER full BEFORE INSERT ON operations BEGIN SELECT RAISE (ABORT, 'full'); END";
        other.execute_batch(refusal).unwrap();
        let running = begin(&recorder);
        let id = running.id().to_owned();
        running.end(&Ok(()));
        assert_eq!(recorder.get(&id).unwrap().unwrap().state, OperationState::Done);
    }

    #[test]
    fn what_a_dead_host_left_running_ends_and_what_has_ended_stays() {
        let (_dir, recorder) = recorder();
        let running = begin(&recorder);
        let row = recorder.store.operation(running.id()).unwrap().unwrap();
        let left = |id: &str| {
            let started_at = row.started_at - 2 * ABANDONED_MS;
            let left = weir_store::OperationRow { id: id.to_owned(), started_at, ..row.clone() };
            recorder.store.put_operation(left.clone()).unwrap();
            left
        };
        let (_dead, slow) = (left("dead"), left("slow"));
        recorder.close_abandoned().unwrap();
        let state = |id: &str| recorder.get(id).unwrap().unwrap().state;
        assert_eq!(state("dead"), OperationState::Unknown);
        assert_eq!(state(running.id()), OperationState::Running);
        // Its host was at it all the same, and its end is what counts.
        recorder
            .store
            .put_operation(weir_store::OperationRow { state: "done".into(), ..slow.clone() })
            .unwrap();
        let late = weir_store::OperationRow { state: "unknown".into(), ..slow };
        assert!(!recorder.store.end_operation(late).unwrap());
        assert_eq!(state("slow"), OperationState::Done);
    }

    #[test]
    fn one_that_is_dropped_is_unknown() {
        let (_dir, recorder) = recorder();
        let running = begin(&recorder);
        let id = running.id().to_owned();
        drop(running);
        assert_eq!(recorder.get(&id).unwrap().unwrap().state, OperationState::Unknown);
    }
}
