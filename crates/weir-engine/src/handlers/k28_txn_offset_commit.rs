//! TxnOffsetCommit, key 28, versions 0 to 6.
//!
//! Offsets that count once the transaction is committed. v3 names the consumer that read them, so
//! that a member which lost its partitions cannot commit (KIP-447); from v5 on the group's partition
//! is added to the transaction by this request itself (KIP-890), v6 names topics by id. Before v2
//! clients cannot bear COORDINATOR_LOAD_IN_PROGRESS and hear COORDINATOR_NOT_AVAILABLE.

use std::sync::Arc;

use weir_wire::ErrorCode;
use weir_wire::messages::txn_offset_commit_request::{
    TxnOffsetCommitRequest, TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic,
};
use weir_wire::messages::txn_offset_commit_response::{
    TxnOffsetCommitResponse, TxnOffsetCommitResponsePartition, TxnOffsetCommitResponseTopic,
};

use crate::ctx::Ctx;
use crate::groups::partition_for;
use crate::groups::{CommitRow, Committed, Committer, Group, NO_EXPIRY, OFFSETS_TOPIC, Shard};
use crate::image::TopicImage;
use crate::reply::Reply;
use crate::txn::{Batch, Client, ProducerRef, produce};

pub(crate) fn handle(ctx: &Ctx, request: TxnOffsetCommitRequest) -> Reply<TxnOffsetCommitResponse> {
    let version = ctx.version();
    let mut rows = Vec::new();
    let topics = request.topics.iter().map(|topic| check_topic(ctx, topic, &mut rows));
    let mut response =
        TxnOffsetCommitResponse { topics: topics.collect(), ..TxnOffsetCommitResponse::default() };
    if rows.is_empty() {
        return Reply::Done(response);
    }
    let (shard, required) = match commit(ctx, &request, rows) {
        Ok(written) => written,
        Err(error) => {
            fail(&mut response, error, version);
            return Reply::Done(response);
        }
    };
    if shard.is_committed(required) {
        return Reply::Done(response);
    }
    Reply::wait(async move {
        if let Err(error) = shard.committed(required).await {
            fail(&mut response, error, version);
        }
        Some(response)
    })
}

/// The error is that of every partition that had none of its own.
fn fail(response: &mut TxnOffsetCommitResponse, error: ErrorCode, version: i16) {
    let error = match error {
        ErrorCode::COORDINATOR_LOAD_IN_PROGRESS if version < 2 => {
            ErrorCode::COORDINATOR_NOT_AVAILABLE
        }
        error => error,
    };
    let partitions = response.topics.iter_mut().flat_map(|topic| &mut topic.partitions);
    for partition in partitions.filter(|partition| partition.error_code == ErrorCode::NONE.0) {
        partition.error_code = error.0;
    }
}

fn commit(
    ctx: &Ctx,
    request: &TxnOffsetCommitRequest,
    rows: Vec<CommitRow>,
) -> Result<(Arc<Shard>, i64), ErrorCode> {
    if request.group_id.is_empty() {
        return Err(ErrorCode::INVALID_GROUP_ID);
    }
    let groups = ctx.engine().groups();
    let shard = groups.shard_of(ctx.image(), ctx.broker_id(), &request.group_id)?;
    let topic = ctx.topic(OFFSETS_TOPIC).map_err(|_| ErrorCode::NOT_COORDINATOR)?;
    let index = partition_for(&request.group_id, topic.partitions().len());
    let partition = ctx.partition(OFFSETS_TOPIC, index)?;
    let producer = ProducerRef { id: request.producer_id, epoch: request.producer_epoch };
    let batch = Batch {
        transactional_id: &request.transactional_id,
        producer,
        partition: &partition,
        client: match ctx.version() {
            5.. => Client::Adds,
            4 => Client::Abortable,
            _ => Client::Old,
        },
    };
    let by = Committer {
        member_id: &request.member_id,
        instance: request.group_instance_id.as_deref(),
        generation: request.generation_id_or_member_epoch,
    };
    let committed = produce(ctx, batch, || {
        let group = group_for(&shard, request)?;
        let mut rows = rows;
        let refused = group.check_rows(&by, None, ctx.image(), &mut rows)?;
        match refused.first() {
            Some(_) => Err(ErrorCode::ILLEGAL_GENERATION),
            None => shard.commit_transactional(&group, by, producer, rows),
        }
    });
    let required = committed.map_err(for_committer)??;
    Ok((shard, required))
}

/// The group coordinator's words for what Produce says of a coordinator that is not ready.
fn for_committer(error: ErrorCode) -> ErrorCode {
    match error {
        ErrorCode::NOT_ENOUGH_REPLICAS => ErrorCode::COORDINATOR_NOT_AVAILABLE,
        error => error,
    }
}

fn group_for(shard: &Shard, request: &TxnOffsetCommitRequest) -> Result<Arc<Group>, ErrorCode> {
    match shard.group(&request.group_id) {
        Some(group) => Ok(group),
        None if request.generation_id_or_member_epoch < 0 => {
            Ok(shard.group_or_new(&request.group_id))
        }
        None => Err(ErrorCode::ILLEGAL_GENERATION),
    }
}

fn check_topic(
    ctx: &Ctx,
    topic: &TxnOffsetCommitRequestTopic,
    rows: &mut Vec<CommitRow>,
) -> TxnOffsetCommitResponseTopic {
    let by_id = ctx.version() >= 6;
    let found = if by_id { ctx.topic_by_id(topic.topic_id) } else { ctx.topic(&topic.name) };
    let partitions = topic.partitions.iter().map(|partition| {
        let row = found.and_then(|found| row(ctx, found, partition));
        let error = row.as_ref().err().copied().unwrap_or(ErrorCode::NONE);
        rows.extend(row);
        TxnOffsetCommitResponsePartition {
            partition_index: partition.partition_index,
            error_code: error.0,
            ..TxnOffsetCommitResponsePartition::default()
        }
    });
    TxnOffsetCommitResponseTopic {
        name: topic.name.clone(),
        topic_id: topic.topic_id,
        partitions: partitions.collect(),
        ..TxnOffsetCommitResponseTopic::default()
    }
}

fn row(
    ctx: &Ctx,
    found: &TopicImage,
    partition: &TxnOffsetCommitRequestPartition,
) -> Result<CommitRow, ErrorCode> {
    if found.partition(partition.partition_index).is_none() {
        return Err(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    }
    let metadata: &str = partition.committed_metadata.as_deref().unwrap_or_default();
    let metadata_max = ctx.image().configs().broker_i32("offset.metadata.max.bytes");
    // Kafka counts UTF-16 units, whatever the name says.
    if metadata.encode_utf16().count() > usize::try_from(metadata_max).unwrap_or(0) {
        return Err(ErrorCode::OFFSET_METADATA_TOO_LARGE);
    }
    let committed = Committed {
        offset: partition.committed_offset,
        leader_epoch: partition.committed_leader_epoch,
        metadata: (!metadata.is_empty()).then(|| metadata.into()),
        commit_ms: ctx.engine().clock().wall_ms(),
        expire_ms: NO_EXPIRY,
    };
    let partition = partition.partition_index;
    let (topic, topic_id) = (found.name().clone(), found.id());
    Ok(CommitRow { topic, topic_id, partition, committed })
}
