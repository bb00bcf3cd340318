//! Reading the transactional ids of one partition from its log.

use std::collections::HashMap;
use std::sync::Arc;

use weir_wire::records::{BatchReader, RecordBatch, RecordError};
use weir_wire::{Bytes, Str};

use super::records;
use super::transaction::Transaction;
use crate::log::{LogError, ReadLimits};
use crate::partition::{Partition, PartitionError};

/// How much of the log is read at a time.
const CHUNK_BYTES: usize = 1 << 20;
/// No batch of this topic is larger when decompressed.
const DECOMPRESSED_BYTES_MAX: usize = 128 << 20;

/// Transactional ids with their newest state.
pub(super) type Loaded = HashMap<Str, Transaction>;

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
            take(&mut loaded, &batch, &mut scratch)?;
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
    scratch: &mut Vec<u8>,
) -> Result<(), PartitionError> {
    if batch.header.attributes.is_control() {
        return Ok(());
    }
    for record in batch.records(scratch, DECOMPRESSED_BYTES_MAX).map_err(corrupt)? {
        let record = record.map_err(corrupt)?;
        match record.key.and_then(|key| records::load(key, record.value)) {
            Some((id, Some(transaction))) => drop(loaded.insert(id.detached(), transaction)),
            Some((id, None)) => drop(loaded.remove(&id)),
            None => tracing::warn!(offset = record.offset, "a transaction record is not readable"),
        }
    }
    Ok(())
}

fn corrupt(error: RecordError) -> LogError {
    LogError::Corrupt(error.to_string())
}
