//! Idempotent producers: one batch in flight each, retried until it is acknowledged.

use weir_engine::{Clock, Engine, Rng};
use weir_wire::ErrorCode;
use weir_wire::Str;
use weir_wire::messages::init_producer_id_request::InitProducerIdRequest;
use weir_wire::messages::produce_request::{
    PartitionProduceData, ProduceRequest, TopicProduceData,
};
use weir_wire::messages::produce_response::ProduceResponse;
use weir_wire::records::BatchBuilder;

use super::client::{Client, is_lost};
use super::ledger::Place;
use super::wire::{Answer, InFlight};
use super::world::World;

const INIT_VERSION: i16 = 4;
const PRODUCE_VERSION: i16 = 9;

#[derive(Debug)]
pub(super) struct Producer {
    name: String,
    place: Place,
    identity: Option<(i64, i16)>,
    next_value: u64,
    sequence: i32,
    batch: Vec<String>,
    flight: Option<(Kind, InFlight)>,
    /// Losses of the partition when this identity began.
    losses: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Init,
    Produce,
}

impl Producer {
    pub(super) fn new(number: usize, place: Place) -> Self {
        Self {
            name: format!("p{number}"),
            place,
            identity: None,
            next_value: 0,
            sequence: 0,
            batch: Vec::new(),
            flight: None,
            losses: 0,
        }
    }

    fn send(&mut self, world: &mut World) {
        let Some(engine) = world.engine.clone() else { return };
        if self.identity.is_none() {
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
        let flight = self.produce(&engine, world, leader);
        self.flight = flight.map(|flight| (Kind::Produce, flight));
    }

    fn fill(&mut self, world: &mut World) {
        let count = 1 + world.rng.below(4);
        let from = self.next_value;
        self.next_value += count;
        self.batch = (from..self.next_value).map(|n| format!("{}-{n:06}", self.name)).collect();
        let ledger = world.ledgers.entry(self.place.clone()).or_default();
        ledger.sent.extend(self.batch.iter().cloned());
    }

    fn produce(&self, engine: &Engine, world: &World, leader: i32) -> Option<InFlight> {
        let (id, epoch) = self.identity?;
        let mut builder = BatchBuilder::new().producer(id, epoch, self.sequence);
        for value in &self.batch {
            builder.append(world.clock.wall_ms(), None, Some(value.as_bytes()), &[]);
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
        // What a dead process answers never reaches anyone.
        if world.fs.is_dead() {
            return;
        }
        match kind {
            Kind::Init => match flight.poll::<InitProducerIdRequest>(INIT_VERSION) {
                Answer::NotYet => self.flight = Some((kind, flight)),
                Answer::Lost => {}
                Answer::Response(response) if response.error_code == 0 => {
                    self.identity = Some((response.producer_id, response.producer_epoch));
                    self.sequence = 0;
                    self.losses = world.ledgers.get(&self.place).map_or(0, |l| l.losses);
                }
                Answer::Response(_) => {}
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
            self.acknowledged(world, partition.base_offset);
            return;
        }
        if code.is_retriable() && code != ErrorCode::UNKNOWN_PRODUCER_ID {
            return;
        }
        let ledger = world.ledgers.entry(self.place.clone()).or_default();
        if ledger.losses == self.losses {
            let (name, place) = (&self.name, &self.place);
            world.violate(format!("{name} at {place:?}: {} though nothing was lost", code.name()));
        }
        // The log lost what it knew of this producer: a client begins anew, the batch is given up.
        self.identity = None;
        self.batch.clear();
    }

    fn acknowledged(&mut self, world: &mut World, base_offset: i64) {
        let place = &self.place;
        let ledger = world.ledgers.entry(place.clone()).or_default();
        let mut wrong = None;
        for (offset, value) in (base_offset..).zip(&self.batch) {
            let before = ledger.acked.insert(offset, value.clone());
            if before.is_some_and(|before| before != *value) {
                wrong = Some(format!("{place:?}: offset {offset} acknowledged twice"));
            }
        }
        if let Some(wrong) = wrong {
            world.violate(wrong);
        }
        world.counts.acknowledged += self.batch.len() as u64;
        self.sequence += i32::try_from(self.batch.len()).unwrap_or(0);
        self.batch.clear();
    }
}

impl Client for Producer {
    fn step(&mut self, world: &mut World) {
        match self.flight.take() {
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
