//! Consumers: each reads one partition from its beginning, again and again.

use weir_wire::messages::fetch_request::{FetchPartition, FetchRequest, FetchTopic};
use weir_wire::messages::fetch_response::{FetchResponse, PartitionData};
use weir_wire::records::{BatchHeader, BatchReader};
use weir_wire::{ErrorCode, Str};

use super::client::{Client, is_lost};
use super::ledger::Place;
use super::wire::{Answer, InFlight};
use super::world::World;
use weir_engine::Rng;

const VERSION: i16 = 12;
const DECOMPRESSED_MAX: usize = 1 << 20;

#[derive(Debug)]
pub(super) struct Consumer {
    place: Place,
    offset: i64,
    /// Reads what is committed only.
    committed: bool,
    losses: u32,
    flight: Option<InFlight>,
}

impl Consumer {
    pub(super) fn new(place: Place) -> Self {
        let committed = place.partition % 2 == 0;
        Self { place, offset: 0, committed, losses: 0, flight: None }
    }

    fn send(&mut self, world: &mut World) {
        let Some(engine) = world.engine.clone() else { return };
        let Some(leader) = world.partition(&self.place).map(|p| p.leader()) else { return };
        if !world.serves(leader) {
            return;
        }
        if world.chance(20) {
            self.offset = 0;
        }
        let partition = FetchPartition {
            partition: self.place.partition,
            current_leader_epoch: -1,
            fetch_offset: self.offset,
            last_fetched_epoch: -1,
            log_start_offset: -1,
            partition_max_bytes: 64 + world.rng.below(2_000) as i32,
            ..Default::default()
        };
        let topic = FetchTopic {
            topic: Str::from(self.place.topic.as_str()),
            partitions: vec![partition],
            ..Default::default()
        };
        let request = FetchRequest {
            max_wait_ms: world.rng.below(500) as i32,
            min_bytes: 1,
            max_bytes: 1 << 20,
            session_epoch: -1,
            isolation_level: i8::from(self.committed),
            topics: vec![topic],
            ..Default::default()
        };
        self.flight = Some(InFlight::send(&engine, leader, &request, VERSION));
    }

    fn receive(&mut self, world: &mut World, response: &FetchResponse) {
        let partition = response.responses.first().and_then(|topic| topic.partitions.first());
        let Some(partition) = partition else { return };
        match ErrorCode(partition.error_code) {
            ErrorCode::NONE => {
                if let Err(wrong) = self.read(world, partition) {
                    let place = &self.place;
                    world.violate(format!("{place:?}: {wrong}"));
                }
            }
            ErrorCode::OFFSET_OUT_OF_RANGE => {
                let losses = world.ledgers.get(&self.place).map_or(0, |ledger| ledger.losses);
                if losses == self.losses {
                    let (place, offset) = (&self.place, self.offset);
                    world.violate(format!(
                        "{place:?}: offset {offset} out of range, nothing was lost"
                    ));
                }
                self.losses = losses;
                self.offset = 0;
            }
            code if code.is_retriable() => {}
            code => world.violate(format!("{:?}: fetch answers {}", self.place, code.name())),
        }
    }

    fn read(&mut self, world: &mut World, partition: &PartitionData) -> Result<(), String> {
        let high_watermark = partition.high_watermark;
        let bytes = partition.records.as_ref().and_then(|r| r.to_bytes().ok()).unwrap_or_default();
        let ledger = world.ledgers.entry(self.place.clone()).or_default();
        let mut filter = Aborted::of(partition);
        let mut scratch = Vec::new();
        let mut shown = 0;
        for batch in BatchReader::new(&bytes) {
            let batch = batch.map_err(|e| e.to_string())?;
            batch.check_crc().map_err(|e| e.to_string())?;
            let is_dropped = filter.drops(&batch.header);
            if batch.header.attributes.is_control() {
                if batch.header.base_offset > self.offset {
                    return Err(format!("a hole before the marker {}", batch.header.base_offset));
                }
                self.offset = self.offset.max(batch.header.last_offset() + 1);
                continue;
            }
            for record in
                batch.records(&mut scratch, DECOMPRESSED_MAX).map_err(|e| e.to_string())?
            {
                let record = record.map_err(|e| e.to_string())?;
                if record.offset < self.offset {
                    continue;
                }
                if record.offset > self.offset {
                    return Err(format!("a hole: {} follows {}", record.offset, self.offset - 1));
                }
                if record.offset >= high_watermark {
                    return Err(format!(
                        "{} shown, high watermark {high_watermark}",
                        record.offset
                    ));
                }
                let value = String::from_utf8_lossy(record.value.unwrap_or_default()).into_owned();
                ledger.show(record.offset, &value)?;
                let is_transactional = batch.header.attributes.is_transactional();
                if self.committed && is_transactional && !is_dropped {
                    world.shown_committed.insert(value);
                }
                self.offset = record.offset + 1;
                shown += 1;
            }
        }
        world.counts.shown += shown;
        Ok(())
    }
}

impl Client for Consumer {
    fn step(&mut self, world: &mut World) {
        match self.flight.take() {
            None => self.send(world),
            Some(mut flight) => match flight.poll::<FetchRequest>(VERSION) {
                _ if world.fs.is_dead() => {}
                Answer::NotYet => self.flight = Some(flight),
                Answer::Lost => {}
                Answer::Response(response) => self.receive(world, &response),
            },
        }
    }

    fn disconnect(&mut self, broker: Option<i32>) {
        if is_lost(self.flight.as_ref(), broker) {
            self.flight = None;
        }
    }
}

/// What a read_committed consumer drops: a producer's batches from the first offset that is named,
/// up to its next marker.
pub(super) struct Aborted {
    to_come: Vec<(i64, i64)>,
    open: Vec<i64>,
}

impl Aborted {
    pub(super) fn of(partition: &PartitionData) -> Self {
        let aborted = partition.aborted_transactions.iter().flatten();
        let to_come = aborted.map(|it| (it.producer_id, it.first_offset)).collect();
        Self { to_come, open: Vec::new() }
    }

    pub(super) fn drops(&mut self, header: &BatchHeader) -> bool {
        let open = &mut self.open;
        self.to_come.retain(|(id, first)| {
            let begins = *first <= header.last_offset();
            open.extend(begins.then_some(*id));
            !begins
        });
        if header.attributes.is_control() {
            self.open.retain(|id| *id != header.producer_id);
            return true;
        }
        header.attributes.is_transactional() && self.open.contains(&header.producer_id)
    }
}
