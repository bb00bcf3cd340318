//! Readers of compacted topics: from the start to the end, again and again. Offsets only grow, and each
//! holds what it always held.

use weir_engine::Rng;
use weir_wire::messages::fetch_request::{FetchPartition, FetchRequest, FetchTopic};
use weir_wire::messages::fetch_response::PartitionData;
use weir_wire::records::BatchReader;
use weir_wire::{ErrorCode, Str};

use super::client::{Client, is_lost};
use super::consumer::Aborted;
use super::keyed::write_of;
use super::ledger::Place;
use super::wire::{Answer, InFlight};
use super::world::World;

const VERSION: i16 = 12;

#[derive(Debug)]
pub(super) struct KeyedReader {
    place: Place,
    offset: i64,
    /// Reads what is committed only.
    is_committed: bool,
    losses: u32,
    flight: Option<InFlight>,
}

impl KeyedReader {
    pub(super) fn new(place: Place, is_committed: bool) -> Self {
        Self { place, offset: 0, is_committed, losses: 0, flight: None }
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
            isolation_level: i8::from(self.is_committed),
            topics: vec![topic],
            ..Default::default()
        };
        self.flight = Some(InFlight::send(&engine, leader, &request, VERSION));
    }

    fn receive(&mut self, world: &mut World, partition: &PartitionData) {
        match ErrorCode(partition.error_code) {
            ErrorCode::NONE => {
                if let Err(wrong) = self.read(world, partition) {
                    world.violate(format!("{:?}: {wrong}", self.place));
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
                (self.losses, self.offset) = (losses, 0);
            }
            code if code.is_retriable() => {}
            code => world.violate(format!("{:?}: fetch answers {}", self.place, code.name())),
        }
    }

    fn read(&mut self, world: &mut World, partition: &PartitionData) -> Result<(), String> {
        let bytes = partition.records.as_ref().and_then(|r| r.to_bytes().ok()).unwrap_or_default();
        let mut filter = Aborted::of(partition);
        let mut scratch = Vec::new();
        for batch in BatchReader::new(&bytes) {
            let batch = batch.map_err(|e| e.to_string())?;
            batch.check_crc().map_err(|e| e.to_string())?;
            let is_dropped = filter.drops(&batch.header);
            let next = batch.header.last_offset() + 1;
            if next <= self.offset || batch.header.attributes.is_control() {
                self.offset = self.offset.max(next);
                continue;
            }
            let is_transactional = batch.header.attributes.is_transactional();
            for record in batch.records(&mut scratch, 1 << 20).map_err(|e| e.to_string())? {
                let record = record.map_err(|e| e.to_string())?;
                if record.offset < self.offset {
                    continue;
                }
                if record.offset >= partition.high_watermark {
                    let high_watermark = partition.high_watermark;
                    return Err(format!(
                        "{} shown, high watermark {high_watermark}",
                        record.offset
                    ));
                }
                let write = write_of(record.key, record.value);
                if self.is_committed && is_transactional && !is_dropped {
                    world.shown_committed.extend(write.1.clone());
                }
                world.keyed(&self.place).show(record.offset, write)?;
                self.offset = record.offset + 1;
                world.counts.shown += 1;
            }
            self.offset = next;
        }
        Ok(())
    }
}

impl Client for KeyedReader {
    fn step(&mut self, world: &mut World) {
        match self.flight.take() {
            None => self.send(world),
            Some(mut flight) => match flight.poll::<FetchRequest>(VERSION) {
                _ if world.fs.is_dead() => {}
                Answer::NotYet => self.flight = Some(flight),
                Answer::Lost => {}
                Answer::Response(response) => {
                    let topic = response.responses.first();
                    if let Some(partition) = topic.and_then(|topic| topic.partitions.first()) {
                        self.receive(world, partition);
                    }
                }
            },
        }
    }

    fn disconnect(&mut self, broker: Option<i32>) {
        if is_lost(self.flight.as_ref(), broker) {
            self.flight = None;
        }
    }
}
