//! DeleteShareGroupState, key 86, version 0 (KIP-932).
//!
//! Forgets a share-partition; it need not be there.

use weir_wire::ErrorCode;
use weir_wire::messages::delete_share_group_state_request::DeleteShareGroupStateRequest;
use weir_wire::messages::delete_share_group_state_response::{
    DeleteShareGroupStateResponse, DeleteStateResult, PartitionResult,
};

use super::share_state::{Served, each_partition, serve};
use crate::ctx::Ctx;
use crate::reply::Reply;
use crate::share::partition::Persisted;
use crate::share::state::StateError;
use weir_wire::messages::delete_share_group_state_request::PartitionData;

/// What could not be done, as Kafka begins its sentence.
const WHAT: &str = "delete share group state";

pub(crate) fn handle(
    ctx: &Ctx,
    request: DeleteShareGroupStateRequest,
) -> Reply<DeleteShareGroupStateResponse> {
    if request.group_id.is_empty() || request.topics.iter().any(|topic| topic.partitions.is_empty())
    {
        return Reply::Done(DeleteShareGroupStateResponse::default());
    }
    let mut waits = Vec::new();
    let results = each_partition(
        request.topics.iter().map(|topic| (topic.topic_id, &topic.partitions[..])),
        |topic, asked| {
            let place = (topic, asked.partition);
            let done =
                serve(ctx, &request.group_id, place, |_| Ok(()), |served| one(served, asked));
            let done = done.map(|(answer, wait)| {
                waits.extend(wait);
                answer
            });
            done.unwrap_or_else(|error| refused(asked.partition, &error))
        },
        |topic_id, partitions| DeleteStateResult { topic_id, partitions, ..Default::default() },
    );
    let response = DeleteShareGroupStateResponse { results, ..Default::default() };
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
fn fail(response: &mut DeleteShareGroupStateResponse, error: ErrorCode) {
    let partitions = response.results.iter_mut().flat_map(|topic| &mut topic.partitions);
    for partition in partitions.filter(|partition| partition.error_code == ErrorCode::NONE.0) {
        partition.error_code = error.0;
        partition.error_message = Some(StateError::from(error).told(WHAT));
    }
}

fn one(
    served: &Served,
    asked: &PartitionData,
) -> Result<(PartitionResult, Option<Persisted>), StateError> {
    let required = served.shard.delete(&served.key)?;
    served.share.evict(&served.key);
    let answer = PartitionResult { partition: asked.partition, ..Default::default() };
    Ok((answer, (required > 0).then(|| served.wait(required))))
}
