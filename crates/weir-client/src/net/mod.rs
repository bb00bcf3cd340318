//! Connections: dialling, one connection with pipelined requests, versions, the pool of a cluster's brokers.

pub(crate) mod connection;
pub(crate) mod dial;
pub(crate) mod frames;
pub(crate) mod greeting;
pub(crate) mod pool;
pub(crate) mod versions;
