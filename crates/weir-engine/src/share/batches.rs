//! The state of offset ranges as it is persisted: non-overlapping, in order, newest wins.

use std::collections::BTreeMap;

/// A record may be acquired.
pub(crate) const AVAILABLE: i8 = 0;
/// A record was accepted.
pub(crate) const ACKNOWLEDGED: i8 = 2;
/// A record was rejected or delivered too often, and its copy is not in the dead-letter topic yet (KIP-1191).
pub(crate) const ARCHIVING: i8 = 3;
/// A record was rejected, delivered too often, or is none.
pub(crate) const ARCHIVED: i8 = 4;

/// One range of offsets in the same state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StateBatch {
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) state: i8,
    pub(crate) count: i16,
}

/// Lays `newer` over `known` and drops what lies before `start` (-1: nothing). Neighbours in the
/// same state become one.
pub(crate) fn combined(known: &[StateBatch], newer: &[StateBatch], start: i64) -> Vec<StateBatch> {
    let mut ranges: BTreeMap<i64, StateBatch> = BTreeMap::new();
    for batch in known.iter().chain(newer).filter(|batch| batch.first <= batch.last) {
        lay(&mut ranges, *batch);
    }
    let mut all: Vec<StateBatch> = Vec::with_capacity(ranges.len());
    for mut batch in ranges.into_values().filter(|batch| start < 0 || batch.last >= start) {
        batch.first = batch.first.max(start);
        match all.last_mut() {
            Some(last)
                if last.last.checked_add(1) == Some(batch.first)
                    && (last.state, last.count) == (batch.state, batch.count) =>
            {
                last.last = batch.last;
            }
            _ => all.push(batch),
        }
    }
    all
}

fn lay(ranges: &mut BTreeMap<i64, StateBatch>, batch: StateBatch) {
    let overlapping: Vec<i64> = ranges
        .range(..=batch.last)
        .rev()
        .take_while(|(_, known)| known.last >= batch.first)
        .map(|(first, _)| *first)
        .collect();
    for first in overlapping {
        let Some(known) = ranges.remove(&first) else { continue };
        if known.first < batch.first {
            ranges.insert(known.first, StateBatch { last: batch.first - 1, ..known });
        }
        if known.last > batch.last {
            ranges.insert(batch.last + 1, StateBatch { first: batch.last + 1, ..known });
        }
    }
    ranges.insert(batch.first, batch);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(first: i64, last: i64, state: i8, count: i16) -> StateBatch {
        StateBatch { first, last, state, count }
    }

    #[test]
    fn the_last_offset_there_is_has_no_next() {
        let known = [batch(0, 9, AVAILABLE, 1)];
        let newer = [batch(5, i64::MAX, ACKNOWLEDGED, 2)];
        let expected = [batch(0, 4, AVAILABLE, 1), batch(5, i64::MAX, ACKNOWLEDGED, 2)];
        assert_eq!(combined(&known, &newer, -1), expected);
    }

    #[test]
    fn newer_state_covers_older_state() {
        let known = [batch(0, 9, AVAILABLE, 1), batch(20, 29, AVAILABLE, 1)];
        let newer = [batch(5, 24, ACKNOWLEDGED, 2)];
        let expected =
            [batch(0, 4, AVAILABLE, 1), batch(5, 24, ACKNOWLEDGED, 2), batch(25, 29, AVAILABLE, 1)];
        assert_eq!(combined(&known, &newer, -1), expected);
    }

    #[test]
    fn what_lies_before_the_start_goes_and_neighbours_join() {
        let known = [batch(0, 4, ACKNOWLEDGED, 1), batch(5, 9, AVAILABLE, 1)];
        let newer = [batch(10, 12, AVAILABLE, 1), batch(7, 7, AVAILABLE, 1)];
        assert_eq!(combined(&known, &newer, 6), [batch(6, 12, AVAILABLE, 1)]);
        assert_eq!(combined(&known, &newer, 13), []);
        assert_eq!(combined(&[], &[batch(3, 2, AVAILABLE, 1)], -1), [], "an empty range is none");
    }
}
