//! WriteShareGroupState, key 85, versions 0 and 1 (KIP-932).
//!
//! A leader's change of a share-partition: FENCED_LEADER_EPOCH and FENCED_STATE_EPOCH for older ones,
//! INVALID_REQUEST for one that was never initialized. v1 tells how many records are finished with.

use weir_wire::ErrorCode;
use weir_wire::messages::write_share_group_state_request::WriteShareGroupStateRequest;
use weir_wire::messages::write_share_group_state_response::{
    PartitionResult, WriteShareGroupStateResponse, WriteStateResult,
};

use super::share_state::{Served, each_partition, serve};
use crate::ctx::Ctx;
use crate::reply::Reply;
use crate::share::batches::StateBatch;
use crate::share::partition::Persisted;
use crate::share::state::{StateError, Written};
use weir_wire::messages::write_share_group_state_request::PartitionData;

/// What could not be done, as Kafka begins its sentence.
const WHAT: &str = "write share group state";

pub(crate) fn handle(
    ctx: &Ctx,
    request: WriteShareGroupStateRequest,
) -> Reply<WriteShareGroupStateResponse> {
    if request.group_id.is_empty() || request.topics.iter().any(|topic| topic.partitions.is_empty())
    {
        return Reply::Done(WriteShareGroupStateResponse::default());
    }
    let mut waits = Vec::new();
    let results = each_partition(
        request.topics.iter().map(|topic| (topic.topic_id, &topic.partitions[..])),
        |topic, asked| {
            let place = (topic, asked.partition);
            let check = |served: &Served| served.shard.check_write(&served.key, &written(asked));
            let done = serve(ctx, &request.group_id, place, check, |served| one(served, asked));
            let done = done.map(|(answer, wait)| {
                waits.extend(wait);
                answer
            });
            done.unwrap_or_else(|error| refused(asked.partition, &error))
        },
        |topic_id, partitions| WriteStateResult { topic_id, partitions, ..Default::default() },
    );
    let response = WriteShareGroupStateResponse { results, ..Default::default() };
    if waits.is_empty() {
        return Reply::Done(response);
    }
    Reply::wait(async move {
        let mut response = response;
        for wait in waits {
            if let Err(error) = wait.committed().await {
                fail(&mut response, error);
            }
        }
        Some(response)
    })
}

fn refused(partition: i32, error: &StateError) -> PartitionResult {
    let (error_code, error_message) = (error.code.0, Some(error.told(WHAT)));
    PartitionResult { partition, error_code, error_message, ..Default::default() }
}

/// A write that was not replicated in time: nobody knows which of them counts.
fn fail(response: &mut WriteShareGroupStateResponse, error: ErrorCode) {
    let partitions = response.results.iter_mut().flat_map(|topic| &mut topic.partitions);
    for partition in partitions.filter(|partition| partition.error_code == ErrorCode::NONE.0) {
        partition.error_code = error.0;
        partition.error_message = Some(StateError::from(error).told(WHAT));
    }
}

fn written(asked: &PartitionData) -> Written {
    let batches = asked.state_batches.iter().map(|batch| StateBatch {
        first: batch.first_offset,
        last: batch.last_offset,
        state: batch.delivery_state,
        count: batch.delivery_count,
    });
    Written {
        state_epoch: asked.state_epoch,
        leader_epoch: asked.leader_epoch,
        start_offset: asked.start_offset,
        complete_count: asked.delivery_complete_count,
        batches: batches.collect(),
    }
}

fn one(
    served: &Served,
    asked: &PartitionData,
) -> Result<(PartitionResult, Option<Persisted>), StateError> {
    let required = served.shard.write(&served.key, &written(asked), served.now_ms)?;
    let answer = PartitionResult { partition: asked.partition, ..Default::default() };
    Ok((answer, Some(served.wait(required))))
}
