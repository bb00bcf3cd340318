//! The share coordinator: what is persisted of share-partitions, in `__share_group_state`.
//!
//! A snapshot holds an entry whole; updates hold what changed since. After
//! `share.coordinator.snapshot.update.records.per.snapshot` updates the next write is a snapshot
//! (KIP-932).

mod entry;
mod records;
mod shard;

pub(crate) use entry::{Entry, Written};
pub(crate) use shard::StateShard;

use weir_wire::{ErrorCode, Str};

/// Where a share-partition begins before its reset strategy was asked.
pub(crate) const UNINITIALIZED: i64 = -1;

/// Why the share coordinator refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StateError {
    pub(crate) code: ErrorCode,
    pub(crate) message: &'static str,
}

impl From<ErrorCode> for StateError {
    fn from(code: ErrorCode) -> Self {
        Self { code, message: sentence(code) }
    }
}

/// Kafka's words (`Errors`), the name where clients never see them.
fn sentence(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::FENCED_LEADER_EPOCH => {
            "The leader epoch in the request is older than the epoch on the broker."
        }
        ErrorCode::FENCED_STATE_EPOCH => {
            "The coordinator rejected the request because the state epoch did not match."
        }
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION => "This server does not host this topic-partition.",
        ErrorCode::NOT_COORDINATOR => "This is not the correct coordinator.",
        ErrorCode::COORDINATOR_NOT_AVAILABLE => "The coordinator is not available.",
        ErrorCode::COORDINATOR_LOAD_IN_PROGRESS => {
            "The coordinator is loading and hence can't process requests."
        }
        other => other.name(),
    }
}

impl StateError {
    pub(super) fn new(code: ErrorCode, message: &'static str) -> Self {
        Self { code, message }
    }

    pub(crate) fn invalid(message: &'static str) -> Self {
        Self::new(ErrorCode::INVALID_REQUEST, message)
    }

    /// What a client is told. Kafka says what it could not do where the coordinator did not get as
    /// far as to look at the share-partition.
    pub(crate) fn told(&self, what: &str) -> Str {
        match self.code {
            ErrorCode::INVALID_REQUEST
            | ErrorCode::FENCED_LEADER_EPOCH
            | ErrorCode::FENCED_STATE_EPOCH
            | ErrorCode::UNKNOWN_TOPIC_OR_PARTITION => Str::from_static(self.message),
            _ => Str::from(format!("Unable to {what}: {}", self.message)),
        }
    }
}
