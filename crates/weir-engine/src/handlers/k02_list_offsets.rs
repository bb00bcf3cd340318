//! ListOffsets, key 2, versions 1 to 11.
//!
//! Beside a time in milliseconds: -1 latest, -2 earliest, -3 the largest timestamp (v7, KIP-734),
//! -4 earliest local (v8, KIP-405), -5 latest tiered (v9, KIP-1005), -6 earliest not yet uploaded
//! (v11, KIP-1023). Latest is the high watermark, for read_committed the last stable offset.
//! Nothing is tiered here: -5 and -6 answer -1. A time in the future answers -1. v4 fences by
//! leader epoch.

use std::collections::HashMap;

use weir_wire::ErrorCode;
use weir_wire::messages::list_offsets_request::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic,
};
use weir_wire::messages::list_offsets_response::{
    ListOffsetsPartitionResponse, ListOffsetsResponse, ListOffsetsTopicResponse,
};

use crate::ctx::Ctx;
use crate::log::TimestampOffset;
use crate::partition::{Partition, PartitionError, PartitionView};
use crate::reply::Reply;

const LATEST: i64 = -1;
const EARLIEST: i64 = -2;
const MAX_TIMESTAMP: i64 = -3;
const EARLIEST_LOCAL: i64 = -4;
const LATEST_TIERED: i64 = -5;
const EARLIEST_PENDING_UPLOAD: i64 = -6;
const READ_COMMITTED: i8 = 1;

/// No such record.
const NOTHING: TimestampOffset = TimestampOffset { offset: -1, timestamp_ms: -1, leader_epoch: -1 };

pub(crate) fn handle(ctx: &Ctx, request: ListOffsetsRequest) -> Reply<ListOffsetsResponse> {
    let committed = request.isolation_level == READ_COMMITTED;
    let topics = request.topics.iter().map(|topic| ListOffsetsTopicResponse {
        name: topic.name.clone(),
        partitions: partitions(ctx, topic, committed),
        ..ListOffsetsTopicResponse::default()
    });
    Reply::Done(ListOffsetsResponse { topics: topics.collect(), ..ListOffsetsResponse::default() })
}

fn partitions(
    ctx: &Ctx,
    topic: &ListOffsetsTopic,
    committed: bool,
) -> Vec<ListOffsetsPartitionResponse> {
    let mut counts: HashMap<i32, u32> = HashMap::new();
    for asked in &topic.partitions {
        *counts.entry(asked.partition_index).or_default() += 1;
    }
    // A partition that is named twice is refused, once.
    let answers = topic.partitions.iter().filter_map(|asked| {
        let found = match counts.remove(&asked.partition_index)? {
            1 => find(ctx, topic, asked, committed),
            _ => Err(ErrorCode::INVALID_REQUEST),
        };
        Some(answer(ctx.version(), asked.partition_index, found))
    });
    answers.collect()
}

fn answer(
    version: i16,
    index: i32,
    found: Result<TimestampOffset, ErrorCode>,
) -> ListOffsetsPartitionResponse {
    let (error, found) = match found {
        Ok(found) => (ErrorCode::NONE, found),
        Err(error) => (error, NOTHING),
    };
    ListOffsetsPartitionResponse {
        partition_index: index,
        error_code: error.0,
        timestamp: found.timestamp_ms,
        offset: found.offset,
        // Before version 4 there is no such field, and the codec drops nothing silently.
        leader_epoch: if version >= 4 { found.leader_epoch } else { -1 },
        ..ListOffsetsPartitionResponse::default()
    }
}

fn find(
    ctx: &Ctx,
    topic: &ListOffsetsTopic,
    asked: &ListOffsetsPartition,
    committed: bool,
) -> Result<TimestampOffset, ErrorCode> {
    if asked.timestamp < 0 && ctx.version() < version_of(asked.timestamp) {
        return Err(ErrorCode::UNSUPPORTED_VERSION);
    }
    let partition = ctx.partition(&topic.name, asked.partition_index)?;
    let epoch = asked.current_leader_epoch;
    partition.check_leader(ctx.broker_id(), epoch).map_err(|error| error.code())?;
    lookup(&partition, asked.timestamp, committed).map_err(|error| error.code())
}

/// The first version that may ask for a special timestamp.
fn version_of(timestamp: i64) -> i16 {
    match timestamp {
        LATEST | EARLIEST => 1,
        MAX_TIMESTAMP => 7,
        EARLIEST_LOCAL => 8,
        LATEST_TIERED => 9,
        EARLIEST_PENDING_UPLOAD => 11,
        _ => i16::MAX,
    }
}

fn lookup(
    partition: &Partition,
    timestamp: i64,
    committed: bool,
) -> Result<TimestampOffset, PartitionError> {
    let view = partition.view()?;
    let upper = if committed { view.last_stable_offset } else { view.high_watermark };
    match timestamp {
        LATEST => Ok(at(upper, partition.leader_epoch())),
        EARLIEST | EARLIEST_LOCAL => Ok(at(view.log_start, earliest_epoch(partition, view)?)),
        LATEST_TIERED | EARLIEST_PENDING_UPLOAD => Ok(NOTHING),
        _ if view.log_end == 0 => Ok(NOTHING),
        MAX_TIMESTAMP => Ok(partition.log()?.max_timestamp_offset(upper)?.unwrap_or(NOTHING)),
        time => Ok(partition.log()?.offset_for_timestamp(time, upper)?.unwrap_or(NOTHING)),
    }
}

fn at(offset: i64, leader_epoch: i32) -> TimestampOffset {
    TimestampOffset { offset, timestamp_ms: -1, leader_epoch }
}

/// The epoch of the first record; of the leader, who began the log's next one, when there is none.
fn earliest_epoch(partition: &Partition, view: PartitionView) -> Result<i32, PartitionError> {
    if view.log_start >= view.log_end {
        return Ok(partition.leader_epoch());
    }
    Ok(partition.log()?.epoch_at(view.log_start)?.unwrap_or(-1))
}
