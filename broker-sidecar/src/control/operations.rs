use std::collections::VecDeque;

use parking_lot::Mutex;
use weir_control::api::{Operation, OperationKind, OperationState, Unrecorded};
use weir_control::files::OperationsLog;
use weir_control::{DirError, random_id};

use super::EventLog;

/// Answered by id for as long; all of them stay in `operations.jsonl`.
const KEPT: usize = 256;

/// The engine's operations: running and lately ended ones, by id and by idempotency key, also those of the
/// engine's last runs.
#[derive(Debug)]
pub(crate) struct Operations {
    kept: Mutex<VecDeque<Operation>>,
    log: OperationsLog,
    owed: Mutex<Owed>,
}

/// What the log did not take, in its newest form, oldest first; and why.
#[derive(Debug, Default)]
struct Owed {
    operations: VecDeque<Operation>,
    why: Option<(bool, String)>,
}

/// What an operation was asked to do: an idempotency key stands for this and nothing else.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) kind: OperationKind,
    /// `None` where the request names no broker.
    pub(crate) broker: Option<i32>,
    /// `None` where it names no log dir.
    pub(crate) log_dir: Option<&'a str>,
    pub(crate) key: Option<&'a str>,
}

/// The key began something else before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KeyTaken;

impl Operations {
    /// Takes over what `log` holds; what was running when the last engine ended has failed.
    pub(crate) fn new(log: OperationsLog) -> Self {
        let earlier = log.settle(|kind| !kind.is_keepers()).unwrap_or_else(|e| {
            tracing::warn!("{e}");
            Vec::new()
        });
        let mut kept: VecDeque<_> = earlier.into_iter().filter(|o| !o.kind.is_keepers()).collect();
        kept.drain(..kept.len().saturating_sub(KEPT));
        Self { kept: Mutex::new(kept), log, owed: Mutex::default() }
    }

    /// The operation that this idempotency key began before.
    pub(crate) fn by_key(&self, asked: Asked<'_>) -> Result<Option<Operation>, KeyTaken> {
        let Some(key) = asked.key else { return Ok(None) };
        let kept = self.kept.lock();
        let Some(before) = kept.iter().find(|o| o.key.as_deref() == Some(key)) else {
            return Ok(None);
        };
        let same = before.kind == asked.kind
            && asked.broker.is_none_or(|broker| before.broker == Some(broker))
            && asked.log_dir == before.log_dir.as_deref();
        if same { Ok(Some(before.clone())) } else { Err(KeyTaken) }
    }

    pub(crate) fn begin(
        &self,
        kind: OperationKind,
        broker: Option<i32>,
        key: Option<String>,
        events: &EventLog,
    ) -> Result<Operation, DirError> {
        self.begin_as(Operation { broker, key, ..Operation::begin(random_id()?, kind) }, events)
    }

    /// Begins an operation that says more of itself.
    pub(crate) fn begin_as(
        &self,
        operation: Operation,
        events: &EventLog,
    ) -> Result<Operation, DirError> {
        self.kept.lock().push_back(operation.clone());
        self.write(&operation, events);
        Ok(operation)
    }

    pub(crate) fn end(
        &self,
        operation: Operation,
        state: OperationState,
        events: &EventLog,
    ) -> Operation {
        let ended = operation.end(state);
        let mut kept = self.kept.lock();
        if let Some(place) = kept.iter_mut().find(|o| o.id == ended.id) {
            place.clone_from(&ended);
        }
        forget_oldest(&mut kept);
        drop(kept);
        self.write(&ended, events);
        ended
    }

    pub(crate) fn find(&self, id: &str) -> Option<Operation> {
        self.kept.lock().iter().find(|o| o.id == id).cloned()
    }

    pub(crate) fn is_running(&self, id: &str) -> bool {
        self.kept.lock().iter().any(|o| o.id == id && o.is_running())
    }

    pub(crate) fn running(&self) -> Vec<Operation> {
        self.kept.lock().iter().filter(|o| o.is_running()).cloned().collect()
    }

    /// What could not be written down, after another attempt: `None` once there is room again.
    pub(crate) fn unrecorded(&self) -> Option<Unrecorded> {
        let mut owed = self.owed.lock();
        self.pay(&mut owed);
        let (is_full, reason) = owed.why.clone()?;
        let folder = self.log.path().parent().unwrap_or(self.log.path());
        Some(Unrecorded {
            operations: u32::try_from(owed.operations.len()).unwrap_or(u32::MAX),
            path: folder.display().to_string(),
            is_full,
            reason,
        })
    }

    /// A full disk delays a line of history, and never the operation.
    fn write(&self, operation: &Operation, events: &EventLog) {
        let mut owed = self.owed.lock();
        owed.add(operation);
        self.pay(&mut owed);
        drop(owed);
        events.operation(operation);
    }

    /// Writes what is owed, in order, until the log takes no more.
    fn pay(&self, owed: &mut Owed) {
        while let Some(next) = owed.operations.front() {
            if let Err(e) = self.log.append(next) {
                if owed.why.is_none() {
                    tracing::warn!("{e}");
                }
                let is_full = e.io_kind() == Some(std::io::ErrorKind::StorageFull);
                owed.why = Some((is_full, e.to_string()));
                return;
            }
            owed.operations.pop_front();
        }
        owed.why = None;
    }
}

impl Owed {
    /// At most [`KEPT`], the newest: of each operation the last form.
    fn add(&mut self, operation: &Operation) {
        self.operations.retain(|before| before.id != operation.id);
        self.operations.push_back(operation.clone());
        if self.operations.len() > KEPT {
            self.operations.pop_front();
        }
    }
}

/// Keeps the newest, and everything that still runs: a broker has one running operation at most.
fn forget_oldest(kept: &mut VecDeque<Operation>) {
    while kept.len() > KEPT {
        let Some(oldest) = kept.iter().position(|o| !o.is_running()) else { return };
        kept.remove(oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_control::ClusterDir;

    fn asked(kind: OperationKind, broker: Option<i32>, key: &str) -> Asked<'_> {
        Asked { kind, broker, log_dir: None, key: Some(key) }
    }

    #[test]
    fn a_key_stands_for_one_action_also_after_the_engine_died() {
        use OperationKind::{BrokerAdd, BrokerRemove, BrokerStop};
        let temp = tempfile::tempdir().unwrap();
        let dir = ClusterDir::new(temp.path());
        let (operations, events) = (Operations::new(dir.operations()), EventLog::default());
        let key = |key: &str| Some(key.to_owned());
        let added = operations.begin(BrokerAdd, Some(4), key("a"), &events).unwrap();
        operations.end(added.clone(), OperationState::Done, &events);
        let stopped = operations.begin(BrokerStop, Some(2), key("b"), &events).unwrap();
        let again = Operations::new(dir.operations());
        for operations in [operations, again] {
            let found = operations.by_key(asked(BrokerAdd, None, "a")).unwrap();
            assert_eq!(found.map(|o| o.id), Some(added.id.clone()));
            assert_eq!(operations.by_key(asked(BrokerStop, Some(2), "a")), Err(KeyTaken));
            assert_eq!(operations.by_key(asked(BrokerStop, Some(3), "b")), Err(KeyTaken));
            assert_eq!(operations.by_key(asked(BrokerRemove, Some(2), "b")), Err(KeyTaken));
            assert_eq!(operations.by_key(asked(BrokerStop, Some(2), "c")), Ok(None));
        }
        let failed = Operations::new(dir.operations()).find(&stopped.id).unwrap();
        assert_eq!(failed.state, OperationState::Failed);
        assert!(failed.error.unwrap().text.starts_with("Interrupted"));
        assert!(dir.operations().read().unwrap().iter().all(|o| !o.is_running()));
    }

    #[test]
    fn what_the_log_does_not_take_is_told_and_written_later() {
        let temp = tempfile::tempdir().unwrap();
        let dir = ClusterDir::new(temp.path());
        let (operations, events) = (Operations::new(dir.operations()), EventLog::default());
        assert_eq!(operations.unrecorded(), None);
        // Whoever runs the test, nothing can be written where a folder is in the file's place.
        let file = dir.operations().path().to_owned();
        std::fs::create_dir(&file).unwrap();
        let kind = OperationKind::BrokerStop;
        let begun = operations.begin(kind, Some(1), None, &events).unwrap();
        operations.end(begun.clone(), OperationState::Done, &events);
        let other = operations.begin(kind, Some(2), None, &events).unwrap();
        let told = operations.unrecorded().unwrap();
        assert_eq!((told.operations, told.is_full), (2, false), "{told:?}");
        assert_eq!(told.path, temp.path().display().to_string());
        std::fs::remove_dir(&file).unwrap();
        assert_eq!(operations.unrecorded(), None, "there is room again");
        let written: Vec<_> =
            dir.operations().read().unwrap().into_iter().map(|o| (o.id, o.state)).collect();
        assert_eq!(
            written,
            [(begun.id, OperationState::Done), (other.id, OperationState::Running)]
        );
    }

    #[test]
    fn what_is_owed_has_a_bound() {
        let mut owed = Owed::default();
        for id in 0..=KEPT {
            owed.add(&Operation::begin(id.to_string(), OperationKind::BrokerStop));
        }
        owed.add(&Operation::begin("7", OperationKind::BrokerStop));
        assert_eq!(owed.operations.len(), KEPT);
        assert_eq!(owed.operations.front().map(|o| o.id.as_str()), Some("1"));
        assert_eq!(owed.operations.back().map(|o| o.id.as_str()), Some("7"));
    }

    #[test]
    fn what_runs_is_never_forgotten() {
        let temp = tempfile::tempdir().unwrap();
        let log = ClusterDir::new(temp.path()).operations();
        let (operations, events) = (Operations::new(log), EventLog::default());
        let kind = OperationKind::BrokerStop;
        let long = operations.begin(kind, Some(1), Some("long".into()), &events).unwrap();
        for _ in 0..=KEPT {
            let short = operations.begin(kind, Some(2), None, &events).unwrap();
            operations.end(short, OperationState::Done, &events);
        }
        assert_eq!(operations.running().len(), 1);
        assert_eq!(operations.by_key(asked(kind, Some(1), "long")), Ok(Some(long)));
        assert_eq!(operations.kept.lock().len(), KEPT);
    }
}
