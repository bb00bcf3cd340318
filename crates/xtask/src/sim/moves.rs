//! Administrators move replicas, change their minds, and ask for elections.

use weir_engine::Rng;
use weir_wire::messages::alter_partition_reassignments_request::{
    AlterPartitionReassignmentsRequest, ReassignablePartition, ReassignableTopic,
};
use weir_wire::messages::elect_leaders_request::{ElectLeadersRequest, TopicPartitions};
use weir_wire::{Request, Str};

use super::ledger::Place;
use super::wire::{Answer, InFlight};
use super::world::{World, note};

const REASSIGN_VERSION: i16 = 1;
const ELECT_VERSION: i16 = 2;

impl World {
    /// Moves the replicas of some partition, or cancels its move.
    pub(super) fn move_replicas(&mut self) {
        let Some(place) = self.some_place() else { return };
        let replicas = if self.chance(3) { None } else { Some(self.some_brokers()) };
        let partition = ReassignablePartition {
            partition_index: place.partition,
            replicas: replicas.clone(),
            ..Default::default()
        };
        let topic = ReassignableTopic {
            name: Str::from(place.topic.as_str()),
            partitions: vec![partition],
            ..Default::default()
        };
        let request =
            AlterPartitionReassignmentsRequest { topics: vec![topic], ..Default::default() };
        if let Some(response) = self.administer(&request, REASSIGN_VERSION) {
            let code = response.responses[0].partitions[0].error_code;
            self.counts.moves += u64::from(code == 0);
            note!(self, "move {place:?} to {replicas:?}: {code}");
        }
    }

    /// Asks for an election: the preferred leader's, or an unclean one where topics allow it.
    pub(super) fn ask_for_election(&mut self) {
        let Some(place) = self.some_place() else { return };
        let unclean = self.topic(&place.topic).is_some_and(|topic| topic.unclean);
        let kind = i8::from(unclean && self.chance(2));
        let partitions = TopicPartitions {
            topic: Str::from(place.topic.as_str()),
            partitions: vec![place.partition],
            ..Default::default()
        };
        let request = ElectLeadersRequest {
            election_type: kind,
            topic_partitions: Some(vec![partitions]),
            ..Default::default()
        };
        if let Some(response) = self.administer(&request, ELECT_VERSION) {
            let results = response.replica_election_results.first();
            let code = results.and_then(|r| r.partition_result.first()).map(|p| p.error_code);
            note!(self, "elect (type {kind}) of {place:?}: {code:?}");
        }
    }

    /// In the end nothing is left under way, and every partition has the replicas that it was given.
    pub(super) fn judge_moves(&mut self) {
        let Some(engine) = self.engine.clone() else { return };
        let image = engine.image();
        for place in self.all_places() {
            let known = image.topic(&place.topic).and_then(|t| t.partition(place.partition));
            let Some(known) = known else { continue };
            let assignment = known.assignment();
            if assignment.is_reassigning() {
                self.violate(format!("{place:?} is still being moved: {assignment:?}"));
            }
        }
    }

    fn some_place(&mut self) -> Option<Place> {
        let places = self.all_places();
        let at = self.rng.below(places.len().max(1) as u64) as usize;
        places.into_iter().nth(at)
    }

    /// One to three of the brokers, in some order.
    fn some_brokers(&mut self) -> Vec<i32> {
        let mut left: Vec<i32> = self.config.brokers.iter().map(|broker| broker.id).collect();
        let count = 1 + self.rng.below(left.len().min(3) as u64);
        let mut chosen = Vec::new();
        for _ in 0..count {
            let at = self.rng.below(left.len() as u64) as usize;
            chosen.push(left.swap_remove(at));
        }
        chosen
    }

    /// Asks any broker, which answers at once.
    fn administer<R: Request>(&mut self, request: &R, version: i16) -> Option<R::Response> {
        let (engine, broker) = (self.engine.clone()?, self.any_broker()?);
        let mut flight = InFlight::send(&engine, broker, request, version);
        match flight.poll::<R>(version) {
            Answer::Response(response) if !self.fs.is_dead() => Some(response),
            _ => None,
        }
    }
}
