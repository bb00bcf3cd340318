//! What can be wrong with a record batch.

use super::Compression;

/// Why a record batch is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Fewer bytes than the batch or its header says.
    #[error("batch of {wanted} bytes is cut off after {available}")]
    Truncated {
        /// Bytes the batch needs.
        wanted: usize,
        /// Bytes there are.
        available: usize,
    },
    /// The length field is below the size of a header, or over what a log holds.
    #[error("batch length {0} is impossible")]
    Length(i32),
    /// A format other than v2.
    #[error("record format v{0} is not supported, only v2")]
    Magic(i8),
    /// The checksum differs.
    #[error("checksum is {computed:#010x}, the batch says {stored:#010x}")]
    Crc {
        /// As the batch says.
        stored: u32,
        /// As computed.
        computed: u32,
    },
    /// Compression type 5 to 7.
    #[error("compression type {0} is unknown")]
    UnknownCompression(u8),
    /// The compressed bytes cannot be read.
    #[error("records do not decompress as {codec:?}: {reason}")]
    Decompress {
        /// Codec of the batch.
        codec: Compression,
        /// What the codec said.
        reason: String,
    },
    /// Decompressed records exceed the cap.
    #[error("records decompress to more than {0} bytes")]
    TooLarge(usize),
    /// Record count and last offset delta disagree, or there is no record.
    #[error("batch has record count {count} and last offset delta {last_offset_delta}")]
    Count {
        /// Record count of the header.
        count: i32,
        /// Last offset delta of the header.
        last_offset_delta: i32,
    },
    /// A record's framing is broken.
    #[error("record {index}: {reason}")]
    Record {
        /// Position in the batch, from 0.
        index: i32,
        /// What is broken.
        reason: &'static str,
    },
    /// A client sent what only brokers write.
    #[error("clients may not write {0}")]
    Forbidden(&'static str),
    /// A record's timestamp is out of the range that the topic accepts.
    #[error("record {index}: timestamp {timestamp} is outside {earliest} to {latest}")]
    Timestamp {
        /// Position in the batch, from 0.
        index: i32,
        /// Milliseconds since the epoch, as the record says.
        timestamp: i64,
        /// Earliest accepted, milliseconds since the epoch.
        earliest: i64,
        /// Latest accepted, milliseconds since the epoch.
        latest: i64,
    },
    /// A record without key, for a compacted topic.
    #[error("record {index}: compacted topics take only records with a key")]
    KeyMissing {
        /// Position in the batch, from 0.
        index: i32,
    },
    /// Idempotence fields that contradict each other.
    #[error("producer id {producer_id}, epoch {epoch}, sequence {sequence} do not go together")]
    Producer {
        /// Producer id of the header.
        producer_id: i64,
        /// Producer epoch of the header.
        epoch: i16,
        /// Base sequence of the header.
        sequence: i32,
    },
    /// Not exactly one batch where exactly one is wanted.
    #[error("exactly one batch is wanted, found {0}")]
    BatchCount(&'static str),
}
