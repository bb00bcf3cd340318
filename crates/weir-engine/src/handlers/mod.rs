//! One file an API key, named after it.

pub(crate) mod k00_produce;
pub(crate) mod k01_fetch;
pub(crate) mod k03_metadata;
pub(crate) mod k18_api_versions;
pub(crate) mod leaders;
