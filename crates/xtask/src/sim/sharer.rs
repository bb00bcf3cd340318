//! A member of a share group: records given, accepted or given back. What it accepted is never given
//! again, and nothing is finished with that nobody accepted.

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
use super::wire::{Answer, InFlight};
use super::world::World;
use weir_engine::Rng;

const HEARTBEAT_VERSION: i16 = 1;
const VERSION: i16 = 2;
const ACCEPT: i8 = 1;
const RELEASE: i8 = 2;

#[derive(Debug)]
pub(super) struct Sharer {
    group: Str,
    place: Place,
    has_joined: bool,
    session_epoch: i32,
    /// Ranges that it holds.
    given: Vec<(i64, i64)>,
    accepted: BTreeSet<i64>,
    /// Accepted, and the answer was lost: given again, or not.
    perhaps: BTreeSet<i64>,
    flight: Option<(Kind, InFlight)>,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Heartbeat,
    Fetch,
    /// First and last offset, and whether they are accepted.
    Acknowledge(i64, i64, bool),
}

impl Sharer {
    pub(super) fn new(number: usize, place: Place) -> Self {
        Self {
            group: Str::from(format!("share{number}")),
            place,
            has_joined: false,
            session_epoch: 0,
            given: Vec::new(),
            accepted: BTreeSet::new(),
            perhaps: BTreeSet::new(),
            flight: None,
        }
    }

    fn lost(&mut self) {
        if let Some((Kind::Acknowledge(first, last, true), _)) = self.flight.take() {
            self.perhaps.extend(first..=last);
        }
        self.session_epoch = 0;
        self.given.clear();
    }

    fn acknowledged(&mut self, first: i64, last: i64, is_accepted: bool, is_done: bool) {
        if is_accepted && is_done {
            self.accepted.extend(first..=last);
        } else if is_accepted {
            self.perhaps.extend(first..=last);
        }
        if is_done {
            self.session_epoch += 1;
        } else {
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
        let partitions = response.responses.iter().flat_map(|topic| &topic.partitions);
        for run in partitions.flat_map(|partition| &partition.acquired_records) {
            let again = self.accepted.range(run.first_offset..=run.last_offset).next();
            if let Some(offset) = again {
                let place = &self.place;
                world.violate(format!("{place:?}: {offset} was accepted, and is given again"));
            }
            world.counts.given += 1;
            self.given.push((run.first_offset, run.last_offset));
        }
    }

    fn topic_id(&self, world: &World) -> Option<Uuid> {
        let engine = world.engine.as_ref()?;
        Some(engine.image().topic(&self.place.topic)?.id())
    }

    fn send(&mut self, world: &mut World) {
        let Some(engine) = world.engine.clone() else { return };
        let member_id = Str::from_static("sim");
        if !self.has_joined || world.chance(20) {
            let Some(broker) = world.any_broker() else { return };
            let request = ShareGroupHeartbeatRequest {
                group_id: self.group.clone(),
                member_id,
                subscribed_topic_names: Some(vec![Str::from(self.place.topic.as_str())]),
                ..Default::default()
            };
            let flight = InFlight::send(&engine, broker, &request, HEARTBEAT_VERSION);
            self.flight = Some((Kind::Heartbeat, flight));
            return;
        }
        let Some(leader) = world.partition(&self.place).map(|p| p.leader()) else { return };
        let Some(topic_id) = self.topic_id(world).filter(|_| world.serves(leader)) else { return };
        if let Some((first, last)) = self.given.pop() {
            let is_accepted = world.chance(2);
            let batch = AcknowledgementBatch {
                first_offset: first,
                last_offset: last,
                acknowledge_types: vec![if is_accepted { ACCEPT } else { RELEASE }],
                ..Default::default()
            };
            let partition = AcknowledgePartition {
                partition_index: self.place.partition,
                acknowledgement_batches: vec![batch],
                ..Default::default()
            };
            let topic =
                AcknowledgeTopic { topic_id, partitions: vec![partition], ..Default::default() };
            let request = ShareAcknowledgeRequest {
                group_id: Some(self.group.clone()),
                member_id: Some(member_id),
                share_session_epoch: self.session_epoch,
                topics: vec![topic],
                ..Default::default()
            };
            let flight = InFlight::send(&engine, leader, &request, VERSION);
            self.flight = Some((Kind::Acknowledge(first, last, is_accepted), flight));
            return;
        }
        let partition =
            FetchPartition { partition_index: self.place.partition, ..Default::default() };
        let topic = FetchTopic { topic_id, partitions: vec![partition], ..Default::default() };
        let request = ShareFetchRequest {
            group_id: Some(self.group.clone()),
            member_id: Some(member_id),
            share_session_epoch: self.session_epoch,
            max_wait_ms: world.rng.below(500) as i32,
            max_bytes: 1 << 20,
            max_records: 20,
            topics: vec![topic],
            ..Default::default()
        };
        self.flight = Some((Kind::Fetch, InFlight::send(&engine, leader, &request, VERSION)));
    }
}

impl Client for Sharer {
    fn step(&mut self, world: &mut World) {
        let Some((kind, mut flight)) = self.flight.take() else { return self.send(world) };
        if world.fs.is_dead() {
            self.flight = Some((kind, flight));
            return self.lost();
        }
        match kind {
            Kind::Heartbeat => match flight.poll::<ShareGroupHeartbeatRequest>(HEARTBEAT_VERSION) {
                Answer::NotYet => self.flight = Some((kind, flight)),
                Answer::Lost => {}
                Answer::Response(response) => self.has_joined = response.error_code == 0,
            },
            Kind::Fetch => match flight.poll::<ShareFetchRequest>(VERSION) {
                Answer::NotYet => self.flight = Some((kind, flight)),
                Answer::Lost => self.lost(),
                Answer::Response(response) => self.fetched(world, &response),
            },
            Kind::Acknowledge(first, last, is_accepted) => {
                match flight.poll::<ShareAcknowledgeRequest>(VERSION) {
                    Answer::NotYet => self.flight = Some((kind, flight)),
                    Answer::Lost => {
                        self.flight = Some((kind, flight));
                        self.lost();
                    }
                    Answer::Response(response) => {
                        let topic = response.responses.first();
                        let code = topic.and_then(|t| t.partitions.first()).map(|p| p.error_code);
                        self.acknowledged(first, last, is_accepted, code == Some(0));
                    }
                }
            }
        }
    }

    fn disconnect(&mut self, broker: Option<i32>) {
        if is_lost(self.flight.as_ref().map(|(_, flight)| flight), broker) {
            self.lost();
        }
    }

    /// A power loss may have taken what was persisted, and records too.
    fn forgive(&mut self, _world: &World) {
        self.perhaps.append(&mut self.accepted);
    }
}
