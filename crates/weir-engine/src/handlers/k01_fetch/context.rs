//! Which partitions a Fetch is about: its own, or those of its session.

use std::sync::Arc;

use weir_wire::messages::fetch_request::FetchRequest;
use weir_wire::{ErrorCode, Str, Uuid};

use crate::ctx::Ctx;
use crate::fetch::{FetchSession, FetchSet, KEPT_MIN, Terms, TopicKey, Wanted};
use crate::partition::Isolation;

/// `session_epoch` of a request that wants no session, and ends the one it names.
const FINAL_EPOCH: i32 = -1;
/// `session_epoch` of a request that wants a new session.
const INITIAL_EPOCH: i32 = 0;

const READ_COMMITTED: i8 = 1;

/// Where the set of a request lives.
#[derive(Debug)]
pub(super) enum Context {
    /// For this request, and the connection's next one if that names the same.
    Sessionless(FetchSet),
    /// To become a session with the answer.
    New(FetchSet),
    Session(Arc<FetchSession>),
}

/// Finds or makes the set, and enters what the request wants. Errors are the whole answer's.
pub(super) fn open(ctx: &Ctx, request: &FetchRequest) -> Result<Context, ErrorCode> {
    let sessions = ctx.engine().fetch_sessions();
    if ctx.version() < 7 {
        return Ok(Context::Sessionless(renewed(ctx, request)));
    }
    if matches!(request.session_epoch, INITIAL_EPOCH | FINAL_EPOCH) {
        sessions.remove(ctx.broker_id(), request.session_id);
        return Ok(match request.session_epoch {
            FINAL_EPOCH => Context::Sessionless(renewed(ctx, request)),
            _ => Context::New(renew(ctx, FetchSet::new(), request)),
        });
    }
    let session = sessions
        .get(ctx.broker_id(), request.session_id)
        .ok_or(ErrorCode::FETCH_SESSION_ID_NOT_FOUND)?;
    if session.uses_topic_ids != uses_topic_ids(ctx) {
        return Err(ErrorCode::FETCH_SESSION_TOPIC_ID_ERROR);
    }
    if !session.take_turn(request.session_epoch, ctx.engine().clock().monotonic_ms()) {
        return Err(ErrorCode::INVALID_FETCH_SESSION_EPOCH);
    }
    let mut set = session.set.lock();
    let before = set.len();
    // What is named and forgotten at once is forgotten, as in Kafka.
    want(ctx, &mut set, request);
    forget(ctx, &mut set, request);
    let size = set.len();
    let added = size > before;
    drop(set);
    session.resized(size);
    if size == 0 {
        sessions.remove(ctx.broker_id(), session.id);
        return Ok(Context::Sessionless(FetchSet::new()));
    }
    if added && sessions.is_over() {
        // Answered once more; the client's next request learns that it is gone.
        sessions.remove(ctx.broker_id(), session.id);
    }
    Ok(Context::Session(session))
}

fn uses_topic_ids(ctx: &Ctx) -> bool {
    ctx.version() >= 13
}

/// What the set is looked at with.
pub(super) fn terms(ctx: &Ctx, isolation: Isolation) -> Terms {
    Terms { version: ctx.version(), isolation }
}

pub(super) fn isolation(request: &FetchRequest) -> Isolation {
    match request.isolation_level {
        READ_COMMITTED => Isolation::ReadCommitted,
        _ => Isolation::ReadUncommitted,
    }
}

/// The set of the connection's last request, or a new one, with what this request names.
fn renewed(ctx: &Ctx, request: &FetchRequest) -> FetchSet {
    let connection = ctx.connection();
    let terms = terms(ctx, isolation(request));
    let kept = match connection.keeps_fetches() {
        true => ctx.engine().kept_fetches().take(connection.id(), terms),
        false => None,
    };
    let named: usize = request.topics.iter().map(|topic| topic.partitions.len()).sum();
    let kept = kept.filter(|_| named >= KEPT_MIN);
    renew(ctx, kept.unwrap_or_default(), request)
}

fn renew(ctx: &Ctx, mut set: FetchSet, request: &FetchRequest) -> FetchSet {
    let mut renewal = set.renewal();
    for topic in &request.topics {
        let key = key_of(ctx, topic.topic_id, &topic.topic);
        for partition in &topic.partitions {
            renewal.want(&key, partition.partition, Wanted::from(partition));
        }
    }
    renewal.end();
    set
}

fn key_of(ctx: &Ctx, id: Uuid, name: &Str) -> TopicKey {
    match uses_topic_ids(ctx) {
        true => TopicKey::Id(id),
        false => TopicKey::Name(name.clone()),
    }
}

fn want(ctx: &Ctx, set: &mut FetchSet, request: &FetchRequest) {
    for topic in &request.topics {
        let key = key_of(ctx, topic.topic_id, &topic.topic);
        for partition in &topic.partitions {
            set.want(&key, partition.partition, Wanted::from(partition));
        }
    }
}

fn forget(ctx: &Ctx, set: &mut FetchSet, request: &FetchRequest) {
    for topic in &request.forgotten_topics_data {
        let key = key_of(ctx, topic.topic_id, &topic.topic);
        topic.partitions.iter().for_each(|partition| set.forget(&key, *partition));
    }
}
