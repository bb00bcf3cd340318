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

use weir_wire::ErrorCode;

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
        Self { code, message: code.name() }
    }
}

impl StateError {
    pub(super) fn new(code: ErrorCode, message: &'static str) -> Self {
        Self { code, message }
    }
}
