//! ReadShareGroupStateSummary, key 87, versions 0 and 1 (KIP-932).
//!
//! Start offset and epochs of a share-partition, -1 and 0 when it was never initialized. v1 tells how
//! many records are finished with.

use weir_wire::messages::read_share_group_state_summary_request::ReadShareGroupStateSummaryRequest;
use weir_wire::messages::read_share_group_state_summary_response::{
    PartitionResult, ReadShareGroupStateSummaryResponse, ReadStateSummaryResult,
};

use super::share_state::{Served, each_partition, serve};
use crate::ctx::Ctx;
use crate::reply::Reply;
use crate::share::state::{StateError, UNINITIALIZED};
use weir_wire::messages::read_share_group_state_summary_request::PartitionData;

/// What could not be done, as Kafka begins its sentence.
const WHAT: &str = "read share group state summary";

pub(crate) fn handle(
    ctx: &Ctx,
    request: ReadShareGroupStateSummaryRequest,
) -> Reply<ReadShareGroupStateSummaryResponse> {
    if request.group_id.is_empty() || request.topics.iter().any(|topic| topic.partitions.is_empty())
    {
        return Reply::Done(ReadShareGroupStateSummaryResponse::default());
    }
    let results = each_partition(
        request.topics.iter().map(|topic| (topic.topic_id, &topic.partitions[..])),
        |topic, asked| {
            let place = (topic, asked.partition);
            let answer =
                serve(ctx, &request.group_id, place, |_| Ok(()), |served| one(served, asked));
            answer.unwrap_or_else(|error| refused(asked.partition, &error))
        },
        |topic_id, partitions| ReadStateSummaryResult {
            topic_id,
            partitions,
            ..Default::default()
        },
    );
    Reply::Done(ReadShareGroupStateSummaryResponse { results, ..Default::default() })
}

fn refused(partition: i32, error: &StateError) -> PartitionResult {
    let (error_code, error_message) = (error.code.0, Some(error.told(WHAT)));
    PartitionResult { partition, error_code, error_message, ..Default::default() }
}

fn one(served: &Served, asked: &PartitionData) -> Result<PartitionResult, StateError> {
    let mut answer = PartitionResult {
        partition: asked.partition,
        start_offset: UNINITIALIZED,
        ..Default::default()
    };
    if let Some(entry) = served.shard.summary(&served.key) {
        answer.state_epoch = entry.state_epoch;
        answer.leader_epoch = entry.leader_epoch;
        answer.start_offset = entry.start_offset;
        if served.version >= 1 {
            answer.delivery_complete_count = entry.complete_count;
        }
    }
    Ok(answer)
}
