//! The wall clock of the core, in milliseconds since the Unix epoch.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::failure::{Failure, Result};

pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// RFC 3339 in UTC with milliseconds: `2026-11-25T20:01:02.003Z`.
pub(crate) fn utc(ms: i64) -> String {
    const DAY: i64 = 86_400_000;
    let of_day = ms.rem_euclid(DAY);
    // Days since 0000-03-01: years begin in March here, so that the leap day is the last.
    let days = ms.div_euclid(DAY) + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let (month, next) = if from_march < 10 { (from_march + 3, 0) } else { (from_march - 9, 1) };
    let year = year_of_era + era * 400 + next;
    let (hour, minute) = (of_day / 3_600_000, of_day / 60_000 % 60);
    let (second, milli) = (of_day / 1000 % 60, of_day % 1000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
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
    fn times_in_words() {
        assert_eq!(utc(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(utc(-1), "1969-12-31T23:59:59.999Z");
        assert_eq!(utc(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(utc(1_795_636_862_003), "2026-11-25T20:01:02.003Z");
    }

    #[test]
    fn the_start_of_the_machine_is_read_or_not_known() {
        assert_eq!(boot_seconds("cpu  1 2\nbtime 1764000000\nprocesses 7\n"), Some(1_764_000_000));
        assert_eq!(boot_seconds("cpu 1\nbtime x\n"), None);
        assert_eq!(boot_seconds(""), None);
    }
}
