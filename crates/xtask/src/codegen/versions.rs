//! Ranges of versions as the definitions write them: `3+`, `0-12`, `4`, `none`.

use anyhow::{Context, Result};

/// An inclusive range; `high` is `i16::MAX` for an open one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Versions {
    pub(crate) low: i16,
    pub(crate) high: i16,
}

impl Versions {
    /// `None` for `none` and for an empty string.
    pub(crate) fn parse(text: &str) -> Result<Option<Self>> {
        let number = |part: &str| part.trim().parse().with_context(|| format!("versions `{text}`"));
        let text = text.trim();
        if text.is_empty() || text == "none" {
            return Ok(None);
        }
        Ok(Some(match (text.strip_suffix('+'), text.split_once('-')) {
            (Some(low), _) => Self { low: number(low)?, high: i16::MAX },
            (None, Some((low, high))) => Self { low: number(low)?, high: number(high)? },
            (None, None) => Self { low: number(text)?, high: number(text)? },
        }))
    }

    /// What both ranges contain, if anything.
    pub(crate) fn and(self, other: Self) -> Option<Self> {
        let both = Self { low: self.low.max(other.low), high: self.high.min(other.high) };
        (both.low <= both.high).then_some(both)
    }

    pub(crate) fn contains(self, version: i16) -> bool {
        (self.low..=self.high).contains(&version)
    }

    /// In words, within `bounds`: `3 to 13`, `9 and later`; `None` when it covers them all.
    pub(crate) fn in_words(self, bounds: Self) -> Option<String> {
        match (self.low > bounds.low, self.high < bounds.high) {
            (false, false) => None,
            (true, false) => Some(format!("{} and later", self.low)),
            (false, true) => Some(format!("up to {}", self.high)),
            (true, true) if self.low == self.high => Some(format!("{} only", self.low)),
            (true, true) => Some(format!("{} to {}", self.low, self.high)),
        }
    }

    /// A Rust condition over `version` that holds within `bounds` exactly for this range.
    pub(crate) fn condition(self, bounds: Self) -> Option<String> {
        match (self.low > bounds.low, self.high < bounds.high) {
            (false, false) => None,
            (true, false) => Some(format!("version >= {}", self.low)),
            (false, true) => Some(format!("version <= {}", self.high)),
            (true, true) if self.low == self.high => Some(format!("version == {}", self.low)),
            (true, true) => Some(format!("({}..={}).contains(&version)", self.low, self.high)),
        }
    }

    /// The opposite condition, equally within `bounds`.
    pub(crate) fn absence(self, bounds: Self) -> Option<String> {
        match (self.low > bounds.low, self.high < bounds.high) {
            (false, false) => None,
            (true, false) => Some(format!("version < {}", self.low)),
            (false, true) => Some(format!("version > {}", self.high)),
            (true, true) => Some(format!("!({}..={}).contains(&version)", self.low, self.high)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Versions;

    #[test]
    fn ranges_read_as_the_definitions_write_them() {
        let range = |text: &str| Versions::parse(text).unwrap();
        assert_eq!(range("none"), None);
        assert_eq!(range("3+"), Some(Versions { low: 3, high: i16::MAX }));
        assert_eq!(range("0-12"), Some(Versions { low: 0, high: 12 }));
        assert_eq!(range("4"), Some(Versions { low: 4, high: 4 }));
        assert!(Versions::parse("x").is_err());
    }

    #[test]
    fn a_condition_names_only_what_the_bounds_leave_open() {
        let bounds = Versions { low: 3, high: 13 };
        let condition = |low, high| Versions { low, high }.condition(bounds);
        assert_eq!(condition(0, i16::MAX), None);
        assert_eq!(condition(9, i16::MAX).as_deref(), Some("version >= 9"));
        assert_eq!(condition(0, 12).as_deref(), Some("version <= 12"));
        assert_eq!(condition(5, 5).as_deref(), Some("version == 5"));
    }
}
