//! ListOffsets by partition leader: one request a leader for as many partitions as it leads.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use tokio::time::sleep;
use weir_domain::{BrokerFailure, ItemError, OffsetAt, OffsetSpec, Partial, TopicPartition};
use weir_wire::ErrorCode;
use weir_wire::messages::list_offsets_request::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic,
};
use weir_wire::messages::list_offsets_response::ListOffsetsPartitionResponse;

use crate::client::{Build, Client, failure};
use crate::code;
use crate::error::{ClientError, ErrorKind};

/// Per partition an offset or why there is none.
pub type Offsets = BTreeMap<TopicPartition, Result<OffsetAt, ItemError>>;

/// Kafka's isolation levels (KIP-98).
const READ_UNCOMMITTED: i8 = 0;
const READ_COMMITTED: i8 = 1;

/// Rounds after a leader moved: elections take a moment.
const ATTEMPTS: u32 = 4;

impl Client {
    /// The same question for many partitions.
    pub async fn list_offsets(
        &self,
        partitions: &[TopicPartition],
        spec: OffsetSpec,
    ) -> Result<Partial<Offsets>, ClientError> {
        self.list_offsets_of(partitions.iter().map(|p| (p.clone(), spec)).collect()).await
    }

    /// The last stable offset of each partition: how far read_committed consumers see.
    pub async fn last_stable_offsets(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<Partial<Offsets>, ClientError> {
        let asked = partitions.iter().map(|p| (p.clone(), OffsetSpec::Latest)).collect();
        self.offsets_with(asked, READ_COMMITTED).await
    }

    /// A question for each partition. Leaders that moved are found again; what stays unanswered has its error.
    pub async fn list_offsets_of(
        &self,
        asked: HashMap<TopicPartition, OffsetSpec>,
    ) -> Result<Partial<Offsets>, ClientError> {
        self.offsets_with(asked, READ_UNCOMMITTED).await
    }

    async fn offsets_with(
        &self,
        mut asked: HashMap<TopicPartition, OffsetSpec>,
        isolation: i8,
    ) -> Result<Partial<Offsets>, ClientError> {
        let mut answers = Offsets::new();
        let mut failures = Vec::new();
        for attempt in 1..=ATTEMPTS {
            let round = self.offsets_round(&asked, isolation).await?;
            failures = round.failures;
            answers.extend(round.value);
            asked.retain(|p, _| matches!(answers.get(p), Some(Err(e)) if leader_moved(e)));
            if asked.is_empty() || attempt == ATTEMPTS {
                break;
            }
            sleep(Duration::from_millis(50 << attempt)).await;
            self.refresh_leaders(asked.keys()).await?;
        }
        Ok(Partial { value: answers, failures })
    }

    async fn offsets_round(
        &self,
        asked: &HashMap<TopicPartition, OffsetSpec>,
        isolation: i8,
    ) -> Result<Partial<Offsets>, ClientError> {
        let routed = self.route_partitions(asked.keys()).await?;
        let mut answers: Offsets = routed.unrouted.into_iter().map(|(p, e)| (p, Err(e))).collect();
        let mut requests: Vec<(i32, Build<ListOffsetsRequest>)> = Vec::new();
        for (leader, partitions) in &routed.by_leader {
            let topics = topics_of(partitions, asked);
            let timeout_ms = self.timeout_ms();
            requests.push((
                *leader,
                Box::new(move |v| request(v, topics.clone(), timeout_ms, isolation)),
            ));
        }
        let mut failures = Vec::new();
        for answer in self.scatter(requests).await {
            let asked_of = routed.by_leader.get(&answer.broker_id).into_iter().flatten();
            match answer.result {
                Ok(response) => {
                    for topic in &response.topics {
                        for p in &topic.partitions {
                            let partition = TopicPartition::new(&*topic.name, p.partition_index);
                            answers.insert(partition, offset(p));
                        }
                    }
                    for partition in asked_of {
                        answers.entry(partition.clone()).or_insert_with(|| Err(code::no_answer()));
                    }
                }
                Err(e) => {
                    failures.push(failure(answer.broker_id, &e));
                    answers.extend(asked_of.map(|p| (p.clone(), Err(unanswered(&e)))));
                }
            }
        }
        Ok(Partial { value: answers, failures })
    }

    /// Partitions by leader. Topics that are not in the cache are asked for once.
    pub(crate) async fn route_partitions<'a>(
        &self,
        partitions: impl IntoIterator<Item = &'a TopicPartition>,
    ) -> Result<Leaders, ClientError> {
        let partitions: Vec<_> = partitions.into_iter().collect();
        let known = self.cached_metadata();
        let missing: Vec<_> = partitions
            .iter()
            .filter(|p| known.partition(&p.topic, p.partition).is_none())
            .collect();
        if !missing.is_empty() {
            self.refresh_leaders(missing.into_iter().copied()).await?;
        }
        let known = self.cached_metadata();
        let mut leaders = Leaders::default();
        for partition in partitions {
            match known.partition(&partition.topic, partition.partition).map(|p| p.leader) {
                Some(Some(leader)) => {
                    leaders.by_leader.entry(leader).or_default().push(partition.clone());
                }
                Some(None) => leaders.unrouted.push((
                    partition.clone(),
                    code::error(ErrorCode::LEADER_NOT_AVAILABLE.0, None),
                )),
                None => leaders.unrouted.push((
                    partition.clone(),
                    code::error(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION.0, None),
                )),
            }
        }
        Ok(leaders)
    }

    pub(crate) async fn refresh_leaders<'a>(
        &self,
        partitions: impl IntoIterator<Item = &'a TopicPartition>,
    ) -> Result<(), ClientError> {
        let topics: HashSet<&str> = partitions.into_iter().map(|p| p.topic.as_str()).collect();
        let topics: Vec<String> = topics.into_iter().map(str::to_owned).collect();
        self.topics(&topics).await.map(|_| ())
    }
}

/// Partitions by the broker that leads them, and those that nobody leads.
#[derive(Debug, Default)]
pub(crate) struct Leaders {
    pub(crate) by_leader: BTreeMap<i32, Vec<TopicPartition>>,
    pub(crate) unrouted: Vec<(TopicPartition, ItemError)>,
}

/// Whether asking again after new metadata may help.
pub(crate) fn leader_moved(error: &ItemError) -> bool {
    [
        ErrorCode::NOT_LEADER_OR_FOLLOWER.0,
        ErrorCode::LEADER_NOT_AVAILABLE.0,
        ErrorCode::FENCED_LEADER_EPOCH.0,
        ErrorCode::UNKNOWN_LEADER_EPOCH.0,
        ErrorCode::OFFSET_NOT_AVAILABLE.0,
        ErrorCode::REPLICA_NOT_AVAILABLE.0,
        ErrorCode::BROKER_NOT_AVAILABLE.0,
        UNREACHABLE,
    ]
    .contains(&error.code)
}

const UNREACHABLE: i16 = ItemError::OURS;

fn unanswered(error: &ClientError) -> ItemError {
    ItemError::ours("LEADER_UNREACHABLE", error.to_string())
}

fn topics_of(
    partitions: &[TopicPartition],
    asked: &HashMap<TopicPartition, OffsetSpec>,
) -> Vec<ListOffsetsTopic> {
    let mut topics: BTreeMap<&str, Vec<ListOffsetsPartition>> = BTreeMap::new();
    for partition in partitions {
        let Some(spec) = asked.get(partition) else { continue };
        topics.entry(&partition.topic).or_default().push(ListOffsetsPartition {
            partition_index: partition.partition,
            timestamp: timestamp(*spec),
            ..Default::default()
        });
    }
    let topic = |(name, partitions): (&str, _)| ListOffsetsTopic {
        name: name.into(),
        partitions,
        ..Default::default()
    };
    topics.into_iter().map(topic).collect()
}

fn timestamp(spec: OffsetSpec) -> i64 {
    match spec {
        OffsetSpec::Latest => -1,
        OffsetSpec::Earliest => -2,
        OffsetSpec::MaxTimestamp => -3,
        OffsetSpec::Timestamp(at) => at.max(0),
    }
}

fn request(
    version: i16,
    topics: Vec<ListOffsetsTopic>,
    timeout_ms: i32,
    isolation_level: i8,
) -> Result<ListOffsetsRequest, ErrorKind> {
    let wants_max = topics.iter().flat_map(|t| &t.partitions).any(|p| p.timestamp == -3);
    if wants_max && version < 7 {
        return Err(ErrorKind::Unsupported {
            ours: (7, <ListOffsetsRequest as weir_wire::Message>::MAX),
            theirs: Some((0, version)),
        });
    }
    let timeout_ms = if version >= 10 { timeout_ms } else { 0 };
    // Before version 2 there are no transactions, and all is stable.
    let isolation_level = if version >= 2 { isolation_level } else { READ_UNCOMMITTED };
    Ok(ListOffsetsRequest {
        replica_id: -1,
        isolation_level,
        topics,
        timeout_ms,
        ..Default::default()
    })
}

fn offset(partition: &ListOffsetsPartitionResponse) -> Result<OffsetAt, ItemError> {
    code::item(partition.error_code, None)?;
    Ok(OffsetAt {
        offset: (partition.offset >= 0).then_some(partition.offset),
        timestamp_ms: (partition.timestamp >= 0).then_some(partition.timestamp),
        leader_epoch: (partition.leader_epoch >= 0).then_some(partition.leader_epoch),
    })
}

/// Failures of brokers by id, without repeating one.
pub(crate) fn distinct(mut failures: Vec<BrokerFailure>) -> Vec<BrokerFailure> {
    failures.sort_by_key(|failure| failure.broker_id);
    failures.dedup_by_key(|failure| failure.broker_id);
    failures
}
