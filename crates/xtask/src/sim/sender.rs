//! Batches to one partition, one in flight, sent again until it is acknowledged: what producers have in
//! common.

use weir_engine::Engine;
use weir_wire::ErrorCode;
use weir_wire::messages::init_producer_id_request::InitProducerIdRequest;
use weir_wire::messages::produce_request::ProduceRequest;
use weir_wire::messages::produce_response::ProduceResponse;
use weir_wire::records::BatchBuilder;

use super::client::is_lost;
use super::ledger::Place;
use super::requests;
use super::wire::{Answer, InFlight};
use super::world::World;

const INIT_VERSION: i16 = 4;
const PRODUCE_VERSION: i16 = 9;

#[derive(Debug)]
pub(super) struct Sender {
    pub(super) name: String,
    pub(super) place: Place,
    /// Id and epoch of an idempotent producer.
    pub(super) identity: Option<(i64, i16)>,
    sequence: i32,
    /// Losses of the partition when this identity began.
    losses: u32,
    flight: Option<(Kind, InFlight)>,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Init,
    Produce,
}

/// What came of the request in flight.
#[derive(Debug, Clone, Copy)]
pub(super) enum Came {
    /// There is none: something may be sent.
    Idle,
    /// The batch lies there.
    Acknowledged(i64),
    /// The batch will never be acknowledged.
    GivenUp,
    Nothing,
}

impl Sender {
    pub(super) fn new(name: String, place: Place) -> Self {
        Self { name, place, identity: None, sequence: 0, losses: 0, flight: None }
    }

    /// Asks for an identity.
    pub(super) fn init(&mut self, engine: &Engine, world: &World) {
        let Some(broker) = world.any_broker() else { return };
        let request = requests::init_producer(None);
        let flight = InFlight::send(engine, broker, &request, INIT_VERSION);
        self.flight = Some((Kind::Init, flight));
    }

    /// The partition's leader, where it can be reached.
    pub(super) fn leader(&self, world: &World) -> Option<i32> {
        let leader = world.partition(&self.place)?.leader();
        world.serves(leader).then_some(leader)
    }

    /// A batch of the next records.
    pub(super) fn batch(&self) -> BatchBuilder {
        match self.identity {
            Some((id, epoch)) => BatchBuilder::new().producer(id, epoch, self.sequence),
            None => BatchBuilder::new(),
        }
    }

    pub(super) fn produce(&mut self, engine: &Engine, leader: i32, batch: BatchBuilder) {
        let Ok(batch) = batch.build() else { return };
        let request = requests::produce(None, &self.place, batch.to_bytes());
        let flight = InFlight::send(engine, leader, &request, PRODUCE_VERSION);
        self.flight = Some((Kind::Produce, flight));
    }

    /// Looks for the answer; `count` records were sent.
    pub(super) fn receive(&mut self, world: &mut World, count: usize) -> Came {
        let Some((kind, mut flight)) = self.flight.take() else { return Came::Idle };
        // What a dead process answers never reaches anyone.
        if world.fs.is_dead() {
            return Came::Nothing;
        }
        match kind {
            Kind::Init => {
                match flight.poll::<InitProducerIdRequest>(INIT_VERSION) {
                    Answer::NotYet => self.flight = Some((kind, flight)),
                    Answer::Response(response) if response.error_code == 0 => {
                        self.begin((response.producer_id, response.producer_epoch), world);
                    }
                    Answer::Lost | Answer::Response(_) => {}
                }
                Came::Nothing
            }
            Kind::Produce => match flight.poll::<ProduceRequest>(PRODUCE_VERSION) {
                Answer::NotYet => {
                    self.flight = Some((kind, flight));
                    Came::Nothing
                }
                Answer::Lost => Came::Nothing,
                Answer::Response(response) => self.produced(world, &response, count),
            },
        }
    }

    fn begin(&mut self, identity: (i64, i16), world: &World) {
        self.identity = Some(identity);
        self.sequence = 0;
        self.losses = self.losses_now(world);
    }

    fn losses_now(&self, world: &World) -> u32 {
        world.ledgers.get(&self.place).map_or(0, |ledger| ledger.losses)
    }

    fn produced(&mut self, world: &mut World, response: &ProduceResponse, count: usize) -> Came {
        let partition = &response.responses[0].partition_responses[0];
        let code = ErrorCode(partition.error_code);
        if code == ErrorCode::NONE {
            self.sequence += i32::try_from(count).unwrap_or(0);
            world.counts.acknowledged += count as u64;
            return Came::Acknowledged(partition.base_offset);
        }
        if code.is_retriable() && code != ErrorCode::UNKNOWN_PRODUCER_ID {
            return Came::Nothing;
        }
        if self.losses_now(world) == self.losses {
            let (name, place) = (&self.name, &self.place);
            world.violate(format!("{name} at {place:?}: {} though nothing was lost", code.name()));
        }
        // The log lost what it knew of this producer: a client begins anew.
        self.identity = None;
        Came::GivenUp
    }

    pub(super) fn disconnect(&mut self, broker: Option<i32>) {
        if is_lost(self.flight.as_ref().map(|(_, flight)| flight), broker) {
            self.flight = None;
        }
    }
}
