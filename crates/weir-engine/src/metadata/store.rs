//! The metadata log's file: appended batch by batch, durable before anything is answered.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use parking_lot::Mutex;
use thiserror::Error;
use weir_wire::records::{BatchBuilder, BatchReader, RecordError};

use super::record::{MetadataRecord, RecordFrameError};
use super::snapshot::{self, Snapshot};
use crate::fs::Fs;
use crate::image::ApplyError;
use crate::log::{
    AppendError, AppendOrigin, AppendRequest, LogConfig, LogContext, LogError, PartitionLog,
    ReadError, ReadLimits, Recovery, damaged_place,
};

/// The topic id of `__cluster_metadata` (Kafka's `Uuid.METADATA_TOPIC_ID`).
const METADATA_TOPIC_ID: [u8; 16] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
/// Log bytes after which a snapshot is written.
pub(crate) const SNAPSHOT_INTERVAL_BYTES: u32 = 64 << 20;
const READ_CHUNK_BYTES: usize = 4 << 20;

/// What goes wrong with the metadata log. After a failed write or sync the cluster takes no more
/// changes until the engine restarts.
#[derive(Debug, Clone, Error)]
pub enum MetadataError {
    /// The file system failed.
    #[error("cluster metadata: {0}")]
    Storage(#[from] LogError),
    /// What was read is no metadata.
    #[error("cluster metadata is damaged: {0}")]
    Damaged(String),
    /// An earlier write failed.
    #[error("cluster metadata takes no changes until the engine restarts: {0}")]
    Stopped(String),
}

impl From<RecordFrameError> for MetadataError {
    fn from(error: RecordFrameError) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<RecordError> for MetadataError {
    fn from(error: RecordError) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<ApplyError> for MetadataError {
    fn from(error: ApplyError) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<AppendError> for MetadataError {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Storage(error) => Self::Storage(error),
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl From<ReadError> for MetadataError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Storage(error) => Self::Storage(error),
            other => Self::Damaged(other.to_string()),
        }
    }
}

/// A change of metadata is durable before it is answered: where an unsound batch stands before sound ones
/// although no power was lost, the file was changed since, and recovery would cut acknowledged topics away.
///
/// # Errors
/// `Damaged`, with the file and the place; nothing was touched.
pub(crate) fn refuse_damaged(fs: &dyn Fs, dir: &Path) -> Result<(), MetadataError> {
    let place = damaged_place(fs, dir);
    match place.map_err(|e| LogError::io(format!("read {}", dir.display()), e))? {
        None => Ok(()),
        Some((path, byte)) => Err(MetadataError::Damaged(format!(
            "{} cannot be read at byte {byte} though changes follow. Nothing was changed: restore the file from a \
             copy, or move the cluster's folder away and begin anew",
            path.display()
        ))),
    }
}

/// What was on disk at start: records to apply in order, and the offset after the last.
#[derive(Debug)]
pub(crate) struct Replay {
    pub(crate) records: Vec<MetadataRecord>,
    pub(crate) end_offset: i64,
}

/// The metadata log.
#[derive(Debug)]
pub(crate) struct MetadataStore {
    log: PartitionLog,
    logs: Arc<LogContext>,
    dir: PathBuf,
    epoch: i32,
    /// The offset up to which a snapshot exists.
    snapshot_offset: AtomicI64,
    /// Held while one is written: the clean stop may come while the background writes one of the same offset.
    snapshotting: Mutex<()>,
    /// Log bytes after which the next is written.
    snapshot_interval_bytes: u32,
}

impl MetadataStore {
    /// Opens `<cluster>/metadata/__cluster_metadata-0` and reads everything in it.
    pub(crate) fn open(
        logs: &Arc<LogContext>,
        dir: &Path,
        recovery: Recovery,
        snapshot_interval_bytes: u32,
    ) -> Result<(Self, Replay), MetadataError> {
        let exists = logs.fs().exists(dir).map_err(|e| LogError::io("look for metadata", e))?;
        let config = Arc::new(log_config(snapshot_interval_bytes));
        let path = dir.to_path_buf();
        let log = if exists {
            PartitionLog::existing(logs, path, METADATA_TOPIC_ID, config, recovery)
        } else {
            PartitionLog::empty(logs, path, METADATA_TOPIC_ID, config)
        };
        log.recover()?;
        let epoch = log.latest_epoch()?.unwrap_or(0) + 1;
        let snapshot = if exists { snapshot::load_newest(logs.fs(), dir)? } else { None };
        let replay = read_all(&log, snapshot)?;
        let snapshot_offset = AtomicI64::new(log.log_start_offset());
        let (logs, dir) = (logs.clone(), dir.to_path_buf());
        let snapshotting = Mutex::default();
        let store =
            Self { log, logs, dir, epoch, snapshot_offset, snapshotting, snapshot_interval_bytes };
        Ok((store, replay))
    }

    /// Appends the records as one batch, and so as one atomic change. Not durable yet. Answers the
    /// offset after the last of them.
    pub(crate) fn append(
        &self,
        records: &[MetadataRecord],
        now_ms: i64,
    ) -> Result<i64, MetadataError> {
        let mut builder = BatchBuilder::new();
        for record in records {
            builder.append(now_ms, None, Some(&record.encode()?), &[]);
        }
        let batch = builder.build()?;
        let request = AppendRequest {
            batch: &batch,
            leader_epoch: self.epoch,
            origin: AppendOrigin::Coordinator,
            now_ms,
        };
        Ok(self.log.append(request)?.last_offset + 1)
    }

    /// fdatasync; callers at the same time share one. Answers the offset below which everything is
    /// durable.
    pub(crate) fn flush(&self) -> Result<i64, MetadataError> {
        Ok(self.log.flush()?)
    }

    /// The controllers' epoch: one higher at each start of the engine.
    pub(crate) fn epoch(&self) -> i32 {
        self.epoch
    }

    /// Whether enough was written since the last snapshot.
    pub(crate) fn wants_snapshot(&self) -> bool {
        let from = self.snapshot_offset.load(Ordering::Acquire);
        let below = self.log.size_below(from).unwrap_or(0);
        self.log.size_bytes().saturating_sub(below) >= u64::from(self.snapshot_interval_bytes)
    }

    /// Whether anything was written since the last snapshot.
    pub(crate) fn has_news(&self) -> bool {
        self.log.log_end_offset() > self.snapshot_offset.load(Ordering::Acquire)
    }

    /// Writes a snapshot of everything below `end_offset`, and lets go of the log before it.
    pub(crate) fn write_snapshot(
        &self,
        records: &[MetadataRecord],
        end_offset: i64,
        now_ms: i64,
    ) -> Result<(), MetadataError> {
        let _alone = self.snapshotting.lock();
        if end_offset <= self.snapshot_offset.load(Ordering::Acquire) {
            return Ok(());
        }
        let snapshot = Snapshot { end_offset, epoch: self.epoch };
        snapshot.write(self.logs.fs(), &self.dir, records, now_ms)?;
        self.snapshot_offset.store(end_offset, Ordering::Release);
        self.log.delete_records(end_offset)?;
        Ok(())
    }

    /// Clean stop.
    pub(crate) fn close(&self) -> Result<(), MetadataError> {
        Ok(self.log.close(0)?)
    }
}

fn log_config(segment_bytes: u32) -> LogConfig {
    LogConfig { segment_bytes, segment_ms: i64::MAX, retention_ms: -1, ..LogConfig::default() }
}

fn read_all(
    log: &PartitionLog,
    snapshot: Option<(Snapshot, Vec<MetadataRecord>)>,
) -> Result<Replay, MetadataError> {
    let (mut offset, mut records) = match snapshot {
        Some((snapshot, records)) => (snapshot.end_offset, records),
        None => (0, Vec::new()),
    };
    let end_offset = log.log_end_offset();
    if offset < log.log_start_offset() {
        let start = log.log_start_offset();
        return Err(MetadataError::Damaged(format!(
            "it begins at {start}, its snapshot ends at {offset}"
        )));
    }
    while offset < end_offset {
        let limits =
            ReadLimits { max_bytes: READ_CHUNK_BYTES, upper_offset: end_offset, min_one: true };
        let Some(slice) = log.read(offset, limits)?.slice else { break };
        let bytes = slice.to_vec().map_err(|e| LogError::io("read metadata", e))?;
        let next = read_batches(&bytes, offset, &mut records)?;
        if next == offset {
            break;
        }
        offset = next;
    }
    if offset < end_offset {
        return Err(MetadataError::Damaged(format!("it cannot be read past offset {offset}")));
    }
    Ok(Replay { records, end_offset: offset })
}

/// Reads the batches in `bytes` whose records are at or after `from`; answers the next offset.
pub(super) fn read_batches(
    bytes: &[u8],
    from: i64,
    records: &mut Vec<MetadataRecord>,
) -> Result<i64, MetadataError> {
    const DECOMPRESSED_MAX: usize = 64 << 20;
    let mut scratch = Vec::new();
    let mut next = from;
    for batch in BatchReader::new(bytes) {
        let batch = batch?;
        batch.check_crc()?;
        if !batch.header.attributes.is_control() {
            for record in batch.records(&mut scratch, DECOMPRESSED_MAX)? {
                let record = record?;
                let value = record.value.filter(|_| record.offset >= from);
                if let Some(value) = value {
                    records.push(MetadataRecord::decode(Bytes::copy_from_slice(value))?);
                }
            }
        }
        next = next.max(batch.header.last_offset() + 1);
    }
    Ok(next)
}
