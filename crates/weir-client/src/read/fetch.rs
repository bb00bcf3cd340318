//! One round of Fetch: each leader asked once for its partitions, all at the same time.

use std::collections::BTreeMap;
use std::time::Duration;

use weir_domain::{BrokerFailure, ItemError, TopicPartition};
use weir_wire::Bytes;
use weir_wire::messages::fetch_request::{FetchPartition, FetchRequest, FetchTopic};
use weir_wire::messages::fetch_response::{AbortedTransaction, FetchResponse, PartitionData};

use crate::client::{Build, Client, failure};
use crate::code;
use crate::error::{ClientError, ErrorKind};
use crate::net::pool::Lane;

/// What one answer of one broker may hold; a first batch larger than this comes whole nevertheless.
const ANSWER_BYTES_MAX: i32 = 16 << 20;

/// Where to read one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) partition: i32,
    pub(crate) offset: i64,
    pub(crate) bytes_max: i32,
}

/// Up to where a leader answers (KIP-98).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Isolation {
    /// The high watermark, whatever became of the transactions.
    Uncommitted,
    /// The last stable offset, with a list of the transactions that were aborted. All records come nevertheless.
    Committed,
}

/// What a leader answered for one partition.
#[derive(Debug)]
pub(crate) struct Fetched {
    pub(crate) records: Bytes,
    /// Of the records' transactions; with [`Isolation::Committed`] only.
    pub(crate) aborted: Vec<AbortedTransaction>,
    /// Everything before it is decided; -1 when the leader does not say.
    pub(crate) last_stable_offset: i64,
}

#[derive(Debug, Default)]
pub(crate) struct Round {
    pub(crate) partitions: BTreeMap<i32, Result<Fetched, ItemError>>,
    pub(crate) failures: Vec<BrokerFailure>,
}

impl Client {
    /// Reads each position once. `wait`: how long a leader waits for news when it has none.
    pub(crate) async fn fetch_round(
        &self,
        topic: &str,
        positions: &[Position],
        isolation: Isolation,
        wait: Duration,
    ) -> Result<Round, ClientError> {
        let partitions: Vec<_> =
            positions.iter().map(|p| TopicPartition::new(topic, p.partition)).collect();
        let routed = self.route_partitions(&partitions).await?;
        let mut round = Round::default();
        for (partition, error) in routed.unrouted {
            round.partitions.insert(partition.partition, Err(error));
        }
        let mut requests: Vec<(i32, Build<FetchRequest>)> = Vec::new();
        for (leader, partitions) in &routed.by_leader {
            let mut request = request(topic, positions, partitions, wait);
            request.isolation_level = i8::from(isolation == Isolation::Committed);
            requests.push((*leader, Box::new(move |version| check(version, request.clone()))));
        }
        for answer in self.scatter_on(Lane::Read, requests).await {
            let asked = routed.by_leader.get(&answer.broker_id).into_iter().flatten();
            match answer.result.and_then(whole) {
                Ok(response) => read(response, &mut round.partitions),
                Err(e) => {
                    let error = ItemError::ours("LEADER_UNREACHABLE", e.to_string());
                    let errors = asked.clone().map(|p| (p.partition, Err(error.clone())));
                    round.partitions.extend(errors);
                    round.failures.push(failure(answer.broker_id, &e));
                }
            }
            for partition in asked {
                let missing = || Err(code::no_answer());
                round.partitions.entry(partition.partition).or_insert_with(missing);
            }
        }
        Ok(round)
    }
}

fn request(
    topic: &str,
    positions: &[Position],
    partitions: &[TopicPartition],
    wait: Duration,
) -> FetchRequest {
    let wanted = |position: &&Position| {
        partitions.iter().any(|partition| partition.partition == position.partition)
    };
    let partition = |position: &Position| FetchPartition {
        partition: position.partition,
        fetch_offset: position.offset,
        partition_max_bytes: position.bytes_max,
        ..Default::default()
    };
    let topic = FetchTopic {
        topic: topic.into(),
        partitions: positions.iter().filter(wanted).map(partition).collect(),
        ..Default::default()
    };
    FetchRequest {
        max_wait_ms: i32::try_from(wait.as_millis()).unwrap_or(i32::MAX),
        min_bytes: i32::from(!wait.is_zero()),
        max_bytes: ANSWER_BYTES_MAX,
        topics: vec![topic],
        ..Default::default()
    }
}

/// Brokers before 0.11 would answer in record formats that Weir does not read.
fn check(version: i16, request: FetchRequest) -> Result<FetchRequest, ErrorKind> {
    if version < 4 {
        return Err(ErrorKind::Unsupported { ours: (4, 12), theirs: Some((0, version)) });
    }
    Ok(request)
}

fn whole(response: FetchResponse) -> Result<FetchResponse, ClientError> {
    if response.error_code == 0 {
        return Ok(response);
    }
    let kind = code::whole(response.error_code, None);
    Err(ClientError { kind, ..ClientError::no_one("Fetch", "") })
}

fn read(response: FetchResponse, into: &mut BTreeMap<i32, Result<Fetched, ItemError>>) {
    for topic in response.responses {
        for partition in topic.partitions {
            into.insert(partition.partition_index, fetched(&partition));
        }
    }
}

fn fetched(partition: &PartitionData) -> Result<Fetched, ItemError> {
    code::item(partition.error_code, None)?;
    let records = partition.records.as_ref().map(weir_wire::Records::to_bytes).transpose();
    let records = records.map_err(|e| ItemError::ours("UNREADABLE", e.to_string()))?;
    Ok(Fetched {
        records: records.unwrap_or_default(),
        aborted: partition.aborted_transactions.clone().unwrap_or_default(),
        last_stable_offset: partition.last_stable_offset,
    })
}
