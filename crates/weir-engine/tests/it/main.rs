//! The engine as clients and the sidecar see it: frames in, frames out, on a simulated file system
//! and clock.

#![allow(clippy::unwrap_used)]

mod admin;
mod advertised;
mod brokers;
mod configs;
mod consumer_groups;
mod damage;
mod data;
mod dead_letters;
mod doubt;
mod features;
mod group_migration;
mod groups;
mod harness;
mod many_groups;
mod many_members;
mod membership;
mod metadata_log;
mod moving;
mod places;
mod reassign;
mod scale;
mod security;
mod sessionless;
mod share;
mod share_coordinator;
mod streams_groups;
mod threads;
mod topic_configs;
mod txn;
mod uncommitted_offsets;
mod versions;
