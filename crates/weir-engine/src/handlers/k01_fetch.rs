//! Fetch, key 1, versions 4 to 18.
//!
//! Sessions (v7, KIP-227) answer only what changed; a long poll waits for `min_bytes`, at most
//! `max_wait_ms`, and is woken by the partitions that change. The first batch is answered whole
//! whatever the limits (v3), and whole when the offset lies inside it; record sets are never null.
//! v9 fences by leader epoch (KIP-320), v11 reads from followers and names a preferred replica when
//! a rack-aware selector is set (KIP-392), v12 the current leader, v13 topic ids, v16 leader
//! endpoints (KIP-951). Who says the epoch of what it read last is told where this log parts from it
//! (KIP-595): followers do, which are modelled here, and whoever else asks.

mod answer;
mod context;
mod poll;
mod selector;

use weir_wire::ErrorCode;
use weir_wire::messages::fetch_request::FetchRequest;
use weir_wire::messages::fetch_response::FetchResponse;

use self::answer::failed;
use self::context::open;
use self::poll::Poll;
use crate::ctx::Ctx;
use crate::reply::{Reply, Waiter};

pub(crate) fn handle(ctx: &Ctx, request: FetchRequest) -> Reply<FetchResponse> {
    if !matches!(request.isolation_level, 0 | 1) {
        let error = ErrorCode::UNKNOWN_SERVER_ERROR;
        return Reply::Done(failed(ctx.version(), &request, error));
    }
    let context = match open(ctx, &request) {
        Ok(context) => context,
        Err(error) => {
            let response = FetchResponse { error_code: error.0, ..FetchResponse::default() };
            return Reply::Done(response);
        }
    };
    let mut poll = Poll::new(ctx, &request, context);
    match poll.first_look() {
        Some(response) => Reply::Done(response),
        None => Reply::Frame(Waiter::new(async move { poll.run().await.map(Some) })),
    }
}
