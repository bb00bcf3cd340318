//! A Kafka cluster inside a test's own process: the real sidecar with the real engine, on free ports and in a
//! directory that goes with it.
//!
//! Methods block, and may be called from any test, asynchronous ones included: the cluster has a runtime of
//! its own.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod cluster;
mod stand_in;

pub use cluster::{TestCluster, TestClusterOptions};
pub use stand_in::{StandIn, StandInOptions};
pub use weir_broker::Act;
pub use weir_wire::ApiKey;
