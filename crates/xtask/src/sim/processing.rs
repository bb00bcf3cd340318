//! What was read, processed and written exactly once: the ranges whose transactions are committed follow
//! each other without gap or overlap, up to the offset that the group has committed.

use std::collections::{BTreeMap, BTreeSet};

use weir_engine::Engine;
use weir_wire::ErrorCode;
use weir_wire::messages::fetch_request::FetchRequest;
use weir_wire::messages::offset_fetch_request::OffsetFetchRequest;
use weir_wire::records::BatchReader;

use super::consumer_member::Identity;
use super::ledger::Place;
use super::offsets::{self, FETCH_VERSION};
use super::requests::{self, Read};
use super::transactor::Fate;
use super::wire::{Answer, InFlight};
use super::world::World;

/// A few batches.
const READ_BYTES: i32 = 300;

/// The group of an era: a power loss that may take what was promised begins a new one.
pub(super) fn group(era: u32) -> String {
    format!("eos{era}")
}

/// What one transaction was made of.
#[derive(Debug, Clone)]
pub(super) struct Batch {
    pub(super) era: u32,
    pub(super) place: Place,
    /// The first offset, and the next one to read.
    pub(super) from: i64,
    pub(super) to: i64,
    /// By number in the world.
    pub(super) transaction: usize,
}

/// What an instance is at.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) place: Place,
    /// As whom it began: the coordinator knows whether that one owns the partition still.
    pub(super) as_member: Identity,
    pub(super) from: i64,
    /// What was read and its transaction, by number in the world.
    pub(super) transaction: Option<usize>,
}

impl Work {
    pub(super) fn batch(&self) -> Option<usize> {
        self.transaction
    }

    /// The number of its transaction.
    pub(super) fn transaction_in(&self, world: &World) -> Option<usize> {
        world.processed.get(self.transaction?).map(|batch| batch.transaction)
    }

    /// Fetches what is committed from its offset on.
    pub(super) fn read(&self, engine: &Engine, world: &World) -> Option<InFlight> {
        let leader = world.partition(&self.place)?.leader();
        if !world.serves(leader) {
            return None;
        }
        let read =
            Read { offset: self.from, max_bytes: READ_BYTES, max_wait_ms: 0, is_committed: true };
        let request = requests::fetch(&self.place, &read);
        Some(InFlight::send(engine, leader, &request, requests::FETCH_VERSION))
    }

    /// How many batches of records there are, and where the next read begins. `None`: not yet.
    pub(super) fn has_read(
        &self,
        flight: &mut InFlight,
    ) -> Result<Option<(usize, i64)>, ErrorCode> {
        let response = match flight.poll::<FetchRequest>(requests::FETCH_VERSION) {
            Answer::NotYet => return Ok(None),
            Answer::Lost => return Ok(Some((0, self.from))),
            Answer::Response(response) => response,
        };
        let partition = response.responses.first().and_then(|topic| topic.partitions.first());
        let Some(partition) = partition else { return Ok(Some((0, self.from))) };
        if partition.error_code != 0 {
            return Err(ErrorCode(partition.error_code));
        }
        let bytes = partition.records.as_ref().and_then(|records| records.to_bytes().ok());
        let (mut records, mut to) = (0, self.from);
        for batch in BatchReader::new(&bytes.unwrap_or_default()).flatten() {
            records += usize::from(!batch.header.attributes.is_control());
            to = batch.header.last_offset() + 1;
        }
        Ok(Some((records, to)))
    }
}

impl World {
    /// Where outputs go: to partitions that lose nothing, also when power fails, if there are any.
    pub(super) fn output_places(&self) -> Vec<Place> {
        let kept: Vec<Place> =
            self.places().into_iter().filter(|place| self.keeps(place)).collect();
        let durable: Vec<Place> =
            kept.iter().filter(|place| self.is_durable(place)).cloned().collect();
        if durable.is_empty() { kept } else { durable }
    }

    fn is_durable(&self, place: &Place) -> bool {
        self.topic(&place.topic).is_some_and(|topic| topic.durable)
    }

    /// A power loss may have taken offsets or outputs: what comes is another group's.
    pub(super) fn forgive_processing(&mut self) {
        let of_era = self.processed.iter().filter(|batch| batch.era == self.era);
        let transactions = of_era.filter_map(|batch| self.transactions.get(batch.transaction));
        let mut written = transactions.flat_map(|it| it.writes.iter());
        let is_lost = written.any(|(place, _)| !self.is_durable(place));
        if is_lost || !self.keeps_offsets {
            self.era += 1;
        }
    }

    /// In the end, with the values that are committed.
    pub(super) fn judge_processing(&mut self, committed: &BTreeSet<String>) {
        let mut ranges: BTreeMap<Place, Vec<(i64, i64)>> = BTreeMap::new();
        for batch in self.processed.iter().filter(|batch| batch.era == self.era) {
            let Some(transaction) = self.transactions.get(batch.transaction) else { continue };
            let is_committed =
                transaction.writes.iter().any(|(_, value)| committed.contains(value));
            if is_committed && transaction.fate != Fate::Forgiven {
                ranges.entry(batch.place.clone()).or_default().push((batch.from, batch.to));
            }
        }
        for (place, mut ranges) in ranges {
            ranges.sort_unstable();
            let checked = self
                .committed_offset(&group(self.era), &place)
                .and_then(|offset| check_ranges(&ranges, offset));
            if let Err(wrong) = checked {
                self.violate(format!("processed of {place:?}: {wrong}"));
            }
        }
    }

    /// What a group has committed, by whichever broker coordinates it.
    fn committed_offset(&self, group: &str, place: &Place) -> Result<i64, String> {
        let engine = self.engine.clone().ok_or("the engine is dead")?;
        let mut refused = ErrorCode::NONE;
        for broker in &self.config.brokers {
            let request = OffsetFetchRequest {
                require_stable: false,
                ..offsets::fetch_request(group, place)
            };
            let mut flight = InFlight::send(&engine, broker.id, &request, FETCH_VERSION);
            if let Answer::Response(response) = flight.poll::<OffsetFetchRequest>(FETCH_VERSION) {
                match offsets::fetched(&response) {
                    Ok(offset) => return Ok(offset.max(0)),
                    Err(code) => refused = code,
                }
            }
        }
        Err(format!("nobody tells the offset of {group}: {}", refused.name()))
    }
}

/// Every offset below `offset` was processed once, none beyond it.
fn check_ranges(ranges: &[(i64, i64)], offset: i64) -> Result<(), String> {
    let mut next = 0;
    for (from, to) in ranges {
        if *from != next {
            let what = if *from > next { "are missing" } else { "were processed twice" };
            return Err(format!("{from} to {next} {what}: {ranges:?}"));
        }
        next = *to;
    }
    match next == offset {
        true => Ok(()),
        false => Err(format!("processed up to {next}, committed {offset}: {ranges:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::check_ranges;

    #[test]
    fn gaps_overlaps_and_offsets_apart_from_outputs_are_found() {
        assert_eq!(check_ranges(&[(0, 3), (3, 7)], 7), Ok(()));
        assert_eq!(check_ranges(&[], 0), Ok(()));
        assert!(check_ranges(&[(0, 3), (4, 7)], 7).unwrap_err().contains("missing"));
        assert!(check_ranges(&[(0, 3), (0, 3)], 3).unwrap_err().contains("twice"));
        assert!(check_ranges(&[(0, 3)], 7).unwrap_err().contains("committed 7"));
        assert!(check_ranges(&[(0, 3)], 0).is_err(), "outputs without their offsets");
    }
}
