//! Requests that more than one kind of client sends.

use bytes::Bytes;
use weir_wire::Str;
use weir_wire::messages::fetch_request::{FetchPartition, FetchRequest, FetchTopic};
use weir_wire::messages::init_producer_id_request::InitProducerIdRequest;
use weir_wire::messages::produce_request::{
    PartitionProduceData, ProduceRequest, TopicProduceData,
};

use super::ledger::Place;

pub(super) const FETCH_VERSION: i16 = 12;

/// What one Fetch reads of a partition.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) offset: i64,
    pub(super) max_bytes: i32,
    pub(super) max_wait_ms: i32,
    pub(super) is_committed: bool,
}

pub(super) fn fetch(place: &Place, read: &Read) -> FetchRequest {
    let partition = FetchPartition {
        partition: place.partition,
        current_leader_epoch: -1,
        fetch_offset: read.offset,
        last_fetched_epoch: -1,
        log_start_offset: -1,
        partition_max_bytes: read.max_bytes,
        ..Default::default()
    };
    let topic = FetchTopic {
        topic: Str::from(place.topic.as_str()),
        partitions: vec![partition],
        ..Default::default()
    };
    FetchRequest {
        max_wait_ms: read.max_wait_ms,
        min_bytes: 1,
        max_bytes: 1 << 20,
        session_epoch: -1,
        isolation_level: i8::from(read.is_committed),
        topics: vec![topic],
        ..Default::default()
    }
}

/// Without an id: of an idempotent producer.
pub(super) fn init_producer(transactional_id: Option<Str>) -> InitProducerIdRequest {
    InitProducerIdRequest {
        transactional_id,
        transaction_timeout_ms: 60_000,
        producer_id: -1,
        producer_epoch: -1,
        ..Default::default()
    }
}

/// With acks=all.
pub(super) fn produce(
    transactional_id: Option<Str>,
    place: &Place,
    records: Bytes,
) -> ProduceRequest {
    let data = PartitionProduceData {
        index: place.partition,
        records: Some(records),
        ..Default::default()
    };
    let topic = TopicProduceData {
        name: Str::from(place.topic.as_str()),
        partition_data: vec![data],
        ..Default::default()
    };
    ProduceRequest {
        transactional_id,
        acks: -1,
        timeout_ms: 1_500,
        topic_data: vec![topic],
        ..Default::default()
    }
}
