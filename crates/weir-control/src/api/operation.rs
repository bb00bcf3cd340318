use serde::{Deserialize, Serialize};

use super::ApiError;

/// What an operation does. Heal and fail are the keeper's, the rest the engine's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OperationKind {
    /// The keeper starts the engine again after a death.
    Heal,
    /// The keeper gave up.
    Fail,
    BrokerStop,
    BrokerKill,
    BrokerStart,
    /// A new broker joins while clients run.
    BrokerAdd,
    /// A broker hands its replicas on, stops, and is forgotten.
    BrokerRemove,
    /// A log dir of a broker fails.
    LogDirOffline,
    /// A log dir of a broker works again.
    LogDirOnline,
    Shutdown,
    /// A kind that this build does not know.
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OperationState {
    Running,
    Done,
    Failed,
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OperationStep {
    pub name: String,
    pub at_ms: i64,
}

/// Something that happens, or happened, to the cluster. The same form in `operations.jsonl` and in the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    pub id: String,
    pub kind: OperationKind,
    pub state: OperationState,
    /// The broker it is about, when it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broker: Option<i32>,
    /// The log dir of that broker that it is about: its name in `log.dirs`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_dir: Option<String>,
    pub started_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_ms: Option<i64>,
    /// The idempotency key under which it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Steps that were reached, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<OperationStep>,
    /// Why it happened or how it went: `killed by signal 9`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ApiError>,
}

impl OperationKind {
    /// Whether the keeper does it; everything else is the engine's.
    pub fn is_keepers(self) -> bool {
        matches!(self, Self::Heal | Self::Fail)
    }
}

impl Operation {
    /// An operation that begins now.
    pub fn begin(id: impl Into<String>, kind: OperationKind) -> Self {
        Self {
            id: id.into(),
            kind,
            state: OperationState::Running,
            broker: None,
            log_dir: None,
            started_ms: crate::now_ms(),
            ended_ms: None,
            key: None,
            steps: Vec::new(),
            detail: None,
            error: None,
        }
    }

    /// The same operation, ended now.
    pub fn end(mut self, state: OperationState) -> Self {
        self.state = state;
        self.ended_ms = Some(crate::now_ms());
        self
    }

    /// The same operation, whose process ended before it did.
    #[must_use]
    pub fn interrupt(mut self) -> Self {
        let text = "Interrupted: the process ended before this was done".to_owned();
        self.error = Some(ApiError { text, hint: None, detail: None });
        self.end(OperationState::Failed)
    }

    pub fn is_running(&self) -> bool {
        self.state == OperationState::Running
    }
}
