//! One share-partition's persisted state, and the rules of changing it.

use std::cmp::Ordering;

use weir_wire::ErrorCode;

use super::{StateError, UNINITIALIZED};
use crate::share::batches::{StateBatch, combined};

/// No count was told.
const NO_COUNT: i32 = -1;

/// What is persisted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) snapshot_epoch: i32,
    pub(crate) state_epoch: i32,
    pub(crate) leader_epoch: i32,
    /// The first offset that is not finished with, or [`UNINITIALIZED`].
    pub(crate) start_offset: i64,
    /// Records from the start on that are finished with, or -1 when nobody told (v0).
    pub(crate) complete_count: i32,
    pub(crate) create_ms: i64,
    pub(crate) write_ms: i64,
    pub(crate) batches: Vec<StateBatch>,
    /// Updates since the newest snapshot.
    pub(crate) updates: u32,
}

/// What a share-partition's leader writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) state_epoch: i32,
    pub(crate) leader_epoch: i32,
    /// At or before the start that is known: unchanged.
    pub(crate) start_offset: i64,
    pub(crate) complete_count: i32,
    pub(crate) batches: Vec<StateBatch>,
}

impl Entry {
    /// A share-partition that starts at `start_offset`, with nothing delivered yet.
    pub(crate) fn new(state_epoch: i32, start_offset: i64, now_ms: i64) -> Self {
        Self {
            snapshot_epoch: 0,
            state_epoch,
            leader_epoch: 0,
            start_offset,
            complete_count: if start_offset == UNINITIALIZED { NO_COUNT } else { 0 },
            create_ms: now_ms,
            write_ms: now_ms,
            batches: Vec::new(),
            updates: 0,
        }
    }

    /// A leader of an earlier leadership, or one that knows an earlier reset, is fenced.
    pub(super) fn check(&self, leader_epoch: i32, state_epoch: i32) -> Result<(), StateError> {
        self.check_leader(leader_epoch)?;
        if state_epoch < self.state_epoch {
            return Err(ErrorCode::FENCED_STATE_EPOCH.into());
        }
        Ok(())
    }

    pub(super) fn check_leader(&self, leader_epoch: i32) -> Result<(), StateError> {
        if leader_epoch < self.leader_epoch {
            return Err(ErrorCode::FENCED_LEADER_EPOCH.into());
        }
        Ok(())
    }

    /// The entry after `written`; as an update, or after `updates_max` of them as a snapshot. The
    /// start never goes back, and what was finished with before it is not counted again.
    pub(super) fn after(&self, written: &Written, updates_max: u32, now_ms: i64) -> Self {
        let start_offset = written.start_offset.max(self.start_offset);
        let complete_count = match written.start_offset.cmp(&self.start_offset) {
            Ordering::Less => self.complete_count,
            Ordering::Equal => written.complete_count.max(self.complete_count),
            Ordering::Greater => written.complete_count,
        };
        let is_snapshot = self.updates >= updates_max;
        Self {
            snapshot_epoch: self.snapshot_epoch + i32::from(is_snapshot),
            state_epoch: self.state_epoch,
            leader_epoch: self.leader_epoch.max(written.leader_epoch),
            start_offset,
            complete_count,
            create_ms: if is_snapshot { now_ms } else { self.create_ms },
            write_ms: now_ms,
            batches: combined(&self.batches, &written.batches, start_offset),
            updates: if is_snapshot { 0 } else { self.updates + 1 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share::batches::{ACKNOWLEDGED, AVAILABLE};

    fn written(start_offset: i64) -> Written {
        let batch = StateBatch { first: 5, last: 9, state: ACKNOWLEDGED, count: 1 };
        Written {
            state_epoch: 1,
            leader_epoch: 2,
            start_offset,
            complete_count: 5,
            batches: vec![batch],
        }
    }

    #[test]
    fn older_leaders_and_older_resets_are_fenced() {
        let entry = Entry::new(1, 0, 7).after(&written(0), 500, 8);
        assert_eq!(entry.check(2, 1), Ok(()));
        assert_eq!(entry.check(1, 1).unwrap_err().code, ErrorCode::FENCED_LEADER_EPOCH);
        assert_eq!(entry.check(2, 0).unwrap_err().code, ErrorCode::FENCED_STATE_EPOCH);
    }

    #[test]
    fn a_snapshot_follows_so_many_updates() {
        let mut entry = Entry::new(1, 0, 7);
        for (updates, snapshot) in [(1, 0), (2, 0), (0, 1), (1, 1)] {
            entry = entry.after(&written(-1), 2, 8);
            assert_eq!((entry.updates, entry.snapshot_epoch), (updates, snapshot));
        }
        assert_eq!(entry.start_offset, 0, "-1 leaves it");
    }

    #[test]
    fn the_start_never_goes_back() {
        let entry = Entry::new(1, 10, 7).after(&written(5), 500, 8);
        assert_eq!((entry.start_offset, entry.complete_count), (10, 0), "an older start");
        let entry = entry.after(&written(10), 500, 8);
        assert_eq!((entry.start_offset, entry.complete_count), (10, 5), "the same one");
        let less = Written { complete_count: -1, ..written(10) };
        assert_eq!(entry.after(&less, 500, 8).complete_count, 5, "the larger count");
        assert_eq!(entry.after(&Written { start_offset: 12, ..less }, 500, 8).complete_count, -1);
        let newer = Written { state_epoch: 9, ..written(10) };
        assert_eq!(entry.after(&newer, 500, 8).state_epoch, 1, "set by an initialization alone");
    }

    #[test]
    fn the_start_cuts_what_is_finished() {
        let mut entry = Entry::new(1, 0, 7).after(&written(0), 500, 8);
        let batch = StateBatch { first: 0, last: 3, state: AVAILABLE, count: 1 };
        entry = entry.after(&Written { batches: vec![batch], ..written(7) }, 500, 9);
        assert_eq!(
            entry.batches,
            [StateBatch { first: 7, last: 9, state: ACKNOWLEDGED, count: 1 }]
        );
    }
}
