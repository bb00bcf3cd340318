//! Acquiring, waiting, and acquiring again.

use std::sync::Arc;

use weir_wire::ErrorCode;
use weir_wire::messages::share_fetch_request::ShareFetchRequest;
use weir_wire::messages::share_fetch_response::ShareFetchResponse;

use super::answer::{AckAnswers, Found, respond};
use crate::ctx::Ctx;
use crate::share::config::ShareConfig;
use crate::share::key::ShareKey;
use crate::share::partition::{Ask, Fetched, SharePartition};
use crate::share::session::{Opened, Place, SessionKey};
use crate::wait::{Signal, WatchGuard};

/// Never more than `max_records`, in the middle of a batch too.
pub(super) const RECORD_LIMIT: i8 = 1;

/// One ShareFetch on its way.
#[derive(Debug)]
pub(super) struct Poll {
    ctx: Ctx,
    session: SessionKey,
    /// Where to look, beginning elsewhere at each request.
    places: Vec<Place>,
    /// Named by the answer in any case.
    added: Vec<Place>,
    config: ShareConfig,
    acks: AckAnswers,
    records_max: i64,
    bytes_max: usize,
    is_strict: bool,
    batch_size: i64,
    wait_ms: i64,
}

impl Poll {
    pub(super) fn new(
        ctx: &Ctx,
        request: &ShareFetchRequest,
        session: SessionKey,
        opened: Opened,
        config: ShareConfig,
        acks: AckAnswers,
    ) -> Self {
        let mut places = opened.places;
        if !places.is_empty() {
            let turn = usize::try_from(opened.epoch).unwrap_or(0) % places.len();
            places.rotate_left(turn);
        }
        let mut added = opened.added;
        if request.is_renew_ack {
            places.clear();
        }
        if places.is_empty() || request.max_records <= 0 || request.max_bytes <= 0 {
            added.clear();
        }
        let configured = ctx.image().configs().broker_i32("fetch.max.bytes");
        Self {
            ctx: ctx.clone(),
            session,
            places,
            added,
            config,
            acks,
            records_max: i64::from(request.max_records),
            bytes_max: usize::try_from(request.max_bytes.min(configured)).unwrap_or(0),
            is_strict: request.share_acquire_mode == RECORD_LIMIT,
            batch_size: i64::from(request.batch_size),
            wait_ms: i64::from(request.max_wait_ms.max(0)),
        }
    }

    /// The answer, when there is something to answer or the time is over.
    pub(super) async fn run(&mut self) -> ShareFetchResponse {
        let engine = self.ctx.engine().clone();
        let signal = Signal::new();
        let until = engine.clock().monotonic_ms() + self.wait_ms;
        let mut deadline = None;
        let mut watches: Vec<WatchGuard> = Vec::new();
        let mut found = loop {
            signal.clear();
            let found = self.look();
            let is_over = self.wait_ms == 0 || self.places.is_empty() || signal.is_expired();
            if !found.is_empty() || is_over || !self.acks.is_empty() {
                break found;
            }
            if deadline.is_none() {
                deadline = Some(engine.timers().expire_at(until, &signal));
                watches = self.watch(&signal);
                // What happened before the registration left no mark.
                continue;
            }
            signal.news().await;
        };
        drop(watches);
        for &place in &self.added {
            if !found.iter().any(|known| known.place == place) {
                found.push(Found { place, result: Ok(Fetched::default()) });
            }
        }
        let acks = std::mem::take(&mut self.acks);
        respond(&self.ctx, found, acks, self.config.lock_timeout()).await
    }

    fn watch(&self, signal: &Arc<Signal>) -> Vec<WatchGuard> {
        let mut watches = Vec::new();
        for &(topic, index) in &self.places {
            if let Ok(handle) = self.ctx.partition_by_id(topic, index) {
                watches.push(handle.watch(signal.clone(), 0));
            }
            if let Ok(partition) = self.partition((topic, index)) {
                watches.push(partition.changes().add(signal.clone(), 0));
            }
        }
        watches
    }

    fn partition(&self, (topic, partition): Place) -> Result<Arc<SharePartition>, ErrorCode> {
        let key = ShareKey { group: self.session.group.clone(), topic, partition };
        let share = self.ctx.engine().share();
        share.saw(&self.ctx.engine().image());
        share.partition(self.ctx.broker_id(), &key)
    }

    /// Acquires what there is, place after place.
    fn look(&self) -> Vec<Found> {
        let mut found = Vec::new();
        let (mut records, mut bytes) = (self.records_max, self.bytes_max);
        let mut has_records = false;
        for &place in &self.places {
            if records <= 0 || (bytes == 0 && has_records) {
                break;
            }
            let ask = Ask {
                member: self.session.member.clone(),
                records_max: records,
                bytes_max: bytes,
                min_one: !has_records,
                is_strict: self.is_strict,
                batch_size: self.batch_size,
            };
            let result = self.partition(place).and_then(|p| p.fetch(&ask, &self.config));
            match result {
                // Not ready yet: the client asks again.
                Err(ErrorCode::COORDINATOR_NOT_AVAILABLE) => {}
                Err(error) => found.push(Found { place, result: Err(for_client(error)) }),
                Ok(fetched) if fetched.acquired.is_empty() => {}
                Ok(fetched) => {
                    has_records = true;
                    records -= count(&fetched);
                    bytes = bytes.saturating_sub(fetched.records.len());
                    found.push(Found { place, result: Ok(fetched) });
                }
            }
        }
        found
    }
}

fn count(fetched: &Fetched) -> i64 {
    fetched.acquired.iter().map(|run| run.last - run.first + 1).sum()
}

/// Errors that a share consumer knows.
fn for_client(error: ErrorCode) -> ErrorCode {
    match error {
        ErrorCode::INVALID_REQUEST => ErrorCode::UNKNOWN_SERVER_ERROR,
        ErrorCode::OFFSET_OUT_OF_RANGE => ErrorCode::NOT_LEADER_OR_FOLLOWER,
        other => other,
    }
}
