//! OffsetFetch, key 9, versions 1 to 10.
//!
//! v1 to v7 ask for one group, v8 and later for many in one request (KIP-709); no topics means all
//! of them. v10 names topics by id. A partition without an offset, and a group that does not exist,
//! answer -1 without an error. With require_stable (v7) an offset that an open transaction commits
//! is UNSTABLE_OFFSET_COMMIT (KIP-447), and what is committed by others is told once the log has it for
//! good; without, what the log has for good at that moment is told at once.

use std::borrow::Cow;
use std::sync::Arc;

use weir_wire::messages::offset_fetch_request::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopics,
};
use weir_wire::messages::offset_fetch_response::{
    OffsetFetchResponse, OffsetFetchResponseGroup, OffsetFetchResponsePartition,
    OffsetFetchResponsePartitions, OffsetFetchResponseTopic, OffsetFetchResponseTopics,
};
use weir_wire::{ErrorCode, Str, Uuid};

use super::once::once;
use crate::ctx::Ctx;
use crate::groups::{Committed, Group, Offsets, Shard};
use crate::reply::Reply;

const ANSWER_BYTES_MAX: usize = 64 << 20;
/// A partition without its metadata.
const PARTITION_BYTES: usize = 24;

/// What an answer waits for: where its group is, and up to where that has to be committed.
type Wait = Option<(Arc<Shard>, i64)>;

pub(crate) fn handle(ctx: &Ctx, mut request: OffsetFetchRequest) -> Reply<OffsetFetchResponse> {
    let version = ctx.version();
    let asked = match version {
        8.. => std::mem::take(&mut request.groups),
        _ => vec![as_group(&request)],
    };
    let mut answers = Vec::with_capacity(asked.len());
    let (mut waits, mut room) = (Vec::new(), ANSWER_BYTES_MAX);
    for (at, group) in asked.iter().enumerate() {
        let (answer, wait) = one_group(ctx, group, request.require_stable);
        // A request may name one large group a thousand times.
        match room.checked_sub(bytes_of(&answer)) {
            Some(left) => room = left,
            None => return Reply::Close("an OffsetFetch answer over 64 MiB"),
        }
        answers.push(answer);
        waits.extend(wait.map(|(shard, required)| (at, shard, required)));
    }
    if waits.is_empty() {
        return Reply::Done(respond(version, &request, answers));
    }
    Reply::wait(async move {
        settle(&mut answers, waits).await;
        Some(respond(version, &request, answers))
    })
}

/// Waits until everything is committed that the answers tell of. All together wait as long as one may.
async fn settle(answers: &mut [OffsetFetchResponseGroup], waits: Vec<(usize, Arc<Shard>, i64)>) {
    let mut is_late = false;
    for (at, shard, required) in waits {
        let settled = match is_late && !shard.is_committed(required) {
            true => Err(ErrorCode::COORDINATOR_NOT_AVAILABLE),
            false => shard.committed(required).await,
        };
        if let (Err(error), Some(answer)) = (settled, answers.get_mut(at)) {
            is_late |= error == ErrorCode::COORDINATOR_NOT_AVAILABLE;
            answer.topics.clear();
            answer.error_code = error.0;
        }
    }
}

fn respond(
    version: i16,
    request: &OffsetFetchRequest,
    mut answers: Vec<OffsetFetchResponseGroup>,
) -> OffsetFetchResponse {
    if version >= 8 {
        return OffsetFetchResponse { groups: answers, ..OffsetFetchResponse::default() };
    }
    single(version, request, answers.pop().unwrap_or_default())
}

fn bytes_of(answer: &OffsetFetchResponseGroup) -> usize {
    let partitions = answer.topics.iter().flat_map(|topic| &topic.partitions);
    partitions.map(|p| PARTITION_BYTES + p.metadata.as_ref().map_or(0, |text| text.len())).sum()
}

/// The one group of v1 to v7 in the form of v8.
fn as_group(request: &OffsetFetchRequest) -> OffsetFetchRequestGroup {
    let topics = request.topics.as_ref().map(|topics| {
        let topics = topics.iter().map(|topic| OffsetFetchRequestTopics {
            name: topic.name.clone(),
            partition_indexes: topic.partition_indexes.clone(),
            ..OffsetFetchRequestTopics::default()
        });
        topics.collect()
    });
    let group_id = request.group_id.clone();
    OffsetFetchRequestGroup { group_id, topics, ..OffsetFetchRequestGroup::default() }
}

/// And its answer in the form of v1 to v7; v1 has the error in each partition only.
fn single(
    version: i16,
    request: &OffsetFetchRequest,
    answer: OffsetFetchResponseGroup,
) -> OffsetFetchResponse {
    if answer.error_code != ErrorCode::NONE.0 && version < 2 {
        return failed_partitions(request, answer.error_code);
    }
    let topics = answer.topics.into_iter().map(|topic| OffsetFetchResponseTopic {
        name: topic.name,
        partitions: topic.partitions.into_iter().map(old_partition).collect(),
        ..OffsetFetchResponseTopic::default()
    });
    OffsetFetchResponse {
        topics: topics.collect(),
        error_code: answer.error_code,
        ..OffsetFetchResponse::default()
    }
}

fn old_partition(partition: OffsetFetchResponsePartitions) -> OffsetFetchResponsePartition {
    OffsetFetchResponsePartition {
        partition_index: partition.partition_index,
        committed_offset: partition.committed_offset,
        committed_leader_epoch: partition.committed_leader_epoch,
        metadata: partition.metadata,
        error_code: partition.error_code,
        ..OffsetFetchResponsePartition::default()
    }
}

fn failed_partitions(request: &OffsetFetchRequest, error_code: i16) -> OffsetFetchResponse {
    let topics = request.topics.iter().flatten().map(|topic| OffsetFetchResponseTopic {
        name: topic.name.clone(),
        partitions: topic
            .partition_indexes
            .iter()
            .map(|index| OffsetFetchResponsePartition {
                error_code,
                ..old_partition(partition(*index, None))
            })
            .collect(),
        ..OffsetFetchResponseTopic::default()
    });
    OffsetFetchResponse { topics: topics.collect(), ..OffsetFetchResponse::default() }
}

fn one_group(
    ctx: &Ctx,
    asked: &OffsetFetchRequestGroup,
    require_stable: bool,
) -> (OffsetFetchResponseGroup, Wait) {
    let groups = ctx.engine().groups();
    let shard = match groups.shard_of(ctx.image(), ctx.broker_id(), &asked.group_id) {
        Ok(shard) => shard,
        Err(error) => return (group_answer(asked, Vec::new(), error), None),
    };
    let group = shard.group(&asked.group_id);
    if let Err(error) = group.as_deref().map_or(Ok(()), |group| may_fetch(asked, group)) {
        return (group_answer(asked, Vec::new(), error), None);
    }
    // First: what becomes stable meanwhile is answered as unstable, never the reverse.
    let unstable = match require_stable {
        true => shard.unstable(&asked.group_id),
        false => Vec::new(),
    };
    let mut required = shard.removed();
    let high_watermark = shard.high_watermark();
    let mut state = group.as_deref().map(Group::lock);
    let offsets = state.as_mut().map(|state| match require_stable {
        true => {
            required = required.max(state.offsets.required());
            Cow::Borrowed(&state.offsets)
        }
        false => {
            required = required.max(state.offsets.unknown_to());
            state.offsets.as_committed(high_watermark)
        }
    });
    let mut topics = topics(ctx, asked, offsets.as_deref());
    hold_back(ctx, &mut topics, &unstable);
    let is_settled = shard.is_committed(required);
    (group_answer(asked, topics, ErrorCode::NONE), (!is_settled).then_some((shard, required)))
}

fn group_answer(
    asked: &OffsetFetchRequestGroup,
    topics: Vec<OffsetFetchResponseTopics>,
    error: ErrorCode,
) -> OffsetFetchResponseGroup {
    OffsetFetchResponseGroup {
        group_id: asked.group_id.clone(),
        topics,
        error_code: error.0,
        ..OffsetFetchResponseGroup::default()
    }
}

/// Offsets that an open transaction is about to replace are not answered.
fn hold_back(ctx: &Ctx, topics: &mut [OffsetFetchResponseTopics], unstable: &[(Str, i32)]) {
    if unstable.is_empty() {
        return;
    }
    for topic in topics {
        let by_id = ctx.topic_by_id(topic.topic_id).map(|known| known.name().clone());
        let name = by_id.unwrap_or_else(|_| topic.name.clone());
        for answer in &mut topic.partitions {
            let index = answer.partition_index;
            if unstable.iter().any(|(topic, partition)| *partition == index && *topic == name) {
                *answer = partition(index, None);
                answer.error_code = ErrorCode::UNSTABLE_OFFSET_COMMIT.0;
            }
        }
    }
}

/// From v9 a member of the newer protocols tells its epoch: STALE_MEMBER_EPOCH, UNKNOWN_MEMBER_ID.
fn may_fetch(asked: &OffsetFetchRequestGroup, group: &Group) -> Result<(), ErrorCode> {
    group.lock().validate_fetch(asked.member_id.as_deref(), asked.member_epoch)
}

fn topics(
    ctx: &Ctx,
    asked: &OffsetFetchRequestGroup,
    offsets: Option<&Offsets>,
) -> Vec<OffsetFetchResponseTopics> {
    match &asked.topics {
        None => offsets.map_or_else(Vec::new, |offsets| all_topics(ctx, offsets)),
        Some(wanted) => once(wanted, |topic| (&topic.name, topic.topic_id))
            .map(|topic| wanted_topic(ctx, topic, offsets))
            .collect(),
    }
}

fn all_topics(ctx: &Ctx, offsets: &Offsets) -> Vec<OffsetFetchResponseTopics> {
    let by_id = ctx.version() >= 10;
    let mut answers = Vec::new();
    for (name, offsets) in offsets.topics() {
        let topic_id = ctx.topic(name).map_or(Uuid::ZERO, |topic| topic.id());
        // A topic that is gone has no id to be named by.
        if by_id && (topic_id == Uuid::ZERO || !offsets.is_of(topic_id)) {
            continue;
        }
        let partitions = offsets.iter().map(|(index, offset)| partition(index, Some(offset)));
        answers.push(topic_answer(by_id, name, topic_id, partitions.collect()));
    }
    answers
}

fn wanted_topic(
    ctx: &Ctx,
    wanted: &OffsetFetchRequestTopics,
    offsets: Option<&Offsets>,
) -> OffsetFetchResponseTopics {
    let by_id = ctx.version() >= 10;
    let name = match by_id {
        true => ctx.topic_by_id(wanted.topic_id).map(|topic| topic.name().clone()),
        false => Ok(wanted.name.clone()),
    };
    let partitions = match &name {
        Err(error) => wanted
            .partition_indexes
            .iter()
            .map(|index| OffsetFetchResponsePartitions {
                error_code: error.0,
                ..partition(*index, None)
            })
            .collect(),
        Ok(name) => wanted_partitions(name, wanted, offsets),
    };
    topic_answer(by_id, &name.unwrap_or_default(), wanted.topic_id, partitions)
}

fn wanted_partitions(
    name: &str,
    wanted: &OffsetFetchRequestTopics,
    offsets: Option<&Offsets>,
) -> Vec<OffsetFetchResponsePartitions> {
    let offsets = offsets
        .and_then(|offsets| offsets.topic(name))
        .filter(|offsets| offsets.is_of(wanted.topic_id));
    let indexes = once(&wanted.partition_indexes, |index| *index);
    indexes.map(|index| partition(*index, offsets.and_then(|of| of.get(*index)))).collect()
}

fn topic_answer(
    by_id: bool,
    name: &Str,
    topic_id: Uuid,
    partitions: Vec<OffsetFetchResponsePartitions>,
) -> OffsetFetchResponseTopics {
    OffsetFetchResponseTopics {
        name: if by_id { Str::default() } else { name.clone() },
        topic_id: if by_id { topic_id } else { Uuid::ZERO },
        partitions,
        ..OffsetFetchResponseTopics::default()
    }
}

fn partition(index: i32, committed: Option<&Committed>) -> OffsetFetchResponsePartitions {
    OffsetFetchResponsePartitions {
        partition_index: index,
        committed_offset: committed.map_or(-1, |committed| committed.offset),
        committed_leader_epoch: committed.map_or(-1, |committed| committed.leader_epoch),
        metadata: Some(Str::from(committed.map_or("", Committed::metadata))),
        ..OffsetFetchResponsePartitions::default()
    }
}
