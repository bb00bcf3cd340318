//! Compacted topics: whatever dies while they are cleaned, who reads one from its start sees for each key
//! the last value that was acknowledged, deleted keys stay deleted, and offsets never move.

use std::collections::{BTreeMap, BTreeSet};

use weir_wire::records::{EndTxnMarker, RecordBatch};

use super::ledger::Place;
use super::transactor::{Fate, Transaction};
use super::whole_log::each_batch;
use super::world::World;

/// A key and its value, `None` for a tombstone.
pub(super) type Write = (String, Option<String>);
/// The last write of each key, with its offset.
type Newest<'a> = BTreeMap<&'a str, (i64, &'a Option<String>)>;

/// What is known of one partition's keys.
#[derive(Debug, Default)]
pub(super) struct KeyedLedger {
    /// Everything that was ever sent.
    sent: BTreeSet<Write>,
    /// Acknowledged, in transactions with their commit.
    acked: BTreeMap<i64, Write>,
    /// What readers were shown.
    seen: BTreeMap<i64, Write>,
    /// How many tombstones of a key are on their way, or went and nobody knows whether they arrived.
    doubtful: BTreeMap<String, u32>,
}

impl KeyedLedger {
    pub(super) fn send(&mut self, writes: &[Write]) {
        for (key, _) in writes.iter().filter(|(_, value)| value.is_none()) {
            *self.doubtful.entry(key.clone()).or_default() += 1;
        }
        self.sent.extend(writes.iter().cloned());
    }

    /// It is known what became of writes that were sent once.
    pub(super) fn resolve(&mut self, writes: &[Write]) {
        for (key, _) in writes.iter().filter(|(_, value)| value.is_none()) {
            if let Some(doubts) = self.doubtful.get_mut(key) {
                *doubts = doubts.saturating_sub(1);
            }
        }
    }

    pub(super) fn acknowledge(&mut self, offset: i64, write: &Write) -> Result<(), String> {
        match self.acked.insert(offset, write.clone()) {
            Some(before) if before != *write => {
                Err(format!("{offset} was acknowledged as {before:?} and as {write:?}"))
            }
            _ => Ok(()),
        }
    }

    /// Records at or after `offset` are lost, and may be.
    pub(super) fn lose_from(&mut self, offset: i64) {
        self.acked.split_off(&offset);
        self.seen.split_off(&offset);
    }

    /// A reader is shown a record.
    pub(super) fn show(&mut self, offset: i64, write: Write) -> Result<(), String> {
        if !self.sent.contains(&write) {
            return Err(format!("foreign bytes at {offset}: {write:?}"));
        }
        let others = [self.seen.get(&offset), self.acked.get(&offset)];
        if let Some(before) = others.into_iter().flatten().find(|before| **before != write) {
            return Err(format!("offset {offset} was {before:?}, is {write:?}"));
        }
        self.seen.insert(offset, write);
        Ok(())
    }

    /// Whether the records that can be read hold the last write of every key.
    fn check(&self, visible: &BTreeMap<i64, Write>) -> Result<(), String> {
        for (offset, write) in visible {
            let known = self.seen.get(offset).or_else(|| self.acked.get(offset));
            if !self.sent.contains(write) || known.is_some_and(|known| known != write) {
                return Err(format!("{offset} is {write:?}, it was {known:?}"));
            }
        }
        let found = newest(visible);
        for (key, (offset, value)) in newest(&self.acked) {
            let is_doubtful = self.doubtful.get(key).is_some_and(|doubts| *doubts > 0);
            let is_right = match found.get(key) {
                Some((at, last)) if *at == offset => *last == value,
                // A later write whose fate nobody was told.
                Some((at, _)) => *at > offset,
                None => value.is_none() || is_doubtful,
            };
            if !is_right {
                let found = found.get(key);
                return Err(format!("{key} was {value:?} at {offset}, there is {found:?}"));
            }
        }
        Ok(())
    }

    /// Acknowledged writes that are not there any more.
    fn removed(&self, visible: &BTreeMap<i64, Write>) -> usize {
        self.acked.keys().filter(|offset| !visible.contains_key(offset)).count()
    }
}

fn newest(writes: &BTreeMap<i64, Write>) -> Newest<'_> {
    writes.iter().map(|(offset, (key, value))| (key.as_str(), (*offset, value))).collect()
}

/// A transaction over keys.
#[derive(Debug)]
pub(super) struct KeyedTransaction {
    pub(super) writes: Vec<(Place, Write)>,
    /// Its fate.
    pub(super) of: Transaction,
}

impl World {
    pub(super) fn keyed(&mut self, place: &Place) -> &mut KeyedLedger {
        self.keyed.entry(place.clone()).or_default()
    }

    /// The logs as they are now, whatever the cleaner was at.
    pub(super) fn judge_keyed(&mut self, is_end: bool) {
        for place in self.keyed_places() {
            let visible = match self.visible(&place, is_end) {
                Ok(visible) => visible,
                Err(error) => {
                    self.violate(format!("{place:?} cannot be read: {error}"));
                    continue;
                }
            };
            let ledger = self.keyed(&place);
            let checked = ledger.check(&visible);
            let removed = ledger.removed(&visible) as u64;
            self.counts.superseded += if is_end { removed } else { 0 };
            if let Err(wrong) = checked {
                self.violate(format!("{place:?}: {wrong}"));
            }
            if is_end {
                self.judge_aborted(&place, &visible);
            }
        }
    }

    /// Nothing of a transaction that nobody asked to commit is there, or was shown.
    fn judge_aborted(&mut self, place: &Place, visible: &BTreeMap<i64, Write>) {
        let there: BTreeSet<&String> =
            visible.values().filter_map(|(_, value)| value.as_ref()).collect();
        let aborted = self.keyed_transactions.iter().filter(|it| it.of.fate == Fate::Uncommitted);
        let values = aborted.flat_map(|it| &it.writes).filter_map(|(_, (_, value))| value.as_ref());
        let wrong = values
            .filter(|value| there.contains(value) || self.shown_committed.contains(*value))
            .map(|value| format!("{place:?}: {value} was never committed, and can be read"));
        for wrong in wrong.collect::<Vec<_>>() {
            self.violate(wrong);
        }
    }

    /// What who reads what is committed comes to see of a partition. Before the end, transactions whose
    /// commit is acknowledged may lack their markers.
    fn visible(&self, place: &Place, is_end: bool) -> Result<BTreeMap<i64, Write>, String> {
        let partition = self.partition(place).ok_or("it is gone")?;
        let view = partition.view().map_err(|e| e.to_string())?;
        if is_end && view.last_stable_offset < view.high_watermark {
            return Err(format!("a transaction hangs: {view:?}"));
        }
        let mut read = Reading::default();
        each_batch(&partition, view.log_end, |batch| read.take(batch))?;
        if !is_end && let Some(ledger) = self.keyed.get(place) {
            let open = read.open.into_values().flatten();
            read.visible.extend(open.filter(|(offset, _)| ledger.acked.contains_key(offset)));
        }
        Ok(read.visible)
    }
}

/// A log that is read from its start.
#[derive(Default)]
struct Reading {
    visible: BTreeMap<i64, Write>,
    /// Of open transactions, by producer.
    open: BTreeMap<i64, Vec<(i64, Write)>>,
}

impl Reading {
    fn take(&mut self, batch: &RecordBatch<'_>) -> Result<(), String> {
        batch.check_crc().map_err(|e| e.to_string())?;
        let header = &batch.header;
        let mut scratch = Vec::new();
        for record in batch.records(&mut scratch, 1 << 20).map_err(|e| e.to_string())? {
            let record = record.map_err(|e| e.to_string())?;
            if header.attributes.is_control() {
                let marker = EndTxnMarker::of(&record).ok_or("a strange marker")?;
                let ended = self.open.remove(&header.producer_id).unwrap_or_default();
                self.visible.extend(ended.into_iter().filter(|_| marker.commit));
            } else if header.attributes.is_transactional() {
                let open = self.open.entry(header.producer_id).or_default();
                open.push((record.offset, write_of(record.key, record.value)));
            } else {
                self.visible.insert(record.offset, write_of(record.key, record.value));
            }
        }
        Ok(())
    }
}

pub(super) fn write_of(key: Option<&[u8]>, value: Option<&[u8]>) -> Write {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (key.map(text).unwrap_or_default(), value.map(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(key: &str, value: &str) -> Write {
        (key.to_owned(), (!value.is_empty()).then(|| value.to_owned()))
    }

    fn ledger(acked: &[(i64, Write)]) -> KeyedLedger {
        let mut ledger = KeyedLedger::default();
        for (offset, write) in acked {
            ledger.send(std::slice::from_ref(write));
            ledger.acknowledge(*offset, write).unwrap();
            ledger.resolve(std::slice::from_ref(write));
        }
        ledger
    }

    #[test]
    fn a_lost_and_a_stale_value_are_found() {
        let ledger = ledger(&[(0, write("k", "old")), (3, write("k", "new"))]);
        assert!(ledger.check(&[(3, write("k", "new"))].into()).is_ok());
        assert!(ledger.check(&[(0, write("k", "old"))].into()).is_err());
        assert!(ledger.check(&[(2, write("k", "new"))].into()).is_err(), "it moved");
        assert!(ledger.check(&BTreeMap::new()).is_err());
    }

    #[test]
    fn a_key_that_comes_back_is_found() {
        let mut ledger = ledger(&[(0, write("k", "old")), (3, write("k", ""))]);
        assert!(ledger.check(&BTreeMap::new()).is_ok(), "its tombstone may be gone");
        assert!(ledger.check(&[(0, write("k", "old"))].into()).is_err());
        // Later, and nobody knows whether the tombstone arrived.
        let value = write("k", "new");
        ledger.send(std::slice::from_ref(&value));
        ledger.acknowledge(5, &value).unwrap();
        assert!(ledger.check(&BTreeMap::new()).is_err());
        ledger.send(&[write("k", "")]);
        assert!(ledger.check(&BTreeMap::new()).is_ok());
    }

    #[test]
    fn a_record_that_changes_is_found() {
        let mut ledger = ledger(&[(0, write("k", "a"))]);
        ledger.send(&[write("k", "b")]);
        assert!(ledger.show(0, write("k", "b")).is_err());
        ledger.show(1, write("k", "b")).unwrap();
        assert!(ledger.show(1, write("k", "a")).is_err());
        assert!(ledger.show(2, write("k", "c")).is_err());
    }
}
