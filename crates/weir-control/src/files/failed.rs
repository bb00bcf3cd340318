use serde::{Deserialize, Serialize};

/// `failed.json`: the keeper gave up on the engine. Removed by the next start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedFile {
    /// One sentence: how the engine ended, in its own last words where it had any.
    pub reason: String,
    pub at_ms: i64,
    /// Deaths within the last minute.
    pub deaths: u32,
}
