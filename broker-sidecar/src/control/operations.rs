use std::collections::VecDeque;

use parking_lot::Mutex;
use weir_control::api::{Operation, OperationKind, OperationState};
use weir_control::files::OperationsLog;
use weir_control::{DirError, random_id};

use super::EventLog;

/// Answered by id for as long; all of them stay in `operations.jsonl`.
const KEPT: usize = 256;

/// The engine's operations: running and lately ended ones, by id and by idempotency key.
#[derive(Debug)]
pub(crate) struct Operations {
    kept: Mutex<VecDeque<Kept>>,
    log: OperationsLog,
}

#[derive(Debug)]
struct Kept {
    key: Option<String>,
    operation: Operation,
}

impl Operations {
    pub(crate) fn new(log: OperationsLog) -> Self {
        Self { kept: Mutex::default(), log }
    }

    /// The operation that this idempotency key began before.
    pub(crate) fn by_key(&self, key: Option<&str>) -> Option<Operation> {
        let key = key?;
        let kept = self.kept.lock();
        let before = kept.iter().find(|k| k.key.as_deref() == Some(key));
        before.map(|k| k.operation.clone())
    }

    pub(crate) fn begin(
        &self,
        kind: OperationKind,
        broker: Option<i32>,
        key: Option<String>,
        events: &EventLog,
    ) -> Result<Operation, DirError> {
        let operation = Operation { broker, ..Operation::begin(random_id()?, kind) };
        let mut kept = self.kept.lock();
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(Kept { key, operation: operation.clone() });
        drop(kept);
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
        if let Some(place) = kept.iter_mut().find(|k| k.operation.id == ended.id) {
            place.operation = ended.clone();
        }
        drop(kept);
        self.write(&ended, events);
        ended
    }

    pub(crate) fn find(&self, id: &str) -> Option<Operation> {
        self.kept.lock().iter().find(|k| k.operation.id == id).map(|k| k.operation.clone())
    }

    pub(crate) fn running(&self) -> Vec<Operation> {
        let kept = self.kept.lock();
        kept.iter().filter(|k| k.operation.is_running()).map(|k| k.operation.clone()).collect()
    }

    /// A full disk loses a line of history, never the operation.
    fn write(&self, operation: &Operation, events: &EventLog) {
        if let Err(e) = self.log.append(operation) {
            tracing::warn!("{e}");
        }
        events.operation(operation);
    }
}
