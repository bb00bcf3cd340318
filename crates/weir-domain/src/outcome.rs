//! Partial success is a value: per item an answer or an error, per broker a failure that is kept beside the data.

use std::fmt;

/// The error a broker gave for one item (a topic, a partition, a group, a configuration).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ItemError {
    /// Kafka's error code; unknown ones are kept. [`ItemError::OURS`] when Weir found the error itself.
    pub code: i16,
    /// Kafka's name, such as `TOPIC_ALREADY_EXISTS`.
    pub name: &'static str,
    /// The broker's own words, untranslated.
    pub message: Option<String>,
}

impl ItemError {
    /// Marks an error that no broker answered: an item missing in a response, a broker that could not be reached.
    pub const OURS: i16 = i16::MIN;

    /// An error that Weir found itself.
    pub fn ours(name: &'static str, message: impl Into<String>) -> Self {
        Self { code: Self::OURS, name, message: Some(message.into()) }
    }

    /// Whether a broker said it (else Weir did).
    pub fn from_broker(&self) -> bool {
        self.code != Self::OURS
    }
}

impl fmt::Display for ItemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.message {
            Some(message) if !message.is_empty() => write!(f, "{message} ({})", self.name),
            _ => f.write_str(self.name),
        }
    }
}

/// One item's name with what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemResult<T = ()> {
    pub item: String,
    pub result: Result<T, ItemError>,
}

/// A broker that did not answer its share of a request sent to many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerFailure {
    /// `None` for an address given by a person, whose id is not known yet.
    pub broker_id: Option<i32>,
    pub host: String,
    pub port: u16,
    /// Kafka's name of the API, such as `DescribeLogDirs`.
    pub api: &'static str,
    /// What happened, untranslated.
    pub detail: String,
}

/// What could be read, with the brokers that did not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partial<T> {
    pub value: T,
    pub failures: Vec<BrokerFailure>,
}

impl<T> Partial<T> {
    pub fn whole(value: T) -> Self {
        Self { value, failures: Vec::new() }
    }

    pub fn is_whole(&self) -> bool {
        self.failures.is_empty()
    }

    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Partial<U> {
        Partial { value: f(self.value), failures: self.failures }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_error_prefers_the_brokers_words() {
        let mut error = ItemError { code: 36, name: "TOPIC_ALREADY_EXISTS", message: None };
        assert_eq!(error.to_string(), "TOPIC_ALREADY_EXISTS");
        error.message = Some("Topic 'a' already exists.".into());
        assert_eq!(error.to_string(), "Topic 'a' already exists. (TOPIC_ALREADY_EXISTS)");
        assert!(error.from_broker());
        assert!(!ItemError::ours("NO_ANSWER", "x").from_broker());
    }
}
