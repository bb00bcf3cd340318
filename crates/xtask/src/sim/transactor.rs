//! Transactional producers: they write to several partitions, then commit or abort. Whatever dies
//! meanwhile, a transaction is visible in all of its partitions or in none.

use std::collections::BTreeMap;

use weir_engine::{Clock, Engine, Rng};
use weir_wire::messages::add_partitions_to_txn_request::{
    AddPartitionsToTxnRequest, AddPartitionsToTxnTopic,
};
use weir_wire::messages::end_txn_request::EndTxnRequest;
use weir_wire::messages::init_producer_id_request::InitProducerIdRequest;
use weir_wire::messages::produce_request::{
    PartitionProduceData, ProduceRequest, TopicProduceData,
};
use weir_wire::records::BatchBuilder;
use weir_wire::{ErrorCode, Str};

use super::client::{Client, is_lost};
use super::ledger::Place;
use super::wire::{Answer, InFlight};
use super::world::World;

const INIT_VERSION: i16 = 5;
const ADD_VERSION: i16 = 3;

/// What has to become of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Nobody asked for its commit: no record of it may ever be shown.
    Uncommitted,
    /// Its commit was asked for, and not answered: all or nothing.
    Unknown,
    /// Its commit was acknowledged.
    Committed,
    /// A power loss may have taken what was not synced: nothing is promised.
    Forgiven,
}

/// One transaction.
#[derive(Debug)]
pub(super) struct Transaction {
    pub(super) writes: Vec<(Place, String)>,
    pub(super) fate: Fate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Init,
    Add,
    /// The next place to write to.
    Write(usize),
    End {
        commit: bool,
    },
}

#[derive(Debug)]
pub(super) struct Transactor {
    name: String,
    /// Speaks `transaction.version` 2: adds partitions by writing.
    is_new: bool,
    identity: Option<(i64, i16)>,
    sequences: BTreeMap<Place, i32>,
    next_value: u64,
    /// By number in the world.
    current: Option<usize>,
    step: Step,
    flight: Option<InFlight>,
}

impl Transactor {
    pub(super) fn new(number: usize) -> Self {
        Self {
            name: format!("x{number}"),
            is_new: number.is_multiple_of(2),
            identity: None,
            sequences: BTreeMap::new(),
            next_value: 0,
            current: None,
            step: Step::Init,
            flight: None,
        }
    }

    fn send(&mut self, world: &mut World) {
        let Some(engine) = world.engine.clone() else { return };
        if self.identity.is_none() {
            self.step = Step::Init;
        } else if self.current.is_none() && !self.begin(world) {
            return;
        }
        self.flight = match self.step {
            Step::Init => self.init(&engine, world),
            Step::Add => self.add(&engine, world),
            Step::Write(at) => self.write(&engine, world, at),
            Step::End { commit } => self.end(&engine, world, commit),
        };
    }

    /// A new transaction over some partitions; `false` where there are none to write to.
    fn begin(&mut self, world: &mut World) -> bool {
        let places: Vec<Place> = world.places().into_iter().filter(|p| world.keeps(p)).collect();
        if places.is_empty() {
            return false;
        }
        let mut writes: Vec<(Place, String)> = Vec::new();
        for _ in 0..1 + world.rng.below(3) {
            let place = places[world.rng.below(places.len() as u64) as usize].clone();
            let value = format!("{}-{:06}", self.name, self.next_value);
            self.next_value += 1;
            let ledger = world.ledgers.entry(place.clone()).or_default();
            ledger.sent.insert(value.clone());
            writes.push((place, value));
        }
        self.current = Some(world.transactions.len());
        world.transactions.push(Transaction { writes, fate: Fate::Uncommitted });
        self.step = if self.is_new { Step::Write(0) } else { Step::Add };
        true
    }

    fn id(&self) -> Str {
        Str::from(self.name.as_str())
    }

    fn init(&self, engine: &Engine, world: &World) -> Option<InFlight> {
        let request = InitProducerIdRequest {
            transactional_id: Some(self.id()),
            transaction_timeout_ms: 60_000,
            producer_id: -1,
            producer_epoch: -1,
            ..Default::default()
        };
        Some(InFlight::send(engine, world.any_broker()?, &request, INIT_VERSION))
    }

    fn add(&self, engine: &Engine, world: &World) -> Option<InFlight> {
        let (id, epoch) = self.identity?;
        let writes = &world.transactions.get(self.current?)?.writes;
        let topics = writes.iter().map(|(place, _)| AddPartitionsToTxnTopic {
            name: Str::from(place.topic.as_str()),
            partitions: vec![place.partition],
            ..Default::default()
        });
        let request = AddPartitionsToTxnRequest {
            v3_and_below_transactional_id: self.id(),
            v3_and_below_producer_id: id,
            v3_and_below_producer_epoch: epoch,
            v3_and_below_topics: topics.collect(),
            ..Default::default()
        };
        Some(InFlight::send(engine, world.any_broker()?, &request, ADD_VERSION))
    }

    fn produce_version(&self) -> i16 {
        if self.is_new { 12 } else { 9 }
    }

    fn write(&self, engine: &Engine, world: &World, at: usize) -> Option<InFlight> {
        let (id, epoch) = self.identity?;
        let (place, value) = world.transactions.get(self.current?)?.writes.get(at)?;
        let leader = world.partition(place)?.leader();
        if !world.serves(leader) {
            return None;
        }
        let sequence = self.sequences.get(place).copied().unwrap_or(0);
        let mut builder = BatchBuilder::new().producer(id, epoch, sequence).transactional();
        builder.append(world.clock.wall_ms(), None, Some(value.as_bytes()), &[]);
        let data = PartitionProduceData {
            index: place.partition,
            records: Some(builder.build().ok()?.to_bytes()),
            ..Default::default()
        };
        let topic = TopicProduceData {
            name: Str::from(place.topic.as_str()),
            partition_data: vec![data],
            ..Default::default()
        };
        let request = ProduceRequest {
            transactional_id: Some(self.id()),
            acks: -1,
            timeout_ms: 1_500,
            topic_data: vec![topic],
            ..Default::default()
        };
        Some(InFlight::send(engine, leader, &request, self.produce_version()))
    }

    fn end_version(&self) -> i16 {
        if self.is_new { 5 } else { 4 }
    }

    fn end(&self, engine: &Engine, world: &mut World, commit: bool) -> Option<InFlight> {
        let (id, epoch) = self.identity?;
        let broker = world.any_broker()?;
        if commit && let Some(current) = world.transactions.get_mut(self.current?) {
            let is_first = current.fate == Fate::Uncommitted;
            current.fate = if is_first { Fate::Unknown } else { current.fate };
        }
        let request = EndTxnRequest {
            transactional_id: self.id(),
            producer_id: id,
            producer_epoch: epoch,
            committed: commit,
            ..Default::default()
        };
        Some(InFlight::send(engine, broker, &request, self.end_version()))
    }

    fn receive(&mut self, world: &mut World, mut flight: InFlight) {
        let answer = match self.step {
            Step::Init => self.initialized(&mut flight),
            Step::Add => self.added(&mut flight),
            Step::Write(at) => self.written(world, &mut flight, at),
            Step::End { commit } => self.ended(world, &mut flight, commit),
        };
        if let Some(code) = answer {
            let (name, current, step) = (&self.name, self.current, self.step);
            let what = current
                .and_then(|at| world.transactions.get(at))
                .map(|t| (t.fate, t.writes.clone()));
            world.note(format!(
                "{name} {:?} {what:?}: {}, next {step:?}",
                self.identity,
                code.name()
            ));
        }
        match answer {
            None => self.flight = Some(flight),
            Some(ErrorCode::NONE) => {}
            Some(code) if is_worth_a_retry(code) => {}
            // Fenced, by its own timeout or by what the log lost: begin anew.
            Some(_) => {
                self.identity = None;
                self.current = None;
            }
        }
    }

    fn initialized(&mut self, flight: &mut InFlight) -> Option<ErrorCode> {
        let response = match flight.poll::<InitProducerIdRequest>(INIT_VERSION) {
            Answer::NotYet => return None,
            Answer::Lost => return Some(ErrorCode::NONE),
            Answer::Response(response) => response,
        };
        if response.error_code == 0 {
            self.identity = Some((response.producer_id, response.producer_epoch));
            self.sequences.clear();
            self.current = None;
        }
        Some(ErrorCode(response.error_code))
    }

    fn added(&mut self, flight: &mut InFlight) -> Option<ErrorCode> {
        let response = match flight.poll::<AddPartitionsToTxnRequest>(ADD_VERSION) {
            Answer::NotYet => return None,
            Answer::Lost => return Some(ErrorCode::NONE),
            Answer::Response(response) => response,
        };
        let topics = response.results_by_topic_v3_and_below;
        let code = topics.first().and_then(|topic| topic.results_by_partition.first());
        let code = code.map_or(ErrorCode::NONE, |it| ErrorCode(it.partition_error_code));
        if code == ErrorCode::NONE {
            self.step = Step::Write(0);
        }
        Some(code)
    }

    fn written(
        &mut self,
        world: &mut World,
        flight: &mut InFlight,
        at: usize,
    ) -> Option<ErrorCode> {
        let response = match flight.poll::<ProduceRequest>(self.produce_version()) {
            Answer::NotYet => return None,
            Answer::Lost => return Some(ErrorCode::NONE),
            Answer::Response(response) => response,
        };
        let partition = &response.responses[0].partition_responses[0];
        let code = ErrorCode(partition.error_code);
        let writes = self.current.and_then(|at| world.transactions.get(at)).map(|it| &it.writes);
        if code == ErrorCode::NONE
            && let Some(writes) = writes
            && let Some((place, value)) = writes.get(at)
        {
            let ledger = world.ledgers.entry(place.clone()).or_default();
            ledger.acked.insert(partition.base_offset, value.clone());
            *self.sequences.entry(place.clone()).or_default() += 1;
            let is_last = at + 1 == writes.len();
            let commit = !world.chance(3);
            self.step = if is_last { Step::End { commit } } else { Step::Write(at + 1) };
        }
        Some(code)
    }

    fn ended(
        &mut self,
        world: &mut World,
        flight: &mut InFlight,
        commit: bool,
    ) -> Option<ErrorCode> {
        let response = match flight.poll::<EndTxnRequest>(self.end_version()) {
            Answer::NotYet => return None,
            Answer::Lost => return Some(ErrorCode::NONE),
            Answer::Response(response) => response,
        };
        if response.error_code == 0 {
            if let Some(current) = self.current.take().and_then(|at| world.transactions.get_mut(at))
                && commit
                && current.fate == Fate::Unknown
            {
                current.fate = Fate::Committed;
                world.counts.transactions += 1;
            }
            if self.is_new {
                self.identity = Some((response.producer_id, response.producer_epoch));
                self.sequences.clear();
            }
        }
        Some(ErrorCode(response.error_code))
    }
}

impl Client for Transactor {
    fn step(&mut self, world: &mut World) {
        match self.flight.take() {
            // What a dead process answers never reaches anyone.
            Some(_) if world.fs.is_dead() => {}
            Some(flight) => self.receive(world, flight),
            None => self.send(world),
        }
    }

    fn disconnect(&mut self, broker: Option<i32>) {
        if is_lost(self.flight.as_ref(), broker) {
            self.flight = None;
        }
    }
}

fn is_worth_a_retry(code: ErrorCode) -> bool {
    code.is_retriable()
        && code != ErrorCode::UNKNOWN_PRODUCER_ID
        && code != ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER
}
