//! ReadShareGroupState, key 84, version 0 (KIP-932).
//!
//! What a leader begins with. An older leader epoch than is known is FENCED_LEADER_EPOCH;
//! INVALID_REQUEST for a share-partition that was never initialized.

use weir_wire::messages::read_share_group_state_request::ReadShareGroupStateRequest;
use weir_wire::messages::read_share_group_state_response::{
    PartitionResult, ReadShareGroupStateResponse, ReadStateResult, StateBatch,
};

use super::share_state::{Served, each_partition, serve};
use crate::ctx::Ctx;
use crate::reply::Reply;
use crate::share::state::StateError;
use weir_wire::messages::read_share_group_state_request::PartitionData;

/// What could not be done, as Kafka begins its sentence.
const WHAT: &str = "read share group state";

pub(crate) fn handle(
    ctx: &Ctx,
    request: ReadShareGroupStateRequest,
) -> Reply<ReadShareGroupStateResponse> {
    if request.group_id.is_empty() || request.topics.iter().any(|topic| topic.partitions.is_empty())
    {
        return Reply::Done(ReadShareGroupStateResponse::default());
    }
    let results = each_partition(
        request.topics.iter().map(|topic| (topic.topic_id, &topic.partitions[..])),
        |topic, asked| {
            let place = (topic, asked.partition);
            let check = |served: &Served| served.shard.check_read(&served.key, asked.leader_epoch);
            let answer = serve(ctx, &request.group_id, place, check, |served| one(served, asked));
            answer.unwrap_or_else(|error| refused(asked.partition, &error))
        },
        |topic_id, partitions| ReadStateResult { topic_id, partitions, ..Default::default() },
    );
    Reply::Done(ReadShareGroupStateResponse { results, ..Default::default() })
}

fn refused(partition: i32, error: &StateError) -> PartitionResult {
    let (error_code, error_message) = (error.code.0, Some(error.told(WHAT)));
    PartitionResult { partition, error_code, error_message, ..Default::default() }
}

fn one(served: &Served, asked: &PartitionData) -> Result<PartitionResult, StateError> {
    let entry = served.shard.read(&served.key, asked.leader_epoch)?;
    let batches = entry.batches.iter().map(|batch| StateBatch {
        first_offset: batch.first,
        last_offset: batch.last,
        delivery_state: batch.state,
        delivery_count: batch.count,
        ..Default::default()
    });
    Ok(PartitionResult {
        partition: asked.partition,
        state_epoch: entry.state_epoch,
        start_offset: entry.start_offset,
        state_batches: batches.collect(),
        ..Default::default()
    })
}
