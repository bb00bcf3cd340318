//! The response of a Fetch.

use std::sync::Arc;

use weir_wire::messages::fetch_request::FetchRequest;
use weir_wire::messages::fetch_response::{
    AbortedTransaction, EpochEndOffset, FetchResponse, FetchableTopicResponse, LeaderIdAndEpoch,
    NodeEndpoint, PartitionData,
};
use weir_wire::{ErrorCode, Records, Str, Uuid};

use crate::ctx::Ctx;
use crate::fetch::{Found, Look, TopicKey};
use crate::handlers::leaders::Leaders;
use crate::partition::ReadOutcome;

/// `committed`: the client reads committed records, and is told of aborted transactions.
pub(super) fn respond(ctx: &Ctx, look: Look, session_id: i32, committed: bool) -> FetchResponse {
    let mut leaders = Leaders::default();
    let mut responses: Vec<FetchableTopicResponse> = Vec::new();
    for found in look.found {
        let (topic, topic_id) = match &found.topic {
            TopicKey::Id(id) => (Str::default(), *id),
            TopicKey::Name(name) => (name.clone(), Uuid::ZERO),
        };
        let partition = partition_data(ctx, &mut leaders, found, committed);
        match responses.last_mut().filter(|last| last.topic == topic && last.topic_id == topic_id) {
            Some(last) => last.partitions.push(partition),
            None => responses.push(FetchableTopicResponse {
                topic,
                topic_id,
                partitions: vec![partition],
                ..FetchableTopicResponse::default()
            }),
        }
    }
    FetchResponse {
        session_id,
        responses,
        node_endpoints: endpoints(ctx, &leaders),
        ..FetchResponse::default()
    }
}

fn endpoints(ctx: &Ctx, leaders: &Leaders) -> Vec<NodeEndpoint> {
    if ctx.version() < 16 {
        return Vec::new();
    }
    let known = leaders.endpoints(ctx).into_iter().map(|endpoint| NodeEndpoint {
        node_id: endpoint.id,
        host: endpoint.host,
        port: endpoint.port,
        rack: endpoint.rack,
        ..NodeEndpoint::default()
    });
    known.collect()
}

fn partition_data(
    ctx: &Ctx,
    leaders: &mut Leaders,
    found: Found,
    committed: bool,
) -> PartitionData {
    let aborted = match committed {
        true => aborted_of(&found).map(Some),
        false => Ok(None),
    };
    let mut data = match (found.outcome, aborted) {
        (Ok(outcome), Ok(aborted)) => records_of(outcome, aborted),
        (Err(error), _) | (_, Err(error)) => refused(error),
    };
    data.partition_index = found.index;
    data.preferred_read_replica = found.preferred_replica.unwrap_or(-1);
    if let Some(partition) = found.partition.filter(|_| ctx.version() >= 12)
        && let Some((leader_id, leader_epoch)) =
            leaders.hint(&partition, ErrorCode(data.error_code))
    {
        data.current_leader =
            LeaderIdAndEpoch { leader_id, leader_epoch, ..LeaderIdAndEpoch::default() };
    }
    data
}

/// The aborted transactions that the records may be part of.
fn aborted_of(found: &Found) -> Result<Vec<AbortedTransaction>, ErrorCode> {
    let (Ok(outcome), Some(partition)) = (&found.outcome, &found.partition) else {
        return Ok(Vec::new());
    };
    let aborted = partition.aborted(found.offset, outcome).map_err(|error| error.code())?;
    let told = aborted.into_iter().map(|aborted| AbortedTransaction {
        producer_id: aborted.producer_id,
        first_offset: aborted.first_offset,
        ..AbortedTransaction::default()
    });
    Ok(told.collect())
}

fn records_of(outcome: ReadOutcome, aborted: Option<Vec<AbortedTransaction>>) -> PartitionData {
    let records = match outcome.read.slice {
        Some(slice) => Records::from(Arc::new(slice) as Arc<dyn weir_wire::Slice>),
        None => Records::new(),
    };
    let (epoch, end_offset) = outcome.diverging.unwrap_or((-1, -1));
    PartitionData {
        diverging_epoch: EpochEndOffset { epoch, end_offset, ..EpochEndOffset::default() },
        high_watermark: outcome.view.high_watermark,
        last_stable_offset: outcome.view.last_stable_offset,
        log_start_offset: outcome.view.log_start,
        aborted_transactions: aborted,
        records: Some(records),
        ..PartitionData::default()
    }
}

/// The answer to a request that the handler fails on, as Kafka gives it: before v13 every partition says so too.
pub(super) fn failed(version: i16, request: &FetchRequest, error: ErrorCode) -> FetchResponse {
    let partition = |index: i32| PartitionData {
        partition_index: index,
        aborted_transactions: Some(Vec::new()),
        ..refused(error)
    };
    let topics = if version < 13 { &request.topics[..] } else { &[] };
    let responses = topics.iter().map(|topic| FetchableTopicResponse {
        topic: topic.topic.detached(),
        partitions: topic.partitions.iter().map(|asked| partition(asked.partition)).collect(),
        ..FetchableTopicResponse::default()
    });
    FetchResponse {
        error_code: error.0,
        session_id: request.session_id,
        responses: responses.collect(),
        ..FetchResponse::default()
    }
}

/// An error: no offsets, and an empty record set, never a null one.
fn refused(error: ErrorCode) -> PartitionData {
    // What is not even looked up has the message's default, as Kafka's answers have.
    let is_unknown =
        matches!(error, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION | ErrorCode::UNKNOWN_TOPIC_ID);
    PartitionData {
        error_code: error.0,
        high_watermark: -1,
        last_stable_offset: -1,
        log_start_offset: -1,
        aborted_transactions: is_unknown.then(Vec::new),
        records: Some(Records::new()),
        ..PartitionData::default()
    }
}
