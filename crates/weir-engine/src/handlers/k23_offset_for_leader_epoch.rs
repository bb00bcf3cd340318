//! OffsetForLeaderEpoch, key 23, versions 2 to 4.
//!
//! Where an epoch ends: how a consumer notices that records it has read were cut off (KIP-320). The
//! answer names the largest epoch not above the one asked for; -1 and -1 when the log does not know
//! it.

use weir_wire::ErrorCode;
use weir_wire::messages::offset_for_leader_epoch_request::{
    OffsetForLeaderEpochRequest, OffsetForLeaderPartition, OffsetForLeaderTopic,
};
use weir_wire::messages::offset_for_leader_epoch_response::{
    EpochEndOffset, OffsetForLeaderEpochResponse, OffsetForLeaderTopicResult,
};

use crate::ctx::Ctx;
use crate::log::EpochEnd;
use crate::reply::Reply;

pub(crate) fn handle(
    ctx: &Ctx,
    request: OffsetForLeaderEpochRequest,
) -> Reply<OffsetForLeaderEpochResponse> {
    let topics = request.topics.iter().map(|topic| OffsetForLeaderTopicResult {
        topic: topic.topic.clone(),
        partitions: topic.partitions.iter().map(|asked| answer(ctx, topic, asked)).collect(),
        ..OffsetForLeaderTopicResult::default()
    });
    let topics = topics.collect();
    Reply::Done(OffsetForLeaderEpochResponse { topics, ..OffsetForLeaderEpochResponse::default() })
}

fn answer(
    ctx: &Ctx,
    topic: &OffsetForLeaderTopic,
    asked: &OffsetForLeaderPartition,
) -> EpochEndOffset {
    let (error, end) = match end_of(ctx, topic, asked) {
        Ok(end) => (ErrorCode::NONE, end),
        Err(error) => (error, EpochEnd { leader_epoch: -1, end_offset: -1 }),
    };
    EpochEndOffset {
        error_code: error.0,
        partition: asked.partition,
        leader_epoch: end.leader_epoch,
        end_offset: end.end_offset,
        ..EpochEndOffset::default()
    }
}

fn end_of(
    ctx: &Ctx,
    topic: &OffsetForLeaderTopic,
    asked: &OffsetForLeaderPartition,
) -> Result<EpochEnd, ErrorCode> {
    let partition = ctx.partition(&topic.topic, asked.partition)?;
    partition
        .check_leader(ctx.broker_id(), asked.current_leader_epoch)
        .and_then(|()| partition.end_offset_for_epoch(asked.leader_epoch))
        .map_err(|error| error.code())
}
