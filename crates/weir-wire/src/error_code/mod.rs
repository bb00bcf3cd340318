//! Kafka's error codes.

mod codes;

use std::fmt;

use codes::CODES;

/// An error code as responses carry it, under Kafka's name: `ErrorCode::NOT_LEADER_OR_FOLLOWER`.
/// Codes newer than this table keep their number.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ErrorCode(pub i16);

impl ErrorCode {
    fn row(self) -> Option<&'static (i16, &'static str, bool, bool)> {
        let place = CODES.binary_search_by_key(&self.0, |row| row.0);
        place.ok().map(|place| &CODES[place])
    }

    /// Every code that Kafka 4.4 knows, in ascending order.
    pub fn all() -> impl Iterator<Item = Self> {
        CODES.iter().map(|row| Self(row.0))
    }

    /// Kafka's name; `None` for a code that it does not know.
    #[must_use]
    pub fn known_name(self) -> Option<&'static str> {
        self.row().map(|row| row.1)
    }

    /// Kafka's name, or that of the code for what is unknown.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.known_name().unwrap_or("UNKNOWN_SERVER_ERROR")
    }

    #[must_use]
    pub fn is_ok(self) -> bool {
        self == Self::NONE
    }

    /// Whether the same request may succeed later.
    #[must_use]
    pub fn is_retriable(self) -> bool {
        self.row().is_some_and(|row| row.2)
    }

    /// Whether a client should ask for metadata before it tries again.
    #[must_use]
    pub fn means_stale_metadata(self) -> bool {
        self.row().is_some_and(|row| row.3)
    }
}

impl From<i16> for ErrorCode {
    fn from(code: i16) -> Self {
        Self(code)
    }
}

impl From<ErrorCode> for i16 {
    fn from(code: ErrorCode) -> Self {
        code.0
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.known_name() {
            Some(name) => f.pad(name),
            None => write!(f, "error code {}", self.0),
        }
    }
}

impl fmt::Debug for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::ErrorCode;

    #[test]
    fn codes_have_kafkas_names() {
        assert_eq!(ErrorCode::NONE.0, 0);
        assert_eq!(ErrorCode::NOT_LEADER_OR_FOLLOWER.0, 6);
        assert_eq!(ErrorCode(6).name(), "NOT_LEADER_OR_FOLLOWER");
        assert!(ErrorCode::NOT_LEADER_OR_FOLLOWER.means_stale_metadata());
        assert!(ErrorCode::REQUEST_TIMED_OUT.is_retriable());
        assert!(!ErrorCode::INVALID_TOPIC_EXCEPTION.is_retriable());
        assert_eq!(ErrorCode::all().next(), Some(ErrorCode::UNKNOWN_SERVER_ERROR));
    }

    #[test]
    fn a_newer_code_keeps_its_number() {
        assert_eq!(ErrorCode(9999).to_string(), "error code 9999");
        assert_eq!(ErrorCode(9999).known_name(), None);
    }
}
