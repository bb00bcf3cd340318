//! Members of consumer groups (KIP-848): they join, are told what they own, commit, leave and die.

use std::collections::BTreeSet;

use weir_engine::Clock;
use weir_wire::messages::consumer_group_heartbeat_request::{
    ConsumerGroupHeartbeatRequest, TopicPartitions,
};
use weir_wire::messages::consumer_group_heartbeat_response::{
    Assignment, ConsumerGroupHeartbeatResponse,
};
use weir_wire::messages::offset_commit_request::OffsetCommitRequest;
use weir_wire::messages::offset_fetch_request::OffsetFetchRequest;
use weir_wire::{ErrorCode, Str};

use super::client::{Client, Owned, is_lost};
use super::group::Places;
use super::ledger::Place;
use super::offsets::{self, COMMIT_VERSION, FETCH_VERSION};
use super::wire::{Answer, InFlight};
use super::world::{CONSUMER_TOPICS, SESSION_MS, World, note};
use weir_engine::Rng;

const HEARTBEAT_VERSION: i16 = 1;
const LEAVES: i32 = -1;
/// Commits do not keep a member in.
const HEARTBEAT_MS: i64 = 1_000;
/// Longer than a run: nobody is fenced for being slow to give something up.
const REBALANCE_MS: i32 = 300_000;

#[derive(Debug)]
pub(super) struct ConsumerMember {
    group: String,
    name: String,
    /// How often it has begun anew.
    life: u32,
    /// 0: it has to join.
    epoch: i32,
    owned: Places,
    /// It gave something up, or joins, and has not told so yet.
    must_tell: bool,
    /// An answer was lost: as the Java client does, it tells everything to be told everything.
    must_tell_all: bool,
    /// When it sent the last one (monotonic, ms).
    beat_ms: i64,
    /// It commits offsets itself, and looks for those that are committed.
    commits: bool,
    coordinator: Option<i32>,
    flight: Option<(Kind, InFlight)>,
}

/// A member in an epoch.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    pub(super) id: String,
    pub(super) epoch: i32,
}

#[derive(Debug)]
enum Kind {
    /// With the time at which it was sent.
    Heartbeat(i64),
    Leave,
    Commit(Place, i64),
    /// With what was acknowledged when it was sent.
    Fetch(Place, i64),
}

impl ConsumerMember {
    pub(super) fn new(group: &str, number: usize) -> Self {
        Self {
            group: group.to_owned(),
            name: format!("{group}-m{number}"),
            life: 0,
            epoch: 0,
            owned: Places::new(),
            must_tell: true,
            must_tell_all: true,
            beat_ms: 0,
            commits: true,
            coordinator: None,
            flight: None,
        }
    }

    /// One whose offsets are committed by transactions.
    pub(super) fn of_processor(group: &str, number: usize) -> Self {
        Self { commits: false, ..Self::new(group, number) }
    }

    /// As whom it owns what it does, while it is a member.
    pub(super) fn identity(&self) -> Option<Identity> {
        (self.epoch > 0).then(|| Identity { id: self.id(), epoch: self.epoch })
    }

    pub(super) fn places(&self) -> &Places {
        &self.owned
    }

    /// How often it has begun anew.
    pub(super) fn life(&self) -> u32 {
        self.life
    }

    fn id(&self) -> String {
        format!("{}-{}", self.name, self.life)
    }

    /// It owns nothing any more, and joins again.
    fn drop_all(&mut self, world: &mut World) {
        world.group(&self.group).release(&self.id());
        self.epoch = 0;
        self.owned.clear();
        self.must_tell_all = true;
    }

    /// As another process.
    fn begin_anew(&mut self, world: &mut World) {
        self.drop_all(world);
        self.life += 1;
    }

    fn send(&mut self, world: &mut World) {
        let Some(engine) = world.engine.clone() else { return };
        let Some(broker) = world.coordinator(&mut self.coordinator) else { return };
        let is_in = self.epoch > 0 && !world.is_calm;
        if is_in && world.chance(60) {
            // It dies without a word.
            return self.begin_anew(world);
        }
        let owned: Vec<Place> = self.owned.iter().cloned().collect();
        let place = owned.get(world.rng.below(owned.len().max(1) as u64) as usize).cloned();
        let is_due = world.clock.monotonic_ms() - self.beat_ms >= HEARTBEAT_MS;
        let place = place.filter(|_| self.commits && !is_due);
        let flight = match (place, world.rng.below(40)) {
            (_, 0) if is_in => self.leave(world, &engine, broker),
            _ if !self.commits && !is_due && !self.must_tell && self.epoch > 0 => return,
            (Some(place), 1..=15) if self.epoch > 0 => {
                let offset = world.group(&self.group).next_offset(&place);
                let (group, id) = (&self.group, self.id());
                let request = offsets::commit_request(group, &id, self.epoch, &place, offset);
                let flight = InFlight::send(&engine, broker, &request, COMMIT_VERSION);
                (Kind::Commit(place, offset), flight)
            }
            (Some(place), 16..=22) => {
                let acked = world.group(&self.group).acked(&place);
                let request = offsets::fetch_request(&self.group, &place);
                let flight = InFlight::send(&engine, broker, &request, FETCH_VERSION);
                (Kind::Fetch(place, acked), flight)
            }
            _ => {
                let request = self.heartbeat(world);
                let flight = InFlight::send(&engine, broker, &request, HEARTBEAT_VERSION);
                self.beat_ms = world.clock.monotonic_ms();
                (Kind::Heartbeat(self.beat_ms), flight)
            }
        };
        self.flight = Some(flight);
    }

    fn leave(
        &self,
        world: &mut World,
        engine: &weir_engine::Engine,
        broker: i32,
    ) -> (Kind, InFlight) {
        world.group(&self.group).release(&self.id());
        let request = ConsumerGroupHeartbeatRequest {
            group_id: Str::from(self.group.as_str()),
            member_id: Str::from(self.id()),
            member_epoch: LEAVES,
            ..Default::default()
        };
        (Kind::Leave, InFlight::send(engine, broker, &request, HEARTBEAT_VERSION))
    }

    fn heartbeat(&self, world: &World) -> ConsumerGroupHeartbeatRequest {
        let all = self.must_tell_all;
        let topics = CONSUMER_TOPICS.map(Str::from_static).to_vec();
        ConsumerGroupHeartbeatRequest {
            group_id: Str::from(self.group.as_str()),
            member_id: Str::from(self.id()),
            member_epoch: self.epoch,
            rebalance_timeout_ms: if all { REBALANCE_MS } else { -1 },
            subscribed_topic_names: all.then_some(topics),
            topic_partitions: (all || self.must_tell).then(|| topic_partitions(world, &self.owned)),
            ..Default::default()
        }
    }

    fn receive(&mut self, world: &mut World, kind: Kind, mut flight: InFlight) {
        match kind {
            Kind::Heartbeat(sent_ms) => {
                match flight.poll::<ConsumerGroupHeartbeatRequest>(HEARTBEAT_VERSION) {
                    Answer::NotYet => self.flight = Some((kind, flight)),
                    Answer::Lost => self.must_tell_all = true,
                    Answer::Response(response) => self.heard(world, sent_ms, &response),
                }
            }
            Kind::Leave => match flight.poll::<ConsumerGroupHeartbeatRequest>(HEARTBEAT_VERSION) {
                Answer::NotYet => self.flight = Some((kind, flight)),
                // It does not wait for the word.
                Answer::Lost | Answer::Response(_) => self.begin_anew(world),
            },
            Kind::Commit(place, offset) => {
                match flight.poll::<OffsetCommitRequest>(COMMIT_VERSION) {
                    Answer::NotYet => self.flight = Some((Kind::Commit(place, offset), flight)),
                    Answer::Lost => {}
                    Answer::Response(response) => match offsets::committed(&response) {
                        ErrorCode::NONE => {
                            world.counts.commits += 1;
                            world.group(&self.group).acknowledge(&place, offset);
                        }
                        code => self.refused(world, code),
                    },
                }
            }
            Kind::Fetch(place, acked) => match flight.poll::<OffsetFetchRequest>(FETCH_VERSION) {
                Answer::NotYet => self.flight = Some((Kind::Fetch(place, acked), flight)),
                Answer::Lost => {}
                Answer::Response(response) => match offsets::fetched(&response) {
                    Ok(offset) => world.require_fetched(&self.group, &place, acked, offset),
                    Err(code) => self.refused(world, code),
                },
            },
        }
    }

    fn heard(
        &mut self,
        world: &mut World,
        sent_ms: i64,
        response: &ConsumerGroupHeartbeatResponse,
    ) {
        let code = ErrorCode(response.error_code);
        let (id, epoch) = (self.id(), response.member_epoch);
        if world.is_aloud && (epoch != self.epoch || response.assignment.is_some()) {
            let told = response.assignment.as_ref().map(|assignment| places(world, assignment));
            note!(world, "{id} in epoch {epoch}: {}, {told:?}", code.name());
        }
        if code != ErrorCode::NONE {
            // What the coordinator would have told may be decided all the same.
            self.must_tell_all = true;
            return self.refused(world, code);
        }
        let now_ms = world.clock.monotonic_ms();
        if now_ms >= sent_ms + SESSION_MS {
            // Its session may have ended before it heard of it.
            return self.begin_anew(world);
        }
        self.epoch = response.member_epoch;
        (self.must_tell, self.must_tell_all) = (false, false);
        if let Some(assignment) = &response.assignment {
            let owned = places(world, assignment);
            self.must_tell = owned != self.owned;
            self.owned = owned;
        }
        world.counts.heartbeats += 1;
        let (id, owned, epoch) = (self.id(), self.owned.clone(), self.epoch);
        let ledger = world.group(&self.group);
        let held = ledger.hold(&id, &owned, now_ms, sent_ms + SESSION_MS);
        let held = held.and_then(|()| ledger.claim(epoch, &id, &owned));
        world.require(&self.group, held);
    }

    fn refused(&mut self, world: &mut World, code: ErrorCode) {
        match code {
            ErrorCode::NOT_COORDINATOR => self.coordinator = None,
            ErrorCode::UNKNOWN_MEMBER_ID
            | ErrorCode::FENCED_MEMBER_EPOCH
            | ErrorCode::GROUP_ID_NOT_FOUND => self.drop_all(world),
            // A heartbeat that was not heard of has changed the epoch.
            ErrorCode::STALE_MEMBER_EPOCH | ErrorCode::UNSTABLE_OFFSET_COMMIT => {}
            code => world.require_retriable(&self.group, &self.id(), code),
        }
    }
}

impl Client for ConsumerMember {
    fn step(&mut self, world: &mut World) {
        match self.flight.take() {
            Some(_) if world.fs.is_dead() => self.must_tell_all = true,
            Some((kind, flight)) => self.receive(world, kind, flight),
            None => self.send(world),
        }
    }

    fn disconnect(&mut self, broker: Option<i32>) {
        if is_lost(self.flight.as_ref().map(|(_, flight)| flight), broker) {
            self.flight = None;
            self.must_tell_all = true;
        }
    }

    fn forgive(&mut self, world: &World) {
        if !world.keeps_offsets {
            (self.epoch, self.life) = (0, self.life + 1);
            self.owned.clear();
            self.must_tell_all = true;
        }
    }

    fn owned(&self) -> Option<Owned<'_>> {
        Some(Owned { group: &self.group, member: self.id(), places: &self.owned })
    }
}

fn places(world: &World, assignment: &Assignment) -> Places {
    let Some(engine) = &world.engine else { return Places::new() };
    let image = engine.image();
    let mut places = BTreeSet::new();
    for topic in &assignment.topic_partitions {
        let Some(known) = image.topic_by_id(topic.topic_id) else { continue };
        places.extend(
            topic
                .partitions
                .iter()
                .map(|partition| Place { topic: known.name().to_string(), partition: *partition }),
        );
    }
    places
}

fn topic_partitions(world: &World, owned: &Places) -> Vec<TopicPartitions> {
    let Some(engine) = &world.engine else { return Vec::new() };
    let image = engine.image();
    let mut topics: Vec<TopicPartitions> = Vec::new();
    for place in owned {
        let Some(topic_id) = image.topic(&place.topic).map(|topic| topic.id()) else { continue };
        match topics.iter_mut().find(|topic| topic.topic_id == topic_id) {
            Some(topic) => topic.partitions.push(place.partition),
            None => topics.push(TopicPartitions {
                topic_id,
                partitions: vec![place.partition],
                ..Default::default()
            }),
        }
    }
    topics
}
