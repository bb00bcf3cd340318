use serde::{Deserialize, Serialize};

use crate::api::ApiVersion;

/// `control.json` (0600): where the running engine answers, and the token that opens it. It is there while the
/// engine is ready; after a crash it may be stale, so whoever adopts asks `describe` and compares `instance`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ControlFile {
    pub api: ApiVersion,
    /// The engine's version, as `0.1.0`.
    pub version: String,
    /// One random id a launch.
    pub instance: String,
    /// `127.0.0.1:PORT`.
    pub address: String,
    pub token: String,
    pub pid: u32,
}

impl std::fmt::Debug for ControlFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ControlFile")
            .field("api", &self.api)
            .field("version", &self.version)
            .field("instance", &self.instance)
            .field("address", &self.address)
            .field("pid", &self.pid)
            .finish_non_exhaustive()
    }
}
