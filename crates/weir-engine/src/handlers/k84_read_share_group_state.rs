//! ReadShareGroupState, key 84, version 0 (KIP-932).
//!
//! What a leader begins with. An older leader epoch than is known is FENCED_LEADER_EPOCH;
//! INVALID_REQUEST for a share-partition that was never initialized.

use weir_wire::messages::read_share_group_state_request::ReadShareGroupStateRequest;
use weir_wire::messages::read_share_group_state_response::{
    PartitionResult, ReadShareGroupStateResponse, ReadStateResult, StateBatch,
};

use super::share_state::{Served, serve};
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
    let mut results = Vec::new();
    for topic in &request.topics {
        let partitions = topic.partitions.iter().map(|asked| {
            let place = (topic.topic_id, asked.partition);
            let answer = serve(
                ctx,
                &request.group_id,
                place,
                |served| served.shard.check_read(&served.key, asked.leader_epoch),
                |served| one(served, asked),
            );
            answer.unwrap_or_else(|refused| PartitionResult {
                partition: asked.partition,
                error_code: refused.code.0,
                error_message: Some(refused.told(WHAT)),
                ..Default::default()
            })
        });
        let partitions = partitions.collect();
        results.push(ReadStateResult {
            topic_id: topic.topic_id,
            partitions,
            ..Default::default()
        });
    }
    Reply::Done(ReadShareGroupStateResponse { results, ..Default::default() })
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
