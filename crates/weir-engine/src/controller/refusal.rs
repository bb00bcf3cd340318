//! Why a change to one topic, partition or resource was refused: the others of the request go on.

use weir_wire::{ErrorCode, Str};

use crate::metadata::MetadataError;

/// A refusal: Kafka's code and a sentence for the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub code: ErrorCode,
    pub message: String,
}

impl Refusal {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub(crate) fn text(&self) -> Option<Str> {
        Some(Str::from(self.message.as_str()))
    }

    pub(crate) fn unknown_topic() -> Self {
        let message = "This server does not host this topic-partition.";
        Self::new(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, message)
    }
}

impl From<MetadataError> for Refusal {
    fn from(error: MetadataError) -> Self {
        Self::new(ErrorCode::KAFKA_STORAGE_ERROR, error.to_string())
    }
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        Self::new(code, code.name())
    }
}
