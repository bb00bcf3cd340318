//! Questions to a log, and its answers.

use weir_wire::Slice;
use weir_wire::records::ValidBatch;

use super::FileSlice;

/// Who appends: the rules differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppendOrigin {
    /// A client's Produce: idempotence is checked in full.
    Client,
    /// A coordinator or the controllers: checked for epochs only.
    Coordinator,
}

/// One batch to append, validated before (`weir_wire::records::validate`).
#[derive(Debug, Clone, Copy)]
pub struct AppendRequest<'a> {
    /// The batch. Its offsets and leader epoch are replaced; its bytes are not copied.
    pub batch: &'a ValidBatch,
    /// Epoch of the leader that appends.
    pub leader_epoch: i32,
    /// Who appends.
    pub origin: AppendOrigin,
    /// Wall clock, ms since the epoch: for rolling by time and producer expiry.
    pub now_ms: i64,
}

/// An accepted append. The bytes are with the operating system (`write` returned): they survive
/// the death of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// Offset of the batch's first record.
    pub base_offset: i64,
    /// Offset of its last record.
    pub last_offset: i64,
    /// Broker's timestamp where the topic has LogAppendTime; else -1.
    pub log_append_time_ms: i64,
    /// First offset of the log, for the Produce answer.
    pub log_start_offset: i64,
    /// A retry of one of the producer's last five batches: nothing was written, and the offsets
    /// are those of the original.
    pub duplicate: bool,
    /// Bytes written.
    pub bytes: u32,
    /// The leader epoch it was taken in.
    pub leader_epoch: i32,
    /// `flush.messages` is reached: call [`super::PartitionLog::flush`] before the high watermark
    /// moves past `last_offset`.
    pub must_flush: bool,
}

/// Bounds of a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadLimits {
    /// Bytes wanted at most. The last batch may be cut off, as in Kafka.
    pub max_bytes: usize,
    /// First offset that must not be read: high watermark, last stable offset, log end.
    pub upper_offset: i64,
    /// Answer a whole first batch even where it is larger than `max_bytes`.
    pub min_one: bool,
}

/// Records found by a read: the batch that contains the offset, and what follows in that segment.
#[derive(Debug, Clone, Default)]
pub struct LogRead {
    /// `None` where nothing is to be read between the offset and the upper offset.
    pub slice: Option<FileSlice>,
}

impl LogRead {
    /// Bytes found.
    pub fn len(&self) -> usize {
        self.slice.as_ref().map_or(0, Slice::len)
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// How much of a log is to be believed when it is opened. The caller knows from the clean marker
/// and the kernel's boot id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// Clean stop: indexes and producer snapshot are believed.
    Clean,
    /// The process died, the kernel did not: everything written is there, at most the last
    /// append is torn. Validates from the last index entry.
    SameBoot,
    /// Power loss: validates from the log's recovery point.
    PowerLoss,
}

/// What recovery found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recovered {
    /// First offset.
    pub log_start_offset: i64,
    /// Next offset to be written.
    pub log_end_offset: i64,
    /// Highest leader epoch in the log, or -1.
    pub latest_epoch: i32,
    /// Bytes cut off as torn or corrupt.
    pub truncated_bytes: u64,
    /// Bytes read to validate.
    pub scanned_bytes: u64,
}

/// A record found by timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimestampOffset {
    /// Its offset.
    pub offset: i64,
    /// Its timestamp, ms since the epoch.
    pub timestamp_ms: i64,
    /// Leader epoch it was written under, or -1.
    pub leader_epoch: i32,
}

/// Answer to OffsetForLeaderEpoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochEnd {
    /// Largest epoch of the log that is not above the one asked for; -1 where there is none.
    pub leader_epoch: i32,
    /// First offset after that epoch; -1 where there is none.
    pub end_offset: i64,
}

/// What retention did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RetentionOutcome {
    /// Segments removed.
    pub segments: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// What compaction did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CompactionOutcome {
    /// Bytes of the cleaned part before.
    pub bytes_before: u64,
    /// And after.
    pub bytes_after: u64,
    /// Records dropped.
    pub records_removed: u64,
}

/// A producer that a log knows, as DescribeProducers shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActiveProducer {
    /// Its id.
    pub id: i64,
    /// Its epoch.
    pub epoch: i16,
    /// Sequence of its last record, or -1.
    pub last_sequence: i32,
    /// Timestamp of its last batch, ms since the epoch.
    pub last_timestamp: i64,
    /// Epoch of the transaction coordinator that wrote the last marker, or -1.
    pub coordinator_epoch: i32,
    /// First offset of its open transaction.
    pub txn_start: Option<i64>,
}

/// An aborted transaction, as `.txnindex` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AbortedTransaction {
    /// Its producer.
    pub producer_id: i64,
    /// Offset of its first record in this log.
    pub first_offset: i64,
    /// Offset of its marker.
    pub last_offset: i64,
    /// Last stable offset when it ended.
    pub last_stable_offset: i64,
}
