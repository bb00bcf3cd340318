//! The engine as clients and the sidecar see it: frames in, frames out, on a simulated file system
//! and clock.

#![allow(clippy::unwrap_used)]

mod admin;
mod brokers;
mod configs;
mod data;
mod features;
mod groups;
mod harness;
mod many_groups;
mod metadata_log;
mod scale;
mod security;
mod txn;
mod versions;
