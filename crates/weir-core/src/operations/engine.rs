//! Keeper's and engine's operations, from `operations.jsonl` of local clusters.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use weir_control::api::{
    OperationKind, OperationState as EngineState, OperationStep as EngineStep,
};
use weir_control::{ClusterDir, ControlClient, api};

use super::{Operation, OperationState, OperationStep, StepState, kind};
use crate::core::Core;
use crate::engine_words::{ended_words, engine_words, step_words};
use crate::failure::{Failure, Kind};
use crate::text::TextId;

/// What an engine is asked for one operation.
const ASKED_WITHIN: Duration = Duration::from_millis(800);

impl Core {
    pub(crate) fn cluster_operations(&self, id: &str, dir: &ClusterDir) -> Arc<Vec<Operation>> {
        self.registry().logs.of(id, dir)
    }

    /// The newest of a cluster, without reading all of them.
    pub(crate) fn last_operation(&self, id: &str) -> Option<Operation> {
        let own = self.recorder().list(Some(id), 1).unwrap_or_default();
        let local = self.registry().local(id);
        let engine = local.and_then(|local| {
            let all = self.cluster_operations(id, &local.dir);
            all.iter().max_by_key(|operation| operation.started_at).cloned()
        });
        own.into_iter().chain(engine).max_by_key(|operation| operation.started_at)
    }

    /// An operation as the engine of `cluster`, or of any, knows it.
    pub(super) async fn asked_engines(&self, cluster: Option<&str>, id: &str) -> Option<Operation> {
        let mut dirs = self.local_dirs();
        dirs.retain(|(name, _)| cluster.is_none_or(|wanted| wanted == name));
        for (name, dir) in dirs {
            let Ok(Some(control)) = dir.load_control() else { continue };
            let client = ControlClient::new(control).with_deadline(ASKED_WITHIN);
            if let Ok(operation) = client.operation(id).await {
                return Some(from_engine(&name, operation));
            }
        }
        None
    }

    /// Of one local cluster, or of all; those that cannot be read are left out and logged.
    pub(super) fn engine_operations(&self, cluster: Option<&str>) -> Vec<Operation> {
        let locals = self.local_dirs();
        let wanted = locals.iter().filter(|(id, _)| cluster.is_none_or(|wanted| wanted == id));
        wanted.flat_map(|(id, dir)| self.cluster_operations(id, dir).to_vec()).collect()
    }
}

/// By path: the file's length in bytes and when it was written, as it was read, and what it held.
type ReadFiles = HashMap<PathBuf, (Version, Arc<Vec<Operation>>)>;
type Version = (u64, Option<SystemTime>);

/// What the file of each cluster held when it was read last: it grows, and is trimmed when it is long.
#[derive(Debug, Default)]
pub(crate) struct EngineLogs {
    read: Mutex<ReadFiles>,
}

impl EngineLogs {
    /// Every operation of a cluster's keeper and engine; none and a line in the log where they cannot be read.
    pub(crate) fn of(&self, id: &str, dir: &ClusterDir) -> Arc<Vec<Operation>> {
        let path = dir.operations_jsonl();
        let of = |file: std::fs::Metadata| (file.len(), file.modified().ok());
        let version = std::fs::metadata(&path).map_or((0, None), of);
        if let Some((_, known)) = self.lock().get(&path).filter(|(known, _)| *known == version) {
            return known.clone();
        }
        let read = Arc::new(read(id, dir));
        self.lock().insert(path, (version, read.clone()));
        read
    }

    fn lock(&self) -> MutexGuard<'_, ReadFiles> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(id: &str, dir: &ClusterDir) -> Vec<Operation> {
    let read = dir.operations().read().unwrap_or_else(|error| {
        tracing::warn!(%error, cluster = id, "operations of the engine cannot be read");
        Vec::new()
    });
    let shown = read.into_iter().filter(|operation| is_shown(operation.kind));
    shown.map(|operation| from_engine(id, operation)).collect()
}

/// The operations of an engine's events. Its own end it never tells: what is begun would run for ever.
pub(crate) fn told(cluster: &str, events: Vec<api::Event>) -> Vec<Operation> {
    let operations = events.into_iter().filter_map(|event| event.operation);
    let shown = operations.filter(|operation| is_shown(operation.kind));
    shown.map(|operation| from_engine(cluster, operation)).collect()
}

/// A host that stops the cluster records that itself.
fn is_shown(kind: OperationKind) -> bool {
    !matches!(kind, OperationKind::Shutdown)
}

pub(crate) fn from_engine(cluster: &str, operation: api::Operation) -> Operation {
    let (kind, title) = kind_and_title(operation.kind);
    let by_keeper = matches!(operation.kind, OperationKind::Heal | OperationKind::Fail);
    let broker = operation.broker.map(|broker| broker.to_string());
    let failed = operation.state == EngineState::Failed || kind == kind::CLUSTER_FAIL;
    Operation {
        id: operation.id,
        cluster: Some(cluster.to_owned()),
        cluster_name: Some(cluster.to_owned()),
        kind,
        title: title
            .with("name", cluster)
            .with("broker", broker.as_deref().unwrap_or_default())
            .with("dir", operation.log_dir.as_deref().unwrap_or_default()),
        target: broker,
        state: if failed { OperationState::Failed } else { state(operation.state) },
        steps: operation.steps.into_iter().map(step).collect(),
        changes: Vec::new(),
        error: error(operation.error, operation.detail.as_ref()),
        started_at: operation.started_ms,
        ended_at: operation.ended_ms,
        by: if by_keeper { "weir" } else { asker(operation.key.as_deref()) }.to_owned(),
        command: None,
    }
}

/// What the command line asks an engine for has a key that begins so.
pub(crate) const CLI_KEY: &str = "cli-";

fn asker(key: Option<&str>) -> &'static str {
    if key.is_some_and(|key| key.starts_with(CLI_KEY)) { "cli" } else { "you" }
}

fn kind_and_title(engine: OperationKind) -> (&'static str, TextId) {
    match engine {
        OperationKind::Heal => (kind::CLUSTER_HEAL, TextId::OperationClusterHeal),
        OperationKind::Fail => (kind::CLUSTER_FAIL, TextId::OperationClusterFail),
        OperationKind::BrokerStop => (kind::BROKER_STOP, TextId::OperationBrokerStop),
        OperationKind::BrokerKill => (kind::BROKER_KILL, TextId::OperationBrokerKill),
        OperationKind::BrokerStart => (kind::BROKER_START, TextId::OperationBrokerStart),
        OperationKind::BrokerAdd => (kind::BROKER_ADD, TextId::OperationBrokerAdd),
        OperationKind::BrokerRemove => (kind::BROKER_REMOVE, TextId::OperationBrokerRemove),
        OperationKind::LogDirOffline => (kind::LOG_DIR_OFFLINE, TextId::OperationLogDirOffline),
        OperationKind::LogDirOnline => (kind::LOG_DIR_ONLINE, TextId::OperationLogDirOnline),
        OperationKind::Shutdown | OperationKind::Unknown => (kind::OTHER, TextId::OperationOther),
    }
}

fn state(state: EngineState) -> OperationState {
    match state {
        EngineState::Running => OperationState::Running,
        EngineState::Done => OperationState::Done,
        EngineState::Failed => OperationState::Failed,
        EngineState::Unknown => OperationState::Unknown,
    }
}

/// The engine names its steps in its own words; what is not known of them is shown as it came.
fn step(step: EngineStep) -> OperationStep {
    OperationStep { text: step_words(&step.name), state: StepState::Done, at: Some(step.at_ms) }
}

fn error(error: Option<api::ApiError>, detail: Option<&String>) -> Option<Failure> {
    if let Some(error) = error {
        let text = engine_words(&error.text);
        return Some(Failure { detail: error.detail, ..Failure::new(text) });
    }
    let reason = detail?;
    Some(Failure::new(ended_words(reason)).kind(Kind::Internal))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_that_stops_leaves_no_operation_that_runs_for_ever() {
        let event = |kind| api::Event {
            seq: 1,
            at_ms: 1,
            operation: Some(api::Operation::begin("1".to_owned(), kind)),
            broker: None,
        };
        let events = vec![event(OperationKind::Shutdown), event(OperationKind::BrokerStop)];
        let kinds: Vec<_> = told("one", events).iter().map(|operation| operation.kind).collect();
        assert_eq!(kinds, [kind::BROKER_STOP]);
    }

    #[test]
    fn an_operation_tells_who_asked_the_engine_for_it() {
        let by = |kind, key: Option<&str>| {
            let key = key.map(str::to_owned);
            let asked = api::Operation::begin("1".to_owned(), kind);
            from_engine("one", api::Operation { key, ..asked }).by
        };
        assert_eq!(by(OperationKind::BrokerAdd, Some("cli-0123")), "cli");
        assert_eq!(by(OperationKind::BrokerStop, Some("0123")), "you");
        assert_eq!(by(OperationKind::BrokerStop, None), "you");
        assert_eq!(by(OperationKind::Heal, None), "weir");
    }
}
