//! ShareAcknowledge, key 79, versions 1 and 2 (KIP-932).
//!
//! Accepts, releases or rejects what a member of a share session was given; v2 renews locks too
//! (KIP-1222). Each partition answers for itself: all its ranges, or none. Epoch 0 opens no session
//! here: INVALID_SHARE_SESSION_EPOCH; epoch -1 closes it and gives back what is left.

use weir_wire::messages::share_acknowledge_request::{
    AcknowledgePartition, ShareAcknowledgeRequest,
};
use weir_wire::messages::share_acknowledge_response::{
    LeaderIdAndEpoch, NodeEndpoint, PartitionData, ShareAcknowledgeResponse,
    ShareAcknowledgeTopicResponse,
};
use weir_wire::{ErrorCode, Uuid};

use super::leaders::Leaders;
use super::share_acks::{Acknowledger, Batch, ranges};
use crate::controller::Refusal;
use crate::ctx::Ctx;
use crate::reply::Reply;
use crate::share::partition::{AckRange, Persisted};
use crate::share::session::{FINAL_EPOCH, INITIAL_EPOCH, Place, SessionKey};

/// What became of one partition.
type Answered = (Place, Result<Option<Persisted>, Refusal>);

pub(crate) fn handle(
    ctx: &Ctx,
    request: ShareAcknowledgeRequest,
) -> Reply<ShareAcknowledgeResponse> {
    let share = ctx.engine().share().clone();
    let session = match open(ctx, &request) {
        Ok(session) => session,
        Err(error) => return Reply::Done(refused(error)),
    };
    let config = share.config_in(ctx.image(), &session.group);
    let may_renew = request.is_renew_ack && config.may_renew;
    let by = Acknowledger { ctx, group: &session.group, member: &session.member, config: &config };
    let mut answered: Vec<Answered> = Vec::new();
    for topic in &request.topics {
        for partition in &topic.partitions {
            let (id, index) = (topic.topic_id, partition.partition_index);
            let result = match partition.acknowledgement_batches.is_empty() {
                true => ctx.partition_by_id(id, index).map(|_| None).map_err(Refusal::from),
                false => by.acknowledge(id, index, ranges_of(partition, may_renew)),
            };
            answered.push(((id, index), result));
        }
    }
    if !says_something(&request) {
        // As in Kafka, whose answer then has the partitions with errors alone.
        answered.retain(|(_, result)| result.is_err());
    }
    if request.share_session_epoch == FINAL_EPOCH {
        share.end_session(&session, config.give_back());
    }
    let lock_ms = if ctx.version() >= 2 { config.lock_timeout() } else { 0 };
    let ctx = ctx.clone();
    Reply::wait(async move { Some(respond(&ctx, answered, lock_ms).await) })
}

fn says_something(request: &ShareAcknowledgeRequest) -> bool {
    let mut partitions = request.topics.iter().flat_map(|topic| &topic.partitions);
    partitions.any(|partition| !partition.acknowledgement_batches.is_empty())
}

fn open(ctx: &Ctx, request: &ShareAcknowledgeRequest) -> Result<SessionKey, ErrorCode> {
    let group = request.group_id.as_ref();
    let member = request.member_id.as_ref().filter(|id| !id.is_empty());
    let (Some(group), Some(member)) = (group, member) else {
        return Err(ErrorCode::INVALID_REQUEST);
    };
    let key =
        SessionKey { broker: ctx.broker_id(), group: group.detached(), member: member.detached() };
    let share = ctx.engine().share();
    share.saw(ctx.image());
    let now_ms = ctx.engine().clock().monotonic_ms();
    match request.share_session_epoch {
        INITIAL_EPOCH => return Err(ErrorCode::INVALID_SHARE_SESSION_EPOCH),
        FINAL_EPOCH => share.sessions.check(&key)?,
        epoch => drop(share.sessions.next(&key, epoch, &[], &[], now_ms)?),
    }
    Ok(key)
}

fn ranges_of(
    partition: &AcknowledgePartition,
    may_renew: bool,
) -> Result<Vec<AckRange>, ErrorCode> {
    let batches = partition.acknowledgement_batches.iter().map(|batch| Batch {
        first: batch.first_offset,
        last: batch.last_offset,
        types: &batch.acknowledge_types,
    });
    ranges(batches, may_renew)
}

fn refused(error: ErrorCode) -> ShareAcknowledgeResponse {
    ShareAcknowledgeResponse { error_code: error.0, ..Default::default() }
}

async fn respond(ctx: &Ctx, answered: Vec<Answered>, lock_ms: i32) -> ShareAcknowledgeResponse {
    let mut leaders = Leaders::default();
    let mut responses: Vec<ShareAcknowledgeTopicResponse> = Vec::new();
    for ((topic_id, index), result) in answered {
        let refusal = settled(result).await;
        let partition = partition_data(ctx, &mut leaders, (topic_id, index), &refusal);
        match responses.last_mut().filter(|last| last.topic_id == topic_id) {
            Some(last) => last.partitions.push(partition),
            None => responses.push(ShareAcknowledgeTopicResponse {
                topic_id,
                partitions: vec![partition],
                ..Default::default()
            }),
        }
    }
    let endpoints = leaders.endpoints(ctx).into_iter().map(|endpoint| NodeEndpoint {
        node_id: endpoint.id,
        host: endpoint.host,
        port: endpoint.port,
        rack: endpoint.rack,
        ..Default::default()
    });
    ShareAcknowledgeResponse {
        acquisition_lock_timeout_ms: lock_ms,
        responses,
        node_endpoints: endpoints.collect(),
        ..Default::default()
    }
}

/// The error of an acknowledgement, once its write is committed.
pub(super) async fn settled(result: Result<Option<Persisted>, Refusal>) -> Refusal {
    let outcome = match result {
        Ok(Some(persisted)) => persisted.committed().await.map_err(Refusal::from),
        Ok(None) => Ok(()),
        Err(refusal) => Err(refusal),
    };
    outcome.err().unwrap_or_else(|| ErrorCode::NONE.into())
}

fn partition_data(
    ctx: &Ctx,
    leaders: &mut Leaders,
    (topic, index): (Uuid, i32),
    refusal: &Refusal,
) -> PartitionData {
    let mut data = PartitionData {
        partition_index: index,
        error_code: refusal.code.0,
        error_message: refusal.text(),
        ..Default::default()
    };
    if let Ok(handle) = ctx.partition_by_id(topic, index)
        && let Some((leader_id, leader_epoch)) = leaders.hint(&handle, refusal.code)
    {
        data.current_leader = LeaderIdAndEpoch { leader_id, leader_epoch, ..Default::default() };
    }
    data
}
