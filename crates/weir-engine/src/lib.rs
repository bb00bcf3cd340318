//! The built-in engine, without I/O of its own: logs, the replication model, metadata, coordinators.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod fs;
pub mod log;
pub mod timer;
pub mod wait;
