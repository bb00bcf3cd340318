//! `--from`: where reading begins, as a person writes it.

use crate::time;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    Earliest,
    Latest,
    Offset(i64),
    /// Milliseconds since the epoch.
    Time(i64),
}

/// A bare number from here on is a time in milliseconds (1973 and later), as `--output json` prints it: no log has so
/// many messages.
const MILLISECONDS_MIN: i64 = 100_000_000_000;

pub(crate) fn parse(text: &str) -> Result<From, String> {
    match text {
        "earliest" => return Ok(From::Earliest),
        "latest" => return Ok(From::Latest),
        _ => {}
    }
    if let Some(offset) = text.strip_prefix("offset:") {
        return number(offset).map(From::Offset);
    }
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        let number = number(text)?;
        let is_time = number >= MILLISECONDS_MIN;
        return Ok(if is_time { From::Time(number) } else { From::Offset(number) });
    }
    time::parse(text, time::now_ms()).map(From::Time).ok_or_else(|| {
        "earliest, latest, an offset, a time (2026-11-25T20:00:00Z, or milliseconds since the epoch) or an age (10m) \
         is expected"
            .into()
    })
}

fn number(text: &str) -> Result<i64, String> {
    text.parse()
        .ok()
        .filter(|offset| *offset >= 0)
        .ok_or_else(|| format!("{text:?} is not an offset: a whole number up to {}", i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_to_begin() {
        assert_eq!(parse("earliest"), Ok(From::Earliest));
        assert_eq!(parse("42"), Ok(From::Offset(42)));
        assert_eq!(parse("1970-01-02"), Ok(From::Time(86_400_000)));
        assert_eq!(parse("1764100000000"), Ok(From::Time(1_764_100_000_000)));
        assert_eq!(parse("offset:1764100000000"), Ok(From::Offset(1_764_100_000_000)));
        for wrong in ["-1", "99999999999999999999", "", "offset:", "offset:x", "offset:-1"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
