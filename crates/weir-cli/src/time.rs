//! Points in time as people write them on a command line.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Milliseconds since the Unix epoch of an RFC 3339 time (`2026-11-25T20:00:00Z`, zone or seconds may be left out, then
/// UTC), of a date, or of an age (`10m`, `2h`, `3d`).
pub(crate) fn parse(text: &str, now_ms: i64) -> Option<i64> {
    age(text).and_then(|age| now_ms.checked_sub(age)).or_else(|| point(text))
}

pub(crate) fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}

fn age(text: &str) -> Option<i64> {
    let unit = match text.as_bytes().last()? {
        b's' => 1_000,
        b'm' => 60_000,
        b'h' => 3_600_000,
        b'd' => 86_400_000,
        _ => return None,
    };
    let count: i64 = text[..text.len() - 1].parse().ok().filter(|count| *count >= 0)?;
    count.checked_mul(unit)
}

fn point(text: &str) -> Option<i64> {
    let (date, time) = text.split_once(['T', 't', ' ']).unwrap_or((text, "00:00"));
    let days = days(date)?;
    let (time, offset_minutes) = zone(time)?;
    let (clock, fraction) = time.split_once('.').unwrap_or((time, ""));
    let mut parts = clock.split(':').map(|part| part.parse::<i64>().ok());
    let hours = parts.next()??;
    let minutes = parts.next()??;
    let seconds = parts.next().unwrap_or(Some(0))?;
    if parts.next().is_some() || hours > 23 || minutes > 59 || seconds > 60 {
        return None;
    }
    let millis: i64 =
        if fraction.is_empty() { 0 } else { format!("{fraction:0<3}").get(..3)?.parse().ok()? };
    let minutes = days * 1440 + hours * 60 + minutes - offset_minutes;
    Some((minutes * 60 + seconds) * 1000 + millis)
}

/// Days since 1970-01-01 of `YYYY-MM-DD`.
fn days(date: &str) -> Option<i64> {
    let mut parts = date.split('-');
    let year: i64 = parts.next().filter(|year| year.len() == 4)?.parse().ok()?;
    let month: i64 = parts.next()?.parse().ok().filter(|month| (1..=12).contains(month))?;
    let day: i64 = parts.next()?.parse().ok().filter(|day| (1..=31).contains(day))?;
    if parts.next().is_some() {
        return None;
    }
    // Years begin in March here, so that the leap day is the last.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

fn zone(time: &str) -> Option<(&str, i64)> {
    if let Some(time) = time.strip_suffix(['Z', 'z']) {
        return Some((time, 0));
    }
    let Some(at) = time.rfind(['+', '-']) else { return Some((time, 0)) };
    let (hours, minutes) = time[at + 1..].split_once(':')?;
    let minutes = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
    Some((&time[..at], if time[at..].starts_with('-') { -minutes } else { minutes }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3339 in UTC with milliseconds, for output.
    fn format(ms: i64) -> String {
        let (days, of_day) = (ms.div_euclid(86_400_000), ms.rem_euclid(86_400_000));
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let of_era = shifted.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let (month, year) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        let year = year_of_era + era * 400 + year;
        let (hour, minute) = (of_day / 3_600_000, of_day / 60_000 % 60);
        let (second, milli) = (of_day / 1000 % 60, of_day % 1000);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
    }

    fn check(text: &str, expected: Option<&str>) {
        let got = parse(text, 1_000_000_000_000).map(format);
        assert_eq!(got.as_deref(), expected, "{text:?}");
    }

    #[test]
    fn readable() {
        check("1970-01-01", Some("1970-01-01T00:00:00.000Z"));
        check("2026-11-25T20:01:02Z", Some("2026-11-25T20:01:02.000Z"));
        check("2026-11-25 20:01", Some("2026-11-25T20:01:00.000Z"));
        check("2024-02-29T23:59:59.5+09:00", Some("2024-02-29T14:59:59.500Z"));
        check("2000-03-01T00:00:00-01:30", Some("2000-03-01T01:30:00.000Z"));
        check("10m", Some("2001-09-09T01:36:40.000Z"));
        check("0s", Some("2001-09-09T01:46:40.000Z"));
    }

    #[test]
    fn refused() {
        for text in ["", "yesterday", "2026-13-01", "26-01-01", "2026-01-01T25:00", "-5m", "1w"] {
            check(text, None);
        }
    }
}
