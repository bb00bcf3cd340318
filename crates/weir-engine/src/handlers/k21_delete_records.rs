//! DeleteRecords, key 21, versions 0 to 2.
//!
//! Raises the log start offset of each partition to the offset given, -1 for the high watermark,
//! and answers the lowest log start over its replicas (KIP-107). Topics that are only compacted,
//! and internal ones, refuse.

use weir_wire::ErrorCode;
use weir_wire::messages::delete_records_request::{
    DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsTopic,
};
use weir_wire::messages::delete_records_response::{
    DeleteRecordsPartitionResult, DeleteRecordsResponse, DeleteRecordsTopicResult,
};

use crate::ctx::Ctx;
use crate::image::is_internal;
use crate::reply::Reply;

pub(crate) fn handle(ctx: &Ctx, request: DeleteRecordsRequest) -> Reply<DeleteRecordsResponse> {
    let topics = request.topics.iter().map(|topic| DeleteRecordsTopicResult {
        name: topic.name.clone(),
        partitions: topic.partitions.iter().map(|asked| result(ctx, topic, asked)).collect(),
        ..DeleteRecordsTopicResult::default()
    });
    let topics = topics.collect();
    Reply::Done(DeleteRecordsResponse { topics, ..DeleteRecordsResponse::default() })
}

fn result(
    ctx: &Ctx,
    topic: &DeleteRecordsTopic,
    asked: &DeleteRecordsPartition,
) -> DeleteRecordsPartitionResult {
    let (low_watermark, error) = match delete(ctx, topic, asked) {
        Ok(low_watermark) => (low_watermark, ErrorCode::NONE),
        Err(error) => (-1, error),
    };
    DeleteRecordsPartitionResult {
        partition_index: asked.partition_index,
        low_watermark,
        error_code: error.0,
        ..DeleteRecordsPartitionResult::default()
    }
}

fn delete(
    ctx: &Ctx,
    topic: &DeleteRecordsTopic,
    asked: &DeleteRecordsPartition,
) -> Result<i64, ErrorCode> {
    if is_internal(&topic.name) {
        return Err(ErrorCode::INVALID_TOPIC_EXCEPTION);
    }
    let partition = ctx.partition(&topic.name, asked.partition_index)?;
    partition.check_leader(ctx.broker_id(), -1).map_err(|error| error.code())?;
    if !partition.settings().log.cleanup.delete {
        return Err(ErrorCode::POLICY_VIOLATION);
    }
    partition.delete_records(ctx.broker_id(), asked.offset).map_err(|error| error.code())
}
