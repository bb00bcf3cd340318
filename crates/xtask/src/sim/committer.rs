//! A group's offsets: committed one after the other, read back.

use weir_wire::messages::offset_commit_request::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use weir_wire::messages::offset_fetch_request::{OffsetFetchRequest, OffsetFetchRequestTopic};
use weir_wire::{ErrorCode, Str};

use super::client::{Client, is_lost};
use super::ledger::Place;
use super::wire::{Answer, InFlight};
use super::world::World;

const COMMIT_VERSION: i16 = 7;
const FETCH_VERSION: i16 = 6;

#[derive(Debug)]
pub(super) struct Committer {
    group: String,
    place: Place,
    /// The newest offset sent, and the newest acknowledged.
    sent: i64,
    acked: i64,
    flight: Option<(Kind, InFlight)>,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Commit,
    Fetch,
}

impl Committer {
    pub(super) fn new(number: usize, place: Place) -> Self {
        Self { group: format!("g{number}"), place, sent: 0, acked: 0, flight: None }
    }

    fn fetched(&mut self, world: &mut World, code: ErrorCode, offset: i64) {
        if code != ErrorCode::NONE {
            return;
        }
        if offset.max(0) < self.acked || offset > self.sent {
            let (group, acked, sent) = (&self.group, self.acked, self.sent);
            world.violate(format!(
                "{group}: offset {offset} committed; {acked} was acknowledged, {sent} sent"
            ));
        }
    }

    fn send(&mut self, world: &mut World) {
        let (Some(engine), Some(broker)) = (world.engine.clone(), world.any_broker()) else {
            return;
        };
        // Any broker is asked: those that do not coordinate the group say so.
        let topic = Str::from(self.place.topic.as_str());
        let group_id = Str::from(self.group.as_str());
        if world.chance(3) {
            let topics = vec![OffsetFetchRequestTopic {
                name: topic,
                partition_indexes: vec![self.place.partition],
                ..Default::default()
            }];
            let request =
                OffsetFetchRequest { group_id, topics: Some(topics), ..Default::default() };
            let flight = InFlight::send(&engine, broker, &request, FETCH_VERSION);
            self.flight = Some((Kind::Fetch, flight));
            return;
        }
        self.sent += 1;
        let partition = OffsetCommitRequestPartition {
            partition_index: self.place.partition,
            committed_offset: self.sent,
            committed_leader_epoch: -1,
            committed_metadata: Some(Str::default()),
            ..Default::default()
        };
        let topics = vec![OffsetCommitRequestTopic {
            name: topic,
            partitions: vec![partition],
            ..Default::default()
        }];
        let request = OffsetCommitRequest {
            group_id,
            generation_id_or_member_epoch: -1,
            topics,
            ..Default::default()
        };
        let flight = InFlight::send(&engine, broker, &request, COMMIT_VERSION);
        self.flight = Some((Kind::Commit, flight));
    }
}

impl Client for Committer {
    fn step(&mut self, world: &mut World) {
        match self.flight.take() {
            None => self.send(world),
            Some(_) if world.fs.is_dead() => {}
            Some((Kind::Commit, mut flight)) => {
                match flight.poll::<OffsetCommitRequest>(COMMIT_VERSION) {
                    Answer::NotYet => self.flight = Some((Kind::Commit, flight)),
                    Answer::Lost => {}
                    Answer::Response(response) => {
                        if response.topics[0].partitions[0].error_code == 0 {
                            self.acked = self.sent;
                            world.counts.commits += 1;
                        }
                    }
                }
            }
            Some((Kind::Fetch, mut flight)) => {
                match flight.poll::<OffsetFetchRequest>(FETCH_VERSION) {
                    Answer::NotYet => self.flight = Some((Kind::Fetch, flight)),
                    Answer::Lost => {}
                    Answer::Response(response) => {
                        let partition = &response.topics.first().map(|t| t.partitions[0].clone());
                        let code = ErrorCode(response.error_code);
                        if let (ErrorCode::NONE, Some(p)) = (code, partition) {
                            self.fetched(world, ErrorCode(p.error_code), p.committed_offset);
                        }
                    }
                }
            }
        }
    }

    fn disconnect(&mut self, broker: Option<i32>) {
        if is_lost(self.flight.as_ref().map(|(_, flight)| flight), broker) {
            self.flight = None;
        }
    }

    /// A power loss may have taken commits: they are not synced.
    fn forgive(&mut self, world: &World) {
        if !world.keeps_offsets {
            self.acked = 0;
        }
    }
}
