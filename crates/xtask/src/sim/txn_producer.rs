//! What a transactional producer asks, and what it is told.

use std::collections::BTreeMap;

use weir_engine::{Clock, Engine};
use weir_wire::messages::add_offsets_to_txn_request::AddOffsetsToTxnRequest;
use weir_wire::messages::add_partitions_to_txn_request::{
    AddPartitionsToTxnRequest, AddPartitionsToTxnTopic,
};
use weir_wire::messages::end_txn_request::EndTxnRequest;
use weir_wire::messages::init_producer_id_request::InitProducerIdRequest;
use weir_wire::messages::produce_request::ProduceRequest;
use weir_wire::messages::txn_offset_commit_request::{
    TxnOffsetCommitRequest, TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic,
};
use weir_wire::records::BatchBuilder;
use weir_wire::{ErrorCode, Str};

use super::consumer_member::Identity;
use super::ledger::Place;
use super::requests;
use super::wire::{Answer, InFlight};
use super::world::World;

const INIT_VERSION: i16 = 5;
const ADD_VERSION: i16 = 3;
const ADD_GROUP_VERSION: i16 = 3;

/// A transactional id and its producer.
#[derive(Debug)]
pub(super) struct TxnProducer {
    pub(super) name: String,
    /// Speaks `transaction.version` 2: adds partitions by writing.
    pub(super) is_new: bool,
    pub(super) identity: Option<(i64, i16)>,
    sequences: BTreeMap<Place, i32>,
    next_value: u64,
}

/// What came of a request.
#[derive(Debug, Clone, Copy)]
pub(super) enum Told {
    NotYet,
    Lost,
    Code(ErrorCode),
}

impl Told {
    /// The answer, if there is one; a request that is still on its way goes back into its place.
    pub(super) fn code(self, flight: InFlight, place: &mut Option<InFlight>) -> Option<ErrorCode> {
        match self {
            Self::NotYet => {
                *place = Some(flight);
                None
            }
            Self::Lost => None,
            Self::Code(code) => Some(code),
        }
    }
}

impl TxnProducer {
    pub(super) fn new(name: String, is_new: bool) -> Self {
        Self { name, is_new, identity: None, sequences: BTreeMap::new(), next_value: 0 }
    }

    pub(super) fn id(&self) -> Str {
        Str::from(self.name.as_str())
    }

    /// A value that nobody sent yet, for a partition.
    pub(super) fn next_value(&mut self, world: &mut World, place: &Place) -> String {
        let value = format!("{}-{:06}", self.name, self.next_value);
        self.next_value += 1;
        let ledger = world.ledgers.entry(place.clone()).or_default();
        ledger.sent.insert(value.clone());
        value
    }

    pub(super) fn init(&self, engine: &Engine, broker: i32) -> InFlight {
        let request = requests::init_producer(Some(self.id()));
        InFlight::send(engine, broker, &request, INIT_VERSION)
    }

    pub(super) fn initialized(&mut self, flight: &mut InFlight) -> Told {
        let response = match flight.poll::<InitProducerIdRequest>(INIT_VERSION) {
            Answer::NotYet => return Told::NotYet,
            Answer::Lost => return Told::Lost,
            Answer::Response(response) => response,
        };
        if response.error_code == 0 {
            self.identity = Some((response.producer_id, response.producer_epoch));
            self.sequences.clear();
        }
        Told::Code(ErrorCode(response.error_code))
    }

    pub(super) fn add<'a>(
        &self,
        engine: &Engine,
        broker: i32,
        places: impl Iterator<Item = &'a Place>,
    ) -> Option<InFlight> {
        let (id, epoch) = self.identity?;
        let topics = places.map(|place| AddPartitionsToTxnTopic {
            name: Str::from(place.topic.as_str()),
            partitions: vec![place.partition],
            ..Default::default()
        });
        let request = AddPartitionsToTxnRequest {
            v3_and_below_transactional_id: self.id(),
            v3_and_below_producer_id: id,
            v3_and_below_producer_epoch: epoch,
            v3_and_below_topics: topics.collect(),
            ..Default::default()
        };
        Some(InFlight::send(engine, broker, &request, ADD_VERSION))
    }

    pub(super) fn added(&self, flight: &mut InFlight) -> Told {
        let response = match flight.poll::<AddPartitionsToTxnRequest>(ADD_VERSION) {
            Answer::NotYet => return Told::NotYet,
            Answer::Lost => return Told::Lost,
            Answer::Response(response) => response,
        };
        let topics = response.results_by_topic_v3_and_below;
        let code = topics.first().and_then(|topic| topic.results_by_partition.first());
        Told::Code(code.map_or(ErrorCode::NONE, |it| ErrorCode(it.partition_error_code)))
    }

    fn produce_version(&self) -> i16 {
        if self.is_new { 12 } else { 9 }
    }

    /// Writes one value, where the partition's leader can be reached.
    pub(super) fn write(
        &self,
        engine: &Engine,
        world: &World,
        (place, value): &(Place, String),
    ) -> Option<InFlight> {
        self.write_record(engine, world, place, (None, Some(value.as_bytes())))
    }

    /// Writes a key and its value.
    pub(super) fn write_record(
        &self,
        engine: &Engine,
        world: &World,
        place: &Place,
        (key, value): (Option<&[u8]>, Option<&[u8]>),
    ) -> Option<InFlight> {
        let (id, epoch) = self.identity?;
        let leader = world.partition(place)?.leader();
        if !world.serves(leader) {
            return None;
        }
        let sequence = self.sequences.get(place).copied().unwrap_or(0);
        let mut builder = BatchBuilder::new().producer(id, epoch, sequence).transactional();
        builder.append(world.clock.wall_ms(), key, value, &[]);
        let records = builder.build().ok()?.to_bytes();
        let request = requests::produce(Some(self.id()), place, records);
        Some(InFlight::send(engine, leader, &request, self.produce_version()))
    }

    /// Takes note of an acknowledged record.
    pub(super) fn written(
        &mut self,
        world: &mut World,
        flight: &mut InFlight,
        (place, value): &(Place, String),
    ) -> Told {
        match self.wrote(flight, place) {
            Ok(offset) => {
                let ledger = world.ledgers.entry(place.clone()).or_default();
                ledger.acked.insert(offset, value.clone());
                Told::Code(ErrorCode::NONE)
            }
            Err(told) => told,
        }
    }

    /// Where the record lies that was written to `place`.
    pub(super) fn wrote(&mut self, flight: &mut InFlight, place: &Place) -> Result<i64, Told> {
        let response = match flight.poll::<ProduceRequest>(self.produce_version()) {
            Answer::NotYet => return Err(Told::NotYet),
            Answer::Lost => return Err(Told::Lost),
            Answer::Response(response) => response,
        };
        let partition = &response.responses[0].partition_responses[0];
        if partition.error_code != 0 {
            return Err(Told::Code(ErrorCode(partition.error_code)));
        }
        *self.sequences.entry(place.clone()).or_default() += 1;
        Ok(partition.base_offset)
    }

    /// Adds the offsets of a group.
    pub(super) fn add_group(&self, engine: &Engine, broker: i32, group: &str) -> Option<InFlight> {
        let (id, epoch) = self.identity?;
        let request = AddOffsetsToTxnRequest {
            transactional_id: self.id(),
            producer_id: id,
            producer_epoch: epoch,
            group_id: Str::from(group),
            ..Default::default()
        };
        Some(InFlight::send(engine, broker, &request, ADD_GROUP_VERSION))
    }

    pub(super) fn added_group(&self, flight: &mut InFlight) -> Told {
        match flight.poll::<AddOffsetsToTxnRequest>(ADD_GROUP_VERSION) {
            Answer::NotYet => Told::NotYet,
            Answer::Lost => Told::Lost,
            Answer::Response(response) => Told::Code(ErrorCode(response.error_code)),
        }
    }

    fn commit_version(&self) -> i16 {
        if self.is_new { 5 } else { 3 }
    }

    /// Commits an offset with the transaction, as a member of the group.
    pub(super) fn commit_offset(
        &self,
        engine: &Engine,
        broker: i32,
        (group, member): (&str, &Identity),
        (place, offset): (&Place, i64),
    ) -> Option<InFlight> {
        let (id, epoch) = self.identity?;
        let partition = TxnOffsetCommitRequestPartition {
            partition_index: place.partition,
            committed_offset: offset,
            committed_leader_epoch: -1,
            ..Default::default()
        };
        let topic = TxnOffsetCommitRequestTopic {
            name: Str::from(place.topic.as_str()),
            partitions: vec![partition],
            ..Default::default()
        };
        let request = TxnOffsetCommitRequest {
            transactional_id: self.id(),
            group_id: Str::from(group),
            producer_id: id,
            producer_epoch: epoch,
            generation_id_or_member_epoch: member.epoch,
            member_id: Str::from(member.id.as_str()),
            topics: vec![topic],
            ..Default::default()
        };
        Some(InFlight::send(engine, broker, &request, self.commit_version()))
    }

    pub(super) fn committed_offset(&self, flight: &mut InFlight) -> Told {
        let response = match flight.poll::<TxnOffsetCommitRequest>(self.commit_version()) {
            Answer::NotYet => return Told::NotYet,
            Answer::Lost => return Told::Lost,
            Answer::Response(response) => response,
        };
        let partition = response.topics.first().and_then(|topic| topic.partitions.first());
        Told::Code(partition.map_or(ErrorCode::UNKNOWN_SERVER_ERROR, |it| ErrorCode(it.error_code)))
    }

    fn end_version(&self) -> i16 {
        if self.is_new { 5 } else { 4 }
    }

    pub(super) fn end(&self, engine: &Engine, broker: i32, commit: bool) -> Option<InFlight> {
        let (id, epoch) = self.identity?;
        let request = EndTxnRequest {
            transactional_id: self.id(),
            producer_id: id,
            producer_epoch: epoch,
            committed: commit,
            ..Default::default()
        };
        Some(InFlight::send(engine, broker, &request, self.end_version()))
    }

    pub(super) fn ended(&mut self, flight: &mut InFlight) -> Told {
        let response = match flight.poll::<EndTxnRequest>(self.end_version()) {
            Answer::NotYet => return Told::NotYet,
            Answer::Lost => return Told::Lost,
            Answer::Response(response) => response,
        };
        if response.error_code == 0 && self.is_new {
            self.identity = Some((response.producer_id, response.producer_epoch));
            self.sequences.clear();
        }
        Told::Code(ErrorCode(response.error_code))
    }
}

/// Whether the producer begins anew: it is fenced, by its own timeout or by what the log lost. Else, unless
/// there is no error, the same is asked again.
pub(super) fn is_given_up(code: ErrorCode) -> bool {
    let needs_a_new_one =
        [ErrorCode::UNKNOWN_PRODUCER_ID, ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER].contains(&code);
    code != ErrorCode::NONE && (!code.is_retriable() || needs_a_new_one)
}
