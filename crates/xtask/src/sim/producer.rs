//! Idempotent producers: one batch in flight each, retried until it is acknowledged.

use weir_engine::{Clock, Rng};

use super::client::Client;
use super::ledger::Place;
use super::sender::{Came, Sender};
use super::world::World;

#[derive(Debug)]
pub(super) struct Producer {
    sender: Sender,
    next_value: u64,
    batch: Vec<String>,
}

impl Producer {
    pub(super) fn new(number: usize, place: Place) -> Self {
        let sender = Sender::new(format!("p{number}"), place);
        Self { sender, next_value: 0, batch: Vec::new() }
    }

    fn send(&mut self, world: &mut World) {
        let Some(engine) = world.engine.clone() else { return };
        if self.sender.identity.is_none() {
            return self.sender.init(&engine, world);
        }
        let Some(leader) = self.sender.leader(world) else { return };
        if self.batch.is_empty() {
            self.fill(world);
        }
        let mut batch = self.sender.batch();
        for value in &self.batch {
            batch.append(world.clock.wall_ms(), None, Some(value.as_bytes()), &[]);
        }
        self.sender.produce(&engine, leader, batch);
    }

    fn fill(&mut self, world: &mut World) {
        let count = 1 + world.rng.below(4);
        let from = self.next_value;
        self.next_value += count;
        let name = &self.sender.name;
        self.batch = (from..self.next_value).map(|n| format!("{name}-{n:06}")).collect();
        let ledger = world.ledgers.entry(self.sender.place.clone()).or_default();
        ledger.sent.extend(self.batch.iter().cloned());
    }

    fn acknowledged(&mut self, world: &mut World, base_offset: i64) {
        let place = &self.sender.place;
        let ledger = world.ledgers.entry(place.clone()).or_default();
        let mut wrong = None;
        for (offset, value) in (base_offset..).zip(self.batch.drain(..)) {
            let before = ledger.acked.insert(offset, value.clone());
            if before.is_some_and(|before| before != value) {
                wrong = Some(format!("{place:?}: offset {offset} acknowledged twice"));
            }
        }
        if let Some(wrong) = wrong {
            world.violate(wrong);
        }
    }
}

impl Client for Producer {
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
