//! AddOffsetsToTxn, key 25, versions 0 to 4.
//!
//! Adds the group's partition of `__consumer_offsets` to the transaction: its marker decides about
//! the offsets that TxnOffsetCommit writes there. Before v2 PRODUCER_FENCED is
//! INVALID_PRODUCER_EPOCH.

use weir_wire::messages::add_offsets_to_txn_request::AddOffsetsToTxnRequest;
use weir_wire::messages::add_offsets_to_txn_response::AddOffsetsToTxnResponse;
use weir_wire::{ErrorCode, Str};

use super::transactions::{Written, add_partitions, wait, without_fenced};
use crate::ctx::Ctx;
use crate::groups::{OFFSETS_TOPIC, partition_for};
use crate::reply::Reply;
use crate::txn::{Partitions, ProducerRef};

pub(crate) fn handle(ctx: &Ctx, request: AddOffsetsToTxnRequest) -> Reply<AddOffsetsToTxnResponse> {
    let is_old = ctx.version() < 2;
    match add(ctx, &request) {
        Ok(written) => wait(written, move |committed| answer(committed, is_old)),
        Err(error) => Reply::Done(answer(Err(error), is_old)),
    }
}

fn answer(result: Result<(), ErrorCode>, is_old: bool) -> AddOffsetsToTxnResponse {
    let error = result.err().unwrap_or(ErrorCode::NONE);
    AddOffsetsToTxnResponse {
        error_code: without_fenced(error, is_old).0,
        ..AddOffsetsToTxnResponse::default()
    }
}

fn add(ctx: &Ctx, request: &AddOffsetsToTxnRequest) -> Result<Written, ErrorCode> {
    let producer = ProducerRef { id: request.producer_id, epoch: request.producer_epoch };
    let partitions = offsets_partition(ctx, &request.group_id)?;
    add_partitions(ctx, &request.transactional_id, producer, &partitions, 0)
}

/// The partition that the group's offsets are in. The topic is made where it is not there yet: a
/// producer may be the first to speak of the group.
fn offsets_partition(ctx: &Ctx, group: &str) -> Result<Partitions, ErrorCode> {
    let topic = ctx.engine().create_internal_topic(OFFSETS_TOPIC).map_err(|refusal| {
        tracing::warn!(error = refusal.code.name(), "{OFFSETS_TOPIC} cannot be made");
        ErrorCode::COORDINATOR_NOT_AVAILABLE
    })?;
    let index = partition_for(group, topic.partitions().len());
    Ok(Partitions::from([(Str::from_static(OFFSETS_TOPIC), [index].into())]))
}
