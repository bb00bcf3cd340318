//! The wall clock of the core, in milliseconds since the Unix epoch.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::failure::{Failure, Result};

pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// `N` random bytes in hexadecimal.
pub(crate) fn random_hex<const N: usize>() -> Result<String> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).map_err(Failure::internal)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// An id that sorts by time: `op-0197a2b3c4d5-9f8e7d6c`.
pub(crate) fn timed_id(prefix: &str) -> Result<String> {
    Ok(format!("{prefix}-{:012x}-{}", now_ms(), random_hex::<4>()?))
}
