use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Operation;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiVersion {
    pub major: u32,
    pub minor: u32,
}

/// Which engine stands behind the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EngineKind {
    BuiltIn,
    ApacheKafka,
    /// An engine that this build does not know.
    #[serde(other)]
    Unknown,
}

/// `GET /v1/describe`: who answers, and the cluster it runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Describe {
    pub api: ApiVersion,
    pub engine: EngineKind,
    pub version: String,
    /// Equal to `control.json`'s: the engine that wrote it.
    pub instance: String,
    pub pid: u32,
    pub name: String,
    pub cluster_id: String,
    /// How many brokers the cluster has, whatever their state.
    pub brokers: u16,
    /// Bootstrap addresses by listener name: `{"PLAINTEXT": "localhost:9092,.."}`.
    pub bootstrap: BTreeMap<String, String>,
    pub started_ms: i64,
    /// From process start to ready.
    pub ready_ms: u64,
    /// Operations that are running now.
    #[serde(default)]
    pub running: Vec<Operation>,
    /// Operations that could not be written down; `None` while all of them are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unrecorded: Option<Unrecorded>,
}

/// Operations that are not in `operations.jsonl` so far; they are written as soon as that goes again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unrecorded {
    /// How many wait to be written.
    pub operations: u32,
    /// Whose disk it is.
    pub path: String,
    /// The disk has no room; else it fails in another way.
    pub is_full: bool,
    /// The operating system's words.
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BrokerState {
    Running,
    Stopping,
    /// Stopped on request, by controlled shutdown.
    Stopped,
    /// Killed on request: gone without a word.
    Killed,
    Starting,
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Broker {
    pub id: i32,
    /// What the broker advertises.
    pub host: String,
    pub port: u16,
    #[serde(default)]
    pub rack: Option<String>,
    pub state: BrokerState,
    /// Open client connections.
    #[serde(default)]
    pub connections: u32,
}

/// `GET /v1/brokers`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Brokers {
    pub brokers: Vec<Broker>,
}

/// Something that changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    pub seq: u64,
    pub at_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broker: Option<Broker>,
}

/// `GET /v1/events?after=SEQ`: what came after `SEQ`, or nothing once the wait is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Events {
    pub events: Vec<Event>,
    /// Ask with this next time.
    pub next: u64,
    /// Events between `after` and the first one here are no longer kept: read everything again.
    #[serde(default)]
    pub missed: bool,
}

/// An answer that is no success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiError {
    /// What is wrong, in one sentence.
    pub text: String,
    /// What to do about it.
    #[serde(default)]
    pub hint: Option<String>,
    #[serde(default)]
    pub detail: Option<String>,
}
