//! ShareFetch, key 78, versions 1 and 2 (KIP-932).
//!
//! A share session names the partitions; epoch 0 opens it, -1 closes it and gives back what the
//! member still holds. Acknowledgements that come along are taken first. Records are acquired for
//! the member under a lock; a long poll waits for records that can be. v2: `share_acquire_mode` 1
//! never gives more than `max_records` (KIP-1206), `is_renew_ack` renews locks and fetches nothing
//! (KIP-1222).

mod answer;
mod open;
mod poll;

use weir_wire::messages::share_fetch_request::ShareFetchRequest;
use weir_wire::messages::share_fetch_response::ShareFetchResponse;

use self::answer::{AckAnswers, refused};
use self::open::{acknowledge, open};
use self::poll::Poll;
use crate::ctx::Ctx;
use crate::reply::Reply;
use crate::share::session::FINAL_EPOCH;

pub(crate) fn handle(ctx: &Ctx, request: ShareFetchRequest) -> Reply<ShareFetchResponse> {
    let (session, opened) = match open(ctx, &request) {
        Ok(opened) => opened,
        Err(error) => return Reply::Done(refused(error)),
    };
    let config = ctx.engine().share().config_in(ctx.image(), &session.group);
    let acks: AckAnswers = acknowledge(ctx, &session, &request, &config);
    if request.share_session_epoch == FINAL_EPOCH {
        ctx.engine().share().end_session(&session, config.give_back());
    }
    let mut poll = Poll::new(ctx, &request, session, opened, config, acks);
    Reply::wait(async move { Some(poll.run().await) })
}
