//! DescribeTransactions, key 65, version 0.
//!
//! State, producer and partitions of transactional ids (KIP-664), each for itself:
//! TRANSACTIONAL_ID_NOT_FOUND where nobody used the id.

use weir_wire::messages::describe_transactions_request::DescribeTransactionsRequest;
use weir_wire::messages::describe_transactions_response::{
    DescribeTransactionsResponse, TopicData, TransactionState,
};
use weir_wire::{ErrorCode, Str};

use super::once::a_few_times;
use crate::ctx::Ctx;
use crate::reply::Reply;
use crate::txn::Transaction;

pub(crate) fn handle(
    ctx: &Ctx,
    request: DescribeTransactionsRequest,
) -> Reply<DescribeTransactionsResponse> {
    let states = a_few_times(&request.transactional_ids, Str::as_str).map(|id| {
        let state = describe(ctx, id).unwrap_or_else(|error| TransactionState {
            error_code: error.0,
            ..TransactionState::default()
        });
        TransactionState { transactional_id: id.clone(), ..state }
    });
    Reply::Done(DescribeTransactionsResponse {
        transaction_states: states.collect(),
        ..DescribeTransactionsResponse::default()
    })
}

fn describe(ctx: &Ctx, id: &str) -> Result<TransactionState, ErrorCode> {
    if id.is_empty() {
        return Err(ErrorCode::INVALID_REQUEST);
    }
    let shard = ctx.engine().txns().shard_of(ctx.image(), ctx.broker_id(), id)?;
    let entry = shard.entry(id).ok_or(ErrorCode::TRANSACTIONAL_ID_NOT_FOUND)?;
    let state = entry.lock();
    if state.is_gone() {
        return Err(ErrorCode::TRANSACTIONAL_ID_NOT_FOUND);
    }
    Ok(described(state.transaction()))
}

fn described(transaction: &Transaction) -> TransactionState {
    let topics = transaction.partitions.iter().map(|(topic, partitions)| TopicData {
        topic: topic.clone(),
        partitions: partitions.iter().copied().collect(),
        ..TopicData::default()
    });
    TransactionState {
        transaction_state: Str::from_static(transaction.state.name()),
        transaction_timeout_ms: transaction.timeout_ms,
        transaction_start_time_ms: transaction.start_ms,
        producer_id: transaction.producer_id,
        producer_epoch: transaction.epoch,
        topics: topics.collect(),
        ..TransactionState::default()
    }
}
