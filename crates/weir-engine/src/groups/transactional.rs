//! Offsets that a transaction commits (KIP-98, KIP-447): written at once, taken over with the
//! transaction's commit marker, dropped with its abort marker.

use std::collections::HashMap;
use std::sync::Arc;

use weir_wire::records::{BatchBuilder, ValidBatch};
use weir_wire::{ErrorCode, Str, Uuid};

use super::commit::{CommitRow, Committer};
use super::error::for_client;
use super::group::Group;
use super::offsets::Offsets;
use super::records;
use super::shard::Shard;
use super::{Groups, OFFSETS_TOPIC};
use crate::image::Image;
use crate::partition::Partition;
use crate::txn::{Marker, ProducerRef};

/// One pending offset.
#[derive(Debug, Clone)]
struct Pending {
    row: CommitRow,
    /// A later commit outside of the transaction counts instead.
    is_superseded: bool,
}

/// The end of a producer's transaction.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    pub(super) producer_id: i64,
    pub(super) commit: bool,
    /// The high watermark at which its marker is committed, where it is not.
    pub(super) uncommitted: Option<i64>,
}

/// The offsets of one shard that wait for their transaction's end.
#[derive(Debug, Default)]
pub(super) struct PendingOffsets {
    /// By producer, then group.
    producers: HashMap<i64, HashMap<Str, Vec<Pending>>>,
}

impl PendingOffsets {
    /// Notes an offset; a later one of the same transaction takes its place.
    pub(super) fn add(&mut self, producer_id: i64, group: &str, row: CommitRow) {
        let groups = self.producers.entry(producer_id).or_default();
        let rows = match groups.get_mut(group) {
            Some(rows) => rows,
            None => groups.entry(Str::from(group)).or_default(),
        };
        rows.retain(|known| !is_same(&known.row, &row.topic, row.partition));
        rows.push(Pending { row, is_superseded: false });
    }

    /// An offset was committed, or removed, outside of any transaction.
    pub(super) fn supersede(&mut self, group: &str, topic: &str, partition: i32) {
        for rows in self.producers.values_mut().filter_map(|groups| groups.get_mut(group)) {
            let same = rows.iter_mut().filter(|known| is_same(&known.row, topic, partition));
            same.for_each(|known| known.is_superseded = true);
        }
    }

    /// Whether any offset of the group waits for a transaction.
    pub(super) fn has_group(&self, group: &str) -> bool {
        self.producers.values().any(|groups| groups.contains_key(group))
    }

    pub(super) fn forget_group(&mut self, group: &str) {
        self.producers.values_mut().for_each(|groups| drop(groups.remove(group)));
        self.producers.retain(|_, groups| !groups.is_empty());
    }

    /// The offsets of a group, as topic and partition.
    pub(super) fn rows_of(&self, group: &str) -> Vec<(Str, i32)> {
        let rows = self.producers.values().filter_map(|groups| groups.get(group)).flatten();
        rows.map(|known| (known.row.topic.clone(), known.row.partition)).collect()
    }

    fn forget(&mut self, producer_id: i64, group: &str) {
        let end = End { producer_id, commit: false, uncommitted: None };
        self.finish(end, group, &mut Offsets::default());
    }

    fn groups_of(&self, producer_id: i64) -> Vec<Str> {
        let groups = self.producers.get(&producer_id).into_iter();
        let mut groups: Vec<Str> = groups.flat_map(|it| it.keys().cloned()).collect();
        groups.sort_unstable();
        groups
    }

    fn is_empty(&self) -> bool {
        self.producers.is_empty()
    }

    /// Ends a producer's offsets of one group; those that count go to `offsets` with a commit.
    fn finish(&mut self, end: End, group: &str, offsets: &mut Offsets) {
        let Some(groups) = self.producers.get_mut(&end.producer_id) else { return };
        for pending in groups.remove(group).unwrap_or_default() {
            if end.commit && !pending.is_superseded {
                let CommitRow { topic, topic_id, partition, committed } = pending.row;
                offsets.commit(&topic, topic_id, partition, committed, end.uncommitted);
            }
        }
        if groups.is_empty() {
            self.producers.remove(&end.producer_id);
        }
    }

    /// The end of a producer's transaction while the log is read. `with_offsets` lends the offsets
    /// of a group.
    pub(super) fn replay_end(
        &mut self,
        end: End,
        mut with_offsets: impl FnMut(&Str, &mut dyn FnMut(&mut Offsets)),
    ) {
        for group in self.groups_of(end.producer_id) {
            with_offsets(&group, &mut |offsets| self.finish(end, &group, offsets));
        }
    }
}

fn is_same(row: &CommitRow, topic: &str, partition: i32) -> bool {
    row.partition == partition && row.topic.as_str() == topic
}

impl Groups {
    /// Writes a transaction's marker to a partition of `__consumer_offsets` and ends the offsets
    /// that waited for it. Answers the high watermark at which the marker is committed.
    pub(crate) fn complete_transaction(
        &self,
        image: &Image,
        partition: &Arc<Partition>,
        batch: &ValidBatch,
        marker: Marker,
    ) -> Result<i64, ErrorCode> {
        debug_assert_eq!(partition.topic_name().as_str(), OFFSETS_TOPIC);
        // A coordinator that is not ready yet is, to the transaction's, a leader that is not.
        let shard = self
            .shard(image, partition.leader(), partition)
            .map_err(|_| ErrorCode::NOT_LEADER_OR_FOLLOWER)?;
        shard.complete_transaction(batch, marker)
    }
}

impl Shard {
    /// Writes offsets as part of a transaction. Answers the high watermark at which they are
    /// committed to the log.
    pub(crate) fn commit_transactional(
        &self,
        group: &Group,
        by: Committer<'_>,
        producer: ProducerRef,
        rows: Vec<CommitRow>,
    ) -> Result<i64, ErrorCode> {
        let mut state = group.lock();
        state.validate_transactional_commit(&by)?;
        state.classic.committed(by.member_id, self.env.now());
        let mut builder =
            BatchBuilder::new().producer(producer.id, producer.epoch, -1).transactional();
        let now_ms = self.env.clock.wall_ms();
        for CommitRow { topic, topic_id, partition, committed } in &rows {
            let record =
                records::offset_commit(group.id(), topic, *partition, *topic_id, committed)
                    .map_err(|_| ErrorCode::UNKNOWN_SERVER_ERROR)?;
            builder.append(now_ms, Some(&record.key), record.value.as_deref(), &[]);
        }
        let batch = builder.build().map_err(|error| for_client(ErrorCode(error.code())))?;
        let required = self.append_batch(&batch)?;
        let mut pending = self.pending.lock();
        rows.into_iter().for_each(|row| pending.add(producer.id, group.id(), row));
        Ok(required)
    }

    fn complete_transaction(&self, batch: &ValidBatch, marker: Marker) -> Result<i64, ErrorCode> {
        let appended = self
            .partition
            .append_in_epoch(self.broker, self.leader_epoch, batch)
            .map_err(|error| error.code())?;
        let required = appended.last_offset + 1;
        let Marker { producer_id, commit, .. } = marker;
        let end = End { producer_id, commit, uncommitted: self.uncommitted(required) };
        let waiting = self.pending.lock().groups_of(marker.producer_id);
        for id in waiting {
            let group = match marker.commit {
                true => Some(self.group_or_new(&id)),
                false => self.group(&id),
            };
            let Some(group) = group else {
                self.pending.lock().forget(marker.producer_id, &id);
                continue;
            };
            // Under the group's lock: a commit that comes between marks what it supersedes.
            let mut state = group.lock();
            let mut pending = self.pending.lock();
            pending.finish(end, &id, &mut state.offsets);
        }
        Ok(required)
    }

    /// The group's offsets that wait for the end of a transaction (OffsetFetch with require_stable).
    pub(crate) fn unstable(&self, group: &str) -> Vec<(Str, i32)> {
        self.pending.lock().rows_of(group)
    }

    /// Whether any offset of the group does.
    pub(super) fn has_pending(&self, group: &str) -> bool {
        self.pending.lock().has_group(group)
    }

    /// Offsets were committed or removed outside of any transaction.
    pub(super) fn supersede<'a>(&self, group: &str, offsets: impl Iterator<Item = (&'a Str, i32)>) {
        let mut pending = self.pending.lock();
        if !pending.is_empty() {
            offsets.for_each(|(topic, partition)| pending.supersede(group, topic, partition));
        }
    }
}

/// An offset read back from a transaction's batch.
pub(super) fn row(
    topic: Str,
    topic_id: Uuid,
    partition: i32,
    committed: super::Committed,
) -> CommitRow {
    CommitRow { topic, topic_id, partition, committed }
}
