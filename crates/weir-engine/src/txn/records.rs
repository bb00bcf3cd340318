//! The records of `__transaction_state` in Kafka's own format: a two-byte version, then the
//! message.

use std::collections::BTreeSet;

use bytes::Bytes;
use weir_wire::messages::transaction_log_key::TransactionLogKey;
use weir_wire::messages::transaction_log_value::{PartitionsSchema, TransactionLogValue};
use weir_wire::{EncodeError, Message, Reader, Str, Writer};

use super::state::TxnState;
use super::transaction::{NO_EPOCH, Transaction};

const KEY_VERSION: i16 = 0;

/// A record's key.
pub(super) fn key(transactional_id: &str) -> Result<Bytes, EncodeError> {
    framed(KEY_VERSION, &TransactionLogKey { transactional_id: Str::from(transactional_id) })
}

/// A record's value. `level` is the cluster's `transaction.version`: at 0 Kafka writes version 0,
/// which older brokers read.
pub(super) fn value(transaction: &Transaction, level: i16) -> Result<Bytes, EncodeError> {
    let is_new = level >= 1;
    let mut value = TransactionLogValue {
        producer_id: transaction.producer_id,
        producer_epoch: transaction.epoch,
        transaction_timeout_ms: transaction.timeout_ms,
        transaction_status: transaction.state.code(),
        transaction_partitions: partitions(transaction),
        transaction_last_update_timestamp_ms: transaction.update_ms,
        transaction_start_timestamp_ms: transaction.start_ms,
        ..TransactionLogValue::default()
    };
    if is_new {
        value.previous_producer_id = transaction.previous_producer_id;
        value.next_producer_id = transaction.next_producer_id;
        value.client_transaction_version = transaction.version;
    }
    framed(i16::from(is_new), &value)
}

fn partitions(transaction: &Transaction) -> Option<Vec<PartitionsSchema>> {
    if transaction.state == TxnState::Empty {
        return None;
    }
    let topics = transaction.partitions.iter().map(|(topic, partitions)| PartitionsSchema {
        topic: topic.clone(),
        partition_ids: partitions.iter().copied().collect(),
        ..PartitionsSchema::default()
    });
    Some(topics.collect())
}

fn framed<M: Message>(version: i16, message: &M) -> Result<Bytes, EncodeError> {
    let mut writer = Writer::with_capacity(2 + message.size(version)?);
    writer.i16(version);
    message.encode(version, &mut writer)?;
    // Everything in these messages is copied into the frame: there is nothing stored to read back.
    writer.finish().to_bytes().map_err(|_| EncodeError::UnreadableRecords)
}

/// Reads a record: its transactional id, and `None` for a tombstone. `None` for all when it is
/// broken, of another version or in a state that no record can have.
pub(super) fn load(key: &[u8], value: Option<&[u8]>) -> Option<(Str, Option<Transaction>)> {
    let key: TransactionLogKey = decode(key)?;
    let transaction = match value {
        Some(value) => Some(transaction(decode(value)?)?),
        None => None,
    };
    Some((key.transactional_id, transaction))
}

fn transaction(value: TransactionLogValue) -> Option<Transaction> {
    let mut loaded = Transaction {
        producer_id: value.producer_id,
        previous_producer_id: value.previous_producer_id,
        next_producer_id: value.next_producer_id,
        epoch: value.producer_epoch,
        last_epoch: NO_EPOCH,
        timeout_ms: value.transaction_timeout_ms,
        state: TxnState::from_code(value.transaction_status)?,
        partitions: Default::default(),
        start_ms: value.transaction_start_timestamp_ms,
        update_ms: value.transaction_last_update_timestamp_ms,
        version: value.client_transaction_version,
    };
    for topic in value.transaction_partitions.unwrap_or_default() {
        let ids: BTreeSet<i32> = topic.partition_ids.into_iter().collect();
        loaded.partitions.entry(topic.topic.detached()).or_default().extend(ids);
    }
    Some(loaded)
}

fn decode<M: Message>(bytes: &[u8]) -> Option<M> {
    let (lead, body) = bytes.split_first_chunk::<2>()?;
    let version = i16::from_be_bytes(*lead);
    if !(M::MIN..=M::MAX).contains(&version) {
        return None;
    }
    M::decode(&mut Reader::new(Bytes::copy_from_slice(body)), version).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ongoing() -> Transaction {
        let mut transaction = Transaction::new(7, 60_000, 1_000);
        transaction.epoch = 3;
        transaction.state = TxnState::Ongoing;
        transaction.start_ms = 900;
        transaction.version = 2;
        transaction.partitions.entry(Str::from("t")).or_default().extend([2, 0]);
        transaction
    }

    #[test]
    fn a_transaction_comes_back_at_every_level() {
        for level in 0..=2 {
            let (key, value) = (key("id").unwrap(), value(&ongoing(), level).unwrap());
            assert_eq!(&key[..], b"\0\0\0\x02id");
            let (id, loaded) = load(&key, Some(&value)).unwrap();
            let mut expected = ongoing();
            if level == 0 {
                expected.version = 0;
            }
            assert_eq!((id.as_str(), loaded.unwrap()), ("id", expected), "level {level}");
        }
    }

    #[test]
    fn the_old_format_is_kafkas() {
        let value = value(&ongoing(), 0).unwrap();
        let expected = b"\0\0\0\0\0\0\0\0\0\x07\0\x03\0\0\xea\x60\x01\0\0\0\x01\0\x01t\0\0\0\x02\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\x03\xe8\0\0\0\0\0\0\x03\x84";
        assert_eq!(&value[..], expected);
    }

    #[test]
    fn an_empty_one_has_no_partitions_and_tombstones_are_told() {
        let empty = Transaction::new(7, 1, 1);
        let value = value(&empty, 2).unwrap();
        let key = key("id").unwrap();
        assert_eq!(load(&key, Some(&value)).unwrap().1, Some(empty));
        assert_eq!(load(&key, None).unwrap().1, None);
    }

    #[test]
    fn broken_records_are_told_apart() {
        let key = key("id").unwrap();
        assert!(load(b"", None).is_none() && load(b"\0\x01\0\x02id", None).is_none());
        assert!(load(&key, Some(b"\0\x63")).is_none(), "a version from the future");
        let mut dead = value(&Transaction::new(7, 1, 1), 0).unwrap().to_vec();
        dead[2 + 8 + 2 + 4] = 6;
        assert!(load(&key, Some(&dead)).is_none(), "a state that is never written");
    }
}
