//! What a partition refuses, in Kafka's error codes.

use thiserror::Error;
use weir_wire::ErrorCode;

use crate::log::{AppendError, LogError, ReadError};

/// Why a partition refused.
#[derive(Debug, Clone, Error)]
pub enum PartitionError {
    /// Another broker leads, or none, or an election is under way.
    #[error("this broker does not lead the partition")]
    NotLeader,
    /// The client knows an older leader epoch.
    #[error("the leader epoch given is older than the partition's")]
    FencedLeaderEpoch,
    /// The client knows a leader epoch that this broker has not heard of.
    #[error("the leader epoch given is newer than the partition's")]
    UnknownLeaderEpoch,
    /// acks=all with the ISR below its minimum: nothing was written.
    #[error("fewer replicas are in sync than min.insync.replicas")]
    NotEnoughReplicas,
    /// The offset is outside of what the replica has, or may show.
    #[error("the offset is out of range")]
    OffsetOutOfRange,
    /// The topic was deleted.
    #[error("the topic was deleted")]
    Deleted,
    /// The log refused the batch.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The storage failed.
    #[error(transparent)]
    Storage(LogError),
}

impl PartitionError {
    /// The code that goes over the wire.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::NotLeader => ErrorCode::NOT_LEADER_OR_FOLLOWER,
            Self::FencedLeaderEpoch => ErrorCode::FENCED_LEADER_EPOCH,
            Self::UnknownLeaderEpoch => ErrorCode::UNKNOWN_LEADER_EPOCH,
            Self::NotEnoughReplicas => ErrorCode::NOT_ENOUGH_REPLICAS,
            Self::OffsetOutOfRange => ErrorCode::OFFSET_OUT_OF_RANGE,
            Self::Deleted => ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
            Self::Append(error) => append_code(error),
            Self::Storage(error) => storage_code(error),
        }
    }
}

fn append_code(error: &AppendError) -> ErrorCode {
    match error {
        AppendError::Storage(error) => storage_code(error),
        AppendError::OutOfOrderSequence { .. } => ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER,
        AppendError::InvalidProducerEpoch { .. } => ErrorCode::INVALID_PRODUCER_EPOCH,
        AppendError::UnknownProducerId { .. } => ErrorCode::UNKNOWN_PRODUCER_ID,
        AppendError::CoordinatorFenced { .. } => ErrorCode::TRANSACTION_COORDINATOR_FENCED,
        AppendError::InvalidTxnState { .. } => ErrorCode::INVALID_TXN_STATE,
    }
}

fn storage_code(error: &LogError) -> ErrorCode {
    match error {
        LogError::Deleted => ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
        LogError::Stopped => ErrorCode::NOT_LEADER_OR_FOLLOWER,
        LogError::Corrupt(_) => ErrorCode::CORRUPT_MESSAGE,
        LogError::Io { .. } | LogError::Failed(_) => ErrorCode::KAFKA_STORAGE_ERROR,
    }
}

impl From<LogError> for PartitionError {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Deleted => Self::Deleted,
            other => Self::Storage(other),
        }
    }
}

impl From<ReadError> for PartitionError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::OutOfRange { .. } => Self::OffsetOutOfRange,
            ReadError::Storage(error) => error.into(),
        }
    }
}
