//! Rows of a live tail whose transactions are open: an abort's marker comes after them (KIP-98), and names them then.

use std::collections::HashMap;

use weir_domain::MessageRow;
use weir_wire::records::{BatchHeader, EndTxnMarker};

use crate::read::row::Met;

/// Rows remembered at once. Of more none is remembered: they stay unmarked if they are aborted.
const ROWS_MAX: usize = 100_000;

/// Partition and offset.
pub type Place = (i32, i64);

/// Offsets of what was shown of open transactions, by partition and producer.
#[derive(Debug, Default)]
pub(crate) struct Undecided {
    shown: HashMap<(i32, i64), Vec<i64>>,
    count: usize,
}

impl Undecided {
    /// A row is shown: remembered until its producer's transaction ends.
    pub(crate) fn show(&mut self, partition: i32, batch: &BatchHeader, offset: i64) {
        let is_open = batch.attributes.is_transactional() && !batch.attributes.is_control();
        if is_open && self.count < ROWS_MAX {
            self.shown.entry((partition, batch.producer_id)).or_default().push(offset);
            self.count += 1;
        }
    }

    /// What turns out to be aborted by this record: nothing, unless it is an abort's marker.
    pub(crate) fn decide(&mut self, partition: i32, met: &Met<'_>) -> Vec<Place> {
        let is_control = met.batch.attributes.is_control();
        let Some(marker) = EndTxnMarker::of(met.record).filter(|_| is_control) else {
            return Vec::new();
        };
        let ended = self.shown.remove(&(partition, met.batch.producer_id)).unwrap_or_default();
        self.count -= ended.len();
        let aborted = ended.into_iter().filter(|_| !marker.commit);
        aborted.map(|offset| (partition, offset)).collect()
    }

    /// Reading begins anew in this partition: what comes is not what was shown.
    pub(crate) fn forget(&mut self, partition: i32) {
        let count = &mut self.count;
        self.shown.retain(|(of, _), offsets| {
            let keeps = *of != partition;
            *count -= if keeps { 0 } else { offsets.len() };
            keeps
        });
    }
}

/// Marks the rows at these places; answers the places of which no row is here.
pub fn mark_aborted<'a>(
    rows: impl Iterator<Item = (Place, &'a mut bool)>,
    places: Vec<Place>,
) -> Vec<Place> {
    if places.is_empty() {
        return places;
    }
    let mut left: std::collections::HashSet<Place> = places.iter().copied().collect();
    for (place, aborted) in rows {
        *aborted |= left.remove(&place);
    }
    places.into_iter().filter(|place| left.contains(place)).collect()
}

/// As [`mark_aborted`] wants them.
pub(crate) fn flags(rows: &mut [MessageRow]) -> impl Iterator<Item = (Place, &mut bool)> {
    rows.iter_mut().map(|row| ((row.partition, row.offset), &mut row.aborted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_what_is_here_and_gives_back_the_rest() {
        let mut flags = [((0, 1), false), ((0, 2), false), ((1, 1), true)];
        let rows = flags.iter_mut().map(|(place, aborted)| (*place, aborted));
        assert_eq!(mark_aborted(rows, vec![(0, 2), (1, 9), (1, 1)]), [(1, 9)]);
        assert_eq!(flags.map(|(_, aborted)| aborted), [false, true, true]);
    }
}
