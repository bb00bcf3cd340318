//! The kinds of requests, and what their headers look like.

mod keys;

pub use keys::ApiKey;

use std::fmt;
use std::ops::RangeInclusive;

use crate::DecodeError;

/// What the definitions say about one key.
pub(crate) struct Facts {
    name: &'static str,
    min: i16,
    max: i16,
    flexible: Option<i16>,
}

impl Facts {
    pub(crate) const fn new(name: &'static str, min: i16, max: i16, flexible: Option<i16>) -> Self {
        Self { name, min, max, flexible }
    }
}

impl ApiKey {
    /// Kafka's name: `IncrementalAlterConfigs`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// The versions of the definitions. What a broker advertises is its own table: Produce is
    /// offered from 0, InitProducerId only to 5.
    #[must_use]
    pub fn versions(self) -> RangeInclusive<i16> {
        let facts = self.facts();
        facts.min..=facts.max
    }

    fn is_flexible(self, version: i16) -> bool {
        self.facts().flexible.is_some_and(|first| version >= first)
    }

    /// The version of the header before a request; defined for unknown versions too.
    #[must_use]
    pub fn request_header_version(self, version: i16) -> i16 {
        if self.is_flexible(version) { 2 } else { 1 }
    }

    /// The version of the header before a response. ApiVersions always answers with version 0, so
    /// that a client of any age can read it (KIP-511).
    #[must_use]
    pub fn response_header_version(self, version: i16) -> i16 {
        i16::from(self != Self::ApiVersions && self.is_flexible(version))
    }
}

impl TryFrom<i16> for ApiKey {
    type Error = DecodeError;

    fn try_from(key: i16) -> Result<Self, DecodeError> {
        let place = Self::ALL.binary_search_by_key(&key, |known| *known as i16);
        place.map(|place| Self::ALL[place]).map_err(|_| DecodeError::UnknownApiKey(key))
    }
}

impl fmt::Display for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
