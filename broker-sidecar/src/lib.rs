//! The sidecar around the pure engine: sockets, runtime, real files, control API, keeper. `weir-broker` is its
//! binary; tests start a [`Cluster`] in their own process.
//!
//! One process runs one cluster: N brokers, each with its own listeners, one directory.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod cluster;
mod control;
mod error;
pub mod flags;
mod host;
mod keep;
mod limits;
mod logs;
mod net;
pub mod run;

pub use cluster::{Act, ActError, Cluster, Running};
pub use error::StartError;
pub use host::RealFs;
pub use keep::keep;
pub use run::run;
