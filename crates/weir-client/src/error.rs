//! What went wrong between Weir and a broker: always with host, port, step and API.

use std::fmt;
use std::time::Duration;

use crate::address::bracketed;
use weir_domain::connection::NotKafka;

/// Where in talking to a broker an error arose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorStep {
    /// Looking the host's name up.
    Dns,
    /// Opening the TCP connection.
    Tcp,
    /// The first exchange, ApiVersions.
    ApiVersions,
    /// Any later request.
    Request,
}

impl ErrorStep {
    pub fn name(self) -> &'static str {
        match self {
            Self::Dns => "DNS",
            Self::Tcp => "TCP",
            Self::ApiVersions => "API versions",
            Self::Request => "request",
        }
    }
}

/// A request that got no usable answer. Errors of single items are values in answers, not this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientError {
    /// As given by a person or advertised by the cluster; empty when no broker was chosen yet.
    pub host: String,
    pub port: u16,
    pub step: ErrorStep,
    /// Kafka's name of the API asked.
    pub api: &'static str,
    pub kind: ErrorKind,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ErrorKind {
    #[error("the name has no address: {0}")]
    NameNotFound(String),
    #[error("connection refused: nothing listens there")]
    Refused,
    #[error("cannot be reached: {0}")]
    Unreachable(String),
    #[error("no answer within {}", seconds(.0))]
    TimedOut(Duration),
    /// The other end closed the connection or broke it while an answer was awaited.
    #[error("the connection was closed: {0}")]
    Closed(String),
    #[error("{}", not_kafka(*.0))]
    NotKafka(NotKafka),
    #[error("the answer cannot be read: {0}")]
    Decode(String),
    #[error("the request cannot be written: {0}")]
    Encode(String),
    #[error("the broker serves versions {theirs:?} of this API, Weir speaks {ours:?}")]
    Unsupported {
        ours: (i16, i16),
        /// `None`: the broker does not serve the API at all.
        theirs: Option<(i16, i16)>,
    },
    /// The broker refused the request as a whole.
    #[error("{}", broker_words(name, message.as_deref()))]
    Broker { code: i16, name: &'static str, message: Option<String> },
    #[error("there is no topic {0:?}")]
    NoTopic(String),
    #[error("the topic {topic:?} has no partition {partition}: it has {count}, numbered from 0")]
    NoPartition { topic: String, partition: i32, count: usize },
    /// Nobody can serve it now: no leader, no such broker, no coordinator.
    #[error("{0}")]
    NoOne(String),
    #[error("{0}")]
    BadAddress(String),
}

impl ClientError {
    /// Whether the cluster may have done what was asked although no answer came.
    pub fn may_have_happened(&self) -> bool {
        self.step == ErrorStep::Request
            && matches!(
                self.kind,
                ErrorKind::TimedOut(_) | ErrorKind::Closed(_) | ErrorKind::Decode(_)
            )
    }

    /// Whether it was the connection, not the request: the broker could not be reached or went away.
    pub fn is_connection(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::NameNotFound(_)
                | ErrorKind::Refused
                | ErrorKind::Unreachable(_)
                | ErrorKind::TimedOut(_)
                | ErrorKind::Closed(_)
                | ErrorKind::NotKafka(_)
        )
    }

    /// The broker's error code, if a broker refused the request.
    pub fn broker_code(&self) -> Option<i16> {
        match self.kind {
            ErrorKind::Broker { code, .. } => Some(code),
            _ => None,
        }
    }

    pub(crate) fn no_one(api: &'static str, why: impl Into<String>) -> Self {
        Self::of_nobody(api, ErrorKind::NoOne(why.into()))
    }

    /// An error that is no single broker's.
    pub(crate) fn of_nobody(api: &'static str, kind: ErrorKind) -> Self {
        Self { host: String::new(), port: 0, step: ErrorStep::Request, api, kind }
    }
}

impl std::error::Error for ClientError {}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.is_empty() {
            return write!(f, "{} ({})", self.kind, self.api);
        }
        let (host, port) = (bracketed(&self.host), self.port);
        match self.step {
            ErrorStep::Request => write!(f, "{host}:{port}, {}: {}", self.api, self.kind),
            step => write!(f, "{host}:{port}, {}: {}", step.name(), self.kind),
        }
    }
}

fn seconds(duration: &Duration) -> String {
    if duration.subsec_millis() == 0 {
        format!("{} s", duration.as_secs())
    } else {
        format!("{} ms", duration.as_millis())
    }
}

fn not_kafka(what: NotKafka) -> &'static str {
    match what {
        NotKafka::Tls => "the port speaks TLS, not plaintext Kafka",
        NotKafka::Http => "the port speaks HTTP, not Kafka",
        NotKafka::Ssh => "the port speaks SSH, not Kafka",
        NotKafka::Unknown => "what answers there does not speak Kafka",
    }
}

fn broker_words(name: &str, message: Option<&str>) -> String {
    match message {
        Some(message) if !message.is_empty() => format!("{message} ({name})"),
        _ => name.to_owned(),
    }
}

/// The longest excerpt of an unreadable answer that an error repeats.
pub(crate) const EXCERPT_BYTES: usize = 80;
