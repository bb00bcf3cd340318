//! Why a change to one topic, partition or resource was refused: the others of the request go on.

use weir_wire::{ErrorCode, Str};

use crate::metadata::MetadataError;

/// A refusal: Kafka's code and a sentence for the client, empty where Kafka has none.
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
        (!self.message.is_empty()).then(|| Str::from(self.message.as_str()))
    }

    /// As Kafka's coordinators say it of themselves.
    pub(crate) fn of_group(code: ErrorCode, group: &str) -> Self {
        let message = match code {
            ErrorCode::NOT_COORDINATOR => "This is not the correct coordinator.".to_owned(),
            ErrorCode::GROUP_ID_NOT_FOUND => format!("Group {group} not found."),
            ErrorCode::NON_EMPTY_GROUP => "The group is not empty.".to_owned(),
            ErrorCode::INVALID_GROUP_ID => "The group id is invalid.".to_owned(),
            _ => String::new(),
        };
        Self::new(code, message)
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
        Self::new(code, "")
    }
}
