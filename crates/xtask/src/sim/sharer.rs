//! A member of a share group: records given, accepted, rejected or given back. What it is done with is
//! never given again, and nothing is finished with that was never given.

use std::collections::BTreeSet;

use weir_wire::messages::share_acknowledge_request::{
    AcknowledgePartition, AcknowledgeTopic, AcknowledgementBatch, ShareAcknowledgeRequest,
};
use weir_wire::messages::share_fetch_request::{FetchPartition, FetchTopic, ShareFetchRequest};
use weir_wire::messages::share_fetch_response::ShareFetchResponse;
use weir_wire::messages::share_group_heartbeat_request::ShareGroupHeartbeatRequest;
use weir_wire::{ErrorCode, Str, Uuid};

use super::client::{Client, is_lost};
use super::ledger::Place;
use super::shared::Given;
use super::wire::{Answer, InFlight};
use super::world::{World, note};
use weir_engine::Rng;

const MEMBER: &str = "sim";
const HEARTBEAT_VERSION: i16 = 1;
const VERSION: i16 = 2;
const ACCEPT: i8 = 1;
const RELEASE: i8 = 2;
const REJECT: i8 = 3;

#[derive(Debug)]
pub(super) struct Sharer {
    group: &'static str,
    all: Given,
    has_joined: bool,
    coordinator: Option<i32>,
    session_epoch: i32,
    /// Ranges that it holds.
    given: Vec<(i64, i64)>,
    /// Accepted or rejected.
    done: BTreeSet<i64>,
    /// So, and the answer was lost: given again, or not.
    perhaps: BTreeSet<i64>,
    flight: Option<(Kind, InFlight)>,
}

#[derive(Debug)]
enum Kind {
    Heartbeat,
    Fetch,
    Acknowledge(Vec<Acknowledgement>),
}

/// What becomes of a range.
#[derive(Debug, Clone, Copy)]
struct Acknowledgement {
    first: i64,
    last: i64,
    kind: i8,
}

impl Sharer {
    pub(super) fn new(group: &'static str, place: Place, is_committed: bool) -> Self {
        Self {
            group,
            all: Given::new(place, is_committed),
            has_joined: false,
            coordinator: None,
            session_epoch: 0,
            given: Vec::new(),
            done: BTreeSet::new(),
            perhaps: BTreeSet::new(),
            flight: None,
        }
    }

    fn lost(&mut self) {
        match self.flight.take() {
            Some((Kind::Acknowledge(all), _)) => self.perhaps.extend(done(&all)),
            Some((Kind::Fetch, _)) => self.all.lose_answer(),
            _ => {}
        }
        self.session_epoch = 0;
        self.given.clear();
    }

    fn acknowledged(&mut self, all: &[Acknowledgement], is_ok: bool) {
        if is_ok {
            self.done.extend(done(all));
            self.session_epoch += 1;
        } else {
            self.perhaps.extend(done(all));
            self.session_epoch = 0;
            self.given.clear();
        }
    }

    fn fetched(&mut self, world: &mut World, response: &ShareFetchResponse) {
        let code = ErrorCode(response.error_code);
        if code != ErrorCode::NONE {
            self.session_epoch = 0;
            return;
        }
        self.session_epoch += 1;
        for partition in response.responses.iter().flat_map(|topic| &topic.partitions) {
            let runs = partition.acquired_records.iter();
            let runs: Vec<_> = runs.map(|run| (run.first_offset, run.last_offset)).collect();
            if partition.error_code != 0 {
                let code = ErrorCode(partition.error_code).name();
                note!(world, "{} is refused {:?}: {code}", self.group, self.all.place);
                // Its group may be gone with a power loss: others would learn that from a heartbeat.
                self.has_joined = false;
            }
            if runs.is_empty() {
                continue;
            }
            let bytes = partition.records.to_bytes().ok();
            let taken = self.all.take(world, &bytes.unwrap_or_default(), &runs);
            let taken = taken.and_then(|()| self.check_not_done(&runs));
            if let Err(wrong) = taken {
                world.violate(format!("{}, {:?}: {wrong}", self.group, self.all.place));
            }
            world.counts.given += runs.len() as u64;
            self.given.extend(runs);
        }
    }

    fn check_not_done(&self, runs: &[(i64, i64)]) -> Result<(), String> {
        let again = runs.iter().find_map(|(first, last)| self.done.range(first..=last).next());
        match again {
            Some(offset) => Err(format!("{offset} was done with, and is given again")),
            None => Ok(()),
        }
    }

    fn topic_id(&self, world: &World) -> Option<Uuid> {
        let engine = world.engine.as_ref()?;
        Some(engine.image().topic(&self.all.place.topic)?.id())
    }

    fn send(&mut self, world: &mut World) {
        let Some(engine) = world.engine.clone() else { return };
        if !self.has_joined || world.chance(20) {
            let Some(broker) = world.coordinator(&mut self.coordinator) else { return };
            let flight = InFlight::send(&engine, broker, &self.heartbeat(), HEARTBEAT_VERSION);
            self.flight = Some((Kind::Heartbeat, flight));
            return;
        }
        let Some(leader) = world.partition(&self.all.place).map(|p| p.leader()) else { return };
        let Some(topic_id) = self.topic_id(world).filter(|_| world.serves(leader)) else { return };
        self.flight = Some(if self.given.is_empty() {
            let request = self.fetch(world, topic_id);
            (Kind::Fetch, InFlight::send(&engine, leader, &request, VERSION))
        } else {
            let ranges = std::mem::take(&mut self.given).into_iter();
            let all = ranges.map(|(first, last)| Acknowledgement {
                first,
                last,
                kind: match world.is_calm {
                    true => ACCEPT,
                    false => [ACCEPT, ACCEPT, RELEASE, REJECT][world.rng.below(4) as usize],
                },
            });
            let all: Vec<_> = all.collect();
            let request = self.acknowledge(&all, topic_id);
            (Kind::Acknowledge(all), InFlight::send(&engine, leader, &request, VERSION))
        });
    }

    fn heartbeat(&self) -> ShareGroupHeartbeatRequest {
        ShareGroupHeartbeatRequest {
            group_id: Str::from_static(self.group),
            member_id: Str::from_static(MEMBER),
            subscribed_topic_names: Some(vec![Str::from(self.all.place.topic.as_str())]),
            ..Default::default()
        }
    }

    fn acknowledge(&self, all: &[Acknowledgement], topic_id: Uuid) -> ShareAcknowledgeRequest {
        let mut all = all.to_vec();
        all.sort_by_key(|of| of.first);
        let batches = all.iter().map(|of| AcknowledgementBatch {
            first_offset: of.first,
            last_offset: of.last,
            acknowledge_types: vec![of.kind],
            ..Default::default()
        });
        let partition = AcknowledgePartition {
            partition_index: self.all.place.partition,
            acknowledgement_batches: batches.collect(),
            ..Default::default()
        };
        let topic =
            AcknowledgeTopic { topic_id, partitions: vec![partition], ..Default::default() };
        ShareAcknowledgeRequest {
            group_id: Some(Str::from_static(self.group)),
            member_id: Some(Str::from_static(MEMBER)),
            share_session_epoch: self.session_epoch,
            topics: vec![topic],
            ..Default::default()
        }
    }

    fn fetch(&self, world: &World, topic_id: Uuid) -> ShareFetchRequest {
        let partition =
            FetchPartition { partition_index: self.all.place.partition, ..Default::default() };
        let topic = FetchTopic { topic_id, partitions: vec![partition], ..Default::default() };
        ShareFetchRequest {
            group_id: Some(Str::from_static(self.group)),
            member_id: Some(Str::from_static(MEMBER)),
            share_session_epoch: self.session_epoch,
            max_wait_ms: world.rng.below(500) as i32,
            max_bytes: 1 << 20,
            max_records: [20, 200][world.rng.below(2) as usize],
            share_acquire_mode: world.rng.below(2) as i8,
            topics: vec![topic],
            ..Default::default()
        }
    }
}

/// Offsets that are never given again.
fn done(all: &[Acknowledgement]) -> impl Iterator<Item = i64> {
    all.iter().filter(|of| of.kind != RELEASE).flat_map(|of| of.first..=of.last)
}

impl Client for Sharer {
    fn step(&mut self, world: &mut World) {
        self.all.look(world);
        let Some((kind, mut flight)) = self.flight.take() else { return self.send(world) };
        if world.fs.is_dead() {
            self.flight = Some((kind, flight));
            return self.lost();
        }
        match kind {
            Kind::Heartbeat => match flight.poll::<ShareGroupHeartbeatRequest>(HEARTBEAT_VERSION) {
                Answer::NotYet => self.flight = Some((kind, flight)),
                Answer::Lost => {}
                Answer::Response(response) => {
                    let code = ErrorCode(response.error_code);
                    match code {
                        ErrorCode::NONE => self.has_joined = true,
                        ErrorCode::NOT_COORDINATOR => self.coordinator = None,
                        _ => {}
                    }
                }
            },
            Kind::Fetch => match flight.poll::<ShareFetchRequest>(VERSION) {
                Answer::NotYet => self.flight = Some((kind, flight)),
                Answer::Lost => {
                    self.flight = Some((kind, flight));
                    self.lost();
                }
                Answer::Response(response) => self.fetched(world, &response),
            },
            Kind::Acknowledge(all) => match flight.poll::<ShareAcknowledgeRequest>(VERSION) {
                Answer::NotYet => self.flight = Some((Kind::Acknowledge(all), flight)),
                Answer::Lost => {
                    self.flight = Some((Kind::Acknowledge(all), flight));
                    self.lost();
                }
                Answer::Response(response) => {
                    let topic = response.responses.first();
                    let code = topic.and_then(|t| t.partitions.first()).map(|p| p.error_code);
                    self.acknowledged(&all, code == Some(0));
                }
            },
        }
    }

    fn disconnect(&mut self, broker: Option<i32>) {
        if is_lost(self.flight.as_ref().map(|(_, flight)| flight), broker) {
            self.lost();
        }
    }

    /// A power loss may have taken what was persisted, and records too.
    fn forgive(&mut self, _world: &World) {
        self.perhaps.append(&mut self.done);
    }

    fn is_done(&self, world: &World) -> Result<(), String> {
        let complete = self.all.is_complete(world);
        complete.map_err(|wrong| format!("group {}: {wrong}", self.group))
    }
}
