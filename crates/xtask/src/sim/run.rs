//! One seed from beginning to end.

use super::classic_member::ClassicMember;
use super::client::Client;
use super::committer::Committer;
use super::consumer::Consumer;
use super::consumer_member::ConsumerMember;
use super::crash::End;
use super::follower_reader::FollowerReader;
use super::group::check_shared_out;
use super::keyed_producer::KeyedProducer;
use super::keyed_reader::KeyedReader;
use super::keyed_transactor::KeyedTransactor;
use super::ledger::Place;
use super::processor::Processor;
use super::producer::Producer;
use super::sharer::Sharer;
use super::streams_member::StreamsMember;
use super::transactor::Transactor;
use super::world::{CLASSIC_TOPICS, CONSUMER_TOPICS, Counts, World, note};
use weir_engine::Rng;

/// Steps in which things go wrong.
const STEPS: usize = 250;
/// Steps after that, with everything running, in which clients finish.
const CALM_STEPS: usize = 60;

/// The most after that, until every group is settled. What was on its way to a share group all but one time it gives out
/// alone: some hundred such records take their time.
const SETTLE_STEPS: usize = 2_000;
/// Groups, by their kind.
const CLASSIC: &str = "classic";
const CONSUMER: &str = "consumer";
const STREAMS: &str = "streams";
/// Share groups, one a partition, and whether they read what is committed only.
const SHARE_GROUPS: [(&str, bool); 3] = [("share0", true), ("share1", false), ("share2", true)];
/// Members of each group.
const MEMBERS: usize = 3;
/// Instances of the application that processes exactly once.
const PROCESSORS: usize = 2;
/// The last of the calm steps, in which it begins nothing new.
const FINISHING_STEPS: usize = 25;

/// What came of a seed.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) trace: Vec<String>,
    pub(super) violation: Option<String>,
    pub(super) counts: Counts,
}

#[derive(Debug, Default)]
struct Clients {
    all: Vec<Box<dyn Client>>,
    /// Partitions that have their clients.
    places: usize,
    producers: usize,
}

impl Clients {
    /// Gives every new partition its clients.
    fn grow(&mut self, world: &World) {
        for place in world.places().into_iter().skip(self.places) {
            self.all.push(Box::new(Consumer::new(place.clone())));
            self.all.push(Box::new(FollowerReader::new(place.clone())));
            for _ in 0..1 + world.rng.below(2) {
                self.all.push(Box::new(Producer::new(self.producers, place.clone())));
                self.producers += 1;
            }
            if self.places < 3 {
                self.all.push(Box::new(Transactor::new(self.places)));
            }
            if self.places < 2 {
                self.all.push(Box::new(Committer::new(self.places, place.clone())));
            }
            if let Some((group, is_committed)) = SHARE_GROUPS.get(self.places) {
                self.all.push(Box::new(Sharer::new(group, place, *is_committed)));
            }
            if self.places == 0 {
                for number in 0..MEMBERS {
                    self.all.push(Box::new(ClassicMember::new(CLASSIC)));
                    self.all.push(Box::new(ConsumerMember::new(CONSUMER, number)));
                    self.all.push(Box::new(StreamsMember::new(STREAMS, number)));
                }
                for number in 0..PROCESSORS {
                    self.all.push(Box::new(Processor::new(number)));
                }
            }
            self.places += 1;
        }
    }

    /// Clients of the compacted topics.
    fn write_keys(&mut self, world: &World) {
        let places = world.keyed_places();
        for (number, place) in places.iter().enumerate() {
            self.all.push(Box::new(KeyedReader::new(place.clone(), number % 2 == 0)));
            self.all.push(Box::new(KeyedProducer::new(2 * number, place.clone())));
            self.all.push(Box::new(KeyedProducer::new(2 * number + 1, place.clone())));
        }
        let durable = |place: &Place| world.topic(&place.topic).is_some_and(|topic| topic.durable);
        let durable: Vec<_> = places.into_iter().filter(durable).collect();
        for number in 0..2 {
            self.all.push(Box::new(KeyedTransactor::new(number, durable.clone())));
        }
    }

    fn disconnect(&mut self, broker: Option<i32>) {
        self.all.iter_mut().for_each(|client| client.disconnect(broker));
    }

    fn step(&mut self, world: &mut World) {
        for client in &mut self.all {
            if !world.chance(3) {
                client.step(world);
            }
        }
    }

    /// Whether every partition that a group reads has one owner in it.
    fn are_shared_out(&self, world: &World) -> Result<(), String> {
        let groups = [(CLASSIC, &CLASSIC_TOPICS[..]), (CONSUMER, &CONSUMER_TOPICS[..])];
        for (group, topics) in groups {
            let owned = self.all.iter().filter_map(|client| client.owned());
            let owned = owned.filter(|owned| owned.group == group);
            let owners: Vec<_> = owned.map(|owned| (owned.member, owned.places)).collect();
            check_shared_out(&owners, &world.places_of(topics))
                .map_err(|wrong| format!("group {group}: {wrong}"))?;
        }
        let members = self.all.iter().filter_map(|client| client.owned().zip(client.copies()));
        let members: Vec<_> = members.collect();
        world.judge_streams(&members).map_err(|wrong| format!("group {STREAMS}: {wrong}"))
    }

    /// Whether everything is as it has to be in the end.
    fn are_done(&self, world: &World) -> Result<(), String> {
        self.are_shared_out(world)?;
        self.all.iter().try_for_each(|client| client.is_done(world))
    }

    fn ended(&mut self, world: &World, end: End) {
        self.disconnect(None);
        if end == End::PowerLoss {
            self.all.iter_mut().for_each(|client| client.forgive(world));
        }
    }
}

/// Runs one seed; `is_aloud`: with a trace.
pub(super) fn seed(seed: u64, is_aloud: bool) -> Outcome {
    let mut world = World::new(seed, is_aloud);
    let mut clients = Clients::default();
    if let Some(engine) = world.engine.clone() {
        // Coordinators need their topics; a client's FindCoordinator would make them.
        for topic in ["__consumer_offsets", "__transaction_state"] {
            if let Err(refusal) = engine.create_internal_topic(topic) {
                world.violate(format!("{topic} cannot be made: {}", refusal.message));
            }
        }
        world.configure_internal_topics();
        world.configure_streams(STREAMS);
        for (group, is_committed) in SHARE_GROUPS {
            world.configure_share(group, is_committed);
        }
    }
    world.create_topic();
    world.create_keyed_topics();
    clients.write_keys(&world);
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
                clients.ended(world, end);
            }
        }
        6 => {
            let hours = world.rng.below(5) as i64 - 2;
            note!(world, "the wall clock steps by {hours} h");
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
        clients.ended(world, end);
    }
    world.judge();
}

/// Everything runs again; clients finish; every log is read.
fn calm(world: &mut World, clients: &mut Clients) {
    // A fuse that still burns is put out by the end of the process.
    world.end_by(End::Kill);
    clients.ended(world, End::Kill);
    world.start_all();
    world.is_calm = true;
    for left in (0..CALM_STEPS).rev() {
        world.is_finishing = left < FINISHING_STEPS;
        world.pass(300);
        clients.step(world);
        world.judge();
    }
    for _ in 0..SETTLE_STEPS {
        if clients.are_done(world).is_ok() {
            break;
        }
        world.pass(300);
        clients.step(world);
        world.judge();
    }
    if let Err(wrong) = clients.are_done(world) {
        world.violate(wrong);
    }
    world.judge_moves();
    world.judge_logs();
    world.judge_keyed(true);
    world.judge_transactions();
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_seed_replays() {
        for seed in [1, 2, 3] {
            let trace = || super::seed(seed, true).trace;
            assert_eq!(trace(), trace(), "seed {seed}");
        }
    }
}
