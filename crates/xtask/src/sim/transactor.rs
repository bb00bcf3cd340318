//! Transactional producers: they write to several partitions, then commit or abort. Whatever dies
//! meanwhile, a transaction is visible in all of its partitions or in none.

use weir_engine::{Engine, Rng};
use weir_wire::ErrorCode;

use super::client::{Client, is_lost};
use super::ledger::Place;
use super::txn_producer::{Told, TxnProducer, is_given_up};
use super::wire::InFlight;
use super::world::World;

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

impl Transaction {
    /// Its commit is asked for.
    pub(super) fn is_asked_for(&mut self) {
        let is_first = self.fate == Fate::Uncommitted;
        self.fate = if is_first { Fate::Unknown } else { self.fate };
    }

    /// Its commit is acknowledged. Says whether that promises anything.
    pub(super) fn is_acknowledged(&mut self) -> bool {
        let is_known = self.fate == Fate::Unknown;
        self.fate = if is_known { Fate::Committed } else { self.fate };
        is_known
    }
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
    producer: TxnProducer,
    /// By number in the world.
    current: Option<usize>,
    step: Step,
    flight: Option<InFlight>,
}

impl Transactor {
    pub(super) fn new(number: usize) -> Self {
        let producer = TxnProducer::new(format!("x{number}"), number.is_multiple_of(2));
        Self { producer, current: None, step: Step::Init, flight: None }
    }

    fn send(&mut self, world: &mut World) {
        let Some(engine) = world.engine.clone() else { return };
        if self.producer.identity.is_none() {
            self.step = Step::Init;
        } else if self.current.is_none() && !self.begin(world) {
            return;
        }
        self.flight = match self.step {
            Step::Init => world.any_broker().map(|broker| self.producer.init(&engine, broker)),
            Step::Add => self.add(&engine, world),
            Step::Write(at) => self
                .write_at(world, at)
                .and_then(|write| self.producer.write(&engine, world, &write)),
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
            // Half of them where share groups read.
            let among = if world.chance(2) { places.len().min(3) } else { places.len() };
            let place = places[world.rng.below(among as u64) as usize].clone();
            let value = self.producer.next_value(world, &place);
            writes.push((place, value));
        }
        self.current = Some(world.transactions.len());
        world.transactions.push(Transaction { writes, fate: Fate::Uncommitted });
        self.step = if self.producer.is_new { Step::Write(0) } else { Step::Add };
        true
    }

    fn write_at(&self, world: &World, at: usize) -> Option<(Place, String)> {
        world.transactions.get(self.current?)?.writes.get(at).cloned()
    }

    fn add(&self, engine: &Engine, world: &World) -> Option<InFlight> {
        let writes = &world.transactions.get(self.current?)?.writes;
        let broker = world.any_broker()?;
        self.producer.add(engine, broker, writes.iter().map(|(place, _)| place))
    }

    fn end(&self, engine: &Engine, world: &mut World, commit: bool) -> Option<InFlight> {
        let broker = world.any_broker()?;
        if commit && let Some(current) = world.transactions.get_mut(self.current?) {
            current.is_asked_for();
        }
        self.producer.end(engine, broker, commit)
    }

    fn receive(&mut self, world: &mut World, mut flight: InFlight) {
        let told = match self.step {
            Step::Init => self.producer.initialized(&mut flight),
            Step::Add => self.producer.added(&mut flight),
            Step::Write(at) => match self.write_at(world, at) {
                Some(write) => self.producer.written(world, &mut flight, &write),
                None => Told::Lost,
            },
            Step::End { .. } => self.producer.ended(&mut flight),
        };
        let Some(code) = told.code(flight, &mut self.flight) else { return };
        if code == ErrorCode::NONE {
            self.go_on(world);
        }
        self.note(world, code);
        if is_given_up(code) {
            self.producer.identity = None;
            self.current = None;
        }
    }

    /// The step is done.
    fn go_on(&mut self, world: &mut World) {
        match self.step {
            Step::Init => self.current = None,
            Step::Add => self.step = Step::Write(0),
            Step::Write(at) => {
                let commit = !world.chance(3);
                let is_last = self.write_at(world, at + 1).is_none();
                self.step = if is_last { Step::End { commit } } else { Step::Write(at + 1) };
            }
            Step::End { commit } => {
                let ended = self.current.take().and_then(|at| world.transactions.get_mut(at));
                if commit && ended.is_some_and(Transaction::is_acknowledged) {
                    world.counts.transactions += 1;
                }
            }
        }
    }

    fn note(&self, world: &mut World, code: ErrorCode) {
        if !world.is_aloud {
            return;
        }
        let (name, step, identity) = (&self.producer.name, self.step, self.producer.identity);
        let current = self.current.and_then(|at| world.transactions.get(at));
        let what = current.map(|current| (current.fate, current.writes.clone()));
        world.note(format!("{name} {identity:?} {what:?}: {}, next {step:?}", code.name()));
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
