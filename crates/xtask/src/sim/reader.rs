//! Reading one partition from its beginning, again and again: what consumers have in common.

use weir_engine::Rng;
use weir_wire::ErrorCode;
use weir_wire::messages::fetch_request::FetchRequest;
use weir_wire::messages::fetch_response::PartitionData;
use weir_wire::records::BatchHeader;

use super::client::is_lost;
use super::ledger::Place;
use super::requests::{FETCH_VERSION, Read, fetch};
use super::wire::{Answer, InFlight};
use super::world::World;

#[derive(Debug)]
pub(super) struct Reader {
    pub(super) place: Place,
    pub(super) offset: i64,
    /// Reads what is committed only.
    pub(super) is_committed: bool,
    losses: u32,
    flight: Option<InFlight>,
}

/// Checks what was fetched, and moves the offset.
pub(super) type Check = fn(&mut Reader, &mut World, &PartitionData) -> Result<(), String>;

impl Reader {
    pub(super) fn new(place: Place, is_committed: bool) -> Self {
        Self { place, offset: 0, is_committed, losses: 0, flight: None }
    }

    pub(super) fn step(&mut self, world: &mut World, check: Check) {
        match self.flight.take() {
            None => self.send(world),
            Some(mut flight) => match flight.poll::<FetchRequest>(FETCH_VERSION) {
                _ if world.fs.is_dead() => {}
                Answer::NotYet => self.flight = Some(flight),
                Answer::Lost => {}
                Answer::Response(response) => {
                    let topic = response.responses.first();
                    if let Some(partition) = topic.and_then(|topic| topic.partitions.first()) {
                        self.receive(world, partition, check);
                    }
                }
            },
        }
    }

    pub(super) fn disconnect(&mut self, broker: Option<i32>) {
        if is_lost(self.flight.as_ref(), broker) {
            self.flight = None;
        }
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
        let read = Read {
            offset: self.offset,
            max_bytes: 64 + world.rng.below(2_000) as i32,
            max_wait_ms: world.rng.below(500) as i32,
            is_committed: self.is_committed,
        };
        let request = fetch(&self.place, &read);
        self.flight = Some(InFlight::send(&engine, leader, &request, FETCH_VERSION));
    }

    fn receive(&mut self, world: &mut World, partition: &PartitionData, check: Check) {
        match ErrorCode(partition.error_code) {
            ErrorCode::NONE => {
                if let Err(wrong) = check(self, world, partition) {
                    world.violate(format!("{:?}: {wrong}", self.place));
                }
            }
            ErrorCode::OFFSET_OUT_OF_RANGE => self.begin_anew(world),
            code if code.is_retriable() => {}
            code => world.violate(format!("{:?}: fetch answers {}", self.place, code.name())),
        }
    }

    /// The log ends before the offset: it has to have lost something.
    fn begin_anew(&mut self, world: &mut World) {
        let losses = world.ledgers.get(&self.place).map_or(0, |ledger| ledger.losses);
        if losses == self.losses {
            let (place, offset) = (&self.place, self.offset);
            world.violate(format!("{place:?}: offset {offset} out of range, nothing was lost"));
        }
        (self.losses, self.offset) = (losses, 0);
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
