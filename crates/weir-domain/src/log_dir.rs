//! What brokers hold on disk (DescribeLogDirs).

use crate::{ItemError, TopicPartition};

/// One log directory of one broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogDir {
    pub broker_id: i32,
    pub path: String,
    /// Set when the directory is offline.
    pub error: Option<ItemError>,
    /// Of the volume, in bytes (KIP-827); `None` where the broker does not tell.
    pub total_bytes: Option<i64>,
    pub usable_bytes: Option<i64>,
    pub replicas: Vec<ReplicaSize>,
}

/// With less than this free, a volume counts as full: a broker refuses what would not fit, and frees nothing by itself.
pub const FULL_BELOW_BYTES: i64 = 8 << 20;

impl LogDir {
    /// Whether its volume has no room for more messages.
    pub fn is_full(&self) -> bool {
        self.usable_bytes.is_some_and(|bytes| bytes < FULL_BELOW_BYTES)
    }

    /// How many replicas it holds, and their bytes; those on their way into it are not counted.
    pub fn held(&self) -> (usize, i64) {
        let held = self.replicas.iter().filter(|replica| !replica.is_future);
        held.fold((0, 0), |(count, bytes), replica| (count + 1, bytes + replica.size_bytes))
    }
}

/// One replica's share of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplicaSize {
    pub partition: TopicPartition,
    pub size_bytes: i64,
    /// Records behind the high watermark (current replica), or behind the current replica (future one).
    pub offset_lag: i64,
    /// Being moved into this directory.
    pub is_future: bool,
}
