//! ListTransactions, key 66, versions 0 to 2.
//!
//! The transactional ids that this broker coordinates, by state and producer id (KIP-664); v1 by how
//! long a transaction has been open (KIP-994), v2 by a regular expression that the whole id matches
//! (KIP-1152). States that nobody knows are told back. While one
//! partition loads, COORDINATOR_LOAD_IN_PROGRESS.

use std::collections::HashSet;

use regex::{Regex, RegexBuilder};
use weir_wire::messages::list_transactions_request::ListTransactionsRequest;
use weir_wire::messages::list_transactions_response::{ListTransactionsResponse, TransactionState};
use weir_wire::{ErrorCode, Str};

use crate::ctx::Ctx;
use crate::reply::Reply;
use crate::txn::{Entry, Transaction, TxnState};

pub(crate) fn handle(
    ctx: &Ctx,
    request: ListTransactionsRequest,
) -> Reply<ListTransactionsResponse> {
    let mut response = ListTransactionsResponse {
        unknown_state_filters: unknown_states(&request),
        ..ListTransactionsResponse::default()
    };
    let filter = match Filter::of(&request, ctx.engine().clock().wall_ms()) {
        Ok(filter) => filter,
        Err(error) => {
            response.error_code = error.0;
            return Reply::Done(response);
        }
    };
    for shard in ctx.engine().txns().shards_of(ctx.image(), ctx.broker_id()) {
        match shard {
            Ok(shard) => {
                let listed = shard.entries();
                let listed = listed.iter().filter_map(|entry| filter.listed(entry));
                response.transaction_states.extend(listed);
            }
            Err(error) => {
                return Reply::Done(ListTransactionsResponse {
                    error_code: error.0,
                    ..ListTransactionsResponse::default()
                });
            }
        }
    }
    Reply::Done(response)
}

fn unknown_states(request: &ListTransactionsRequest) -> Vec<Str> {
    request.state_filters.iter().filter(|name| !TxnState::is_name(name)).cloned().collect()
}

/// A compiled pattern may take this much memory.
const PATTERN_BYTES_MAX: usize = 1 << 20;

fn pattern_of(request: &ListTransactionsRequest) -> Result<Option<Regex>, ErrorCode> {
    let pattern = request.transactional_id_pattern.as_deref().filter(|it| !it.is_empty());
    let Some(pattern) = pattern else { return Ok(None) };
    let mut whole = RegexBuilder::new(&format!("^(?:{pattern})$"));
    let compiled = whole.size_limit(PATTERN_BYTES_MAX).build();
    compiled.map(Some).map_err(|_| ErrorCode::INVALID_REGULAR_EXPRESSION)
}

/// What is wanted.
struct Filter {
    /// `None`: every state. States that nobody knows match nothing.
    states: Option<Vec<TxnState>>,
    producer_ids: HashSet<i64>,
    /// Began before this, wall clock.
    begun_before_ms: Option<i64>,
    pattern: Option<Regex>,
}

impl Filter {
    fn of(request: &ListTransactionsRequest, now_ms: i64) -> Result<Self, ErrorCode> {
        let names = &request.state_filters;
        let states = names.iter().filter_map(|name| TxnState::from_name(name)).collect();
        Ok(Self {
            states: (!names.is_empty()).then_some(states),
            producer_ids: request.producer_id_filters.iter().copied().collect(),
            begun_before_ms: (request.duration_filter >= 0)
                .then(|| now_ms.saturating_sub(request.duration_filter)),
            pattern: pattern_of(request)?,
        })
    }

    fn wants(&self, transaction: &Transaction) -> bool {
        let Self { states, producer_ids, begun_before_ms, .. } = self;
        let is_state = states.as_ref().is_none_or(|states| states.contains(&transaction.state));
        let is_producer =
            producer_ids.is_empty() || producer_ids.contains(&transaction.producer_id);
        let is_long = begun_before_ms.is_none_or(|before| transaction.start_ms < before);
        is_state && is_producer && is_long
    }

    fn listed(&self, entry: &Entry) -> Option<TransactionState> {
        let state = entry.lock();
        let transaction = state.transaction();
        let is_named = self.pattern.as_ref().is_none_or(|it| it.is_match(entry.id()));
        if state.is_gone() || !is_named || !self.wants(transaction) {
            return None;
        }
        Some(TransactionState {
            transactional_id: entry.id().clone(),
            producer_id: transaction.producer_id,
            transaction_state: Str::from_static(transaction.state.name()),
            ..TransactionState::default()
        })
    }
}
