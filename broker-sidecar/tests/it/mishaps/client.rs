//! A client that knows one topic's partitions at a time, asks until somebody answers, and takes no error for granted.
use std::time::{Duration, Instant};

use weir_wire::messages::create_topics_request::{CreatableTopic, CreateTopicsRequest};
use weir_wire::messages::delete_topics_request::{DeleteTopicState, DeleteTopicsRequest};
use weir_wire::messages::fetch_request::{FetchPartition, FetchRequest, FetchTopic};
use weir_wire::messages::init_producer_id_request::InitProducerIdRequest;
use weir_wire::messages::list_offsets_request::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic,
};
use weir_wire::messages::offset_for_leader_epoch_request::{
    OffsetForLeaderEpochRequest, OffsetForLeaderPartition, OffsetForLeaderTopic,
};
use weir_wire::messages::produce_request::{
    PartitionProduceData, ProduceRequest, TopicProduceData,
};
use weir_wire::records::{BatchBuilder, BatchReader};
use weir_wire::{ErrorCode, Request, Str};

use super::World;
use crate::asking::Asking;
use crate::process::LONG;

/// Where brokers listen, the same after each start.
pub(super) struct Ports(Vec<u16>);

impl Ports {
    pub(super) fn new(ports: impl Iterator<Item = u16>) -> Self {
        Self(ports.collect())
    }
}

/// What a client of Kafka tries again, elsewhere: nothing was lost, and nothing is unknown.
const ELSEWHERE: [ErrorCode; 4] = [
    ErrorCode::NOT_LEADER_OR_FOLLOWER,
    ErrorCode::NOT_ENOUGH_REPLICAS,
    ErrorCode::NOT_ENOUGH_REPLICAS_AFTER_APPEND,
    ErrorCode::REQUEST_TIMED_OUT,
];

/// Why there is no answer yet.
pub(super) type Later = String;

/// Checks a code: an error that a client tries again, or none.
fn passes(code: i16, what: &str) -> Result<(), Later> {
    let code = ErrorCode(code);
    match code {
        ErrorCode::NONE => Ok(()),
        code if ELSEWHERE.contains(&code) => Err(code.name().to_owned()),
        code => panic!("{what}: {}", code.name()),
    }
}

pub(super) struct Client<'a> {
    ports: &'a Ports,
    /// Which of them is asked.
    at: usize,
    connection: Option<Asking>,
}

impl<'a> Client<'a> {
    pub(super) fn new(ports: &'a Ports) -> Self {
        Self { ports, at: 0, connection: None }
    }

    /// Asks one broker after the other until one answers; `None` once the test is over.
    pub(super) fn until<T>(
        &mut self,
        world: &World,
        mut ask: impl FnMut(&mut Self) -> Result<T, Later>,
    ) -> Option<T> {
        let began = Instant::now();
        while world.goes_on() {
            match self.once(&mut ask) {
                Ok(answer) => return Some(answer),
                Err(why) => assert!(began.elapsed() < LONG, "no answer: {why}"),
            }
        }
        None
    }

    /// Asks; the next question goes to the next broker where this one has no answer.
    pub(super) fn once<T>(
        &mut self,
        ask: impl FnOnce(&mut Self) -> Result<T, Later>,
    ) -> Result<T, Later> {
        let answer = ask(self);
        if answer.is_err() {
            self.at += 1;
            self.connection = None;
            std::thread::sleep(Duration::from_millis(3));
        }
        answer
    }

    fn ask<R: Request>(&mut self, request: &R, version: i16) -> Result<R::Response, Later> {
        if self.connection.is_none() {
            self.connection =
                Some(Asking::try_connect(self.ports.0[self.at % self.ports.0.len()])?);
        }
        let connection = self.connection.as_mut().ok_or("not connected")?;
        connection.ask(request, version)
    }

    pub(super) fn create(&mut self, name: &str, partitions: i32) {
        self.try_create(name, partitions).unwrap();
    }

    pub(super) fn try_create(&mut self, name: &str, partitions: i32) -> Result<(), Later> {
        let topic = CreatableTopic {
            name: Str::from(name),
            num_partitions: partitions,
            replication_factor: -1,
            ..Default::default()
        };
        let request =
            CreateTopicsRequest { topics: vec![topic], timeout_ms: 30_000, ..Default::default() };
        let answer = self.ask(&request, 7)?;
        passes(answer.topics[0].error_code, "CreateTopics")
    }

    /// Whether it was there or not.
    pub(super) fn delete(&mut self, name: &str) -> Result<(), Later> {
        let topic = DeleteTopicState { name: Some(Str::from(name)), ..Default::default() };
        let request =
            DeleteTopicsRequest { topics: vec![topic], timeout_ms: 30_000, ..Default::default() };
        match self.ask(&request, 6)?.responses[0].error_code {
            code if ErrorCode(code) == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION => Ok(()),
            code => passes(code, "DeleteTopics"),
        }
    }

    /// An id of its own.
    pub(super) fn producer(&mut self) -> Result<i64, Later> {
        let request = InitProducerIdRequest {
            transactional_id: None,
            transaction_timeout_ms: 60_000,
            producer_epoch: -1,
            producer_id: -1,
            ..Default::default()
        };
        let answer = self.ask(&request, 4)?;
        passes(answer.error_code, "InitProducerId")?;
        Ok(answer.producer_id)
    }

    /// One record, acks=all; answers its offset.
    pub(super) fn write(
        &mut self,
        topic: &str,
        partition: usize,
        producer: i64,
        sequence: i32,
    ) -> Result<i64, Later> {
        let mut batch = BatchBuilder::new().producer(producer, 0, sequence);
        // Of now: a producer whose newest record is a day old is forgotten, as in Kafka.
        batch.append(weir_control::now_ms(), None, Some(sequence.to_string().as_bytes()), &[]);
        let data = PartitionProduceData {
            index: partition as i32,
            records: Some(batch.build().unwrap().to_bytes()),
            ..Default::default()
        };
        let data = TopicProduceData {
            name: Str::from(topic),
            partition_data: vec![data],
            ..Default::default()
        };
        let topic_data = vec![data];
        let request =
            ProduceRequest { acks: -1, timeout_ms: 2_000, topic_data, ..Default::default() };
        let answer = self.ask(&request, 9)?;
        let answer = &answer.responses[0].partition_responses[0];
        passes(answer.error_code, &format!("Produce {topic}-{partition} {sequence}"))?;
        Ok(answer.base_offset)
    }

    /// Where it ends (ListOffsets latest).
    pub(super) fn end(&mut self, topic: &str, partition: usize) -> Result<i64, Later> {
        let asked = ListOffsetsPartition {
            partition_index: partition as i32,
            timestamp: -1,
            ..Default::default()
        };
        let topics = vec![ListOffsetsTopic {
            name: Str::from(topic),
            partitions: vec![asked],
            ..Default::default()
        }];
        let request = ListOffsetsRequest { replica_id: -1, topics, ..Default::default() };
        let answer = self.ask(&request, 7)?;
        let answer = &answer.topics[0].partitions[0];
        passes(answer.error_code, &format!("ListOffsets {topic}-{partition}"))?;
        Ok(answer.offset)
    }

    /// Asks where an epoch ends, which opens the log of a partition that was never written to.
    pub(super) fn open(&mut self, topic: &str, partition: usize) -> Result<(), Later> {
        let asked = OffsetForLeaderPartition {
            partition: partition as i32,
            current_leader_epoch: -1,
            leader_epoch: 0,
            ..Default::default()
        };
        let topics = vec![OffsetForLeaderTopic {
            topic: Str::from(topic),
            partitions: vec![asked],
            ..Default::default()
        }];
        let request = OffsetForLeaderEpochRequest { topics, ..Default::default() };
        let answer = self.ask(&request, 4)?;
        passes(answer.topics[0].partitions[0].error_code, "OffsetForLeaderEpoch")
    }

    /// The high watermark, and the offsets of records from `from` on, as the leader has them (v10).
    pub(super) fn fetch(
        &mut self,
        topic: &str,
        partition: usize,
        from: i64,
    ) -> Result<(i64, Vec<i64>), Later> {
        let asked = FetchPartition {
            partition: partition as i32,
            fetch_offset: from,
            partition_max_bytes: 1 << 20,
            ..Default::default()
        };
        let topics = vec![FetchTopic {
            topic: Str::from(topic),
            partitions: vec![asked],
            ..Default::default()
        }];
        let request = FetchRequest {
            replica_id: -1,
            max_wait_ms: 1,
            min_bytes: 1,
            max_bytes: 1 << 20,
            session_epoch: -1,
            topics,
            ..Default::default()
        };
        let answer = self.ask(&request, 10)?;
        passes(answer.error_code, "Fetch")?;
        let answer = &answer.responses[0].partitions[0];
        passes(answer.error_code, &format!("Fetch {topic}-{partition} from {from}"))?;
        let bytes = answer.records.as_ref().unwrap().to_bytes().unwrap();
        let batches = BatchReader::new(&bytes).map(|batch| batch.unwrap().header);
        let offsets = batches.flat_map(|header| header.base_offset..=header.last_offset());
        Ok((answer.high_watermark, offsets.filter(|offset| *offset >= from).collect()))
    }
}
