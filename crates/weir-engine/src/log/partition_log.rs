//! One partition's log.

use std::path::PathBuf;
use std::sync::Arc;

use super::{
    AppendError, AppendRequest, Appended, CompactionOutcome, EpochEnd, LogConfig, LogError,
    LogRead, ReadError, ReadLimits, Recovered, Recovery, RetentionOutcome, TimestampOffset,
};
use crate::fs::Fs;

/// What the logs of an engine share: the file system and the budget of open files.
#[derive(Debug)]
pub struct LogContext {
    fs: Arc<dyn Fs>,
}

impl LogContext {
    /// At most `open_files_max` files are kept open; the least recently used are closed.
    pub fn new(fs: Arc<dyn Fs>, _open_files_max: usize) -> Arc<Self> {
        Arc::new(Self { fs })
    }

    /// The file system.
    pub fn fs(&self) -> &Arc<dyn Fs> {
        &self.fs
    }

    /// Unlinks files of removed segments that no reader holds any more. Answers how many are
    /// left. For an I/O thread, every second or so.
    pub fn empty_trash(&self) -> usize {
        unimplemented!()
    }
}

/// One partition's log; see the module. All methods may be called from any thread. Methods that
/// return a `Result` recover the log first where that has not happened yet; the others never touch
/// a disk.
#[derive(Debug)]
pub struct PartitionLog {
    dir: PathBuf,
}

impl PartitionLog {
    /// A log without data, in `dir` (`<topic>-<partition>`), which need not exist and is made with
    /// the first append.
    pub fn empty(_: &Arc<LogContext>, dir: PathBuf, _: [u8; 16], _: Arc<LogConfig>) -> Self {
        Self { dir }
    }

    /// A log whose directory exists. Nothing is read yet.
    pub fn existing(
        _: &Arc<LogContext>,
        dir: PathBuf,
        _topic_id: [u8; 16],
        _: Arc<LogConfig>,
        _: Recovery,
    ) -> Self {
        Self { dir }
    }

    /// Reads and repairs what is on disk, once; later calls answer the same without I/O. After a
    /// failed sync a further call re-validates the log.
    pub fn recover(&self) -> Result<Recovered, LogError> {
        unimplemented!()
    }

    /// Whether the log has been recovered (always, when it began empty).
    pub fn is_recovered(&self) -> bool {
        unimplemented!()
    }

    /// First offset. 0 before recovery.
    pub fn log_start_offset(&self) -> i64 {
        unimplemented!()
    }

    /// Log end offset (LEO): offset of the next record. 0 before recovery.
    pub fn log_end_offset(&self) -> i64 {
        unimplemented!()
    }

    /// Bytes of all segments. 0 before recovery.
    pub fn size_bytes(&self) -> u64 {
        unimplemented!()
    }

    /// Bytes of the log below `offset`, to the batch (R9).
    pub fn size_below(&self, _offset: i64) -> Result<u64, LogError> {
        unimplemented!()
    }

    /// First offset of the oldest open transaction: the last stable offset is the lesser of this
    /// and the high watermark. `None` where no transaction is open.
    pub fn first_unstable_offset(&self) -> Option<i64> {
        unimplemented!()
    }

    /// Uses another configuration from now on.
    pub fn set_config(&self, _config: Arc<LogConfig>) {
        unimplemented!()
    }

    /// Appends a batch: checks its producer, assigns offsets, writes once.
    pub fn append(&self, _request: AppendRequest<'_>) -> Result<Appended, AppendError> {
        unimplemented!()
    }

    /// Records from the batch that contains `offset` on. No lock is taken; the bytes are not read.
    pub fn read(&self, _offset: i64, _limits: ReadLimits) -> Result<LogRead, ReadError> {
        unimplemented!()
    }

    /// First record at or after `timestamp_ms`, below `upper_offset`. Reads from disk.
    pub fn offset_for_timestamp(
        &self,
        _timestamp_ms: i64,
        _upper_offset: i64,
    ) -> Result<Option<TimestampOffset>, LogError> {
        unimplemented!()
    }

    /// The record with the largest timestamp below `upper_offset` (the first of several).
    pub fn max_timestamp_offset(
        &self,
        _upper_offset: i64,
    ) -> Result<Option<TimestampOffset>, LogError> {
        unimplemented!()
    }

    /// Highest leader epoch of the log.
    pub fn latest_epoch(&self) -> Result<Option<i32>, LogError> {
        unimplemented!()
    }

    /// Leader epoch that `offset` was written under.
    pub fn epoch_at(&self, _offset: i64) -> Result<Option<i32>, LogError> {
        unimplemented!()
    }

    /// End offset of an epoch, as OffsetForLeaderEpoch answers it for a leader.
    pub fn end_offset_for_epoch(&self, _epoch: i32) -> Result<EpochEnd, LogError> {
        unimplemented!()
    }

    /// Notes that a leader took over, before its first append (KIP-101).
    pub fn assign_epoch(&self, _epoch: i32, _start_offset: i64) -> Result<(), LogError> {
        unimplemented!()
    }

    /// DeleteRecords: raises the log start offset; segments below go. `offset` at most the high
    /// watermark (the caller checks). Answers the log start offset.
    pub fn delete_records(&self, _offset: i64) -> Result<i64, LogError> {
        unimplemented!()
    }

    /// Cuts the log at the batch that contains `offset`. Answers the new log end offset, which is
    /// below `offset` where a batch spans it. Durable when it returns.
    pub fn truncate(&self, _offset: i64) -> Result<i64, LogError> {
        unimplemented!()
    }

    /// Empties the log; the next record gets `offset`.
    pub fn truncate_fully(&self, _offset: i64) -> Result<(), LogError> {
        unimplemented!()
    }

    /// `fdatasync`, outside of the append lock (callers at the same time share one). Answers the
    /// offset below which everything is durable. After a failure the log refuses writes.
    pub fn flush(&self) -> Result<i64, LogError> {
        unimplemented!()
    }

    /// Offset below which everything survives a power loss.
    pub fn recovery_point(&self) -> i64 {
        unimplemented!()
    }

    /// Background work: closes the active segment where it is too old, syncs closed segments and
    /// moves the recovery point. `flush.ms` too.
    pub fn maintain(&self, _now_ms: i64) -> Result<(), LogError> {
        unimplemented!()
    }

    /// Retention by time and size; never at or above `high_watermark`.
    pub fn apply_retention(
        &self,
        _now_ms: i64,
        _high_watermark: i64,
    ) -> Result<RetentionOutcome, LogError> {
        unimplemented!()
    }

    /// Whether compaction is due: by dirty ratio or dirty bytes.
    pub fn needs_compaction(&self, _now_ms: i64) -> bool {
        unimplemented!()
    }

    /// Compacts below `upper_offset` (last stable offset). Appends and reads go on meanwhile.
    pub fn compact(&self, _now_ms: i64, _upper_offset: i64) -> Result<CompactionOutcome, LogError> {
        unimplemented!()
    }

    /// Clean stop: producer snapshot and final index entries, no sync (the caller does one
    /// `sync_volume`). With `snapshot_bytes_min`, active segments below that size write nothing:
    /// their next recovery replays them.
    pub fn close(&self, _snapshot_bytes_min: u64) -> Result<(), LogError> {
        unimplemented!()
    }

    /// DeleteTopics: renames the directory to Kafka's `-delete` name with this unique part, at
    /// once; [`PartitionLog::unlink`] removes it later.
    pub fn delete(&self, _unique: [u8; 16]) -> Result<(), LogError> {
        unimplemented!()
    }

    /// Removes the renamed directory of a deleted log.
    pub fn unlink(&self) -> Result<(), LogError> {
        unimplemented!()
    }

    /// Directory of the log.
    pub fn dir(&self) -> PathBuf {
        self.dir.clone()
    }
}
