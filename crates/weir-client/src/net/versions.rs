//! Which version of each API a connection speaks.

use std::collections::HashMap;

use weir_domain::ApiRange;
use weir_wire::{ApiKey, Request};

use crate::error::ErrorKind;

/// What one broker serves, as its ApiVersions answer says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApiRanges {
    ranges: HashMap<i16, (i16, i16)>,
}

impl ApiRanges {
    pub(crate) fn new(ranges: impl IntoIterator<Item = (i16, i16, i16)>) -> Self {
        Self { ranges: ranges.into_iter().map(|(key, min, max)| (key, (min, max))).collect() }
    }

    pub fn serves(&self, key: ApiKey) -> bool {
        self.ranges.contains_key(&(key as i16))
    }

    /// The broker's range of one API.
    pub fn of(&self, key: ApiKey) -> Option<(i16, i16)> {
        self.ranges.get(&(key as i16)).copied()
    }

    /// In order of API key.
    pub fn list(&self) -> Vec<ApiRange> {
        let mut list: Vec<_> =
            self.ranges.iter().map(|(key, range)| api_range(*key, *range)).collect();
        list.sort_by_key(|api| api.key);
        list
    }

    /// The highest version of `R` that both sides speak, not above `limit`.
    pub(crate) fn choose<R: Request>(&self, limit: i16) -> Result<i16, ErrorKind> {
        let ours = (R::MIN, R::MAX.min(limit));
        let theirs = self.of(R::KEY);
        let version = theirs.map(|(_, max)| max.min(ours.1));
        match (version, theirs) {
            (Some(version), Some((min, _))) if version >= min.max(ours.0) => Ok(version),
            _ => Err(ErrorKind::Unsupported { ours, theirs }),
        }
    }
}

fn api_range(key: i16, (min, max): (i16, i16)) -> ApiRange {
    let name = ApiKey::try_from(key).map_or("unknown", |key| key.name());
    ApiRange { key, name, min, max }
}

/// The highest version that Weir asks of an API: from these on topics are named by id, which a console that shows names
/// would have to look up first. Everything else goes as high as both sides can.
pub(crate) fn limit(key: ApiKey) -> i16 {
    match key {
        ApiKey::Fetch => 12,
        ApiKey::OffsetFetch => 9,
        ApiKey::OffsetCommit => 9,
        // v5 carries the cluster and node that a client expects to meet: nothing to say at the first exchange.
        ApiKey::ApiVersions => 4,
        _ => i16::MAX,
    }
}
