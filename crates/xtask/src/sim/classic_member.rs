//! Members of classic groups: they join, the leader assigns, all are told by SyncGroup; they beat,
//! commit, leave and die.

use weir_engine::{Engine, Rng};
use weir_wire::messages::heartbeat_request::HeartbeatRequest;
use weir_wire::messages::join_group_request::{JoinGroupRequest, JoinGroupRequestProtocol};
use weir_wire::messages::join_group_response::JoinGroupResponse;
use weir_wire::messages::leave_group_request::{LeaveGroupRequest, MemberIdentity};
use weir_wire::messages::offset_commit_request::OffsetCommitRequest;
use weir_wire::messages::offset_fetch_request::OffsetFetchRequest;
use weir_wire::messages::sync_group_request::{SyncGroupRequest, SyncGroupRequestAssignment};
use weir_wire::messages::sync_group_response::SyncGroupResponse;
use weir_wire::{Bytes, ErrorCode, Str};

use super::client::{Client, Owned, is_lost};
use super::group::Places;
use super::ledger::Place;
use super::offsets::{self, COMMIT_VERSION, FETCH_VERSION};
use super::wire::{Answer, InFlight};
use super::world::{CLASSIC_TOPICS, SESSION_MS, World, note};

const JOIN_VERSION: i16 = 5;
const SYNC_VERSION: i16 = 3;
const HEARTBEAT_VERSION: i16 = 3;
const LEAVE_VERSION: i16 = 3;
const REBALANCE_MS: i32 = 4_000;
/// Any name but the Java client's: what members say to each other is theirs.
const PROTOCOL: &str = "sim";

#[derive(Debug)]
pub(super) struct ClassicMember {
    group: String,
    /// Empty until the coordinator gave it one.
    id: String,
    generation: i32,
    owned: Places,
    phase: Phase,
    coordinator: Option<i32>,
    flight: Option<(Kind, InFlight)>,
}

#[derive(Debug, Clone)]
enum Phase {
    Join,
    /// With what it assigns, as the leader.
    Sync(Vec<(String, Places)>),
    Stable,
}

#[derive(Debug)]
enum Kind {
    Join,
    Sync,
    Heartbeat,
    Leave,
    /// With the newest generation that was known when it was sent.
    Commit(Place, i64, i32),
    Fetch(Place, i64),
}

impl ClassicMember {
    pub(super) fn new(group: &str) -> Self {
        Self {
            group: group.to_owned(),
            id: String::new(),
            generation: -1,
            owned: Places::new(),
            phase: Phase::Join,
            coordinator: None,
            flight: None,
        }
    }

    fn rejoin(&mut self) {
        self.owned.clear();
        self.phase = Phase::Join;
    }

    /// As another process.
    fn begin_anew(&mut self) {
        self.rejoin();
        self.id.clear();
    }

    fn send(&mut self, world: &mut World) {
        let Some(engine) = world.engine.clone() else { return };
        let Some(broker) = world.coordinator(&mut self.coordinator) else { return };
        if !world.is_calm && world.chance(60) {
            // It dies without a word.
            return self.begin_anew();
        }
        self.flight = Some(match &self.phase {
            Phase::Join => (Kind::Join, self.join(&engine, broker)),
            Phase::Sync(assigned) => (Kind::Sync, self.sync(world, &engine, broker, assigned)),
            Phase::Stable => self.work(world, &engine, broker),
        });
    }

    fn join(&self, engine: &Engine, broker: i32) -> InFlight {
        let protocol =
            JoinGroupRequestProtocol { name: Str::from_static(PROTOCOL), ..Default::default() };
        let request = JoinGroupRequest {
            group_id: Str::from(self.group.as_str()),
            session_timeout_ms: i32::try_from(SESSION_MS).unwrap_or(i32::MAX),
            rebalance_timeout_ms: REBALANCE_MS,
            member_id: Str::from(self.id.as_str()),
            protocol_type: Str::from_static(PROTOCOL),
            protocols: vec![protocol],
            ..Default::default()
        };
        InFlight::send(engine, broker, &request, JOIN_VERSION)
    }

    fn sync(
        &self,
        world: &mut World,
        engine: &Engine,
        broker: i32,
        assigned: &[(String, Places)],
    ) -> InFlight {
        let ledger = world.group(&self.group);
        let assignments = assigned.iter().map(|(member, owned)| {
            ledger.assign(self.generation, member, owned.clone());
            SyncGroupRequestAssignment {
                member_id: Str::from(member.as_str()),
                assignment: encoded(owned),
                ..Default::default()
            }
        });
        let request = SyncGroupRequest {
            assignments: assignments.collect(),
            group_id: Str::from(self.group.as_str()),
            generation_id: self.generation,
            member_id: Str::from(self.id.as_str()),
            ..Default::default()
        };
        InFlight::send(engine, broker, &request, SYNC_VERSION)
    }

    fn work(&self, world: &mut World, engine: &Engine, broker: i32) -> (Kind, InFlight) {
        let owned: Vec<Place> = self.owned.iter().cloned().collect();
        let place = owned.get(world.rng.below(owned.len().max(1) as u64) as usize).cloned();
        match (place, world.rng.below(40)) {
            (_, 0) if !world.is_calm => (Kind::Leave, self.leave(engine, broker)),
            (Some(place), 1..=15) => {
                let ledger = world.group(&self.group);
                let (offset, newest) = (ledger.next_offset(&place), ledger.generation());
                let (group, generation) = (&self.group, self.generation);
                let request = offsets::commit_request(group, &self.id, generation, &place, offset);
                let flight = InFlight::send(engine, broker, &request, COMMIT_VERSION);
                (Kind::Commit(place, offset, newest), flight)
            }
            (Some(place), 16..=22) => {
                let acked = world.group(&self.group).acked(&place);
                let request = offsets::fetch_request(&self.group, &place);
                let flight = InFlight::send(engine, broker, &request, FETCH_VERSION);
                (Kind::Fetch(place, acked), flight)
            }
            _ => {
                let request = HeartbeatRequest {
                    group_id: Str::from(self.group.as_str()),
                    generation_id: self.generation,
                    member_id: Str::from(self.id.as_str()),
                    ..Default::default()
                };
                let flight = InFlight::send(engine, broker, &request, HEARTBEAT_VERSION);
                (Kind::Heartbeat, flight)
            }
        }
    }

    fn leave(&self, engine: &Engine, broker: i32) -> InFlight {
        let member =
            MemberIdentity { member_id: Str::from(self.id.as_str()), ..Default::default() };
        let request = LeaveGroupRequest {
            group_id: Str::from(self.group.as_str()),
            members: vec![member],
            ..Default::default()
        };
        InFlight::send(engine, broker, &request, LEAVE_VERSION)
    }

    fn receive(&mut self, world: &mut World, kind: Kind, mut flight: InFlight) {
        match kind {
            Kind::Join => match flight.poll::<JoinGroupRequest>(JOIN_VERSION) {
                Answer::NotYet => self.flight = Some((kind, flight)),
                Answer::Lost => {}
                Answer::Response(response) => self.joined(world, &response),
            },
            Kind::Sync => match flight.poll::<SyncGroupRequest>(SYNC_VERSION) {
                Answer::NotYet => self.flight = Some((kind, flight)),
                Answer::Lost => {}
                Answer::Response(response) => self.synced(world, &response),
            },
            Kind::Heartbeat => match flight.poll::<HeartbeatRequest>(HEARTBEAT_VERSION) {
                Answer::NotYet => self.flight = Some((kind, flight)),
                Answer::Lost => {}
                Answer::Response(response) => {
                    world.counts.heartbeats += 1;
                    self.refused(world, ErrorCode(response.error_code));
                }
            },
            Kind::Leave => match flight.poll::<LeaveGroupRequest>(LEAVE_VERSION) {
                Answer::NotYet => self.flight = Some((kind, flight)),
                Answer::Lost | Answer::Response(_) => self.begin_anew(),
            },
            Kind::Commit(place, offset, newest) => {
                match flight.poll::<OffsetCommitRequest>(COMMIT_VERSION) {
                    Answer::NotYet => {
                        self.flight = Some((Kind::Commit(place, offset, newest), flight));
                    }
                    Answer::Lost => {}
                    Answer::Response(response) => {
                        let code = offsets::committed(&response);
                        self.commit_answered(world, code, &place, (offset, newest));
                    }
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

    fn joined(&mut self, world: &mut World, response: &JoinGroupResponse) {
        match ErrorCode(response.error_code) {
            ErrorCode::NONE => {
                self.id = response.member_id.to_string();
                self.generation = response.generation_id;
                let (id, generation) = (&self.id, self.generation);
                note!(world, "{id} is in generation {generation}, led by {}", response.leader);
                let is_leader = response.leader == response.member_id;
                let members: Vec<String> =
                    response.members.iter().map(|member| member.member_id.to_string()).collect();
                let all = world.places_of(&CLASSIC_TOPICS);
                let assigned = if is_leader { share_out(&members, &all) } else { Vec::new() };
                self.phase = Phase::Sync(assigned);
            }
            ErrorCode::MEMBER_ID_REQUIRED => self.id = response.member_id.to_string(),
            code => self.refused(world, code),
        }
    }

    fn synced(&mut self, world: &mut World, response: &SyncGroupResponse) {
        let code = ErrorCode(response.error_code);
        if code != ErrorCode::NONE {
            return self.refused(world, code);
        }
        self.owned = decoded(&response.assignment);
        self.phase = Phase::Stable;
        world.counts.syncs += 1;
        let (id, generation, owned) = (&self.id, self.generation, &self.owned);
        note!(world, "{id} owns {owned:?} in generation {generation}");
        let ledger = world.group(&self.group);
        let told = ledger.told(self.generation, &self.id, &self.owned);
        world.require(&self.group, told);
    }

    fn commit_answered(
        &mut self,
        world: &mut World,
        code: ErrorCode,
        place: &Place,
        (offset, newest): (i64, i32),
    ) {
        if code != ErrorCode::NONE {
            return self.refused(world, code);
        }
        world.counts.commits += 1;
        world.group(&self.group).acknowledge(place, offset);
        if newest > self.generation {
            let (id, generation) = (&self.id, self.generation);
            let wrong = format!("{id} commits in generation {generation} after {newest} began");
            world.require(&self.group, Err(wrong));
        }
    }

    fn refused(&mut self, world: &mut World, code: ErrorCode) {
        match code {
            ErrorCode::NONE | ErrorCode::UNSTABLE_OFFSET_COMMIT => {}
            ErrorCode::NOT_COORDINATOR => self.coordinator = None,
            ErrorCode::UNKNOWN_MEMBER_ID => self.begin_anew(),
            ErrorCode::ILLEGAL_GENERATION | ErrorCode::REBALANCE_IN_PROGRESS => self.rejoin(),
            code => world.require_retriable(&self.group, &self.id, code),
        }
    }
}

impl Client for ClassicMember {
    fn step(&mut self, world: &mut World) {
        match self.flight.take() {
            Some(_) if world.fs.is_dead() => {}
            Some((kind, flight)) => self.receive(world, kind, flight),
            None => self.send(world),
        }
    }

    fn disconnect(&mut self, broker: Option<i32>) {
        if is_lost(self.flight.as_ref().map(|(_, flight)| flight), broker) {
            self.flight = None;
        }
    }

    fn forgive(&mut self, world: &World) {
        if !world.keeps_offsets {
            self.begin_anew();
        }
    }

    fn owned(&self) -> Option<Owned<'_>> {
        Some(Owned { group: &self.group, member: self.id.clone(), places: &self.owned })
    }
}

/// In turn.
fn share_out(members: &[String], all: &Places) -> Vec<(String, Places)> {
    let mut shares: Vec<(String, Places)> =
        members.iter().map(|member| (member.clone(), Places::new())).collect();
    let count = shares.len().max(1);
    for (at, place) in all.iter().enumerate() {
        if let Some((_, share)) = shares.get_mut(at % count) {
            share.insert(place.clone());
        }
    }
    shares
}

fn encoded(owned: &Places) -> Bytes {
    let names: Vec<String> =
        owned.iter().map(|place| format!("{}:{}", place.topic, place.partition)).collect();
    Bytes::from(names.join(","))
}

fn decoded(assignment: &[u8]) -> Places {
    let text = String::from_utf8_lossy(assignment);
    let place = |name: &str| {
        let (topic, partition) = name.split_once(':')?;
        Some(Place { topic: topic.to_owned(), partition: partition.parse().ok()? })
    };
    text.split(',').filter_map(place).collect()
}
