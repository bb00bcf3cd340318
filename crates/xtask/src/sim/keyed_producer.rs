//! Producers of compacted topics: idempotent ones and plain ones. One batch in flight each, sent again
//! until it is acknowledged.

use weir_engine::{Clock, Engine, Rng};
use weir_wire::messages::init_producer_id_request::InitProducerIdRequest;
use weir_wire::messages::produce_request::{
    PartitionProduceData, ProduceRequest, TopicProduceData,
};
use weir_wire::messages::produce_response::ProduceResponse;
use weir_wire::records::BatchBuilder;
use weir_wire::{ErrorCode, Str};

use super::client::{Client, is_lost};
use super::keyed::Write;
use super::ledger::Place;
use super::wire::{Answer, InFlight};
use super::world::World;

const INIT_VERSION: i16 = 4;
const PRODUCE_VERSION: i16 = 9;
const KEYS: u64 = 10;

#[derive(Debug)]
pub(super) struct KeyedProducer {
    name: String,
    place: Place,
    is_idempotent: bool,
    identity: Option<(i64, i16)>,
    next_value: u64,
    sequence: i32,
    batch: Vec<Write>,
    /// The batch was sent before.
    is_again: bool,
    /// Losses of the partition when this identity began.
    losses: u32,
    flight: Option<(Kind, InFlight)>,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Init,
    Produce,
}

/// A write that nobody sent yet: now and then a tombstone.
pub(super) fn next_write(world: &World, name: &str, number: u64) -> Write {
    let value = (!world.chance(6)).then(|| format!("{name}-{number:06}"));
    (format!("key{}", world.rng.below(KEYS)), value)
}

impl KeyedProducer {
    pub(super) fn new(number: usize, place: Place) -> Self {
        Self {
            name: format!("k{number}"),
            place,
            is_idempotent: number.is_multiple_of(2),
            identity: None,
            next_value: 0,
            sequence: 0,
            batch: Vec::new(),
            is_again: false,
            losses: 0,
            flight: None,
        }
    }

    fn send(&mut self, world: &mut World) {
        let Some(engine) = world.engine.clone() else { return };
        if self.is_idempotent && self.identity.is_none() {
            let Some(broker) = world.any_broker() else { return };
            let request = InitProducerIdRequest {
                transactional_id: None,
                transaction_timeout_ms: 60_000,
                producer_id: -1,
                producer_epoch: -1,
                ..Default::default()
            };
            let flight = InFlight::send(&engine, broker, &request, INIT_VERSION);
            self.flight = Some((Kind::Init, flight));
            return;
        }
        let Some(leader) = world.partition(&self.place).map(|p| p.leader()) else { return };
        if !world.serves(leader) {
            return;
        }
        if self.batch.is_empty() {
            self.fill(world);
        }
        if !self.is_again || !self.is_idempotent {
            world.keyed(&self.place).send(&self.batch);
        }
        self.is_again = true;
        let flight = self.produce(&engine, world, leader);
        self.flight = flight.map(|flight| (Kind::Produce, flight));
    }

    fn fill(&mut self, world: &World) {
        let from = self.next_value;
        self.next_value += 1 + world.rng.below(3);
        let numbers = from..self.next_value;
        self.batch = numbers.map(|number| next_write(world, &self.name, number)).collect();
        self.is_again = false;
    }

    fn produce(&self, engine: &Engine, world: &World, leader: i32) -> Option<InFlight> {
        let mut builder = BatchBuilder::new();
        if let Some((id, epoch)) = self.identity {
            builder = builder.producer(id, epoch, self.sequence);
        }
        for (key, value) in &self.batch {
            let value = value.as_ref().map(|value| value.as_bytes());
            builder.append(world.clock.wall_ms(), Some(key.as_bytes()), value, &[]);
        }
        let data = PartitionProduceData {
            index: self.place.partition,
            records: Some(builder.build().ok()?.to_bytes()),
            ..Default::default()
        };
        let topic = TopicProduceData {
            name: Str::from(self.place.topic.as_str()),
            partition_data: vec![data],
            ..Default::default()
        };
        let request = ProduceRequest {
            transactional_id: None,
            acks: -1,
            timeout_ms: 1_500,
            topic_data: vec![topic],
            ..Default::default()
        };
        Some(InFlight::send(engine, leader, &request, PRODUCE_VERSION))
    }

    fn receive(&mut self, world: &mut World, kind: Kind, mut flight: InFlight) {
        match kind {
            Kind::Init => match flight.poll::<InitProducerIdRequest>(INIT_VERSION) {
                Answer::NotYet => self.flight = Some((kind, flight)),
                Answer::Response(response) if response.error_code == 0 => {
                    self.identity = Some((response.producer_id, response.producer_epoch));
                    self.sequence = 0;
                    self.losses = world.ledgers.get(&self.place).map_or(0, |l| l.losses);
                }
                Answer::Lost | Answer::Response(_) => {}
            },
            Kind::Produce => match flight.poll::<ProduceRequest>(PRODUCE_VERSION) {
                Answer::NotYet => self.flight = Some((kind, flight)),
                Answer::Lost => {}
                Answer::Response(response) => self.produced(world, &response),
            },
        }
    }

    fn produced(&mut self, world: &mut World, response: &ProduceResponse) {
        let partition = &response.responses[0].partition_responses[0];
        let code = ErrorCode(partition.error_code);
        if code == ErrorCode::NONE {
            return self.acknowledged(world, partition.base_offset);
        }
        if code.is_retriable() && code != ErrorCode::UNKNOWN_PRODUCER_ID {
            return;
        }
        let losses = world.ledgers.get(&self.place).map_or(0, |ledger| ledger.losses);
        if losses == self.losses {
            let (name, place) = (&self.name, &self.place);
            world.violate(format!("{name} at {place:?}: {} though nothing was lost", code.name()));
        }
        // The log lost what it knew of this producer: a client begins anew, the batch is given up.
        self.identity = None;
        self.batch.clear();
    }

    fn acknowledged(&mut self, world: &mut World, base_offset: i64) {
        let batch = std::mem::take(&mut self.batch);
        self.sequence += i32::try_from(batch.len()).unwrap_or(0);
        world.counts.acknowledged += batch.len() as u64;
        for (offset, write) in (base_offset..).zip(&batch) {
            if let Err(wrong) = world.keyed(&self.place).acknowledge(offset, write) {
                world.violate(format!("{:?}: {wrong}", self.place));
            }
            let ledger = world.ledgers.entry(self.place.clone()).or_default();
            ledger.acked.insert(offset, format!("{write:?}"));
        }
        world.keyed(&self.place).resolve(&batch);
    }
}

impl Client for KeyedProducer {
    fn step(&mut self, world: &mut World) {
        match self.flight.take() {
            // What a dead process answers never reaches anyone.
            Some(_) if world.fs.is_dead() => {}
            Some((kind, flight)) => self.receive(world, kind, flight),
            None => self.send(world),
        }
    }

    fn disconnect(&mut self, broker: Option<i32>) {
        if is_lost(self.flight.as_ref().map(|(_, flight)| flight), broker) {
            self.flight = None;
        }
    }
}
