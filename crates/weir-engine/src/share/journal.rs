//! The way into one partition of a state topic under one leadership: reading it whole, appending,
//! and waiting until what was appended is committed.

use std::sync::Arc;

use weir_wire::records::{BatchBuilder, BatchReader, RecordError};
use weir_wire::{Bytes, ErrorCode};

use super::records::Record;
use crate::groups::GroupsEnv;
use crate::log::{LogError, ReadLimits};
use crate::partition::{Partition, PartitionError};
use crate::wait::Signal;

/// How much of the log is read at a time.
const CHUNK_BYTES: usize = 1 << 20;
/// No batch of these topics is larger when decompressed.
const DECOMPRESSED_BYTES_MAX: usize = 128 << 20;
/// Records of one batch, in bytes.
const BATCH_BYTES_MAX: usize = 512 * 1024;
/// How long a written record may wait for its replicas (`share.coordinator.write.timeout.ms` and
/// `offsets.commit.timeout.ms` have this default).
const COMMIT_TIMEOUT_MS: i64 = 5_000;

/// A record as it lies in the log: its offset, key and value with their leading type and version.
pub(crate) type Each<'a> = &'a mut dyn FnMut(i64, &[u8], Option<&[u8]>);

/// One partition, while one broker leads it in one epoch.
#[derive(Debug)]
pub(crate) struct Journal {
    env: GroupsEnv,
    broker: i32,
    leader_epoch: i32,
    partition: Arc<Partition>,
}

impl Journal {
    pub(crate) fn new(env: GroupsEnv, broker: i32, partition: Arc<Partition>) -> Self {
        let leader_epoch = partition.leader_epoch();
        Self { env, broker, leader_epoch, partition }
    }

    /// Whether it belongs to the present leadership of `partition`.
    pub(crate) fn is_of(&self, broker: i32, partition: &Arc<Partition>) -> bool {
        self.broker == broker && Arc::ptr_eq(&self.partition, partition) && !self.is_stale()
    }

    pub(crate) fn is_stale(&self) -> bool {
        self.partition.leader_epoch() != self.leader_epoch
            || self.partition.leader() != self.broker
            || self.partition.is_deleted()
    }

    /// Hands every record to `each`, in order.
    pub(crate) fn read(&self, each: Each<'_>) -> Result<(), PartitionError> {
        let view = self.partition.view()?;
        let mut scratch = Vec::new();
        let mut offset = view.log_start;
        while offset < view.log_end {
            let limits =
                ReadLimits { max_bytes: CHUNK_BYTES, upper_offset: view.log_end, min_one: true };
            let read = self.partition.log()?.read(offset, limits)?;
            let Some(slice) = read.slice else { break };
            let bytes = slice.to_vec().map_err(|error| LogError::Io {
                action: "read share state".to_owned(),
                source: Arc::new(error),
            })?;
            let next = chunk(&Bytes::from(bytes), &mut scratch, each)
                .map_err(|error| LogError::Corrupt(error.to_string()))?;
            match next {
                Some(next) if next > offset => offset = next,
                _ => return Err(LogError::Corrupt(format!("no batch at offset {offset}")).into()),
            }
        }
        Ok(())
    }

    /// Appends records. Answers the high watermark at which they are committed, 0 for none.
    pub(crate) fn write(&self, records: &[Record]) -> Result<i64, ErrorCode> {
        if self.is_stale() {
            return Err(ErrorCode::NOT_COORDINATOR);
        }
        let now_ms = self.env.clock.wall_ms();
        let mut required = 0;
        let mut builder = BatchBuilder::new();
        for record in records {
            builder.append(now_ms, Some(&record.key), record.value.as_deref(), &[]);
            if builder.len() >= BATCH_BYTES_MAX {
                required = self.append(std::mem::replace(&mut builder, BatchBuilder::new()))?;
            }
        }
        if !builder.is_empty() {
            required = self.append(builder)?;
        }
        Ok(required)
    }

    fn append(&self, builder: BatchBuilder) -> Result<i64, ErrorCode> {
        let batch = builder.build().map_err(|error| for_client(ErrorCode(error.code())))?;
        let appended = self
            .partition
            .append_in_epoch(self.broker, self.leader_epoch, &batch)
            .map_err(|error| for_client(error.code()))?;
        Ok(appended.last_offset + 1)
    }

    /// Deletes what lies before `offset`, as far as it is committed: nobody reads it again.
    pub(crate) fn delete_before(&self, offset: i64) {
        let Ok(view) = self.partition.view() else { return };
        let offset = offset.min(view.high_watermark);
        if offset > view.log_start
            && let Err(error) = self.partition.delete_records(self.broker, offset)
        {
            tracing::debug!(%error, "old share state stays");
        }
    }

    fn commit_state(&self, required: i64) -> Option<Result<(), ErrorCode>> {
        // Looked at first: what is committed after this leadership may be another's record.
        let view = self.partition.view();
        if self.is_stale() {
            return Some(Err(ErrorCode::NOT_COORDINATOR));
        }
        match view {
            Ok(view) if view.high_watermark >= required => Some(Ok(())),
            Ok(_) => None,
            Err(error) => Some(Err(for_client(error.code()))),
        }
    }

    /// Waits until everything below `required` is committed.
    pub(crate) async fn committed(&self, required: i64) -> Result<(), ErrorCode> {
        let signal = Signal::new();
        let deadline = self.env.clock.monotonic_ms() + COMMIT_TIMEOUT_MS;
        let _deadline = self.env.timers.expire_at(deadline, &signal);
        let _watch = self.partition.watch(signal.clone(), 0);
        loop {
            signal.clear();
            if let Some(state) = self.commit_state(required) {
                return state;
            }
            if signal.is_expired() {
                return Err(for_client(ErrorCode::REQUEST_TIMED_OUT));
            }
            signal.news().await;
        }
    }
}

/// The records of one chunk; answers the offset behind it.
fn chunk(bytes: &Bytes, scratch: &mut Vec<u8>, each: Each<'_>) -> Result<Option<i64>, RecordError> {
    let mut next = None;
    for batch in BatchReader::new(bytes) {
        let batch = batch?;
        next = Some(batch.header.last_offset() + 1);
        if batch.header.attributes.is_control() {
            continue;
        }
        for record in batch.records(scratch, DECOMPRESSED_BYTES_MAX)? {
            let record = record?;
            if let Some(key) = record.key {
                each(record.offset, key, record.value);
            }
        }
    }
    Ok(next)
}

/// What a failed read or write of the state topic means to a client.
pub(crate) fn for_client(error: ErrorCode) -> ErrorCode {
    match error {
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
        | ErrorCode::NOT_ENOUGH_REPLICAS
        | ErrorCode::NOT_ENOUGH_REPLICAS_AFTER_APPEND
        | ErrorCode::REQUEST_TIMED_OUT => ErrorCode::COORDINATOR_NOT_AVAILABLE,
        ErrorCode::NOT_LEADER_OR_FOLLOWER | ErrorCode::KAFKA_STORAGE_ERROR => {
            ErrorCode::NOT_COORDINATOR
        }
        ErrorCode::MESSAGE_TOO_LARGE
        | ErrorCode::RECORD_LIST_TOO_LARGE
        | ErrorCode::INVALID_FETCH_SIZE => ErrorCode::UNKNOWN_SERVER_ERROR,
        other => other,
    }
}
