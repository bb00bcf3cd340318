//! What an administrator may do to a share group's offsets, and deleting a group.

use std::collections::BTreeSet;
use std::sync::Arc;

use weir_wire::{ErrorCode, Str, Uuid};

use super::GroupShard;
use super::member::{Initialized, ShareGroup};
use super::records::Change;
use crate::share::Share;
use crate::share::key::ShareKey;

const NON_EMPTY: ErrorCode = ErrorCode::NON_EMPTY_GROUP;

impl GroupShard {
    /// Runs `act` on an empty group.
    fn with_empty<T>(
        &self,
        id: &str,
        act: impl FnOnce(&mut ShareGroup, &Arc<Share>) -> Result<T, ErrorCode>,
    ) -> Result<T, ErrorCode> {
        if id.is_empty() {
            return Err(ErrorCode::INVALID_GROUP_ID);
        }
        let share = self.share()?;
        self.catch_up();
        let mut state = self.state.lock();
        let group = state.groups.get_mut(id).ok_or(ErrorCode::GROUP_ID_NOT_FOUND)?;
        if !group.members.is_empty() {
            return Err(NON_EMPTY);
        }
        act(group, &share)
    }

    /// Whether the offsets of `id` may be changed.
    pub(crate) fn check_empty(&self, id: &str) -> Result<(), ErrorCode> {
        self.with_empty(id, |_, _| Ok(()))
    }

    /// There is an empty group `id`, made where there was none.
    pub(crate) fn make_empty(&self, id: &Str) -> Result<(), ErrorCode> {
        let mut state = self.state.lock();
        if !id.is_empty() && !state.groups.contains_key(id) {
            let mut group = ShareGroup::new(id.detached());
            let changes = vec![
                Change::Epoch(Some((group.epoch, 0))),
                Change::AssignmentEpoch(Some(group.epoch)),
            ];
            self.commit(&mut group, changes)?;
            state.groups.insert(group.id.clone(), group);
        }
        drop(state);
        self.check_empty(id)
    }

    /// Begins one share-partition anew at `offset`, under a higher state epoch.
    pub(crate) fn alter_offset(
        &self,
        id: &str,
        (name, topic): (&Str, Uuid),
        partition: i32,
        offset: i64,
    ) -> Result<i64, ErrorCode> {
        self.with_empty(id, |group, share| {
            let key = ShareKey { group: group.id.clone(), topic, partition };
            let shard = share.state_shard(&key)?;
            let epoch = shard.summary(&key).map_or(0, |entry| entry.state_epoch + 1);
            let now_ms = share.env().clock.wall_ms();
            shard.initialize(&key, epoch, offset, now_ms).map_err(|error| error.code)?;
            share.evict(&key);
            let mut initialized = group.initialized.clone();
            let entry = initialized.entry(topic).or_default();
            entry.name = name.detached();
            if !entry.partitions.insert(partition) {
                return Ok(0);
            }
            self.commit(group, vec![Change::Initialized(initialized)])
        })
    }

    /// Forgets a topic of the group. UNKNOWN_TOPIC_OR_PARTITION when it had no offsets.
    pub(crate) fn delete_topic(&self, id: &str, topic: Uuid) -> Result<i64, ErrorCode> {
        self.with_empty(id, |group, share| {
            let mut initialized = group.initialized.clone();
            let gone = initialized.remove(&topic).ok_or(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)?;
            forget(share, &group.id, topic, &gone)?;
            self.commit(group, vec![Change::Initialized(initialized)])
        })
    }

    /// Deletes an empty group with all its offsets.
    pub(crate) fn delete(&self, id: &str) -> Result<i64, ErrorCode> {
        let required = self.with_empty(id, |group, share| {
            for (topic, initialized) in &group.initialized {
                forget(share, &group.id, *topic, initialized)?;
            }
            let end = vec![
                Change::Initialized(Default::default()),
                Change::AssignmentEpoch(None),
                Change::Epoch(None),
            ];
            self.commit(group, end)
        })?;
        self.state.lock().groups.remove(id);
        Ok(required)
    }

    /// Forgets topics that were deleted, in every group.
    pub(crate) fn forget_topics(&self, topics: &BTreeSet<Uuid>) {
        let Ok(share) = self.share() else { return };
        let mut state = self.state.lock();
        for group in state.groups.values_mut() {
            let mut initialized = group.initialized.clone();
            initialized.retain(|topic, _| !topics.contains(topic));
            if initialized.len() == group.initialized.len() {
                continue;
            }
            for (topic, gone) in group.initialized.iter().filter(|(id, _)| topics.contains(*id)) {
                if let Err(error) = forget(&share, &group.id, *topic, gone) {
                    tracing::debug!(group = %group.id, error = error.name(), "state stays");
                }
            }
            if let Err(error) = self.commit(group, vec![Change::Initialized(initialized)]) {
                tracing::warn!(group = %group.id, error = error.name(), "offsets stay");
            }
        }
    }
}

fn forget(
    share: &Share,
    group: &Str,
    topic: Uuid,
    initialized: &Initialized,
) -> Result<(), ErrorCode> {
    for partition in &initialized.partitions {
        let key = ShareKey { group: group.clone(), topic, partition: *partition };
        share.state_shard(&key)?.delete(&key).map_err(|error| error.code)?;
        share.evict(&key);
    }
    Ok(())
}
