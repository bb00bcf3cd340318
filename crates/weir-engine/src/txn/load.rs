//! Reading the transactional ids of one partition from its log. What is not committed there may yet be
//! cut off by an election: it is kept apart, as a step under way.

use std::collections::HashMap;
use std::sync::Arc;

use weir_wire::records::{BatchReader, RecordBatch, RecordError};
use weir_wire::{Bytes, Str};

use super::entry::Pending;
use super::records;
use super::transaction::Transaction;
use crate::log::{LogError, ReadLimits};
use crate::partition::{Partition, PartitionError};

/// How much of the log is read at a time.
const CHUNK_BYTES: usize = 1 << 20;
/// No batch of this topic is larger when decompressed.
const DECOMPRESSED_BYTES_MAX: usize = 128 << 20;

/// Transactional ids as the log has them.
pub(super) type Loaded = HashMap<Str, LoadedId>;

/// One transactional id as the log has it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LoadedId {
    /// Its newest committed state; one that nobody used, where none is committed.
    pub(super) transaction: Transaction,
    /// The newest one, where that is not committed.
    pub(super) pending: Option<Pending>,
}

/// Reads the whole partition. Records that cannot be read are skipped with a warning, as Kafka
/// does; a log that cannot be read is an error.
pub(super) fn read_partition(partition: &Partition) -> Result<Loaded, PartitionError> {
    let view = partition.view()?;
    let mut loaded = Loaded::new();
    let mut scratch = Vec::new();
    let mut offset = view.log_start;
    while offset < view.log_end {
        let limits =
            ReadLimits { max_bytes: CHUNK_BYTES, upper_offset: view.log_end, min_one: true };
        let Some(slice) = partition.log()?.read(offset, limits)?.slice else { break };
        let bytes = slice.to_vec().map_err(|error| LogError::Io {
            action: "read transactions".to_owned(),
            source: Arc::new(error),
        })?;
        let bytes = Bytes::from(bytes);
        let before = offset;
        for batch in BatchReader::new(&bytes) {
            let batch = batch.map_err(corrupt)?;
            offset = batch.header.last_offset() + 1;
            take(&mut loaded, &batch, view.high_watermark, &mut scratch)?;
        }
        if offset <= before {
            return Err(LogError::Corrupt(format!("no batch at offset {before}")).into());
        }
    }
    Ok(loaded)
}

fn take(
    loaded: &mut Loaded,
    batch: &RecordBatch<'_>,
    high_watermark: i64,
    scratch: &mut Vec<u8>,
) -> Result<(), PartitionError> {
    let required = batch.header.last_offset() + 1;
    let required = (required > high_watermark).then_some(required);
    if batch.header.attributes.is_control() {
        return Ok(());
    }
    for record in batch.records(scratch, DECOMPRESSED_BYTES_MAX).map_err(corrupt)? {
        let record = record.map_err(corrupt)?;
        match record.key.and_then(|key| records::load(key, record.value)) {
            Some((id, next)) => note(loaded, id, next, required),
            None => tracing::warn!(offset = record.offset, "a transaction record is not readable"),
        }
    }
    Ok(())
}

/// Notes the next state of an id, or its tombstone. `required`: the high watermark at which that is
/// committed, where it is not.
fn note(loaded: &mut Loaded, id: Str, next: Option<Transaction>, required: Option<i64>) {
    match (next, required) {
        (Some(transaction), None) => {
            loaded.insert(id.detached(), LoadedId { transaction, pending: None });
        }
        (None, None) => drop(loaded.remove(&id)),
        (next, Some(required)) => {
            if let Some(known) = loaded.get_mut(&id) {
                known.pending = Some(Pending { next, required });
            } else if let Some(next) = next {
                let Transaction { producer_id, timeout_ms, update_ms, .. } = next;
                let transaction = Transaction::new(producer_id, timeout_ms, update_ms);
                let pending = Some(Pending { next: Some(next), required });
                loaded.insert(id.detached(), LoadedId { transaction, pending });
            }
        }
    }
}

fn corrupt(error: RecordError) -> LogError {
    LogError::Corrupt(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::state::TxnState;
    use super::super::transaction::{NO_EPOCH, Partitions};
    use super::*;

    fn begun() -> Transaction {
        let mut known = Transaction::new(7, 60_000, 1_000);
        known.epoch = 3;
        let added = Partitions::from([(Str::from("t"), [0].into())]);
        known.add(known.producer(), &added, 1_000, 2).unwrap().unwrap()
    }

    fn noted(
        notes: impl IntoIterator<Item = (Option<Transaction>, Option<i64>)>,
    ) -> Option<LoadedId> {
        let mut loaded = Loaded::new();
        for (next, required) in notes {
            note(&mut loaded, Str::from("id"), next, required);
        }
        loaded.remove("id")
    }

    #[test]
    fn what_is_committed_counts_and_what_is_not_is_under_way() {
        let mut empty = begun();
        (empty.state, empty.partitions) = (TxnState::Empty, Partitions::new());
        let found = noted([(Some(empty.clone()), None), (Some(begun()), Some(2))]).unwrap();
        assert_eq!(found.transaction, empty, "the partition is not in it yet");
        assert_eq!(found.pending, Some(Pending { next: Some(begun()), required: 2 }));
        let found = noted([(Some(empty.clone()), None), (Some(begun()), None)]).unwrap();
        assert_eq!(found, LoadedId { transaction: begun(), pending: None });
    }

    #[test]
    fn of_an_id_without_anything_committed_nothing_counts() {
        let found = noted([(Some(begun()), Some(1))]).unwrap();
        let Transaction { producer_id, epoch, state, .. } = found.transaction;
        assert_eq!((producer_id, epoch, state), (7, NO_EPOCH, TxnState::Empty));
        assert_eq!(found.pending, Some(Pending { next: Some(begun()), required: 1 }));
    }

    #[test]
    fn an_id_is_gone_once_its_tombstone_is_committed() {
        assert_eq!(noted([(Some(begun()), None), (None, None)]), None);
        let found = noted([(Some(begun()), None), (None, Some(2))]).unwrap();
        let pending = Some(Pending { next: None, required: 2 });
        assert_eq!(found, LoadedId { transaction: begun(), pending });
        assert_eq!(noted([(None, Some(1))]), None, "there is nothing to expire");
    }
}
