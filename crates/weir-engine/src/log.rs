//! Partition logs in Apache Kafka's on-disk layout.
//!
//! [`PartitionLog`] is one partition's log: appended under its own mutex, read without any lock.
//! Nothing is on disk before the first record. What decides *when* (retention, compaction, flush,
//! recovery in the background) is the caller; each call says what it costs.
//!
//! Source: Kafka's implementation notes on the log; KIP-101, KIP-279 (leader epochs), KIP-360
//! (producer ids), KIP-534 (delete horizon).

mod append;
mod checkpoint;
mod chunks;
mod clean;
mod close;
mod compact;
mod config;
mod context;
mod damage;
mod epochs;
mod error;
mod flush;
mod index;
mod key_map;
mod names;
mod outcome;
mod partition_log;
mod producer_snapshot;
mod producers;
mod read;
mod recover;
mod retention;
mod scan;
mod segment;
mod slice;
mod snapshots;
mod swap;
#[cfg(test)]
mod tests;
mod truncate;
mod txn_index;
mod view;
mod writer;

pub(crate) use clean::Rules;
pub(crate) use close::aside;
pub use config::{CleanupPolicy, LogConfig};
pub use context::LogContext;
pub(crate) use damage::damaged_place;
pub use error::{AppendError, LogError, ReadError};
pub(crate) use names::PARTITION_METADATA;
pub use outcome::{
    AbortedTransaction, ActiveProducer, AppendOrigin, AppendRequest, Appended, CompactionOutcome,
    EpochEnd, LogRead, ReadLimits, Recovered, Recovery, RetentionOutcome, TimestampOffset,
};
pub use partition_log::PartitionLog;
pub use slice::FileSlice;

/// Kafka's text form of a UUID: URL-safe base64 without padding.
fn uuid_text(uuid: &[u8; 16]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits = u128::from_be_bytes(*uuid);
    let digit = |at: u32| {
        let six = if at < 21 { (bits >> (122 - 6 * at)) & 63 } else { (bits << 4) & 63 };
        char::from(ALPHABET[six as usize])
    };
    (0..22).map(digit).collect()
}
