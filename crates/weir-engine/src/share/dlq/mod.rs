//! The dead-letter queue of a share group (KIP-1191): a record that a member rejects, or that was
//! given too often, is copied to the topic that the group names before it is archived.
//!
//! Until its copy is committed, or given up, a record is ARCHIVING: persisted, held by nobody, and
//! in the way of the share-partition's start. So nothing waits in memory but what share-partitions
//! have in flight anyway; of each, one batch at a time is put together. What is persisted as
//! ARCHIVING is copied by the next leader, perhaps a second time. `partition/letters.rs` drives it.

mod copies;
mod draft;
mod letter;
mod post;
mod target;

pub(crate) use letter::{ATTEMPTS_MAX, Cause, Due, Letter, backoff_ms};
pub(crate) use post::{Posted, Sent, post};
pub(crate) use target::Failure;
