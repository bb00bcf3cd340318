//! What a share group was given of one partition: records whose transactions are committed, each at least
//! once, and nothing of a transaction that is open or aborted, where it reads what is committed.

use std::collections::{BTreeMap, BTreeSet};

use weir_wire::records::BatchReader;

use super::ledger::Place;
use super::world::World;

const DECOMPRESSED_MAX: usize = 1 << 20;
/// `share.delivery.count.limit`: a record that was on its way so often is given up.
const DELIVERIES: usize = 5;

/// Given to a group, over its whole life.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) place: Place,
    /// `share.isolation.level`.
    pub(super) is_committed: bool,
    values: BTreeSet<String>,
    /// Answers that were lost on their way, by where the log ended: what they gave may count as delivered.
    lost: Vec<i64>,
    /// Where the log ended when it was last looked at, and what it had lost by then.
    end: i64,
    losses: u32,
    /// Offsets below it may be taken for done with: the log lost records, its group did not.
    excused: i64,
    /// Below it everything has to be given in the end.
    goal: i64,
}

impl Given {
    pub(super) fn new(place: Place, is_committed: bool) -> Self {
        Self {
            place,
            is_committed,
            values: BTreeSet::new(),
            lost: Vec::new(),
            end: 0,
            losses: 0,
            excused: 0,
            goal: 0,
        }
    }

    /// Takes note of where the log ends, before that may be taken back.
    pub(super) fn look(&mut self, world: &World) {
        let losses = world.ledgers.get(&self.place).map_or(0, |ledger| ledger.losses);
        let keeps_all = world.topic(&self.place.topic).is_some_and(|it| it.durable && !it.unclean);
        if losses != self.losses && !keeps_all {
            self.excused = self.end;
        }
        self.losses = losses;
        let Some(view) = world.partition(&self.place).and_then(|it| it.view().ok()) else { return };
        self.end = self.end.max(view.log_end);
        if !world.is_finishing {
            self.goal = match self.is_committed {
                true => view.last_stable_offset,
                false => view.high_watermark,
            };
        }
    }

    pub(super) fn lose_answer(&mut self) {
        self.lost.push(self.end);
    }

    /// Records of these ranges were given.
    pub(super) fn take(
        &mut self,
        world: &mut World,
        bytes: &[u8],
        ranges: &[(i64, i64)],
    ) -> Result<(), String> {
        let stable = world.partition(&self.place).and_then(|it| it.view().ok());
        let stable = stable.map_or(i64::MAX, |view| view.last_stable_offset);
        let mut found = BTreeSet::new();
        let mut scratch = Vec::new();
        for batch in BatchReader::new(bytes) {
            let batch = batch.map_err(|e| e.to_string())?;
            batch.check_crc().map_err(|e| e.to_string())?;
            if batch.header.attributes.is_control() {
                continue;
            }
            let is_transactional = batch.header.attributes.is_transactional();
            let records = batch.records(&mut scratch, DECOMPRESSED_MAX);
            for record in records.map_err(|e| e.to_string())? {
                let record = record.map_err(|e| e.to_string())?;
                let is_given =
                    |(first, last): &(i64, i64)| (*first..=*last).contains(&record.offset);
                if !ranges.iter().any(is_given) {
                    continue;
                }
                let value = String::from_utf8_lossy(record.value.unwrap_or_default()).into_owned();
                found.insert(record.offset);
                world.ledgers.entry(self.place.clone()).or_default().show(record.offset, &value)?;
                if self.is_committed && is_transactional {
                    world.shown_committed.insert(value.clone());
                    if record.offset >= stable && world.keeps(&self.place) {
                        return Err(format!(
                            "{value} at {} is given, stable: {stable}",
                            record.offset
                        ));
                    }
                }
                self.values.insert(value);
            }
        }
        let mut offsets = ranges.iter().flat_map(|(first, last)| *first..=*last);
        match offsets.find(|offset| !found.contains(offset)) {
            Some(offset) => Err(format!("{offset} is given without its record")),
            None => Ok(()),
        }
    }

    /// Whether all that has to be given was.
    pub(super) fn is_complete(&self, world: &World) -> Result<(), String> {
        let mut wanted = world.read_log(&self.place)?;
        wanted.split_off(&self.goal);
        if self.is_committed {
            let committed = world.committed(&self.place)?;
            wanted.retain(|_, value| committed.get(value.as_str()).is_none_or(|is| *is));
        }
        match self.missing(&wanted) {
            Some((offset, value)) => {
                let place = &self.place;
                Err(format!("{place:?}: {value} at {offset} is not given, {:?}", self.lost))
            }
            None => Ok(()),
        }
    }

    fn missing<'a>(&self, wanted: &'a BTreeMap<i64, String>) -> Option<(i64, &'a str)> {
        let missing = wanted.range(self.excused..).find(|(offset, value)| {
            let lost = self.lost.iter().filter(|end| *end > offset).count();
            lost < DELIVERIES && !self.values.contains(*value)
        });
        missing.map(|(offset, value)| (*offset, value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_is_never_given_is_found() {
        let mut given = Given::new(Place { topic: "t".to_owned(), partition: 0 }, true);
        let wanted: BTreeMap<i64, String> = (0..3).map(|at| (at, format!("v{at}"))).collect();
        given.values.extend(["v0".to_owned(), "v2".to_owned()]);
        assert_eq!(given.missing(&wanted), Some((1, "v1")));
        // Lost so often that the group may have given it up; later records are not.
        given.lost = vec![2; DELIVERIES];
        assert_eq!(given.missing(&wanted), None);
        given.lost = vec![1; DELIVERIES];
        assert_eq!(given.missing(&wanted), Some((1, "v1")));
        given.excused = 2;
        assert_eq!(given.missing(&wanted), None);
    }
}
