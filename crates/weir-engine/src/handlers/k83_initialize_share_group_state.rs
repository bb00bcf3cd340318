//! InitializeShareGroupState, key 83, version 0 (KIP-932).
//!
//! The group coordinator begins a share-partition under a state epoch; a lower one than is known is
//! FENCED_STATE_EPOCH. Served for brokers and administrators alike.

use weir_wire::ErrorCode;
use weir_wire::messages::initialize_share_group_state_request::InitializeShareGroupStateRequest;
use weir_wire::messages::initialize_share_group_state_response::{
    InitializeShareGroupStateResponse, InitializeStateResult, PartitionResult,
};

use super::share_state::{Served, each_partition, serve};
use crate::ctx::Ctx;
use crate::reply::Reply;
use crate::share::partition::Persisted;
use crate::share::state::StateError;
use weir_wire::messages::initialize_share_group_state_request::PartitionData;

/// What could not be done, as Kafka begins its sentence.
const WHAT: &str = "initialize share group state";

pub(crate) fn handle(
    ctx: &Ctx,
    request: InitializeShareGroupStateRequest,
) -> Reply<InitializeShareGroupStateResponse> {
    if request.group_id.is_empty() {
        return Reply::Done(InitializeShareGroupStateResponse::default());
    }
    let mut waits = Vec::new();
    let results = each_partition(
        request
            .topics
            .iter()
            .filter(|topic| !topic.partitions.is_empty())
            .map(|topic| (topic.topic_id, &topic.partitions[..])),
        |topic, asked| {
            let place = (topic, asked.partition);
            let check =
                |served: &Served| served.shard.check_initialize(&served.key, asked.state_epoch);
            let done = serve(ctx, &request.group_id, place, check, |served| one(served, asked));
            let done = done.map(|(answer, wait)| {
                waits.extend(wait);
                answer
            });
            done.unwrap_or_else(|error| refused(asked.partition, &error))
        },
        |topic_id, partitions| InitializeStateResult { topic_id, partitions, ..Default::default() },
    );
    let response = InitializeShareGroupStateResponse { results, ..Default::default() };
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
fn fail(response: &mut InitializeShareGroupStateResponse, error: ErrorCode) {
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
    let required = served.shard.initialize(
        &served.key,
        asked.state_epoch,
        asked.start_offset,
        served.now_ms,
    )?;
    served.share.evict(&served.key);
    let answer = PartitionResult { partition: asked.partition, ..Default::default() };
    Ok((answer, Some(served.wait(required))))
}
