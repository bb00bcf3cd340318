//! A transactional producer and a reader, made of requests.

use std::collections::HashMap;

use weir_engine::BrokerState;
use weir_wire::messages::add_partitions_to_txn_request::{
    AddPartitionsToTxnRequest, AddPartitionsToTxnTopic, AddPartitionsToTxnTransaction,
};
use weir_wire::messages::end_txn_request::EndTxnRequest;
use weir_wire::messages::fetch_request::{FetchPartition, FetchRequest, FetchTopic};
use weir_wire::messages::find_coordinator_request::FindCoordinatorRequest;
use weir_wire::messages::init_producer_id_request::InitProducerIdRequest;
use weir_wire::messages::list_offsets_request::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic,
};
use weir_wire::messages::produce_request::{
    PartitionProduceData, ProduceRequest, TopicProduceData,
};
use weir_wire::records::{BatchBuilder, BatchReader};
use weir_wire::{ErrorCode, Str};

use crate::harness::Cluster;

/// `transaction.version` as a client speaks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// Adds partitions before it writes.
    V0,
    /// Adds them by writing, and gets a new epoch with each end (KIP-890).
    V2,
}

pub(crate) struct Producer<'a> {
    cluster: &'a Cluster,
    protocol: Protocol,
    pub(crate) transactional_id: String,
    /// The coordinator.
    pub(crate) broker: i32,
    pub(crate) id: i64,
    pub(crate) epoch: i16,
    sequences: HashMap<(String, i32), i32>,
    last: Option<(String, i32)>,
}

/// The broker that coordinates a transactional id.
pub(crate) fn coordinator(cluster: &Cluster, transactional_id: &str) -> i32 {
    let asked =
        cluster.engine.brokers().iter().find(|b| b.state == BrokerState::Running).unwrap().id;
    let request = FindCoordinatorRequest {
        key_type: 1,
        coordinator_keys: vec![Str::from(transactional_id)],
        ..Default::default()
    };
    let found = cluster.connect(asked).call(request, 6).coordinators.remove(0);
    assert_eq!(ErrorCode(found.error_code), ErrorCode::NONE);
    found.node_id
}

impl<'a> Producer<'a> {
    pub(crate) fn init(cluster: &'a Cluster, id: &str, protocol: Protocol) -> Self {
        Self::try_init(cluster, id, protocol).unwrap()
    }

    pub(crate) fn try_init(
        cluster: &'a Cluster,
        id: &str,
        protocol: Protocol,
    ) -> Result<Self, ErrorCode> {
        let mut producer = Self {
            cluster,
            protocol,
            transactional_id: id.to_owned(),
            broker: coordinator(cluster, id),
            id: -1,
            epoch: -1,
            sequences: HashMap::new(),
            last: None,
        };
        producer.init_again().map(|()| producer)
    }

    /// A producer that was initialized before.
    pub(crate) fn known(
        cluster: &'a Cluster,
        transactional_id: &str,
        protocol: Protocol,
        id: i64,
        epoch: i16,
    ) -> Self {
        let broker = coordinator(cluster, transactional_id);
        let transactional_id = transactional_id.to_owned();
        let (sequences, last) = (HashMap::new(), None);
        Self { cluster, protocol, transactional_id, broker, id, epoch, sequences, last }
    }

    /// InitProducerId, version 5, with what is known.
    pub(crate) fn init_request(&self) -> InitProducerIdRequest {
        InitProducerIdRequest {
            transactional_id: Some(Str::from(self.transactional_id.as_str())),
            transaction_timeout_ms: 60_000,
            producer_id: self.id,
            producer_epoch: self.epoch,
            ..Default::default()
        }
    }

    pub(crate) fn init_again(&mut self) -> Result<(), ErrorCode> {
        let response = self.cluster.connect(self.broker).call(self.init_request(), 5);
        if response.error_code != 0 {
            return Err(ErrorCode(response.error_code));
        }
        (self.id, self.epoch) = (response.producer_id, response.producer_epoch);
        self.sequences.clear();
        Ok(())
    }

    /// Begins a transaction: with the old protocol, by adding the partitions.
    pub(crate) fn begin(&mut self, partitions: &[(&str, i32)]) {
        if self.protocol == Protocol::V0 {
            assert_eq!(self.add(partitions, 3), ErrorCode::NONE);
        }
    }

    /// AddPartitionsToTxn; the error of the first partition.
    pub(crate) fn add(&self, partitions: &[(&str, i32)], version: i16) -> ErrorCode {
        self.add_partitions(partitions, version, false)
    }

    /// The same for verification only.
    pub(crate) fn verify(&self, topic: &str, partition: i32, version: i16) -> ErrorCode {
        self.add_partitions(&[(topic, partition)], version, true)
    }

    fn add_partitions(&self, partitions: &[(&str, i32)], version: i16, verify: bool) -> ErrorCode {
        let request = self.add_request(partitions, version, verify);
        let response = self.cluster.connect(self.broker).call(request, version);
        let topics = match version >= 4 {
            true => &response.results_by_transaction[0].topic_results,
            false => &response.results_by_topic_v3_and_below,
        };
        ErrorCode(topics[0].results_by_partition[0].partition_error_code)
    }

    /// AddPartitionsToTxn as `version` has it.
    pub(crate) fn add_request(
        &self,
        partitions: &[(&str, i32)],
        version: i16,
        verify: bool,
    ) -> AddPartitionsToTxnRequest {
        let topics = partitions.iter().map(|(topic, partition)| AddPartitionsToTxnTopic {
            name: Str::from(*topic),
            partitions: vec![*partition],
            ..Default::default()
        });
        let topics: Vec<AddPartitionsToTxnTopic> = topics.collect();
        let id = Str::from(self.transactional_id.as_str());
        match version >= 4 {
            true => AddPartitionsToTxnRequest {
                transactions: vec![AddPartitionsToTxnTransaction {
                    transactional_id: id,
                    producer_id: self.id,
                    producer_epoch: self.epoch,
                    verify_only: verify,
                    topics,
                    ..Default::default()
                }],
                ..Default::default()
            },
            false => AddPartitionsToTxnRequest {
                v3_and_below_transactional_id: id,
                v3_and_below_producer_id: self.id,
                v3_and_below_producer_epoch: self.epoch,
                v3_and_below_topics: topics,
                ..Default::default()
            },
        }
    }

    /// Writes one record on the partition's leader.
    pub(crate) fn write(&mut self, topic: &str, partition: i32, value: &str) -> ErrorCode {
        let version = if self.protocol == Protocol::V2 { 12 } else { 9 };
        self.write_as(version, topic, partition, value)
    }

    pub(crate) fn write_as(
        &mut self,
        version: i16,
        topic: &str,
        partition: i32,
        value: &str,
    ) -> ErrorCode {
        let place = (topic.to_owned(), partition);
        let sequence = self.sequences.get(&place).copied().unwrap_or(0);
        let mut batch = BatchBuilder::new().producer(self.id, self.epoch, sequence).transactional();
        batch.append(self.cluster.clock_ms(), Some(b"k"), Some(value.as_bytes()), &[]);
        let request = ProduceRequest {
            transactional_id: Some(Str::from(self.transactional_id.as_str())),
            acks: -1,
            timeout_ms: 1_000,
            topic_data: vec![TopicProduceData {
                name: Str::from(topic),
                partition_data: vec![PartitionProduceData {
                    index: partition,
                    records: Some(batch.build().unwrap().to_bytes()),
                    ..Default::default()
                }],
                ..Default::default()
            }],
            ..Default::default()
        };
        let leader = self.cluster.leader(topic, partition);
        let response = self.cluster.connect(leader).call(request, version);
        let error = ErrorCode(response.responses[0].partition_responses[0].error_code);
        if error == ErrorCode::NONE {
            self.sequences.insert(place.clone(), sequence + 1);
            self.last = Some(place);
        }
        error
    }

    /// The next write repeats the last batch's sequence.
    pub(crate) fn repeat_last(&mut self) {
        let place = self.last.clone().unwrap();
        *self.sequences.get_mut(&place).unwrap() -= 1;
    }

    pub(crate) fn end_request(&self, commit: bool) -> EndTxnRequest {
        EndTxnRequest {
            transactional_id: Str::from(self.transactional_id.as_str()),
            producer_id: self.id,
            producer_epoch: self.epoch,
            committed: commit,
            ..Default::default()
        }
    }

    /// EndTxn; takes over the new epoch.
    pub(crate) fn end(&mut self, commit: bool) -> ErrorCode {
        let version = if self.protocol == Protocol::V2 { 5 } else { 3 };
        let response = self.cluster.connect(self.broker).call(self.end_request(commit), version);
        if response.error_code == 0 && version >= 5 {
            (self.id, self.epoch) = (response.producer_id, response.producer_epoch);
            self.sequences.clear();
        }
        ErrorCode(response.error_code)
    }
}

/// What a Fetch showed.
#[derive(Debug)]
pub(crate) struct Read {
    /// Offset and value, aborted ones left out as consumers do.
    pub(crate) records: Vec<(i64, String)>,
    /// Producer and first offset.
    pub(crate) aborted: Vec<(i64, i64)>,
    /// Offsets of control records.
    pub(crate) control: Vec<i64>,
}

/// Everything from `offset` on that a read_uncommitted consumer is shown.
pub(crate) fn uncommitted(cluster: &Cluster, topic: &str, partition: i32, offset: i64) -> Read {
    fetch(cluster, topic, partition, offset, 0)
}

/// The same for a read_committed one.
pub(crate) fn committed(cluster: &Cluster, topic: &str, partition: i32, offset: i64) -> Read {
    fetch(cluster, topic, partition, offset, 1)
}

fn fetch(cluster: &Cluster, topic: &str, partition: i32, offset: i64, isolation: i8) -> Read {
    let request = FetchRequest {
        max_bytes: 1 << 20,
        isolation_level: isolation,
        session_epoch: -1,
        topics: vec![FetchTopic {
            topic: Str::from(topic),
            partitions: vec![FetchPartition {
                partition,
                current_leader_epoch: -1,
                fetch_offset: offset,
                last_fetched_epoch: -1,
                log_start_offset: -1,
                partition_max_bytes: 1 << 20,
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    let response = cluster.connect(cluster.leader(topic, partition)).call(request, 12);
    let data = &response.responses[0].partitions[0];
    assert_eq!(ErrorCode(data.error_code), ErrorCode::NONE);
    let aborted = data.aborted_transactions.iter().flatten();
    let aborted: Vec<(i64, i64)> = aborted.map(|txn| (txn.producer_id, txn.first_offset)).collect();
    let bytes = data.records.as_ref().unwrap().to_bytes().unwrap();
    filtered(&bytes, offset, aborted)
}

/// As Kafka's consumer drops what was aborted: a producer's records from the first offset that is
/// named, up to its next marker.
fn filtered(bytes: &[u8], offset: i64, aborted: Vec<(i64, i64)>) -> Read {
    let mut to_come = aborted.clone();
    let mut read = Read { records: Vec::new(), aborted, control: Vec::new() };
    let mut aborting: Vec<i64> = Vec::new();
    let mut scratch = Vec::new();
    for batch in BatchReader::new(bytes) {
        let batch = batch.unwrap();
        let header = batch.header;
        to_come.retain(|(id, first)| {
            let begins = *first <= header.last_offset();
            aborting.extend(begins.then_some(*id));
            !begins
        });
        if header.attributes.is_control() {
            read.control.push(header.base_offset);
            aborting.retain(|id| *id != header.producer_id);
            continue;
        }
        if header.attributes.is_transactional() && aborting.contains(&header.producer_id) {
            continue;
        }
        for record in batch.records(&mut scratch, 1 << 20).unwrap() {
            let record = record.unwrap();
            if record.offset >= offset {
                let value = String::from_utf8(record.value.unwrap().to_vec()).unwrap();
                read.records.push((record.offset, value));
            }
        }
    }
    read
}

pub(crate) fn values(read: &Read) -> Vec<String> {
    read.records.iter().map(|(_, value)| value.clone()).collect()
}

/// ListOffsets latest for read_committed: the last stable offset.
pub(crate) fn stable_end(cluster: &Cluster, topic: &str, partition: i32) -> i64 {
    let request = ListOffsetsRequest {
        replica_id: -1,
        isolation_level: 1,
        topics: vec![ListOffsetsTopic {
            name: Str::from(topic),
            partitions: vec![ListOffsetsPartition {
                partition_index: partition,
                current_leader_epoch: -1,
                timestamp: -1,
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    let response = cluster.connect(cluster.leader(topic, partition)).call(request, 7);
    response.topics[0].partitions[0].offset
}
