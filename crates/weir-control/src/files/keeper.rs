use serde::{Deserialize, Serialize};

/// `keeper.json`: what the keeper has seen of its engine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeeperFile {
    pub pid: u32,
    /// When this keeper started, in milliseconds since the epoch.
    pub started_ms: i64,
    /// Launches of the engine by this keeper.
    pub launches: u32,
    /// Whether a launch under this keeper became ready.
    pub ready: bool,
    /// Whether any launch, under any keeper, became ready.
    #[serde(default)]
    pub ever_ready: bool,
    /// How the last engine ended, when it was not asked to: `killed by signal 9`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_exit: Option<String>,
}
