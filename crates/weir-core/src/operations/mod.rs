//! Everything that changes a cluster, as it happens and afterwards: kind, target, steps, before and after, error,
//! by whom. The core's own are in the store; keeper and engine keep theirs in the cluster's directory.

mod engine;
mod record;
mod row;

pub(crate) use engine::{CLI_KEY, EngineLogs, from_engine, told};
pub use record::Running;
pub(crate) use record::{Begin, Recorder};

use std::time::Duration;

use crate::core::Core;
use crate::failure::{Failure, Result};
use crate::text::{Text, TextArg, TextId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    pub id: String,
    pub cluster: Option<String>,
    pub cluster_name: Option<String>,
    pub kind: &'static str,
    pub title: Text,
    pub target: Option<String>,
    pub state: OperationState,
    pub steps: Vec<OperationStep>,
    pub changes: Vec<Change>,
    pub error: Option<Failure>,
    pub started_at: i64,
    pub ended_at: Option<i64>,
    /// `you`, `cli`, `weir` (keeper and engine by themselves).
    pub by: String,
    /// The Kafka command that does the same.
    pub command: Option<String>,
}

impl Operation {
    /// What a person reads of it once it is done, a sentence; its title says what is being done.
    pub fn done(&self) -> Text {
        let key = self.title.id.key().replacen("operation.", "done.", 1);
        let id = TextId::from_key(&key).unwrap_or(self.title.id);
        Text { id, args: self.title.args.clone() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationState {
    Running,
    Done,
    Failed,
    /// Some items done, others not.
    Partly,
    /// Nobody can say: the answer was lost, and reading back did not tell.
    Unknown,
}

impl OperationState {
    pub const ALL: [Self; 5] =
        [Self::Running, Self::Done, Self::Failed, Self::Partly, Self::Unknown];

    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Partly => "partly",
            Self::Unknown => "unknown",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationStep {
    pub text: Text,
    pub state: StepState,
    /// When it ended, or began if it still runs.
    pub at: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    Pending,
    Running,
    Done,
    Failed,
}

/// One value that the operation changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub what: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// Every kind, in one list for stores and filters.
pub mod kind {
    pub const CLUSTER_CREATE: &str = "cluster_create";
    pub const CLUSTER_START: &str = "cluster_start";
    pub const CLUSTER_STOP: &str = "cluster_stop";
    pub const CLUSTER_DELETE: &str = "cluster_delete";
    pub const CLUSTER_HEAL: &str = "cluster_heal";
    pub const CLUSTER_FAIL: &str = "cluster_fail";
    pub const TOPIC_CREATE: &str = "topic_create";
    pub const TOPIC_DELETE: &str = "topic_delete";
    pub const TOPIC_CONFIG: &str = "topic_config";
    pub const TOPIC_PARTITIONS: &str = "topic_partitions";
    pub const GROUP_DELETE: &str = "group_delete";
    pub const GROUP_RESET: &str = "group_reset";
    pub const GROUP_OFFSETS_DELETE: &str = "group_offsets_delete";
    pub const BROKER_STOP: &str = "broker_stop";
    pub const BROKER_KILL: &str = "broker_kill";
    pub const BROKER_START: &str = "broker_start";
    pub const BROKER_ADD: &str = "broker_add";
    pub const BROKER_REMOVE: &str = "broker_remove";
    pub const LOG_DIR_OFFLINE: &str = "log_dir_offline";
    pub const LOG_DIR_ONLINE: &str = "log_dir_online";
    pub const SAMPLE_START: &str = "sample_start";
    pub const SAMPLE_REMOVE: &str = "sample_remove";
    pub const OTHER: &str = "other";

    pub const ALL: &[&str] = &[
        CLUSTER_CREATE,
        CLUSTER_START,
        CLUSTER_STOP,
        CLUSTER_DELETE,
        CLUSTER_HEAL,
        CLUSTER_FAIL,
        TOPIC_CREATE,
        TOPIC_DELETE,
        TOPIC_CONFIG,
        TOPIC_PARTITIONS,
        GROUP_DELETE,
        GROUP_RESET,
        GROUP_OFFSETS_DELETE,
        BROKER_STOP,
        BROKER_KILL,
        BROKER_START,
        BROKER_ADD,
        BROKER_REMOVE,
        LOG_DIR_OFFLINE,
        LOG_DIR_ONLINE,
        SAMPLE_START,
        SAMPLE_REMOVE,
        OTHER,
    ];

    /// The kind of this name; a newer Weir's counts as [`OTHER`].
    pub fn parse(word: &str) -> &'static str {
        ALL.iter().find(|kind| **kind == word).copied().unwrap_or(OTHER)
    }
}

/// A page of operations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationPage {
    pub total: usize,
    pub rows: Vec<Operation>,
}

/// Operations that the list looks at, newest first; older ones are history that nobody pages to.
const LISTED_MAX: i64 = 2000;

impl Core {
    /// Newest first; the core's and, for local clusters, keeper's and engine's.
    pub fn operations_list(
        &self,
        cluster: Option<&str>,
        query: &str,
        page: usize,
        page_size: usize,
    ) -> Result<OperationPage> {
        let mut all = self.recorder().list(cluster, LISTED_MAX)?;
        all.extend(self.engine_operations(cluster));
        all.retain(|operation| matches(operation, query));
        all.sort_by(|a, b| (b.started_at, &b.id).cmp(&(a.started_at, &a.id)));
        let total = all.len();
        let first = page.saturating_sub(1).saturating_mul(page_size);
        Ok(OperationPage { total, rows: all.into_iter().skip(first).take(page_size).collect() })
    }

    /// Waits until an operation of this process has ended.
    pub async fn operation_ended(&self, id: &str) {
        let mut seq = self.events().next(0, &[], Duration::ZERO).await.seq;
        while self.recorder().is_running(id) {
            seq = self.events().next(seq, &[], Duration::from_secs(1)).await.seq;
        }
    }

    /// An operation as it is now. What a file says runs, or does not know, its engine may know better: a full disk takes
    /// no record.
    pub async fn operation_get(&self, id: &str) -> Result<Operation> {
        if let Some(operation) = self.recorder().get(id)? {
            return Ok(operation);
        }
        let found = self.engine_operations(None).into_iter().find(|operation| operation.id == id);
        if let Some(ended) = found.as_ref().filter(|found| found.state != OperationState::Running) {
            return Ok(ended.clone());
        }
        let cluster = found.as_ref().and_then(|found| found.cluster.as_deref());
        let found = self.asked_engines(cluster, id).await.or(found);
        found.ok_or_else(|| Failure::not_found(TextId::ErrorOperationNotFound))
    }
}

/// Every word of the query occurs in kind, target, cluster, state or an argument of the title.
fn matches(operation: &Operation, query: &str) -> bool {
    let mut hay = format!(
        "{} {} {} {}",
        operation.kind,
        operation.state.word(),
        operation.target.as_deref().unwrap_or_default(),
        operation.cluster_name.as_deref().unwrap_or_default()
    );
    for (_, value) in &operation.title.args {
        if let TextArg::Word(word) = value {
            hay.push(' ');
            hay.push_str(word);
        }
    }
    weir_domain::filter::NameFilter::new(query).matches(&hay)
}
