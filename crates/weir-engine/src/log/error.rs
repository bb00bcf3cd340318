//! What a log refuses, with Kafka's error codes in mind.

use std::io;
use std::sync::Arc;

/// Storage trouble. Kafka's answer to each is `KAFKA_STORAGE_ERROR`.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LogError {
    /// An operation of the file system failed. Writing may be tried again (space may return).
    #[error("{action}: {source}")]
    Io {
        /// What was being done, with the file's name.
        action: String,
        /// What the system said.
        source: Arc<io::Error>,
    },
    /// A sync failed, or a failed write could not be undone: the log takes no writes until it is
    /// recovered anew. Reads go on.
    #[error("the log refuses writes until it is re-validated: {0}")]
    Failed(String),
    /// Content that cannot be: a checksum that differs, a record set that is no record set.
    #[error("corrupt log: {0}")]
    Corrupt(String),
    /// The log was deleted.
    #[error("the log was deleted")]
    Deleted,
    /// The engine stops: the log is closed, and there again after a start. `NOT_LEADER_OR_FOLLOWER` to clients.
    #[error("the log is closed, the engine stops")]
    Stopped,
}

impl LogError {
    pub(crate) fn io(action: impl Into<String>, source: io::Error) -> Self {
        Self::Io { action: action.into(), source: Arc::new(source) }
    }

    /// Whether the volume is full.
    pub fn is_storage_full(&self) -> bool {
        match self {
            Self::Io { source, .. } => source.kind() == io::ErrorKind::StorageFull,
            _ => false,
        }
    }
}

/// Why an append was refused. Nothing was written.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AppendError {
    /// `KAFKA_STORAGE_ERROR`.
    #[error(transparent)]
    Storage(#[from] LogError),
    /// `OUT_OF_ORDER_SEQUENCE_NUMBER`: a gap in an idempotent producer's sequence.
    #[error("producer {producer_id}: sequence {sequence}, expected {expected}")]
    OutOfOrderSequence {
        /// The producer.
        producer_id: i64,
        /// Sequence of the batch.
        sequence: i32,
        /// Sequence that would have been next.
        expected: i32,
    },
    /// `INVALID_PRODUCER_EPOCH`: a newer incarnation of the producer has written.
    #[error("producer {producer_id}: epoch {epoch} is older than {current}")]
    InvalidProducerEpoch {
        /// The producer.
        producer_id: i64,
        /// Epoch of the batch.
        epoch: i16,
        /// Epoch that the log knows.
        current: i16,
    },
    /// `UNKNOWN_PRODUCER_ID`: a transaction's marker or continuation for a producer without state.
    #[error("producer {producer_id} is unknown to this log")]
    UnknownProducerId {
        /// The producer.
        producer_id: i64,
    },
    /// `TRANSACTION_COORDINATOR_FENCED`: a marker of an old transaction coordinator.
    #[error("marker of coordinator epoch {epoch}, the log has seen {current}")]
    CoordinatorFenced {
        /// Epoch of the marker.
        epoch: i32,
        /// Epoch that the log knows.
        current: i32,
    },
    /// `INVALID_TXN_STATE`: records outside of a transaction from a producer that has one open, or
    /// the reverse.
    #[error("producer {producer_id}: {reason}")]
    InvalidTxnState {
        /// The producer.
        producer_id: i64,
        /// What is wrong.
        reason: &'static str,
    },
}

/// Why a read was refused.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ReadError {
    /// `OFFSET_OUT_OF_RANGE`.
    #[error("offset {offset} is outside {log_start} to {log_end}")]
    OutOfRange {
        /// As asked.
        offset: i64,
        /// First offset of the log.
        log_start: i64,
        /// Log end offset.
        log_end: i64,
    },
    /// `KAFKA_STORAGE_ERROR`, or `CORRUPT_MESSAGE` for [`LogError::Corrupt`].
    #[error(transparent)]
    Storage(#[from] LogError),
}
