//! Partition logs in Apache Kafka's on-disk layout.
//!
//! [`PartitionLog`] is one partition's log: appended under its own mutex, read without any lock.
//! Nothing is on disk before the first record. What decides *when* (retention, compaction, flush,
//! recovery in the background) is the caller; each call says what it costs.
//!
//! Source: Kafka's implementation notes on the log; KIP-101, KIP-279 (leader epochs), KIP-360
//! (producer ids), KIP-534 (delete horizon).

mod config;
mod error;
mod outcome;
mod partition_log;
mod segment;
mod slice;

pub use config::{CleanupPolicy, LogConfig};
pub use error::{AppendError, LogError, ReadError};
pub use outcome::{
    AppendOrigin, AppendRequest, Appended, CompactionOutcome, EpochEnd, LogRead, ReadLimits,
    Recovered, Recovery, RetentionOutcome, TimestampOffset,
};
pub use partition_log::{LogContext, PartitionLog};
pub use slice::FileSlice;
