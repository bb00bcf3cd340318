//! The records of `__consumer_offsets` in Kafka's own formats: a two-byte type or version, then the
//! message.
//!
//! Types (the keys' leading number): 0 and 1 a committed offset, 2 a classic group's metadata, 3 to
//! 8 and 16 consumer groups (`consumer::records`), 17 to 23 streams groups (`streams::records`).
//! Unknown ones are skipped on load.

use bytes::Bytes;
use weir_wire::messages::group_metadata_key::GroupMetadataKey;
use weir_wire::messages::group_metadata_value::GroupMetadataValue;
use weir_wire::messages::offset_commit_key::OffsetCommitKey;
use weir_wire::messages::offset_commit_value::OffsetCommitValue;
use weir_wire::{EncodeError, Message, Reader, Str, Uuid, Writer};

use super::offsets::Committed;

const LEGACY_OFFSET_COMMIT: i16 = 0;
const OFFSET_COMMIT: i16 = 1;
const GROUP_METADATA: i16 = 2;
/// The version Kafka 4.4 writes a group's metadata in.
const GROUP_METADATA_VERSION: i16 = 3;

/// A record to write: `None` as value is a tombstone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GroupRecord {
    pub(crate) key: Bytes,
    pub(crate) value: Option<Bytes>,
}

/// A record read back.
#[derive(Debug, PartialEq)]
pub(crate) enum Loaded {
    Offset {
        group: Str,
        topic: Str,
        partition: i32,
        committed: Option<(Uuid, Committed)>,
    },
    Group {
        id: Str,
        value: Option<GroupMetadataValue>,
    },
    Consumer {
        group: Str,
        change: super::consumer::Change,
    },
    Streams {
        group: Str,
        change: super::streams::Change,
    },
    /// A kind of record that this engine does not keep.
    Other,
}

/// A committed offset.
pub(crate) fn offset_commit(
    group: &str,
    topic: &str,
    partition: i32,
    topic_id: Uuid,
    committed: &Committed,
) -> Result<GroupRecord, EncodeError> {
    // As Kafka 4.4: version 1 carries an expiry, 4 the topic's id.
    let version = if committed.expire_ms >= 0 { 1 } else { 4 };
    let value = OffsetCommitValue {
        offset: committed.offset,
        leader_epoch: committed.leader_epoch,
        metadata: Str::from(committed.metadata()),
        commit_timestamp: committed.commit_ms,
        expire_timestamp: committed.expire_ms,
        topic_id,
        ..OffsetCommitValue::default()
    };
    let key = offset_key(group, topic, partition)?;
    Ok(GroupRecord { key, value: Some(framed(version, &value, version)?) })
}

/// The end of a committed offset.
pub(crate) fn offset_tombstone(
    group: &str,
    topic: &str,
    partition: i32,
) -> Result<GroupRecord, EncodeError> {
    Ok(GroupRecord { key: offset_key(group, topic, partition)?, value: None })
}

/// A group's metadata.
pub(crate) fn group_metadata(
    id: &str,
    value: &GroupMetadataValue,
) -> Result<GroupRecord, EncodeError> {
    let value = framed(GROUP_METADATA_VERSION, value, GROUP_METADATA_VERSION)?;
    Ok(GroupRecord { key: group_key(id)?, value: Some(value) })
}

/// The end of a group.
pub(crate) fn group_tombstone(id: &str) -> Result<GroupRecord, EncodeError> {
    Ok(GroupRecord { key: group_key(id)?, value: None })
}

fn offset_key(group: &str, topic: &str, partition: i32) -> Result<Bytes, EncodeError> {
    let key = OffsetCommitKey { group: Str::from(group), topic: Str::from(topic), partition };
    framed(OFFSET_COMMIT, &key, 0)
}

fn group_key(id: &str) -> Result<Bytes, EncodeError> {
    let key = GroupMetadataKey { group: Str::from(id) };
    framed(GROUP_METADATA, &key, 0)
}

pub(super) fn framed<M: Message>(
    lead: i16,
    message: &M,
    version: i16,
) -> Result<Bytes, EncodeError> {
    let mut writer = Writer::with_capacity(2 + message.size(version)?);
    writer.i16(lead);
    message.encode(version, &mut writer)?;
    // Everything in these messages is copied into the frame: there is nothing stored to read back.
    writer.finish().to_bytes().map_err(|_| EncodeError::UnreadableRecords)
}

/// A record of one of the newer protocols: `None` as value ends what the key names.
pub(super) fn keyed<K: Message, V: Message>(
    kind: i16,
    key: &K,
    value: Option<V>,
) -> Result<GroupRecord, EncodeError> {
    let value = value.map(|value| framed(0, &value, 0)).transpose()?;
    Ok(GroupRecord { key: framed(kind, key, 0)?, value })
}

/// The value of such a record. `None`: broken; `Some(None)`: a tombstone.
pub(super) fn body<V: Message>(chunk: &Bytes, value: Option<&[u8]>) -> Option<Option<V>> {
    let Some(value) = value else { return Some(None) };
    let (version, body) = lead(value)?;
    decode(chunk, body, version).map(Some)
}

/// Reads a record; `None` when it is broken (the loader warns and goes on, as Kafka does). Key and
/// value that lie in `chunk` are not copied: what is kept of them has to be.
pub(crate) fn load(chunk: &Bytes, key: &[u8], value: Option<&[u8]>) -> Option<Loaded> {
    let (kind, key) = lead(key)?;
    match kind {
        LEGACY_OFFSET_COMMIT | OFFSET_COMMIT => load_offset(chunk, key, value),
        GROUP_METADATA => load_group(chunk, key, value),
        kind if super::consumer::KINDS.contains(&kind) => {
            let (group, change) = super::consumer::load(chunk, kind, key, value)?;
            Some(change.map_or(Loaded::Other, |change| Loaded::Consumer { group, change }))
        }
        kind if super::streams::KINDS.contains(&kind) => {
            let (group, change) = super::streams::load(chunk, kind, key, value)?;
            Some(change.map_or(Loaded::Other, |change| Loaded::Streams { group, change }))
        }
        _ => Some(Loaded::Other),
    }
}

/// Whether a key is a committed offset's.
pub(super) fn is_offset(key: &[u8]) -> bool {
    matches!(lead(key), Some((LEGACY_OFFSET_COMMIT | OFFSET_COMMIT, _)))
}

fn load_offset(chunk: &Bytes, key: &[u8], value: Option<&[u8]>) -> Option<Loaded> {
    let key: OffsetCommitKey = decode(chunk, key, 0)?;
    let committed = match value {
        Some(value) => Some(load_committed(chunk, value)?),
        None => None,
    };
    Some(Loaded::Offset { group: key.group, topic: key.topic, partition: key.partition, committed })
}

fn load_committed(chunk: &Bytes, value: &[u8]) -> Option<(Uuid, Committed)> {
    let (version, body) = lead(value)?;
    let value: OffsetCommitValue = decode(chunk, body, version)?;
    let metadata: &str = &value.metadata;
    let committed = Committed {
        offset: value.offset,
        leader_epoch: value.leader_epoch,
        metadata: (!metadata.is_empty()).then(|| metadata.into()),
        commit_ms: value.commit_timestamp,
        expire_ms: value.expire_timestamp,
    };
    Some((value.topic_id, committed))
}

fn load_group(chunk: &Bytes, key: &[u8], value: Option<&[u8]>) -> Option<Loaded> {
    let key: GroupMetadataKey = decode(chunk, key, 0)?;
    let value = match value {
        Some(value) => {
            let (version, body) = lead(value)?;
            Some(decode(chunk, body, version)?)
        }
        None => None,
    };
    Some(Loaded::Group { id: key.group, value })
}

pub(super) fn lead(bytes: &[u8]) -> Option<(i16, &[u8])> {
    let (lead, rest) = bytes.split_first_chunk::<2>()?;
    Some((i16::from_be_bytes(*lead), rest))
}

pub(super) fn decode<M: Message>(chunk: &Bytes, body: &[u8], version: i16) -> Option<M> {
    if !(M::MIN..=M::MAX).contains(&version) {
        return None;
    }
    let body = match chunk.as_ptr_range().contains(&body.as_ptr()) {
        true => chunk.slice_ref(body),
        // Decompressed elsewhere, or empty.
        false => Bytes::copy_from_slice(body),
    };
    M::decode(&mut Reader::new(body), version).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn committed(expire_ms: i64) -> Committed {
        Committed {
            offset: 42,
            leader_epoch: 7,
            metadata: Some("note".into()),
            commit_ms: 1_000,
            expire_ms,
        }
    }

    #[test]
    fn an_offset_is_written_as_kafka_writes_it() {
        let id = Uuid([9; 16]);
        let record = offset_commit("g", "t", 5, id, &committed(-1)).unwrap();
        assert_eq!(&record.key[..], b"\0\x01\0\x01g\0\x01t\0\0\0\x05");
        let value = record.value.unwrap();
        let start = b"\0\x04\0\0\0\0\0\0\0\x2a\0\0\0\x07\x05note\0\0\0\0\0\0\x03\xe8";
        // One tagged field, number 0, of 16 bytes.
        assert_eq!(&value[..], [start.as_slice(), b"\x01\0\x10", &id.0].concat());
        let record = offset_commit("g", "t", 5, Uuid::ZERO, &committed(-1)).unwrap();
        assert_eq!(&record.value.unwrap()[..], [start.as_slice(), b"\0"].concat());
    }

    #[test]
    fn an_offset_comes_back_with_epoch_metadata_expiry_and_topic_id() {
        for (id, expire) in [(Uuid::ZERO, -1), (Uuid::ZERO, 99), (Uuid([9; 16]), -1)] {
            let record = offset_commit("g", "t", 5, id, &committed(expire)).unwrap();
            let loaded = load(&Bytes::new(), &record.key, record.value.as_deref()).unwrap();
            let Loaded::Offset { committed: Some((loaded_id, mut loaded)), .. } = loaded else {
                panic!("not an offset: {loaded:?}");
            };
            if expire >= 0 {
                // Version 1 has no leader epoch.
                assert_eq!(loaded.leader_epoch, -1);
                loaded.leader_epoch = 7;
            }
            assert_eq!((loaded_id, loaded), (id, committed(expire)));
        }
    }

    #[test]
    fn tombstones_and_groups_come_back() {
        let record = offset_tombstone("g", "t", 1).unwrap();
        let loaded = load(&Bytes::new(), &record.key, None).unwrap();
        assert!(matches!(loaded, Loaded::Offset { committed: None, partition: 1, .. }));
        let value = GroupMetadataValue { generation: 4, ..GroupMetadataValue::default() };
        let record = group_metadata("g", &value).unwrap();
        let Some(Loaded::Group { id, value: Some(value) }) =
            load(&Bytes::new(), &record.key, record.value.as_deref())
        else {
            panic!("not a group");
        };
        assert_eq!((&*id, value.generation), ("g", 4));
        let record = group_tombstone("g").unwrap();
        assert!(matches!(
            load(&Bytes::new(), &record.key, None),
            Some(Loaded::Group { value: None, .. })
        ));
    }

    #[test]
    fn broken_and_unknown_records_are_told_apart() {
        assert_eq!(load(&Bytes::new(), b"", None), None);
        assert_eq!(load(&Bytes::new(), b"\0\x01\0\x05g", None), None);
        assert_eq!(load(&Bytes::new(), b"\0\x63anything", None), Some(Loaded::Other));
        let record = offset_commit("g", "t", 5, Uuid::ZERO, &committed(-1)).unwrap();
        assert_eq!(
            load(&Bytes::new(), &record.key, Some(b"\0\x63")),
            None,
            "a version from the future"
        );
    }
}
