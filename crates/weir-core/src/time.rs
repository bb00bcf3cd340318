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

/// When this machine was started, in milliseconds since the epoch; `None` where the system does not say.
pub(crate) fn machine_started_ms() -> Option<i64> {
    let stat = std::fs::read_to_string("/proc/stat").ok()?;
    boot_seconds(&stat)?.checked_mul(1000)
}

/// `btime` of Linux's `/proc/stat`.
fn boot_seconds(stat: &str) -> Option<i64> {
    stat.lines().find_map(|line| line.strip_prefix("btime ")).and_then(|at| at.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_of_the_machine_is_read_or_not_known() {
        assert_eq!(boot_seconds("cpu  1 2\nbtime 1764000000\nprocesses 7\n"), Some(1_764_000_000));
        assert_eq!(boot_seconds("cpu 1\nbtime x\n"), None);
        assert_eq!(boot_seconds(""), None);
    }
}
