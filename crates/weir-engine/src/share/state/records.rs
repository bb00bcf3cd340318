//! Entries as records of `__share_group_state`.

use weir_wire::messages::share_snapshot_key::ShareSnapshotKey;
use weir_wire::messages::share_snapshot_value::{self, ShareSnapshotValue};
use weir_wire::messages::share_update_key::ShareUpdateKey;
use weir_wire::messages::share_update_value::{self, ShareUpdateValue};
use weir_wire::{EncodeError, Str};

use super::{Entry, Written};
use crate::share::batches::StateBatch;
use crate::share::key::ShareKey;
use crate::share::records::{Record, body, lead, record, tombstone, value};

/// A record read back.
#[derive(Debug, PartialEq)]
pub(super) enum Loaded {
    Snapshot(ShareKey, Option<Entry>),
    Update(ShareKey, Written),
}

fn snapshot_key(key: &ShareKey) -> ShareSnapshotKey {
    ShareSnapshotKey { group_id: key.group.clone(), topic_id: key.topic, partition: key.partition }
}

pub(super) fn snapshot(key: &ShareKey, entry: &Entry) -> Result<Record, EncodeError> {
    let batches = entry.batches.iter().map(|batch| share_snapshot_value::StateBatch {
        first_offset: batch.first,
        last_offset: batch.last,
        delivery_state: batch.state,
        delivery_count: batch.count,
        ..Default::default()
    });
    let value = ShareSnapshotValue {
        snapshot_epoch: entry.snapshot_epoch,
        state_epoch: entry.state_epoch,
        leader_epoch: entry.leader_epoch,
        start_offset: entry.start_offset,
        delivery_complete_count: entry.complete_count,
        create_timestamp: entry.create_ms,
        write_timestamp: entry.write_ms,
        state_batches: batches.collect(),
        ..Default::default()
    };
    record(ShareSnapshotKey::API_KEY, &snapshot_key(key), &value)
}

pub(super) fn update(
    key: &ShareKey,
    after: &Entry,
    written: &Written,
) -> Result<Record, EncodeError> {
    let batches = written.batches.iter().map(|batch| share_update_value::StateBatch {
        first_offset: batch.first,
        last_offset: batch.last,
        delivery_state: batch.state,
        delivery_count: batch.count,
        ..Default::default()
    });
    let value = ShareUpdateValue {
        snapshot_epoch: after.snapshot_epoch,
        leader_epoch: after.leader_epoch,
        start_offset: after.start_offset,
        delivery_complete_count: after.complete_count,
        state_batches: batches.collect(),
        ..Default::default()
    };
    let key = ShareUpdateKey {
        group_id: key.group.clone(),
        topic_id: key.topic,
        partition: key.partition,
    };
    record(ShareUpdateKey::API_KEY, &key, &value)
}

/// The end of an entry.
pub(super) fn end(key: &ShareKey) -> Result<Record, EncodeError> {
    tombstone(ShareSnapshotKey::API_KEY, &snapshot_key(key))
}

/// Reads a record; `None` when it is of another kind, a tombstone of an update, or broken.
pub(super) fn load(key: &[u8], bytes: Option<&[u8]>) -> Option<Loaded> {
    let (kind, rest) = lead(key)?;
    match kind {
        ShareSnapshotKey::API_KEY => {
            let key: ShareSnapshotKey = body(rest, 0)?;
            let key = owned(&key.group_id, key.topic_id, key.partition);
            let entry = match bytes {
                Some(bytes) => Some(entry_of(value(bytes)?)),
                None => None,
            };
            Some(Loaded::Snapshot(key, entry))
        }
        ShareUpdateKey::API_KEY => {
            let key: ShareUpdateKey = body(rest, 0)?;
            let key = owned(&key.group_id, key.topic_id, key.partition);
            Some(Loaded::Update(key, written_of(value(bytes?)?)))
        }
        _ => None,
    }
}

fn owned(group: &Str, topic: weir_wire::Uuid, partition: i32) -> ShareKey {
    ShareKey { group: group.detached(), topic, partition }
}

fn entry_of(value: ShareSnapshotValue) -> Entry {
    let batches = value.state_batches.iter().map(|batch| StateBatch {
        first: batch.first_offset,
        last: batch.last_offset,
        state: batch.delivery_state,
        count: batch.delivery_count,
    });
    Entry {
        snapshot_epoch: value.snapshot_epoch,
        state_epoch: value.state_epoch,
        leader_epoch: value.leader_epoch,
        start_offset: value.start_offset,
        complete_count: value.delivery_complete_count,
        create_ms: value.create_timestamp,
        write_ms: value.write_timestamp,
        batches: batches.collect(),
        updates: 0,
    }
}

/// The state epoch is the snapshot's: updates do not carry it.
fn written_of(value: ShareUpdateValue) -> Written {
    let batches = value.state_batches.iter().map(|batch| StateBatch {
        first: batch.first_offset,
        last: batch.last_offset,
        state: batch.delivery_state,
        count: batch.delivery_count,
    });
    Written {
        state_epoch: 0,
        leader_epoch: value.leader_epoch,
        start_offset: value.start_offset,
        complete_count: value.delivery_complete_count,
        batches: batches.collect(),
    }
}

#[cfg(test)]
mod tests {
    use weir_wire::Uuid;

    use super::*;
    use crate::share::batches::AVAILABLE;

    #[test]
    fn entries_come_back_from_snapshots_and_updates() {
        let key = ShareKey::new("g", Uuid([9; 16]), 2);
        let batch = StateBatch { first: 4, last: 8, state: AVAILABLE, count: 2 };
        let written = Written {
            state_epoch: 0,
            leader_epoch: 3,
            start_offset: 4,
            complete_count: 0,
            batches: vec![batch],
        };
        let entry = Entry::new(1, 4, 99);
        let record = snapshot(&key, &entry).unwrap();
        assert_eq!(&record.key[..6], b"\0\0\0\x01g\x09", "type, group, then the topic id");
        let loaded = load(&record.key, record.value.as_deref()).unwrap();
        assert_eq!(loaded, Loaded::Snapshot(key.clone(), Some(entry.clone())));
        let record = update(&key, &entry.after(&written, 500, 100), &written).unwrap();
        let loaded = load(&record.key, record.value.as_deref()).unwrap();
        assert_eq!(loaded, Loaded::Update(key.clone(), written));
        let record = end(&key).unwrap();
        assert_eq!(load(&record.key, None), Some(Loaded::Snapshot(key, None)));
        assert_eq!(load(b"\0\x09x", None), None);
    }
}
