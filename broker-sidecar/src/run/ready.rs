use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The one line that `weir-broker run` prints on standard output: metadata answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReadyLine {
    /// Always `ready`.
    pub event: String,
    pub cluster_id: String,
    pub pid: u32,
    pub brokers: Vec<ReadyBroker>,
    /// Bootstrap addresses by listener name.
    pub bootstrap: BTreeMap<String, String>,
    /// The control API's address; its token is in `control.json`.
    pub control: String,
    /// From process start to here.
    pub ready_ms: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadyBroker {
    pub id: i32,
    pub host: String,
    pub port: u16,
    pub rack: Option<String>,
}
