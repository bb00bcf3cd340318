//! The records of share groups in Kafka's own formats: a two-byte type or version, then the
//! message. Types 10 to 15 in `__consumer_offsets`, 0 and 1 in `__share_group_state`.

use weir_wire::{Bytes, EncodeError, Message, Reader, Writer};

/// A record to write: `None` as value is a tombstone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) key: Bytes,
    pub(crate) value: Option<Bytes>,
}

/// A record of type `kind`.
pub(crate) fn record<K: Message, V: Message>(
    kind: i16,
    key: &K,
    value: &V,
) -> Result<Record, EncodeError> {
    Ok(Record { key: framed(kind, key)?, value: Some(framed(0, value)?) })
}

/// The end of what `key` named.
pub(crate) fn tombstone<K: Message>(kind: i16, key: &K) -> Result<Record, EncodeError> {
    Ok(Record { key: framed(kind, key)?, value: None })
}

fn framed<M: Message>(lead: i16, message: &M) -> Result<Bytes, EncodeError> {
    let mut writer = Writer::with_capacity(2 + message.size(0)?);
    writer.i16(lead);
    message.encode(0, &mut writer)?;
    writer.finish().to_bytes().map_err(|_| EncodeError::UnreadableRecords)
}

/// The leading number, and what follows.
pub(crate) fn lead(bytes: &[u8]) -> Option<(i16, &[u8])> {
    let (lead, rest) = bytes.split_first_chunk::<2>()?;
    Some((i16::from_be_bytes(*lead), rest))
}

/// The message behind a leading number; `None` when it cannot be read.
pub(crate) fn body<M: Message>(bytes: &[u8], version: i16) -> Option<M> {
    if !(M::MIN..=M::MAX).contains(&version) {
        return None;
    }
    M::decode(&mut Reader::new(Bytes::copy_from_slice(bytes)), version).ok()
}

/// A value with its version in front.
pub(crate) fn value<M: Message>(bytes: &[u8]) -> Option<M> {
    let (version, rest) = lead(bytes)?;
    body(rest, version)
}
