//! What waits for its copy.

/// Tries before a copy is given up (`ShareGroupDLQStateManager`'s own, no configuration).
pub(crate) const ATTEMPTS_MAX: u32 = 5;
const BACKOFF_MS: i64 = 1_000;
const BACKOFF_MAX_MS: i64 = 30_000;

/// Why records are dead letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    Rejected,
    /// Given `share.delivery.count.limit` times.
    TooOften,
}

impl Cause {
    /// Of what was persisted, which does not say: Kafka's leader concludes the same.
    pub(crate) fn of_count(count: i16, count_limit: i16) -> Self {
        if count >= count_limit { Self::TooOften } else { Self::Rejected }
    }

    /// The header `__dlq.errors.message`.
    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::Rejected => "Offset rejected by client.",
            Self::TooOften => "Offset delivery count exceeded the threshold.",
        }
    }
}

/// A run of records that waits for its copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Letter {
    pub(crate) cause: Cause,
    /// A batch that was never told of in parts: where one record is refused, the rest is given up with it.
    pub(crate) is_whole: bool,
    /// Tries so far.
    pub(crate) attempts: u32,
    /// When to try (monotonic, ms); [`i64::MAX`] while it is under way.
    pub(crate) due_ms: i64,
}

impl Letter {
    /// To be copied at once.
    pub(crate) fn new(cause: Cause, is_whole: bool) -> Self {
        Self { cause, is_whole, attempts: 0, due_ms: i64::MIN }
    }
}

/// Records to copy now, all given `count` times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) count: i16,
    pub(crate) letter: Letter,
}

/// How long to wait after `attempts` tries: twice as long each time, a fifth more or less, which
/// `random` decides.
pub(crate) fn backoff_ms(attempts: u32, random: u64) -> i64 {
    let base = BACKOFF_MS << attempts.min(ATTEMPTS_MAX);
    let spread = base * 2 / 5;
    let more = i64::try_from(random % spread.unsigned_abs().max(1)).unwrap_or(0);
    (base - spread / 2 + more).min(BACKOFF_MAX_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_within_a_fifth() {
        for (attempts, least, most) in [(1, 1_600, 2_400), (2, 3_200, 4_800), (4, 12_800, 19_200)] {
            assert_eq!(backoff_ms(attempts, 0), least);
            let longest = backoff_ms(attempts, (most - least - 1).unsigned_abs());
            assert_eq!(longest, most - 1);
        }
        assert_eq!(backoff_ms(60, 10_000), BACKOFF_MAX_MS, "never longer");
    }

    #[test]
    fn a_count_at_its_limit_tells_the_cause() {
        assert_eq!(Cause::of_count(5, 5), Cause::TooOften);
        assert_eq!(Cause::of_count(4, 5), Cause::Rejected);
    }
}
