//! One partition of `__share_group_state` under one leadership.

use std::collections::HashMap;

use parking_lot::Mutex;
use weir_wire::ErrorCode;

use super::records::{self, Loaded};
use super::{Entry, StateError, UNINITIALIZED, Written};
use crate::order::in_order;
use crate::partition::PartitionError;
use crate::share::journal::Journal;
use crate::share::key::ShareKey;
use crate::share::records::Record;

const NEGATIVE_LEADER_EPOCH: &str = "The leader epoch cannot be a negative number.";
const NEGATIVE_STATE_EPOCH: &str = "The state epoch cannot be a negative number.";
const READ_UNINITIALIZED: &str = "Read operation on uninitialized share partition not allowed.";
const WRITE_UNINITIALIZED: &str = "Write operation on uninitialized share partition not allowed.";

/// How often what snapshots have made useless is deleted
/// (`share.coordinator.state.topic.prune.interval.ms`), and how long an entry is left alone before
/// it gets a snapshot for that (`share.coordinator.cold.partition.snapshot.interval.ms`).
const PRUNE_MS: i64 = 300_000;

/// The entries of one partition.
#[derive(Debug)]
pub(crate) struct StateShard {
    pub(crate) journal: Journal,
    /// Updates between two snapshots.
    updates_max: u32,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    entries: HashMap<ShareKey, Entry>,
    /// Where each entry's newest snapshot lies.
    snapshots: HashMap<ShareKey, i64>,
    /// When to delete next (wall time, ms).
    prune_at_ms: i64,
}

impl State {
    /// What is known of a share-partition that may be initialized under `state_epoch`.
    fn initializable(
        &self,
        key: &ShareKey,
        state_epoch: i32,
    ) -> Result<Option<&Entry>, StateError> {
        if state_epoch < 0 {
            return Err(StateError::invalid(NEGATIVE_STATE_EPOCH));
        }
        let known = self.entries.get(key);
        if known.is_some_and(|known| state_epoch < known.state_epoch) {
            return Err(ErrorCode::FENCED_STATE_EPOCH.into());
        }
        Ok(known)
    }

    fn readable(&self, key: &ShareKey, leader_epoch: i32) -> Result<&Entry, StateError> {
        if leader_epoch < 0 {
            return Err(StateError::invalid(NEGATIVE_LEADER_EPOCH));
        }
        let entry = self.entries.get(key).ok_or(StateError::invalid(READ_UNINITIALIZED))?;
        entry.check_leader(leader_epoch)?;
        Ok(entry)
    }

    fn writable(&self, key: &ShareKey, written: &Written) -> Result<&Entry, StateError> {
        if written.leader_epoch < 0 {
            return Err(StateError::invalid(NEGATIVE_LEADER_EPOCH));
        }
        if written.state_epoch < 0 {
            return Err(StateError::invalid(NEGATIVE_STATE_EPOCH));
        }
        let entry = self.entries.get(key).ok_or(StateError::invalid(WRITE_UNINITIALIZED))?;
        entry.check(written.leader_epoch, written.state_epoch)?;
        Ok(entry)
    }
}

impl StateShard {
    /// Reads the partition.
    pub(crate) fn load(journal: Journal, updates_max: u32) -> Result<Self, PartitionError> {
        let mut state = State::default();
        let State { entries, snapshots, .. } = &mut state;
        journal.read(&mut |offset, key, value| match records::load(key, value) {
            Some(Loaded::Snapshot(key, Some(entry))) => {
                snapshots.insert(key.clone(), offset);
                entries.insert(key, entry);
            }
            Some(Loaded::Snapshot(key, None)) => {
                snapshots.remove(&key);
                entries.remove(&key);
            }
            Some(Loaded::Update(key, written)) => {
                if let Some(entry) = entries.get_mut(&key) {
                    *entry = entry.after(&written, u32::MAX, entry.write_ms);
                }
            }
            None => {}
        })?;
        Ok(Self { journal, updates_max, state: Mutex::new(state) })
    }

    /// Why [`Self::initialize`] would refuse.
    pub(crate) fn check_initialize(&self, key: &ShareKey, epoch: i32) -> Result<(), StateError> {
        self.state.lock().initializable(key, epoch).map(drop)
    }

    /// Why [`Self::read`] would refuse.
    pub(crate) fn check_read(&self, key: &ShareKey, leader_epoch: i32) -> Result<(), StateError> {
        self.state.lock().readable(key, leader_epoch).map(drop)
    }

    /// Why [`Self::write`] would refuse.
    pub(crate) fn check_write(&self, key: &ShareKey, written: &Written) -> Result<(), StateError> {
        self.state.lock().writable(key, written).map(drop)
    }

    /// Begins a share-partition anew under a higher state epoch. Repeating it changes nothing;
    /// a lower epoch answers FENCED_STATE_EPOCH.
    pub(crate) fn initialize(
        &self,
        key: &ShareKey,
        state_epoch: i32,
        start_offset: i64,
        now_ms: i64,
    ) -> Result<i64, StateError> {
        let mut state = self.state.lock();
        let known = state.initializable(key, state_epoch)?;
        let mut entry = Entry::new(state_epoch, start_offset, now_ms);
        if let Some(known) = known {
            entry.snapshot_epoch = known.snapshot_epoch + 1;
            entry.leader_epoch = known.leader_epoch;
        }
        let required = self.put(&mut state, key, entry)?;
        self.prune_if_due(&mut state, now_ms);
        Ok(required)
    }

    /// What the leader of `leader_epoch` begins with; older leaders are fenced from here on.
    pub(crate) fn read(&self, key: &ShareKey, leader_epoch: i32) -> Result<Entry, StateError> {
        let mut state = self.state.lock();
        let mut entry = state.readable(key, leader_epoch)?.clone();
        if leader_epoch > entry.leader_epoch {
            let told = Written {
                state_epoch: entry.state_epoch,
                leader_epoch,
                start_offset: UNINITIALIZED,
                complete_count: entry.complete_count,
                batches: Vec::new(),
            };
            let now_ms = entry.write_ms;
            self.change(&mut state, key, &told, (&entry, now_ms))?;
            entry.leader_epoch = leader_epoch;
        }
        Ok(entry)
    }

    /// A leader's change.
    pub(crate) fn write(
        &self,
        key: &ShareKey,
        written: &Written,
        now_ms: i64,
    ) -> Result<i64, StateError> {
        let mut state = self.state.lock();
        let entry = state.writable(key, written)?.clone();
        // A leadership begins with a read.
        let written = &Written { leader_epoch: entry.leader_epoch, ..written.clone() };
        let required = self.change(&mut state, key, written, (&entry, now_ms))?;
        self.prune_if_due(&mut state, now_ms);
        Ok(required)
    }

    /// The entry for an administrator, without its batches; `None` when it was never initialized.
    /// Nobody is fenced: the leader's epoch is part of the answer.
    pub(crate) fn summary(&self, key: &ShareKey) -> Option<Entry> {
        let state = self.state.lock();
        state.entries.get(key).map(|entry| Entry { batches: Vec::new(), ..entry.clone() })
    }

    /// Forgets a share-partition; it need not be there.
    pub(crate) fn delete(&self, key: &ShareKey) -> Result<i64, StateError> {
        let mut state = self.state.lock();
        if !state.entries.contains_key(key) {
            return Ok(0);
        }
        let record = records::end(key).map_err(|_| ErrorCode::UNKNOWN_SERVER_ERROR)?;
        let required = self.append(record)?;
        state.entries.remove(key);
        state.snapshots.remove(key);
        Ok(required)
    }

    /// Writes a change, as an update or a snapshot, and takes it over.
    fn change(
        &self,
        state: &mut State,
        key: &ShareKey,
        written: &Written,
        (entry, now_ms): (&Entry, i64),
    ) -> Result<i64, StateError> {
        let after = entry.after(written, self.updates_max, now_ms);
        if after.snapshot_epoch > entry.snapshot_epoch {
            return self.put(state, key, after);
        }
        let record = records::update(key, &after, written);
        let required = self.append(record.map_err(|_| ErrorCode::UNKNOWN_SERVER_ERROR)?)?;
        state.entries.insert(key.clone(), after);
        Ok(required)
    }

    /// Writes a snapshot, and takes it over.
    fn put(&self, state: &mut State, key: &ShareKey, entry: Entry) -> Result<i64, StateError> {
        let record = records::snapshot(key, &entry).map_err(|_| ErrorCode::UNKNOWN_SERVER_ERROR)?;
        let required = self.append(record)?;
        state.snapshots.insert(key.clone(), required - 1);
        state.entries.insert(key.clone(), entry);
        Ok(required)
    }

    /// Deletes what lies before every entry's newest snapshot. Entries that nobody changes get a
    /// new one, so that they do not hold the rest back.
    fn prune_if_due(&self, state: &mut State, now_ms: i64) {
        if now_ms < state.prune_at_ms {
            return;
        }
        let is_first = state.prune_at_ms == 0;
        state.prune_at_ms = now_ms.saturating_add(PRUNE_MS);
        if is_first {
            return;
        }
        let all = state.entries.iter();
        let cold = all.filter(|(_, entry)| now_ms - entry.write_ms >= PRUNE_MS);
        let cold: Vec<(ShareKey, Entry)> = cold.map(|(k, e)| (k.clone(), e.clone())).collect();
        for (key, mut entry) in in_order(cold) {
            entry.snapshot_epoch += 1;
            entry.updates = 0;
            entry.create_ms = now_ms;
            if self.put(state, &key, entry).is_err() {
                return;
            }
        }
        if let Some(first) = state.snapshots.values().min() {
            self.journal.delete_before(*first);
        }
    }

    fn append(&self, record: Record) -> Result<i64, StateError> {
        Ok(self.journal.write(&[record])?)
    }
}
