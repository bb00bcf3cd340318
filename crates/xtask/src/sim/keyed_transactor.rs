//! Transactional producers of compacted topics: a few keys, then a commit or an abort.

use weir_engine::{Engine, Rng};
use weir_wire::ErrorCode;

use super::client::{Client, is_lost};
use super::keyed::{KeyedTransaction, Write};
use super::keyed_producer::next_write;
use super::ledger::Place;
use super::transactor::{Fate, Transaction};
use super::txn_producer::{Told, TxnProducer, is_given_up};
use super::wire::InFlight;
use super::world::{World, note};

#[derive(Debug, Clone, Copy)]
enum Step {
    Init,
    Add,
    /// The next write, and whether it was sent before.
    Write(usize, bool),
    End {
        commit: bool,
    },
}

#[derive(Debug)]
pub(super) struct KeyedTransactor {
    producer: TxnProducer,
    places: Vec<Place>,
    next_value: u64,
    /// By number in the world.
    current: Option<usize>,
    /// Where what was written lies.
    offsets: Vec<i64>,
    step: Step,
    flight: Option<InFlight>,
}

impl KeyedTransactor {
    /// Writes to these, which keep what is acknowledged.
    pub(super) fn new(number: usize, places: Vec<Place>) -> Self {
        let producer = TxnProducer::new(format!("kx{number}"), number.is_multiple_of(2));
        Self {
            producer,
            places,
            next_value: 0,
            current: None,
            offsets: Vec::new(),
            step: Step::Init,
            flight: None,
        }
    }

    fn send(&mut self, world: &mut World) {
        let Some(engine) = world.engine.clone() else { return };
        if self.producer.identity.is_none() {
            self.step = Step::Init;
        } else if self.current.is_none() {
            if world.is_finishing {
                return;
            }
            self.begin(world);
        }
        self.flight = match self.step {
            Step::Init => world.any_broker().map(|broker| self.producer.init(&engine, broker)),
            Step::Add => self.add(&engine, world),
            Step::Write(at, is_again) => self.write(&engine, world, at, is_again),
            Step::End { commit } => self.end(&engine, world, commit),
        };
    }

    fn begin(&mut self, world: &mut World) {
        let mut writes: Vec<(Place, Write)> = Vec::new();
        for _ in 0..1 + world.rng.below(3) {
            let place = self.places[world.rng.below(self.places.len() as u64) as usize].clone();
            writes.push((place, next_write(world, &self.producer.name, self.next_value)));
            self.next_value += 1;
        }
        self.offsets.clear();
        self.current = Some(world.keyed_transactions.len());
        let of = Transaction { writes: Vec::new(), fate: Fate::Uncommitted };
        world.keyed_transactions.push(KeyedTransaction { writes, of });
        self.step = if self.producer.is_new { Step::Write(0, false) } else { Step::Add };
    }

    fn write_at(&self, world: &World, at: usize) -> Option<(Place, Write)> {
        world.keyed_transactions.get(self.current?)?.writes.get(at).cloned()
    }

    fn add(&self, engine: &Engine, world: &World) -> Option<InFlight> {
        let writes = &world.keyed_transactions.get(self.current?)?.writes;
        let broker = world.any_broker()?;
        self.producer.add(engine, broker, writes.iter().map(|(place, _)| place))
    }

    fn write(
        &mut self,
        engine: &Engine,
        world: &mut World,
        at: usize,
        is_again: bool,
    ) -> Option<InFlight> {
        let (place, write) = self.write_at(world, at)?;
        let value = write.1.as_ref().map(|value| value.as_bytes());
        let record = (Some(write.0.as_bytes()), value);
        let flight = self.producer.write_record(engine, world, &place, record)?;
        if !is_again {
            world.keyed(&place).send(std::slice::from_ref(&write));
        }
        self.step = Step::Write(at, true);
        Some(flight)
    }

    fn end(&self, engine: &Engine, world: &mut World, commit: bool) -> Option<InFlight> {
        let broker = world.any_broker()?;
        if commit && let Some(current) = world.keyed_transactions.get_mut(self.current?) {
            current.of.is_asked_for();
        }
        self.producer.end(engine, broker, commit)
    }

    fn receive(&mut self, world: &mut World, mut flight: InFlight) {
        let told = match self.step {
            Step::Init => self.producer.initialized(&mut flight),
            Step::Add => self.producer.added(&mut flight),
            Step::Write(at, _) => self.written(world, &mut flight, at),
            Step::End { .. } => self.producer.ended(&mut flight),
        };
        let Some(code) = told.code(flight, &mut self.flight) else { return };
        let (name, identity, step) = (&self.producer.name, self.producer.identity, self.step);
        note!(world, "{name} {identity:?} {step:?}: {}", code.name());
        if code == ErrorCode::NONE {
            self.go_on(world);
        }
        if is_given_up(code) {
            self.producer.identity = None;
            self.current = None;
        }
    }

    fn written(&mut self, world: &mut World, flight: &mut InFlight, at: usize) -> Told {
        let Some((place, write)) = self.write_at(world, at) else { return Told::Lost };
        match self.producer.wrote(flight, &place) {
            Ok(offset) => {
                self.offsets.push(offset);
                let ledger = world.ledgers.entry(place).or_default();
                ledger.acked.insert(offset, format!("{write:?}"));
                Told::Code(ErrorCode::NONE)
            }
            Err(told) => told,
        }
    }

    /// The step is done.
    fn go_on(&mut self, world: &mut World) {
        match self.step {
            Step::Init => self.current = None,
            Step::Add => self.step = Step::Write(0, false),
            Step::Write(at, _) => {
                let commit = !world.chance(3);
                let is_last = self.write_at(world, at + 1).is_none();
                self.step = if is_last { Step::End { commit } } else { Step::Write(at + 1, false) };
            }
            Step::End { commit } => self.ended(world, commit),
        }
    }

    fn ended(&mut self, world: &mut World, commit: bool) {
        let Some(current) = self.current.take() else { return };
        let Some(transaction) = world.keyed_transactions.get_mut(current) else { return };
        let is_committed = commit && transaction.of.is_acknowledged();
        world.counts.transactions += u64::from(is_committed);
        let writes = transaction.writes.clone();
        for ((place, write), offset) in writes.iter().zip(&self.offsets) {
            world.keyed(place).resolve(std::slice::from_ref(write));
            if is_committed && let Err(wrong) = world.keyed(place).acknowledge(*offset, write) {
                world.violate(format!("{place:?}: {wrong}"));
            }
        }
    }
}

impl Client for KeyedTransactor {
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

    /// Its last transaction has ended.
    fn is_done(&self, _world: &World) -> Result<(), String> {
        match self.current.is_none() && self.producer.identity.is_some() {
            true => Ok(()),
            false => Err(format!("{} does not come to an end", self.producer.name)),
        }
    }
}
