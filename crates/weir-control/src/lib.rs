//! What a host and an engine share: the files of a cluster directory, and the control API's requests, answers
//! and HTTP client. Nothing here starts a process or decides anything: state is computed from facts by
//! [`cluster_state`], and never stored.
//!
//! One owner per fact. `cluster.json` says what a person asked for; `control.json` where the running engine
//! answers; `keeper.json` what the keeper has seen; `operations.jsonl` the life that keeper and engine led.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod api;
mod client;
mod dir;
mod error;
pub mod files;
mod http;
mod lock;
mod probe;
mod state;

pub use api::API;
pub use client::{ControlClient, ControlError};
pub use dir::ClusterDir;
pub use error::DirError;
pub use lock::DirLock;
pub use probe::{probe, probe_locks};
pub use state::{EngineFact, Facts, State, cluster_state};

/// Milliseconds since the Unix epoch, as files and control API carry time.
pub fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX))
}

/// A token or id of 128 random bits in hexadecimal.
pub fn random_id() -> Result<String, DirError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|e| DirError::Random(e.to_string()))?;
    Ok(bytes.iter().map(|b| format!("{b:02x}")).collect())
}
