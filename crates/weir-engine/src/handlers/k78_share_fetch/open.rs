//! The session of a request, and the acknowledgements that come along.

use weir_wire::ErrorCode;
use weir_wire::messages::share_fetch_request::{FetchPartition, ShareFetchRequest};

use super::answer::AckAnswers;
use super::poll::RECORD_LIMIT;
use crate::ctx::Ctx;
use crate::handlers::share_acks::{Acknowledger, Batch, ranges};
use crate::share::config::ShareConfig;
use crate::share::partition::AckRange;
use crate::share::session::{FINAL_EPOCH, INITIAL_EPOCH, Opened, Place, SessionKey};

/// Finds or makes the session. Errors are the whole answer's.
pub(super) fn open(
    ctx: &Ctx,
    request: &ShareFetchRequest,
) -> Result<(SessionKey, Opened), ErrorCode> {
    // As in Kafka, an empty group id opens a session.
    let group = request.group_id.as_ref();
    let member = request.member_id.as_ref().filter(|id| !id.is_empty());
    let (Some(group), Some(member)) = (group, member) else {
        return Err(ErrorCode::INVALID_REQUEST);
    };
    check_renewal(request)?;
    if !(0..=RECORD_LIMIT).contains(&request.share_acquire_mode) {
        return Err(ErrorCode::UNKNOWN_SERVER_ERROR);
    }
    let key =
        SessionKey { broker: ctx.broker_id(), group: group.detached(), member: member.detached() };
    let share = ctx.engine().share();
    share.saw(ctx.image());
    let now_ms = ctx.engine().clock().monotonic_ms();
    let places: Vec<Place> = request
        .topics
        .iter()
        .flat_map(|topic| topic.partitions.iter().map(|p| (topic.topic_id, p.partition_index)))
        .collect();
    let opened = match request.share_session_epoch {
        INITIAL_EPOCH if has_acks(request) => return Err(ErrorCode::INVALID_REQUEST),
        INITIAL_EPOCH => {
            let key_name = "group.share.max.share.sessions";
            let limit = usize::try_from(ctx.image().configs().broker_i32(key_name)).unwrap_or(0);
            // What an older session of the member held is given back.
            share.end_session(&key, share.config_in(ctx.image(), group).give_back());
            share.sessions.open(key.clone(), places, limit, now_ms)?
        }
        FINAL_EPOCH => {
            share.sessions.check(&key)?;
            Opened { epoch: FINAL_EPOCH, places: Vec::new(), added: Vec::new() }
        }
        epoch => {
            let forgotten: Vec<Place> = request
                .forgotten_topics_data
                .iter()
                .flat_map(|topic| topic.partitions.iter().map(|index| (topic.topic_id, *index)))
                .collect();
            share.sessions.next(&key, epoch, &places, &forgotten, now_ms)?
        }
    };
    Ok((key, opened))
}

/// A request that renews fetches nothing.
fn check_renewal(request: &ShareFetchRequest) -> Result<(), ErrorCode> {
    let fetches = request.max_wait_ms != 0
        || request.min_bytes != 0
        || request.max_bytes != 0
        || request.max_records != 0;
    if request.is_renew_ack && fetches { Err(ErrorCode::INVALID_REQUEST) } else { Ok(()) }
}

fn has_acks(request: &ShareFetchRequest) -> bool {
    let mut partitions = request.topics.iter().flat_map(|topic| &topic.partitions);
    partitions.any(|partition| !partition.acknowledgement_batches.is_empty())
}

/// Takes the acknowledgements.
pub(super) fn acknowledge(
    ctx: &Ctx,
    session: &SessionKey,
    request: &ShareFetchRequest,
    config: &ShareConfig,
) -> AckAnswers {
    let by = Acknowledger { ctx, group: &session.group, member: &session.member, config };
    let may_renew = request.is_renew_ack && config.may_renew;
    let mut answers = AckAnswers::new();
    for topic in &request.topics {
        for partition in &topic.partitions {
            if partition.acknowledgement_batches.is_empty() {
                continue;
            }
            let (id, index) = (topic.topic_id, partition.partition_index);
            let result = by.acknowledge(id, index, ranges_of(partition, may_renew));
            answers.push(((id, index), result));
        }
    }
    answers
}

fn ranges_of(partition: &FetchPartition, may_renew: bool) -> Result<Vec<AckRange>, ErrorCode> {
    let batches = partition.acknowledgement_batches.iter().map(|batch| Batch {
        first: batch.first_offset,
        last: batch.last_offset,
        types: &batch.acknowledge_types,
    });
    ranges(batches, may_renew)
}
