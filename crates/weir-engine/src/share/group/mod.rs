//! Share groups of one partition of `__consumer_offsets` under one leadership: membership,
//! assignment, and which share-partitions were initialized.

mod assignor;
mod heartbeat;
mod member;
mod offsets;
mod records;
mod target;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use weir_wire::{ErrorCode, Str};

pub(crate) use heartbeat::validate;
pub(crate) use member::{Caller, Member, ShareGroup};
use records::Change;

use super::Share;
use super::journal::Journal;
use crate::partition::PartitionError;
use crate::timer::Task;

/// No timer is armed.
const NEVER: i64 = i64::MAX;

/// The share groups of one partition.
#[derive(Debug)]
pub(crate) struct GroupShard {
    pub(crate) journal: Journal,
    share: Weak<Share>,
    me: Weak<GroupShard>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    groups: BTreeMap<Str, ShareGroup>,
    armed_at: i64,
}

impl GroupShard {
    /// Reads the partition.
    pub(super) fn load(share: &Arc<Share>, journal: Journal) -> Result<Arc<Self>, PartitionError> {
        let mut groups: BTreeMap<Str, ShareGroup> = BTreeMap::new();
        journal.read(&mut |_, key, value| {
            let Some((id, change)) = records::load(key, value) else { return };
            if change.is_end_of_group() {
                groups.remove(&id);
                return;
            }
            match groups.get_mut(&id) {
                Some(group) => group.apply(change),
                None if change.is_end() => {}
                None => {
                    let mut group = ShareGroup::new(id.clone());
                    group.apply(change);
                    groups.insert(id, group);
                }
            }
        })?;
        let state = Mutex::new(State { groups, armed_at: NEVER });
        let share = Arc::downgrade(share);
        Ok(Arc::new_cyclic(|me| Self { journal, share, me: me.clone(), state }))
    }

    /// Sessions begin anew: the partition was just loaded.
    pub(super) fn start(&self) {
        let Ok(share) = self.share() else { return };
        let now_ms = share.env().clock.monotonic_ms();
        let mut state = self.state.lock();
        for group in state.groups.values_mut() {
            let session_ms = share.config(&group.id).session_ms;
            group.members.values_mut().for_each(|member| member.until_ms = now_ms + session_ms);
        }
        self.arm(&share, &mut state);
    }

    fn share(&self) -> Result<Arc<Share>, ErrorCode> {
        self.share.upgrade().ok_or(ErrorCode::NOT_COORDINATOR)
    }

    /// Puts members out whose session is over, though the timer has not fired yet.
    pub(crate) fn catch_up(&self) {
        let Ok(share) = self.share() else { return };
        let now_ms = share.env().clock.monotonic_ms();
        if self.state.lock().armed_at <= now_ms {
            self.tick(now_ms);
        }
    }

    /// Every group as of this moment, for a look.
    pub(crate) fn each(&self, mut look: impl FnMut(&ShareGroup)) {
        self.catch_up();
        self.state.lock().groups.values().for_each(&mut look);
    }

    /// One group, for a look.
    pub(crate) fn with<T>(&self, id: &str, look: impl FnOnce(&ShareGroup) -> T) -> Option<T> {
        self.state.lock().groups.get(id).map(look)
    }

    pub(crate) fn has(&self, id: &str) -> bool {
        self.state.lock().groups.contains_key(id)
    }

    /// Writes changes of a group, then takes them over. Answers what to wait for.
    fn commit(&self, group: &mut ShareGroup, changes: Vec<Change>) -> Result<i64, ErrorCode> {
        let mut encoded = Vec::with_capacity(changes.len());
        for change in &changes {
            let record = records::encode(&group.id, change);
            encoded.push(record.map_err(|_| ErrorCode::UNKNOWN_SERVER_ERROR)?);
        }
        let required = self.journal.write(&encoded)?;
        changes.into_iter().for_each(|change| group.apply(change));
        Ok(required)
    }

    /// One timer for the earliest end of a session.
    fn arm(&self, share: &Arc<Share>, state: &mut State) {
        let members = state.groups.values().flat_map(|group| group.members.values());
        let at = members.map(|member| member.until_ms).min().unwrap_or(NEVER);
        if at >= state.armed_at {
            return;
        }
        state.armed_at = at;
        let me = self.me.clone();
        let task = Task::Call(Box::new(move |now| {
            if let Some(shard) = me.upgrade() {
                shard.tick(now);
            }
        }));
        share.env().timers.schedule(at, task).detach();
    }

    /// Members that were silent for too long are out.
    fn tick(&self, now_ms: i64) {
        let Ok(share) = self.share() else { return };
        if self.journal.is_stale() {
            return;
        }
        let mut state = self.state.lock();
        state.armed_at = NEVER;
        let State { groups, .. } = &mut *state;
        for group in groups.values_mut() {
            let silent: Vec<Str> = group.silent(now_ms).cloned().collect();
            if silent.is_empty() {
                continue;
            }
            let changes = group.without(&silent, &share);
            if let Err(error) = self.commit(group, changes) {
                tracing::warn!(group = %group.id, error = error.name(), "a member stays");
                let retry_ms = now_ms + 1_000;
                silent.iter().for_each(|id| group.keep_until(id, retry_ms));
            }
        }
        self.arm(&share, &mut state);
    }
}
