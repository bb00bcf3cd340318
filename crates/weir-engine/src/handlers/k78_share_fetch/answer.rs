//! The response of a ShareFetch.

use std::collections::HashMap;

use weir_wire::messages::share_fetch_response::{
    AcquiredRecords, LeaderIdAndEpoch, NodeEndpoint, PartitionData, ShareFetchResponse,
    ShareFetchableTopicResponse,
};
use weir_wire::{ErrorCode, Records};

use crate::controller::Refusal;
use crate::ctx::Ctx;
use crate::handlers::k79_share_acknowledge::settled;
use crate::handlers::leaders::Leaders;
use crate::share::partition::{Fetched, Persisted};
use crate::share::session::Place;

/// What became of the acknowledgements.
pub(super) type AckAnswers = Vec<(Place, Result<Option<Persisted>, Refusal>)>;

/// One partition with news.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) place: Place,
    pub(super) result: Result<Fetched, ErrorCode>,
}

/// An error of the whole request.
pub(super) fn refused(error: ErrorCode) -> ShareFetchResponse {
    ShareFetchResponse { error_code: error.0, ..Default::default() }
}

pub(super) async fn respond(
    ctx: &Ctx,
    found: Vec<Found>,
    acks: AckAnswers,
    lock_ms: i32,
) -> ShareFetchResponse {
    let mut leaders = Leaders::default();
    let mut partitions: Vec<(Place, PartitionData)> = Vec::new();
    for (place, result) in acks {
        let refusal = settled(result).await;
        let mut data = PartitionData {
            partition_index: place.1,
            acknowledge_error_code: refusal.code.0,
            acknowledge_error_message: refusal.text(),
            ..Default::default()
        };
        hint(ctx, &mut leaders, place, refusal.code, &mut data);
        partitions.push((place, data));
    }
    let known = partitions.iter().enumerate();
    let mut places: HashMap<Place, usize> = known.map(|(at, (place, _))| (*place, at)).collect();
    for Found { place, result } in found {
        let at = *places.entry(place).or_insert_with(|| {
            let data = PartitionData { partition_index: place.1, ..Default::default() };
            partitions.push((place, data));
            partitions.len() - 1
        });
        let Some((_, data)) = partitions.get_mut(at) else { continue };
        match result {
            Ok(fetched) => fill(data, fetched),
            Err(error) => {
                data.error_code = error.0;
                hint(ctx, &mut leaders, place, error, data);
            }
        }
    }
    ShareFetchResponse {
        acquisition_lock_timeout_ms: lock_ms,
        responses: by_topic(partitions),
        node_endpoints: endpoints(ctx, &leaders),
        ..Default::default()
    }
}

fn fill(data: &mut PartitionData, fetched: Fetched) {
    data.records = Records::from(fetched.records);
    let acquired = fetched.acquired.into_iter().map(|run| AcquiredRecords {
        first_offset: run.first,
        last_offset: run.last,
        delivery_count: run.count,
        ..Default::default()
    });
    data.acquired_records = acquired.collect();
}

fn hint(
    ctx: &Ctx,
    leaders: &mut Leaders,
    (topic, index): Place,
    error: ErrorCode,
    data: &mut PartitionData,
) {
    if let Ok(handle) = ctx.partition_by_id(topic, index)
        && let Some((leader_id, leader_epoch)) = leaders.hint(&handle, error)
    {
        data.current_leader = LeaderIdAndEpoch { leader_id, leader_epoch, ..Default::default() };
    }
}

fn by_topic(mut partitions: Vec<(Place, PartitionData)>) -> Vec<ShareFetchableTopicResponse> {
    partitions.sort_by_key(|(place, _)| *place);
    let mut responses: Vec<ShareFetchableTopicResponse> = Vec::new();
    for ((topic_id, _), partition) in partitions {
        match responses.last_mut().filter(|last| last.topic_id == topic_id) {
            Some(last) => last.partitions.push(partition),
            None => responses.push(ShareFetchableTopicResponse {
                topic_id,
                partitions: vec![partition],
                ..Default::default()
            }),
        }
    }
    responses
}

fn endpoints(ctx: &Ctx, leaders: &Leaders) -> Vec<NodeEndpoint> {
    let known = leaders.endpoints(ctx).into_iter().map(|endpoint| NodeEndpoint {
        node_id: endpoint.id,
        host: endpoint.host,
        port: endpoint.port,
        rack: endpoint.rack,
        ..Default::default()
    });
    known.collect()
}
