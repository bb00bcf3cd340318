//! Resetting what a group committed: where to, for which partitions, and what each change amounts to.

use crate::{ItemError, OffsetSpec, TopicPartition};

/// Where a group goes on reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResetTo {
    /// The first offset that can be read.
    Earliest,
    /// Behind the last one.
    Latest,
    /// The first message of this time or later, milliseconds since the Unix epoch.
    Time(i64),
    Offset(i64),
    /// So many messages after what is committed; before it where negative.
    Shift(i64),
}

impl ResetTo {
    /// What has to be asked of the log for it, besides its start and end.
    pub fn asks(self) -> Option<OffsetSpec> {
        match self {
            Self::Time(at) => Some(OffsetSpec::Timestamp(at)),
            _ => None,
        }
    }
}

/// Partitions of one topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicScope {
    pub topic: String,
    /// None: all of them.
    pub partitions: Vec<i32>,
}

/// What is known of a partition before its offset is reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogBounds {
    pub committed: Option<i64>,
    pub start: i64,
    /// One past the last offset.
    pub end: i64,
    /// Of the first message at or after the time that was asked for.
    pub found: Option<i64>,
}

/// One commit that a reset changes, or why it cannot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffsetReset {
    pub partition: TopicPartition,
    /// `None`: nothing was committed.
    pub before: Option<i64>,
    pub after: Result<i64, ItemError>,
    /// One past the last offset; `None`: its leader did not answer.
    pub end: Option<i64>,
    pub note: Option<ResetNote>,
}

impl OffsetReset {
    pub fn lag_before(&self) -> Option<i64> {
        Some(self.end? - self.before?)
    }

    pub fn lag_after(&self) -> Option<i64> {
        Some(self.end? - self.after.as_ref().ok()?)
    }
}

/// Why an offset is not quite what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResetNote {
    /// The log begins later.
    RaisedToStart,
    /// The log ends earlier.
    LoweredToEnd,
    /// No message is so new: the end.
    NothingSince,
}

/// The error of a shift where nothing is committed.
pub const NO_COMMIT: &str = "NO_COMMITTED_OFFSET";

/// The new offset, as Kafka's own tool computes it: kept within the log; a time after the last message is the end.
pub fn target(to: ResetTo, log: &LogBounds) -> Result<(i64, Option<ResetNote>), ItemError> {
    let wanted = match to {
        ResetTo::Earliest => log.start,
        ResetTo::Latest => log.end,
        ResetTo::Offset(offset) => offset,
        ResetTo::Time(_) => match log.found {
            Some(found) => found,
            None => return Ok((log.end, Some(ResetNote::NothingSince))),
        },
        ResetTo::Shift(by) => {
            let from = log.committed.ok_or_else(no_commit)?;
            from.saturating_add(by)
        }
    };
    Ok(match wanted {
        low if low < log.start => (log.start, Some(ResetNote::RaisedToStart)),
        high if high > log.end => (log.end, Some(ResetNote::LoweredToEnd)),
        within => (within, None),
    })
}

fn no_commit() -> ItemError {
    ItemError::ours(NO_COMMIT, "nothing is committed that could be shifted")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: LogBounds = LogBounds { committed: Some(20), start: 10, end: 30, found: Some(15) };

    #[test]
    fn each_target() {
        let at = |to| target(to, &LOG).unwrap();
        assert_eq!(at(ResetTo::Earliest), (10, None));
        assert_eq!(at(ResetTo::Latest), (30, None));
        assert_eq!(at(ResetTo::Time(0)), (15, None));
        assert_eq!(at(ResetTo::Offset(12)), (12, None));
        assert_eq!(at(ResetTo::Shift(-5)), (15, None));
        assert_eq!(at(ResetTo::Shift(5)), (25, None));
    }

    #[test]
    fn kept_within_the_log() {
        let at = |to| target(to, &LOG).unwrap();
        assert_eq!(at(ResetTo::Offset(9)), (10, Some(ResetNote::RaisedToStart)));
        assert_eq!(at(ResetTo::Offset(31)), (30, Some(ResetNote::LoweredToEnd)));
        assert_eq!(at(ResetTo::Shift(i64::MAX)), (30, Some(ResetNote::LoweredToEnd)));
        assert_eq!(at(ResetTo::Shift(i64::MIN)), (10, Some(ResetNote::RaisedToStart)));
        let none = LogBounds { found: None, ..LOG };
        assert_eq!(target(ResetTo::Time(5), &none), Ok((30, Some(ResetNote::NothingSince))));
    }

    #[test]
    fn without_a_commit_there_is_nothing_to_shift() {
        let none = LogBounds { committed: None, ..LOG };
        assert_eq!(target(ResetTo::Shift(1), &none).unwrap_err().name, NO_COMMIT);
        assert_eq!(target(ResetTo::Latest, &none), Ok((30, None)));
    }

    #[test]
    fn lags_before_and_after() {
        let partition = TopicPartition::new("t", 0);
        let change =
            OffsetReset { partition, before: None, after: Ok(10), end: Some(30), note: None };
        assert_eq!((change.lag_before(), change.lag_after()), (None, Some(20)));
        let failed = OffsetReset { before: Some(25), after: Err(no_commit()), ..change };
        assert_eq!((failed.lag_before(), failed.lag_after()), (Some(5), None));
    }
}
