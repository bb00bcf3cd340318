//! Instances of an application that reads, processes and writes exactly once (KIP-447): each has a
//! transactional id, all are members of one group. Outputs and the offsets of what they were made of are
//! committed together, or not at all, whatever dies meanwhile and whoever is given the partition.

use weir_engine::{Engine, Rng};
use weir_wire::ErrorCode;
use weir_wire::messages::offset_fetch_request::OffsetFetchRequest;

use super::client::{Client, is_lost};
use super::consumer_member::ConsumerMember;
use super::ledger::Place;
use super::offsets::{self, FETCH_VERSION};
use super::processing::{self, Batch, Work};
use super::transactor::{Fate, Transaction};
use super::txn_producer::{Told, TxnProducer, is_given_up};
use super::wire::{Answer, InFlight};
use super::world::World;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Init,
    /// Where the group has got to.
    Position,
    Read,
    Add,
    AddGroup,
    /// The next output.
    Write(usize),
    Offsets,
    End {
        commit: bool,
    },
}

#[derive(Debug)]
pub(super) struct Processor {
    number: usize,
    /// Which of the groups that follow each other it is in.
    era: u32,
    member: ConsumerMember,
    producer: TxnProducer,
    work: Option<Work>,
    step: Step,
    coordinator: Option<i32>,
    flight: Option<InFlight>,
}

impl Processor {
    pub(super) fn new(number: usize) -> Self {
        Self {
            number,
            era: 0,
            member: ConsumerMember::of_processor(&processing::group(0), number),
            producer: TxnProducer::new(format!("e{number}"), number.is_multiple_of(2)),
            work: None,
            step: Step::Init,
            coordinator: None,
            flight: None,
        }
    }

    /// As another process: its first question fences the one before.
    fn begin_anew(&mut self) {
        self.producer.identity = None;
        self.work = None;
        self.flight = None;
    }

    fn group(&self) -> String {
        processing::group(self.era)
    }

    fn send(&mut self, world: &mut World) {
        let Some(engine) = world.engine.clone() else { return };
        if self.producer.identity.is_none() {
            self.step = Step::Init;
        } else if self.work.is_none() && !self.begin(world) {
            return;
        }
        self.flight = match self.step {
            Step::Init => world.any_broker().map(|broker| self.producer.init(&engine, broker)),
            Step::Position => self.position(&engine, world),
            Step::Read => self.work.as_ref().and_then(|work| work.read(&engine, world)),
            Step::Add => self.add(&engine, world),
            Step::AddGroup => self.add_group(&engine, world),
            Step::Write(at) => self
                .write_at(world, at)
                .and_then(|write| self.producer.write(&engine, world, &write)),
            Step::Offsets => self.commit_offsets(&engine, world),
            Step::End { commit } => self.end(&engine, world, commit),
        };
    }

    /// Chooses a partition of those that its member owns now.
    fn begin(&mut self, world: &World) -> bool {
        let Some(as_member) = self.member.identity().filter(|_| !world.is_finishing) else {
            return false;
        };
        let owned = self.member.places();
        let at = world.rng.below(owned.len().max(1) as u64) as usize;
        let Some(place) = owned.iter().nth(at).cloned() else { return false };
        self.work = Some(Work { place, as_member, from: 0, transaction: None });
        self.step = Step::Position;
        true
    }

    fn position(&mut self, engine: &Engine, world: &World) -> Option<InFlight> {
        let broker = world.coordinator(&mut self.coordinator)?;
        let request = offsets::fetch_request(&self.group(), &self.work.as_ref()?.place);
        Some(InFlight::send(engine, broker, &request, FETCH_VERSION))
    }

    fn add(&self, engine: &Engine, world: &World) -> Option<InFlight> {
        let writes = &self.transaction(world)?.writes;
        let broker = world.any_broker()?;
        self.producer.add(engine, broker, writes.iter().map(|(place, _)| place))
    }

    fn add_group(&self, engine: &Engine, world: &World) -> Option<InFlight> {
        self.producer.add_group(engine, world.any_broker()?, &self.group())
    }

    fn commit_offsets(&mut self, engine: &Engine, world: &World) -> Option<InFlight> {
        let broker = world.coordinator(&mut self.coordinator)?;
        let work = self.work.as_ref()?;
        let to = world.processed.get(work.batch()?)?.to;
        self.producer.commit_offset(
            engine,
            broker,
            (&self.group(), &work.as_member),
            (&work.place, to),
        )
    }

    fn end(&self, engine: &Engine, world: &mut World, commit: bool) -> Option<InFlight> {
        let broker = world.any_broker()?;
        let number = self.work.as_ref()?.transaction_in(world)?;
        if commit && let Some(current) = world.transactions.get_mut(number) {
            current.is_asked_for();
        }
        self.producer.end(engine, broker, commit)
    }

    fn transaction<'a>(&self, world: &'a World) -> Option<&'a Transaction> {
        world.transactions.get(self.work.as_ref()?.transaction_in(world)?)
    }

    fn write_at(&self, world: &World, at: usize) -> Option<(Place, String)> {
        self.transaction(world)?.writes.get(at).cloned()
    }

    fn receive(&mut self, world: &mut World, mut flight: InFlight) {
        let told = match self.step {
            Step::Init => self.producer.initialized(&mut flight),
            Step::Position => self.positioned(&mut flight),
            Step::Read => self.has_read(world, &mut flight),
            Step::Add => self.producer.added(&mut flight),
            Step::AddGroup => self.producer.added_group(&mut flight),
            Step::Write(at) => match self.write_at(world, at) {
                Some(write) => self.producer.written(world, &mut flight, &write),
                None => Told::Lost,
            },
            Step::Offsets => self.producer.committed_offset(&mut flight),
            Step::End { .. } => self.producer.ended(&mut flight),
        };
        let Some(code) = told.code(flight, &mut self.flight) else { return };
        self.note(world, code);
        match code {
            ErrorCode::NONE => self.go_on(world),
            code => self.refused(code),
        }
    }

    fn positioned(&mut self, flight: &mut InFlight) -> Told {
        let response = match flight.poll::<OffsetFetchRequest>(FETCH_VERSION) {
            Answer::NotYet => return Told::NotYet,
            Answer::Lost => return Told::Lost,
            Answer::Response(response) => response,
        };
        match (offsets::fetched(&response), &mut self.work) {
            (Ok(offset), Some(work)) => {
                work.from = offset.max(0);
                Told::Code(ErrorCode::NONE)
            }
            (Ok(_), None) => Told::Lost,
            (Err(code), _) => Told::Code(code),
        }
    }

    /// Outputs are made of what was read; without any there is nothing to do.
    fn has_read(&mut self, world: &mut World, flight: &mut InFlight) -> Told {
        let Some(work) = &mut self.work else { return Told::Lost };
        let (records, to) = match work.has_read(flight) {
            Ok(Some(read)) => read,
            Ok(None) => return Told::NotYet,
            Err(code) => return Told::Code(code),
        };
        let places = world.output_places();
        if to <= work.from || places.is_empty() {
            self.work = None;
            return Told::Lost;
        }
        let mut writes = Vec::new();
        for _ in 0..records.clamp(1, 3) {
            let place = places[world.rng.below(places.len() as u64) as usize].clone();
            let value = self.producer.next_value(world, &place);
            writes.push((place, value));
        }
        work.transaction = Some(world.processed.len());
        world.processed.push(Batch {
            era: self.era,
            place: work.place.clone(),
            from: work.from,
            to,
            transaction: world.transactions.len(),
        });
        world.transactions.push(Transaction { writes, fate: Fate::Uncommitted });
        Told::Code(ErrorCode::NONE)
    }

    /// The step is done.
    fn go_on(&mut self, world: &mut World) {
        self.step = match self.step {
            Step::Init => {
                self.work = None;
                return;
            }
            Step::Position => Step::Read,
            Step::Read if self.producer.is_new => Step::Write(0),
            Step::Read => Step::Add,
            Step::Add => Step::AddGroup,
            Step::AddGroup => Step::Write(0),
            Step::Write(at) if self.write_at(world, at + 1).is_some() => Step::Write(at + 1),
            Step::Write(_) => Step::Offsets,
            Step::Offsets => Step::End { commit: !world.chance(5) },
            Step::End { commit } => {
                let number = self.work.take().and_then(|work| work.transaction_in(world));
                let ended = number.and_then(|number| world.transactions.get_mut(number));
                if commit && ended.is_some_and(Transaction::is_acknowledged) {
                    world.counts.processed += 1;
                }
                return;
            }
        };
    }

    fn refused(&mut self, code: ErrorCode) {
        if code == ErrorCode::NOT_COORDINATOR {
            self.coordinator = None;
        }
        match (self.step, code) {
            // Nothing has begun: what is to be done is looked for again.
            (Step::Position | Step::Read, _) => self.work = None,
            (_, code) if !is_given_up(code) => {}
            // It is no member any more, or another owns the partition.
            (
                Step::Offsets,
                ErrorCode::ILLEGAL_GENERATION
                | ErrorCode::UNKNOWN_MEMBER_ID
                | ErrorCode::STALE_MEMBER_EPOCH
                | ErrorCode::GROUP_ID_NOT_FOUND,
            ) => self.step = Step::End { commit: false },
            _ => self.begin_anew(),
        }
    }

    fn note(&self, world: &mut World, code: ErrorCode) {
        if !world.is_aloud {
            return;
        }
        let (name, step, work) = (&self.producer.name, self.step, &self.work);
        let batch = work.as_ref().and_then(|work| world.processed.get(work.batch()?)).cloned();
        let identity = self.producer.identity;
        world.note(format!("{name} {identity:?} {step:?}: {}, {work:?}, {batch:?}", code.name()));
    }
}

impl Client for Processor {
    fn step(&mut self, world: &mut World) {
        if self.era != world.era {
            self.era = world.era;
            self.member = ConsumerMember::of_processor(&self.group(), self.number);
            self.begin_anew();
        }
        let life = self.member.life();
        self.member.step(world);
        // Of those whose member is gone some go on unawares, as what a pause outlived its session.
        if self.member.life() != life && world.chance(2) {
            self.begin_anew();
        }
        match self.flight.take() {
            Some(_) if world.fs.is_dead() => {}
            Some(flight) => self.receive(world, flight),
            None => self.send(world),
        }
    }

    fn disconnect(&mut self, broker: Option<i32>) {
        self.member.disconnect(broker);
        if is_lost(self.flight.as_ref(), broker) {
            self.flight = None;
        }
    }

    fn forgive(&mut self, world: &World) {
        self.member.forgive(world);
    }
}
