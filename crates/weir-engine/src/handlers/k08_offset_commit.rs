//! OffsetCommit, key 8, versions 2 to 10.
//!
//! Offsets are in `__consumer_offsets` before they are acknowledged, with their metadata and leader
//! epoch. v2 to v4 may give a retention of their own; v10 names topics by id. Partitions that do
//! not exist answer for themselves. A group that does not exist is made by a commit without a
//! generation (a simple consumer, an administrator).

use weir_wire::messages::offset_commit_request::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use weir_wire::messages::offset_commit_response::{
    OffsetCommitResponse, OffsetCommitResponsePartition, OffsetCommitResponseTopic,
};
use weir_wire::{ErrorCode, Uuid};

use std::sync::Arc;

use crate::ctx::Ctx;
use crate::groups::{CommitRow, Committed, Committer, Group, NO_EXPIRY, Shard};
use crate::image::TopicImage;
use crate::reply::Reply;

pub(crate) fn handle(ctx: &Ctx, request: OffsetCommitRequest) -> Reply<OffsetCommitResponse> {
    let mut rows = Vec::new();
    let topics = request.topics.iter().map(|topic| check_topic(ctx, &request, topic, &mut rows));
    let mut response =
        OffsetCommitResponse { topics: topics.collect(), ..OffsetCommitResponse::default() };
    if rows.is_empty() {
        return Reply::Done(response);
    }
    let (shard, required) = match commit(ctx, &request, rows, &mut response) {
        Ok(written) => written,
        Err(error) => {
            fail(&mut response, error);
            return Reply::Done(response);
        }
    };
    if shard.is_committed(required) {
        return Reply::Done(response);
    }
    Reply::wait(async move {
        if let Err(error) = shard.committed(required).await {
            fail(&mut response, error);
        }
        Some(response)
    })
}

/// The error is that of every partition that had none of its own.
fn fail(response: &mut OffsetCommitResponse, error: ErrorCode) {
    let partitions = response.topics.iter_mut().flat_map(|topic| &mut topic.partitions);
    for partition in partitions.filter(|partition| partition.error_code == ErrorCode::NONE.0) {
        partition.error_code = error.0;
    }
}

fn commit(
    ctx: &Ctx,
    request: &OffsetCommitRequest,
    mut rows: Vec<CommitRow>,
    response: &mut OffsetCommitResponse,
) -> Result<(Arc<Shard>, i64), ErrorCode> {
    let groups = ctx.engine().groups();
    let shard = groups.shard_of(ctx.image(), ctx.broker_id(), &request.group_id)?;
    let group = group_for(ctx, &shard, request)?;
    let by = Committer {
        member_id: &request.member_id,
        instance: request.group_instance_id.as_deref(),
        generation: request.generation_id_or_member_epoch,
    };
    let refused = group.check_rows(&by, Some(ctx.version()), ctx.image(), &mut rows)?;
    for (topic, partition, error) in refused {
        fail_one(ctx, response, &topic, partition, error);
    }
    let required = if rows.is_empty() { 0 } else { shard.commit(&group, by, rows)? };
    Ok((shard, required))
}

/// A member that is behind may commit only part of what it asked for.
fn fail_one(
    ctx: &Ctx,
    response: &mut OffsetCommitResponse,
    name: &str,
    partition: i32,
    error: ErrorCode,
) {
    let id = ctx.topic(name).map_or(Uuid::ZERO, |topic| topic.id());
    let topics = response.topics.iter_mut();
    let asked = topics.filter(|topic| &*topic.name == name || topic.topic_id == id);
    let partitions = asked.flat_map(|topic| &mut topic.partitions);
    for found in partitions.filter(|found| found.partition_index == partition) {
        found.error_code = error.0;
    }
}

fn group_for(
    ctx: &Ctx,
    shard: &Shard,
    request: &OffsetCommitRequest,
) -> Result<Arc<Group>, ErrorCode> {
    let is_outsider = request.generation_id_or_member_epoch < 0;
    // A member that is late is let be; who is none may only commit where there is no member.
    let group = match is_outsider {
        true => shard.group_now(&request.group_id),
        false => shard.group(&request.group_id),
    };
    if let Some(group) = group {
        return Ok(group);
    }
    if is_outsider {
        return Ok(shard.group_or_new(&request.group_id));
    }
    // Before v9 clients know no other word for it.
    match ctx.version() {
        9.. => Err(ErrorCode::GROUP_ID_NOT_FOUND),
        _ => Err(ErrorCode::ILLEGAL_GENERATION),
    }
}

fn check_topic(
    ctx: &Ctx,
    request: &OffsetCommitRequest,
    topic: &OffsetCommitRequestTopic,
    rows: &mut Vec<CommitRow>,
) -> OffsetCommitResponseTopic {
    let found = match ctx.version() {
        10.. => ctx.topic_by_id(topic.topic_id),
        _ => ctx.topic(&topic.name),
    };
    let partitions = topic.partitions.iter().map(|partition| {
        let row = found.and_then(|found| row(ctx, request, found, partition));
        let error = row.as_ref().err().copied().unwrap_or(ErrorCode::NONE);
        rows.extend(row);
        OffsetCommitResponsePartition {
            partition_index: partition.partition_index,
            error_code: error.0,
            ..OffsetCommitResponsePartition::default()
        }
    });
    OffsetCommitResponseTopic {
        name: topic.name.clone(),
        topic_id: topic.topic_id,
        partitions: partitions.collect(),
        ..OffsetCommitResponseTopic::default()
    }
}

fn row(
    ctx: &Ctx,
    request: &OffsetCommitRequest,
    found: &TopicImage,
    partition: &OffsetCommitRequestPartition,
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
    let now_ms = ctx.engine().clock().wall_ms();
    let committed = Committed {
        offset: partition.committed_offset,
        leader_epoch: partition.committed_leader_epoch,
        metadata: (!metadata.is_empty()).then(|| metadata.into()),
        commit_ms: now_ms,
        expire_ms: match request.retention_time_ms {
            -1 => NO_EXPIRY,
            retention_ms => now_ms.saturating_add(retention_ms),
        },
    };
    Ok(CommitRow {
        topic: found.name().clone(),
        topic_id: found.id(),
        partition: partition.partition_index,
        committed,
    })
}
