//! One seed from beginning to end.

use super::committer::Committer;
use super::consumer::Consumer;
use super::crash::End;
use super::producer::Producer;
use super::sharer::Sharer;
use super::transactor::Transactor;
use super::world::{Counts, World};
use weir_engine::Rng;

/// Steps in which things go wrong.
const STEPS: usize = 250;
/// Steps after that, with everything running, in which clients finish.
const CALM_STEPS: usize = 60;

/// What came of a seed.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) trace: Vec<String>,
    pub(super) violation: Option<String>,
    pub(super) counts: Counts,
}

#[derive(Debug, Default)]
struct Clients {
    producers: Vec<Producer>,
    consumers: Vec<Consumer>,
    committers: Vec<Committer>,
    sharers: Vec<Sharer>,
    transactors: Vec<Transactor>,
}

impl Clients {
    /// Gives every new partition its clients.
    fn grow(&mut self, world: &World) {
        for place in world.places().into_iter().skip(self.consumers.len()) {
            self.consumers.push(Consumer::new(place.clone()));
            for _ in 0..1 + world.rng.below(2) {
                self.producers.push(Producer::new(self.producers.len(), place.clone()));
            }
            if self.transactors.len() < 3 {
                self.transactors.push(Transactor::new(self.transactors.len()));
            }
            if self.committers.len() < 2 {
                self.committers.push(Committer::new(self.committers.len(), place.clone()));
            }
            if self.sharers.len() < 2 {
                self.sharers.push(Sharer::new(self.sharers.len(), place));
            }
        }
    }

    fn disconnect(&mut self, broker: Option<i32>) {
        self.producers.iter_mut().for_each(|client| client.disconnect(broker));
        self.consumers.iter_mut().for_each(|client| client.disconnect(broker));
        self.committers.iter_mut().for_each(|client| client.disconnect(broker));
        self.sharers.iter_mut().for_each(|client| client.disconnect(broker));
        self.transactors.iter_mut().for_each(|client| client.disconnect(broker));
    }

    fn step(&mut self, world: &mut World) {
        let skip = |world: &World| world.chance(3);
        for client in &mut self.producers {
            if !skip(world) {
                client.step(world);
            }
        }
        for client in &mut self.consumers {
            if !skip(world) {
                client.step(world);
            }
        }
        for client in &mut self.committers {
            if !skip(world) {
                client.step(world);
            }
        }
        for client in &mut self.sharers {
            if !skip(world) {
                client.step(world);
            }
        }
        for client in &mut self.transactors {
            if !skip(world) {
                client.step(world);
            }
        }
    }

    fn ended(&mut self, end: End) {
        self.disconnect(None);
        if end == End::PowerLoss {
            self.committers.iter_mut().for_each(Committer::forgive);
            self.sharers.iter_mut().for_each(Sharer::forgive);
        }
    }
}

/// Runs one seed.
pub(super) fn seed(seed: u64) -> Outcome {
    let mut world = World::new(seed);
    let mut clients = Clients::default();
    if let Some(engine) = world.engine.clone() {
        // Coordinators need their topics; a client's FindCoordinator would make them.
        for topic in ["__consumer_offsets", "__transaction_state"] {
            if let Err(refusal) = engine.create_internal_topic(topic) {
                world.violate(format!("{topic} cannot be made: {}", refusal.message));
            }
        }
        world.sync_transaction_log();
    }
    world.create_topic();
    for _ in 0..STEPS {
        step(&mut world, &mut clients);
        if world.violation.is_some() {
            break;
        }
    }
    if world.violation.is_none() {
        calm(&mut world, &mut clients);
    }
    Outcome { trace: world.trace, violation: world.violation, counts: world.counts }
}

fn step(world: &mut World, clients: &mut Clients) {
    match world.rng.below(60) {
        0 => world.create_topic(),
        1..=3 => {
            if let Some(broker) = world.shake_brokers() {
                clients.disconnect(Some(broker));
            }
        }
        4 => world.light_fuse(),
        // In the middle of an election.
        9 | 10 => {
            world.light_fuse();
            if let Some(broker) = world.shake_brokers() {
                clients.disconnect(Some(broker));
            }
        }
        5 => {
            if !world.fs.is_dead() {
                let end = world.end();
                clients.ended(end);
            }
        }
        6 => {
            let hours = world.rng.below(5) as i64 - 2;
            world.note(format!("the wall clock steps by {hours} h"));
            world.clock.step_wall(hours * 3_600_000);
        }
        7 | 8 => world.pass(5_000),
        11 | 12 => world.move_replicas(),
        13 => world.ask_for_election(),
        _ => world.pass(1 + world.rng.below(200) as i64),
    }
    clients.grow(world);
    clients.step(world);
    if world.fs.is_dead() {
        let end = if world.chance(2) { End::Kill } else { End::PowerLoss };
        let end = world.end_by(end);
        clients.ended(end);
    }
    world.judge();
}

/// Everything runs again; clients finish; every log is read.
fn calm(world: &mut World, clients: &mut Clients) {
    // A fuse that still burns is put out by the end of the process.
    world.end_by(End::Kill);
    clients.ended(End::Kill);
    world.start_all();
    for _ in 0..CALM_STEPS {
        world.pass(300);
        clients.step(world);
        world.judge();
    }
    world.judge_moves();
    world.judge_logs();
    world.judge_transactions();
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_seed_replays() {
        for seed in [1, 2, 3] {
            assert_eq!(super::seed(seed).trace, super::seed(seed).trace, "seed {seed}");
        }
    }
}
