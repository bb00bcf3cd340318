//! Record batches, format v2 (magic 2): what Produce carries, logs store and Fetch answers.
//!
//! [`BatchReader`] walks a record set without copying; [`RecordBatch::records`] iterates records
//! without an allocation each. [`BatchBuilder`] writes batches; [`validate()`] judges those of
//! clients; [`patch`] changes what a broker may change in place.
//!
//! Source: Kafka's message format documentation; KIP-98 (transactions), KIP-101 (leader epoch),
//! KIP-534 (delete horizon).

mod batch;
mod builder;
pub mod compression;
mod control;
mod error;
mod header;
pub mod patch;
mod record;
#[cfg(test)]
mod tests;
mod validate;
pub mod varint;

pub use batch::{BatchReader, RecordBatch};
pub use builder::BatchBuilder;
pub use control::{ControlType, EndTxnMarker, control_key};
pub use error::RecordError;
pub use header::{
    Attributes, BatchHeader, Compression, HEADER_LEN, TimestampType, add_sequence, compute_crc,
    crc32c_append,
};
pub use record::{HeaderIter, HeaderRef, RecordIter, RecordRef};
pub use validate::{ValidBatch, ValidateOptions, validate};

/// Producer id of a batch that was written without idempotence.
pub const NO_PRODUCER_ID: i64 = -1;
/// Producer epoch of a batch that was written without idempotence.
pub const NO_PRODUCER_EPOCH: i16 = -1;
/// Sequence of a batch that was written without idempotence.
pub const NO_SEQUENCE: i32 = -1;
/// Timestamp of a record that carries none.
pub const NO_TIMESTAMP: i64 = -1;
/// Leader epoch that is not known.
pub const NO_LEADER_EPOCH: i32 = -1;
