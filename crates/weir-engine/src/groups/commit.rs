//! Committing, deleting and forgetting offsets; deleting groups. Each is in the log before it is in
//! memory.

use weir_wire::{ErrorCode, Str, Uuid};

use super::group::{Group, GroupState};
use super::offsets::Committed;
use super::records::{self, GroupRecord};
use super::shard::Shard;
use crate::image::Image;

/// One offset to commit.
#[derive(Debug, Clone)]
pub(crate) struct CommitRow {
    pub(crate) topic: Str,
    pub(crate) topic_id: Uuid,
    pub(crate) partition: i32,
    pub(crate) committed: Committed,
}

/// Who commits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Committer<'a> {
    pub(crate) member_id: &'a str,
    pub(crate) instance: Option<&'a str>,
    pub(crate) generation: i32,
}

impl GroupState {
    /// Whether a commit is to be taken, whichever the group's protocol.
    fn validate_commit(&self, by: &Committer<'_>) -> Result<(), ErrorCode> {
        let Committer { member_id, instance, generation } = *by;
        // What a member that is behind may commit was looked at before, row by row.
        match (&self.consumer, &self.streams) {
            (Some(group), _) => {
                group.validate_commit(member_id, instance, generation, Some(9)).map(drop)
            }
            (_, Some(group)) => {
                group.validate_commit(member_id, instance, generation, Some(9)).map(drop)
            }
            _ => self.classic.validate_commit(member_id, instance, generation),
        }
    }

    /// The same for TxnOffsetCommit.
    pub(super) fn validate_transactional_commit(
        &self,
        by: &Committer<'_>,
    ) -> Result<(), ErrorCode> {
        let Committer { member_id, instance, generation } = *by;
        match (&self.consumer, &self.streams) {
            (Some(group), _) => group
                .validate_commit(member_id, instance, generation, None)
                .map(drop)
                .map_err(transactional),
            (_, Some(group)) => group
                .validate_commit(member_id, instance, generation, None)
                .map(drop)
                .map_err(transactional),
            _ => self.classic.validate_transactional_commit(member_id, instance, generation),
        }
    }
}

/// What TxnOffsetCommit says of a stale epoch.
fn transactional(error: ErrorCode) -> ErrorCode {
    match error {
        ErrorCode::STALE_MEMBER_EPOCH => ErrorCode::ILLEGAL_GENERATION,
        other => other,
    }
}

impl Group {
    /// Which of `rows` may be committed by a member of one of the newer protocols: those that may not
    /// are taken out, and named with their error.
    pub(crate) fn check_rows(
        &self,
        by: &Committer<'_>,
        version: Option<i16>,
        image: &Image,
        rows: &mut Vec<CommitRow>,
    ) -> Result<Vec<(Str, i32, ErrorCode)>, ErrorCode> {
        let state = self.lock();
        let Committer { member_id, instance, generation } = *by;
        match (&state.consumer, &state.streams) {
            (Some(group), _) => {
                let check = group.validate_commit(member_id, instance, generation, version)?;
                Ok(keep_rows(rows, |row| {
                    let topic = image.topic(&row.topic).map_or(Uuid::ZERO, |topic| topic.id());
                    check.partition(topic, row.partition)
                }))
            }
            (_, Some(group)) => {
                let check = group.validate_commit(member_id, instance, generation, version)?;
                Ok(keep_rows(rows, |row| check.partition(&row.topic, row.partition)))
            }
            _ => Ok(Vec::new()),
        }
    }
}

/// Takes out the rows that may not be committed; answers them with their error.
fn keep_rows(
    rows: &mut Vec<CommitRow>,
    check: impl Fn(&CommitRow) -> Result<(), ErrorCode>,
) -> Vec<(Str, i32, ErrorCode)> {
    let mut refused = Vec::new();
    rows.retain(|row| {
        let outcome = check(row);
        refused.extend(outcome.err().map(|error| (row.topic.clone(), row.partition, error)));
        outcome.is_ok()
    });
    refused
}

impl Shard {
    /// Commits offsets; answers the high watermark at which they are committed, 0 when there was
    /// nothing to write.
    pub(crate) fn commit(
        &self,
        group: &Group,
        by: Committer<'_>,
        rows: Vec<CommitRow>,
    ) -> Result<i64, ErrorCode> {
        let mut state = group.lock();
        state.validate_commit(&by)?;
        state.classic.committed(by.member_id, self.env.now());
        let encoded: Result<Vec<GroupRecord>, _> = rows
            .iter()
            .map(|row| {
                let CommitRow { topic, topic_id, partition, committed } = row;
                records::offset_commit(group.id(), topic, *partition, *topic_id, committed)
            })
            .collect();
        let required = self.write(&encoded.map_err(|_| ErrorCode::UNKNOWN_SERVER_ERROR)?)?;
        self.supersede(group.id(), rows.iter().map(|row| (&row.topic, row.partition)));
        let uncommitted = self.uncommitted(required);
        for CommitRow { topic, topic_id, partition, committed } in rows {
            state.offsets.commit(&topic, topic_id, partition, committed, uncommitted);
        }
        Ok(required)
    }

    /// Writes tombstones for those of `offsets` that exist, and forgets them.
    pub(crate) fn forget_offsets(
        &self,
        group: &Group,
        offsets: &[(Str, i32)],
    ) -> Result<i64, ErrorCode> {
        let mut state = group.lock();
        let known: Vec<&(Str, i32)> = offsets
            .iter()
            .filter(|(topic, partition)| state.offsets.get(topic, *partition).is_some())
            .collect();
        let tombstones: Result<Vec<GroupRecord>, _> = known
            .iter()
            .map(|(topic, partition)| records::offset_tombstone(group.id(), topic, *partition))
            .collect();
        let required = self.write(&tombstones.map_err(|_| ErrorCode::UNKNOWN_SERVER_ERROR)?)?;
        self.supersede(group.id(), known.iter().map(|(topic, partition)| (topic, *partition)));
        for (topic, partition) in known {
            state.offsets.remove(topic, *partition);
        }
        self.removed_offsets(required);
        Ok(required)
    }

    /// Deletes an empty group with all its offsets.
    pub(crate) fn delete(&self, group: &Group) -> Result<i64, ErrorCode> {
        let mut state = group.lock();
        state.validate_delete()?;
        let mut tombstones = Vec::new();
        for (topic, offsets) in state.offsets.topics() {
            for (partition, _) in offsets.iter() {
                tombstones.push(records::offset_tombstone(group.id(), topic, partition));
            }
        }
        for (topic, partition) in self.pending.lock().rows_of(group.id()) {
            tombstones.push(records::offset_tombstone(group.id(), &topic, partition));
        }
        if !state.is_modern() {
            tombstones.push(records::group_tombstone(group.id()));
        }
        let tombstones: Result<Vec<GroupRecord>, _> = tombstones.into_iter().collect();
        let mut tombstones = tombstones.map_err(|_| ErrorCode::UNKNOWN_SERVER_ERROR)?;
        tombstones.extend(state.modern_tombstones(group.id())?);
        let required = self.write(&tombstones)?;
        self.pending.lock().forget_group(group.id());
        state.classic.close(ErrorCode::UNKNOWN_MEMBER_ID, self.env.now());
        self.removed_offsets(required);
        drop(state);
        self.remove(group);
        Ok(required)
    }
}
