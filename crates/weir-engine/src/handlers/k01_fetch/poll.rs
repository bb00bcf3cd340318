//! Looking, waiting, and looking again.

use std::sync::Arc;

use weir_wire::Frame;
use weir_wire::header::{after_correlation_id, repeat_response};
use weir_wire::messages::fetch_request::FetchRequest;
use weir_wire::messages::fetch_response::FetchResponse;

use super::answer::respond;
use super::context::{Context, isolation, terms};
use super::selector::Selector;
use crate::ctx::Ctx;
use crate::dispatch::encode;
use crate::fetch::{FetchLimits, FetchSet, KEPT_MIN, Look, Mode};
use crate::partition::Isolation;
use crate::wait::Signal;

/// One Fetch on its way.
#[derive(Debug)]
pub(super) struct Poll {
    ctx: Ctx,
    context: Context,
    limits: FetchLimits,
    bytes_min: usize,
    wait_ms: i64,
    selector: Option<Selector>,
}

impl Poll {
    pub(super) fn new(ctx: &Ctx, request: &FetchRequest, context: Context) -> Self {
        let configured = ctx.image().configs().broker_i32("fetch.max.bytes");
        let bytes_max = usize::try_from(request.max_bytes.min(configured)).unwrap_or(0);
        let limits = FetchLimits {
            broker: ctx.broker_id(),
            bytes_max,
            is_hard: ctx.version() <= 2,
            leader_only: ctx.version() < 11,
            isolation: isolation(request),
        };
        Self {
            ctx: ctx.clone(),
            context,
            limits,
            bytes_min: usize::try_from(request.min_bytes).unwrap_or(0).min(bytes_max),
            wait_ms: i64::from(request.max_wait_ms.max(0)),
            selector: Selector::of(ctx, &request.rack_id),
        }
    }

    /// The answer, when there is no reason to wait.
    pub(super) fn first_look(&mut self) -> Option<FetchResponse> {
        let is_empty = self.with_set(|set, _| set.is_empty());
        let expired = self.wait_ms == 0 || is_empty;
        let look = self.look(expired)?;
        let response = self.respond(look);
        self.keep_sessionless();
        Some(response)
    }

    /// Waits until there is enough to answer, or the time is over.
    pub(super) async fn run(mut self) -> Result<Frame, String> {
        let engine = self.ctx.engine().clone();
        let signal: Arc<Signal> = self.with_set(|set, _| set.news().signal().clone());
        let deadline = Signal::new();
        let until = engine.clock().monotonic_ms() + self.wait_ms;
        // The session's signal lives on after this request, so its expiry must not: a deadline of
        // its own.
        let _timer = engine.timers().expire_at(until, &deadline);
        loop {
            signal.clear();
            // After the first registration everything is looked at once more: what happened before
            // it left no mark.
            self.with_set(|set, _| set.start_watching());
            if let Some(look) = self.look(deadline.is_expired()) {
                let frame = self.frame(look);
                self.keep_sessionless();
                return frame;
            }
            Either(signal.clone(), deadline.clone()).await;
        }
    }

    /// What there is to answer; `None` to wait for more.
    fn look(&mut self, expired: bool) -> Option<Look> {
        let image = self.ctx.engine().image();
        let (limits, selector) = (self.limits.clone(), self.selector.clone());
        let look = self.with_set(|set, mode| {
            let choose = selector.as_ref().map(|selector| {
                |partition: &crate::partition::Partition, offset| {
                    selector.choose(&image, partition, offset)
                }
            });
            let choose = choose.as_ref().map(|choose| choose as crate::fetch::Choose<'_>);
            set.look(&image, &limits, mode, choose)
        });
        let is_enough = look.bytes >= self.bytes_min || look.is_urgent || expired;
        is_enough.then_some(look)
    }

    /// The answer as it is sent. One of a kept set in which nothing happened is not made anew.
    fn frame(&mut self, look: Look) -> Result<Frame, String> {
        let header = self.ctx.header().clone();
        if let Context::Sessionless(set) = &self.context
            && let Some(encoded) = set.repeatable(&look)
        {
            return Ok(repeat_response(header.correlation_id, encoded));
        }
        let is_all_known = look.found.is_empty();
        let response = self.respond(look);
        let frame = encode(&header, header.request_api_version, &response)?;
        if let Context::Sessionless(set) = &mut self.context
            && is_all_known
            && set.len() >= KEPT_MIN
            && let Some(encoded) = after_correlation_id(&frame)
        {
            set.remember(encoded);
        }
        Ok(frame)
    }

    fn respond(&mut self, look: Look) -> FetchResponse {
        let look = self.with_set(|set, mode| set.answer(look, mode));
        let session_id = match &mut self.context {
            Context::Sessionless(_) => 0,
            Context::Session(session) => session.id,
            Context::New(set) => {
                let set = std::mem::take(set);
                self.keep(set)
            }
        };
        let committed = self.limits.isolation == Isolation::ReadCommitted;
        respond(&self.ctx, look, session_id, committed)
    }

    /// Keeps the set for the connection's next request. Not where replicas are chosen: nothing is known then.
    fn keep_sessionless(&mut self) {
        let Context::Sessionless(set) = &mut self.context else { return };
        if set.len() < KEPT_MIN || self.selector.is_some() {
            return;
        }
        let mut set = std::mem::take(set);
        set.start_watching();
        let (engine, connection) = (self.ctx.engine(), self.ctx.connection());
        connection.keep_fetches(engine.kept_fetches());
        let terms = terms(&self.ctx, self.limits.isolation);
        let now_ms = engine.clock().monotonic_ms();
        engine.kept_fetches().put(connection.id(), terms, set, now_ms);
    }

    /// Makes the set a session, if there is room for one; 0 tells the client that there is not.
    fn keep(&self, mut set: FetchSet) -> i32 {
        let engine = self.ctx.engine();
        set.start_watching();
        let key = "max.incremental.fetch.session.cache.slots";
        let slots = usize::try_from(engine.image().configs().broker_i32(key)).unwrap_or(0);
        let session = engine.fetch_sessions().create(
            self.ctx.broker_id(),
            slots,
            set,
            self.ctx.version() >= 13,
            engine.clock().monotonic_ms(),
            || engine.rng().next_u64(),
        );
        session.map_or(0, |session| session.id)
    }

    fn with_set<T>(&mut self, act: impl FnOnce(&mut FetchSet, Mode) -> T) -> T {
        match &mut self.context {
            Context::Sessionless(set) | Context::New(set) => act(set, Mode::Full),
            Context::Session(session) => act(&mut session.set.lock(), Mode::Incremental),
        }
    }
}

/// Ready when either signal is.
struct Either(Arc<Signal>, Arc<Signal>);

impl Future for Either {
    type Output = ();

    fn poll(
        self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<()> {
        self.0.remember(context.waker());
        self.1.remember(context.waker());
        if self.0.is_raised() || self.1.is_raised() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    }
}
