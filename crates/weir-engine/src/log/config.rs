//! Topic configurations that a log obeys.

/// `cleanup.policy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CleanupPolicy {
    /// Old segments are deleted by time and size.
    pub delete: bool,
    /// Only the last value of each key is kept.
    pub compact: bool,
}

/// Configuration of one log, names and defaults as Kafka's topic configurations. Shared by `Arc`
/// between partitions of a topic; times in milliseconds, sizes in bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct LogConfig {
    /// `segment.bytes`: size at which the active segment is closed.
    pub segment_bytes: u32,
    /// `segment.ms`: age of the first record at which it is closed.
    pub segment_ms: i64,
    /// `segment.jitter.ms`: at most so much is taken off `segment_ms`, for each segment anew.
    pub segment_jitter_ms: i64,
    /// `segment.index.bytes`: size at which an index is full and the segment is closed.
    pub segment_index_bytes: u32,
    /// `index.interval.bytes`: bytes of log between two index entries.
    pub index_interval_bytes: u32,
    /// `retention.bytes`: size over which old segments go; -1 for no limit.
    pub retention_bytes: i64,
    /// `retention.ms`: age over which old segments go; -1 for no limit.
    pub retention_ms: i64,
    /// `cleanup.policy`.
    pub cleanup: CleanupPolicy,
    /// `flush.messages`: unflushed records at which an append must be flushed before it is
    /// acknowledged; `i64::MAX` for never.
    pub flush_messages: i64,
    /// `flush.ms`: age of unflushed records at which the log is flushed in the background.
    pub flush_ms: i64,
    /// `min.cleanable.dirty.ratio`.
    pub min_cleanable_dirty_ratio: f64,
    /// Dirty bytes at which a log is compacted whatever the ratio, its active segment included.
    /// Not Kafka's: it bounds what a coordinator replays at load.
    pub compact_dirty_bytes: u64,
    /// `min.compaction.lag.ms`.
    pub min_compaction_lag_ms: i64,
    /// `max.compaction.lag.ms`: the oldest record that was not compacted is not older.
    pub max_compaction_lag_ms: i64,
    /// `delete.retention.ms`: how long tombstones are kept.
    pub delete_retention_ms: i64,
    /// `file.delete.delay.ms` is not kept: files go when the last reader let go of them.
    /// `producer.id.expiration.ms`: idle time after which a producer is forgotten.
    pub producer_id_expiration_ms: i64,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            segment_bytes: 1 << 30,
            segment_ms: 604_800_000,
            segment_jitter_ms: 0,
            segment_index_bytes: 10 << 20,
            index_interval_bytes: 4096,
            retention_bytes: -1,
            retention_ms: 604_800_000,
            cleanup: CleanupPolicy { delete: true, compact: false },
            flush_messages: i64::MAX,
            flush_ms: i64::MAX,
            min_cleanable_dirty_ratio: 0.5,
            compact_dirty_bytes: 16 << 20,
            min_compaction_lag_ms: 0,
            max_compaction_lag_ms: i64::MAX,
            delete_retention_ms: 86_400_000,
            producer_id_expiration_ms: 86_400_000,
        }
    }
}

impl LogConfig {
    /// The age of its first record at which the active segment is closed, the jitter taken off: a compacted log closes
    /// it in time for `max.compaction.lag.ms`. `draw` is a number of this segment's own, of any size.
    pub(crate) fn max_segment_ms(&self, draw: u64) -> i64 {
        let by_age = self.segment_ms.saturating_sub(self.jitter_ms(draw));
        let compacts = self.cleanup.compact && self.max_compaction_lag_ms > 0;
        if compacts { by_age.min(self.max_compaction_lag_ms) } else { by_age }
    }

    /// Below both the jitter and the age, so that a segment is never closed at once.
    fn jitter_ms(&self, draw: u64) -> i64 {
        let below = self.segment_jitter_ms.min(self.segment_ms).max(0) as u64;
        draw.checked_rem(below).map_or(0, |jitter| jitter as i64)
    }
}
