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
    /// Records whose timestamps are out of the range that the topic accepts.
    #[error("timestamps of {} records are outside {earliest} to {latest}", .indexes.len())]
    Timestamp {
        /// Positions in the batch, from 0.
        indexes: Vec<i32>,
        /// Earliest accepted, milliseconds since the epoch.
        earliest: i64,
        /// Latest accepted, milliseconds since the epoch.
        latest: i64,
    },
    /// Records without key, for a compacted topic.
    #[error("compacted topics take only records with a key; {} have none", .indexes.len())]
    KeyMissing {
        /// Positions in the batch, from 0.
        indexes: Vec<i32>,
    },
    /// A batch over `max.message.bytes`.
    #[error("batch has {size} bytes, the topic takes {max}")]
    BatchTooLarge {
        /// Bytes of the batch.
        size: usize,
        /// Bytes that the topic takes.
        max: usize,
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

impl RecordError {
    /// Kafka's error code for it, as Produce answers it.
    pub fn code(&self) -> i16 {
        match self {
            Self::Length(_) | Self::Crc { .. } | Self::Decompress { .. } => CORRUPT_MESSAGE,
            Self::BatchTooLarge { .. } | Self::TooLarge(_) => MESSAGE_TOO_LARGE,
            Self::Timestamp { .. } => INVALID_TIMESTAMP,
            Self::Magic(magic) if !(0..=1).contains(magic) => CORRUPT_MESSAGE,
            Self::UnknownCompression(_) => UNSUPPORTED_COMPRESSION_TYPE,
            // A batch that is cut off is no batch; an older format is one that is not taken.
            Self::Truncated { .. }
            | Self::Magic(_)
            | Self::Count { .. }
            | Self::Record { .. }
            | Self::Forbidden(_)
            | Self::KeyMissing { .. }
            | Self::Producer { .. }
            | Self::BatchCount(_) => INVALID_RECORD,
        }
    }

    /// Positions of the records at fault, for the record errors of a Produce answer (KIP-467).
    pub fn record_indexes(&self) -> &[i32] {
        match self {
            Self::Timestamp { indexes, .. } | Self::KeyMissing { indexes } => indexes,
            Self::Record { index, .. } => std::slice::from_ref(index),
            _ => &[],
        }
    }
}

const CORRUPT_MESSAGE: i16 = 2;
const MESSAGE_TOO_LARGE: i16 = 10;
const INVALID_TIMESTAMP: i16 = 32;
const UNSUPPORTED_COMPRESSION_TYPE: i16 = 76;
const INVALID_RECORD: i16 = 87;
