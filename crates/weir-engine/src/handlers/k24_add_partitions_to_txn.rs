//! AddPartitionsToTxn, key 24, versions 0 to 5.
//!
//! v0 to v3 come from producers: partitions are added to the open transaction, or begin one. v4 and
//! later carry many transactions, from brokers, which add partitions or only verify them
//! (KIP-890). Where one partition does not exist none is added: the others answer
//! OPERATION_NOT_ATTEMPTED. Producers may not write to internal topics. Before v2 PRODUCER_FENCED is INVALID_PRODUCER_EPOCH.

use weir_wire::ErrorCode;
use weir_wire::messages::add_partitions_to_txn_request::{
    AddPartitionsToTxnRequest, AddPartitionsToTxnTopic, AddPartitionsToTxnTransaction,
};
use weir_wire::messages::add_partitions_to_txn_response::{
    AddPartitionsToTxnPartitionResult, AddPartitionsToTxnResponse, AddPartitionsToTxnResult,
    AddPartitionsToTxnTopicResult,
};

use super::transactions::{Written, add_partitions, without_fenced};
use crate::ctx::Ctx;
use crate::image::is_internal;
use crate::reply::Reply;
use crate::txn::{EPOCH_BUMP, Partitions, ProducerRef};

pub(crate) fn handle(
    ctx: &Ctx,
    request: AddPartitionsToTxnRequest,
) -> Reply<AddPartitionsToTxnResponse> {
    let is_batched = ctx.version() >= 4;
    let transactions = match is_batched {
        true => request.transactions,
        false => vec![single(request)],
    };
    let mut results = Vec::with_capacity(transactions.len());
    let mut waits = Vec::new();
    for (at, transaction) in transactions.iter().enumerate() {
        let (result, written) = one(ctx, transaction);
        results.push(result);
        waits.extend(written.map(|(shard, required)| (at, shard, required)));
    }
    let version = ctx.version();
    if waits.is_empty() {
        return Reply::Done(respond(is_batched, results));
    }
    Reply::wait(async move {
        for (at, shard, required) in waits {
            if let Err(error) = shard.committed(required).await {
                let error = without_fenced(error, version < 2);
                results[at] = all(&transactions[at], |_, _| error);
            }
        }
        Some(respond(is_batched, results))
    })
}

/// The one transaction of v0 to v3 in the form of v4.
fn single(request: AddPartitionsToTxnRequest) -> AddPartitionsToTxnTransaction {
    AddPartitionsToTxnTransaction {
        transactional_id: request.v3_and_below_transactional_id,
        producer_id: request.v3_and_below_producer_id,
        producer_epoch: request.v3_and_below_producer_epoch,
        topics: request.v3_and_below_topics,
        ..AddPartitionsToTxnTransaction::default()
    }
}

fn respond(
    is_batched: bool,
    mut results: Vec<AddPartitionsToTxnResult>,
) -> AddPartitionsToTxnResponse {
    if is_batched {
        return AddPartitionsToTxnResponse {
            results_by_transaction: results,
            ..AddPartitionsToTxnResponse::default()
        };
    }
    let topics = results.pop().map(|result| result.topic_results).unwrap_or_default();
    AddPartitionsToTxnResponse {
        results_by_topic_v3_and_below: topics,
        ..AddPartitionsToTxnResponse::default()
    }
}

fn one(
    ctx: &Ctx,
    transaction: &AddPartitionsToTxnTransaction,
) -> (AddPartitionsToTxnResult, Written) {
    let is_known = |topic: &str, index: i32| ctx.partition(topic, index).is_ok();
    let are_known = |topic: &AddPartitionsToTxnTopic| {
        topic.partitions.iter().all(|index| is_known(&topic.name, *index))
    };
    let is_forbidden = |topic: &str| ctx.version() < 4 && is_internal(topic);
    if transaction.topics.iter().any(|topic| is_forbidden(&topic.name)) {
        let result = all(transaction, |topic, _| match is_forbidden(topic) {
            true => ErrorCode::TOPIC_AUTHORIZATION_FAILED,
            false => ErrorCode::OPERATION_NOT_ATTEMPTED,
        });
        return (result, None);
    }
    if !transaction.topics.iter().all(are_known) {
        let result = all(transaction, |topic, index| match is_known(topic, index) {
            true => ErrorCode::OPERATION_NOT_ATTEMPTED,
            false => ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
        });
        return (result, None);
    }
    if transaction.verify_only {
        return (verify(ctx, transaction), None);
    }
    let version = if ctx.version() >= 4 { EPOCH_BUMP } else { 0 };
    let (id, producer) = (&transaction.transactional_id, producer_of(transaction));
    let partitions = partitions_of(transaction);
    match add_partitions(ctx, id, producer, &partitions, version) {
        Ok(written) => (all(transaction, |_, _| ErrorCode::NONE), written),
        Err(error) => {
            let error = without_fenced(error, ctx.version() < 2);
            (all(transaction, |_, _| error), None)
        }
    }
}

fn verify(ctx: &Ctx, transaction: &AddPartitionsToTxnTransaction) -> AddPartitionsToTxnResult {
    let id = &transaction.transactional_id;
    if id.is_empty() {
        return all(transaction, |_, _| ErrorCode::INVALID_REQUEST);
    }
    let shard = match ctx.engine().txns().shard_of(ctx.image(), ctx.broker_id(), id) {
        Ok(shard) => shard,
        Err(error) => return all(transaction, |_, _| error),
    };
    let Some(entry) = shard.entry(id) else {
        return all(transaction, |_, _| ErrorCode::INVALID_PRODUCER_ID_MAPPING);
    };
    let state = entry.lock();
    let producer = producer_of(transaction);
    all(transaction, |topic, index| {
        let verified = state.verify(producer, topic, index);
        verified.err().unwrap_or(ErrorCode::NONE)
    })
}

fn producer_of(transaction: &AddPartitionsToTxnTransaction) -> ProducerRef {
    ProducerRef { id: transaction.producer_id, epoch: transaction.producer_epoch }
}

fn partitions_of(transaction: &AddPartitionsToTxnTransaction) -> Partitions {
    let mut partitions = Partitions::new();
    for topic in &transaction.topics {
        partitions.entry(topic.name.clone()).or_default().extend(&topic.partitions);
    }
    partitions
}

/// An answer for each partition.
fn all(
    transaction: &AddPartitionsToTxnTransaction,
    mut error: impl FnMut(&str, i32) -> ErrorCode,
) -> AddPartitionsToTxnResult {
    let topics = transaction.topics.iter().map(|topic| AddPartitionsToTxnTopicResult {
        name: topic.name.clone(),
        results_by_partition: topic
            .partitions
            .iter()
            .map(|index| AddPartitionsToTxnPartitionResult {
                partition_index: *index,
                partition_error_code: error(&topic.name, *index).0,
                ..AddPartitionsToTxnPartitionResult::default()
            })
            .collect(),
        ..AddPartitionsToTxnTopicResult::default()
    });
    AddPartitionsToTxnResult {
        transactional_id: transaction.transactional_id.clone(),
        topic_results: topics.collect(),
        ..AddPartitionsToTxnResult::default()
    }
}
