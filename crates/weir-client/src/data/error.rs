//! Errors of producing and consuming.

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

/// What librdkafka refused or could not do, in its words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct DataError {
    pub detail: String,
    /// Kafka's or librdkafka's name, such as `MessageSizeTooLarge`, where there is one.
    pub name: Option<String>,
    /// The message may have been written although no acknowledgement came.
    pub may_have_happened: bool,
}

impl DataError {
    pub(crate) fn new(detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), name: None, may_have_happened: false }
    }

    /// Whether the cluster says that the message is larger than it takes.
    pub fn is_too_large(&self) -> bool {
        self.name.as_deref() == Some("MessageSizeTooLarge")
    }
}

impl From<KafkaError> for DataError {
    fn from(error: KafkaError) -> Self {
        let code = error.rdkafka_error_code();
        Self {
            detail: code.map_or_else(|| error.to_string(), |code| code.to_string()),
            name: code.map(|code| format!("{code:?}")),
            may_have_happened: matches!(
                code,
                Some(RDKafkaErrorCode::MessageTimedOut | RDKafkaErrorCode::RequestTimedOut)
            ),
        }
    }
}
