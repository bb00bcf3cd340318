//! Producers of compacted topics: idempotent ones and plain ones. One batch in flight each, sent again
//! until it is acknowledged.

use weir_engine::{Clock, Rng};

use super::client::Client;
use super::keyed::Write;
use super::ledger::Place;
use super::sender::{Came, Sender};
use super::world::World;

const KEYS: u64 = 10;

#[derive(Debug)]
pub(super) struct KeyedProducer {
    sender: Sender,
    is_idempotent: bool,
    next_value: u64,
    batch: Vec<Write>,
    /// The batch was sent before.
    is_again: bool,
}

/// A write that nobody sent yet: now and then a tombstone.
pub(super) fn next_write(world: &World, name: &str, number: u64) -> Write {
    let value = (!world.chance(6)).then(|| format!("{name}-{number:06}"));
    (format!("key{}", world.rng.below(KEYS)), value)
}

impl KeyedProducer {
    pub(super) fn new(number: usize, place: Place) -> Self {
        Self {
            sender: Sender::new(format!("k{number}"), place),
            is_idempotent: number.is_multiple_of(2),
            next_value: 0,
            batch: Vec::new(),
            is_again: false,
        }
    }

    fn send(&mut self, world: &mut World) {
        let Some(engine) = world.engine.clone() else { return };
        if self.is_idempotent && self.sender.identity.is_none() {
            return self.sender.init(&engine, world);
        }
        let Some(leader) = self.sender.leader(world) else { return };
        if self.batch.is_empty() {
            self.fill(world);
        }
        if !self.is_again || !self.is_idempotent {
            world.keyed(&self.sender.place).send(&self.batch);
        }
        self.is_again = true;
        let mut batch = self.sender.batch();
        for (key, value) in &self.batch {
            let value = value.as_ref().map(|value| value.as_bytes());
            batch.append(world.clock.wall_ms(), Some(key.as_bytes()), value, &[]);
        }
        self.sender.produce(&engine, leader, batch);
    }

    fn fill(&mut self, world: &World) {
        let from = self.next_value;
        self.next_value += 1 + world.rng.below(3);
        let numbers = from..self.next_value;
        let name = &self.sender.name;
        self.batch = numbers.map(|number| next_write(world, name, number)).collect();
        self.is_again = false;
    }

    fn acknowledged(&mut self, world: &mut World, base_offset: i64) {
        let batch = std::mem::take(&mut self.batch);
        let place = &self.sender.place;
        for (offset, write) in (base_offset..).zip(&batch) {
            if let Err(wrong) = world.keyed(place).acknowledge(offset, write) {
                world.violate(format!("{place:?}: {wrong}"));
            }
            let ledger = world.ledgers.entry(place.clone()).or_default();
            ledger.acked.insert(offset, format!("{write:?}"));
        }
        world.keyed(place).resolve(&batch);
    }
}

impl Client for KeyedProducer {
    fn step(&mut self, world: &mut World) {
        match self.sender.receive(world, self.batch.len()) {
            Came::Idle => self.send(world),
            Came::Acknowledged(base_offset) => self.acknowledged(world, base_offset),
            Came::GivenUp => self.batch.clear(),
            Came::Nothing => {}
        }
    }

    fn disconnect(&mut self, broker: Option<i32>) {
        self.sender.disconnect(broker);
    }
}
