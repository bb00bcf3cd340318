//! DescribeShareGroupOffsets, key 90, versions 0 and 1 (KIP-932): where share-partitions start; v1
//! also how many records lie ahead that are not finished with (KIP-1226). -1 where none of the
//! group is there, and of topics that are not. No topics means all of the group's.

use weir_wire::messages::describe_share_group_offsets_request::{
    DescribeShareGroupOffsetsRequest, DescribeShareGroupOffsetsRequestGroup,
};
use weir_wire::messages::describe_share_group_offsets_response::{
    DescribeShareGroupOffsetsResponse, DescribeShareGroupOffsetsResponseGroup as GroupAnswer,
    DescribeShareGroupOffsetsResponsePartition as PartitionAnswer,
    DescribeShareGroupOffsetsResponseTopic as TopicAnswer,
};
use weir_wire::{ErrorCode, Str, Uuid};

use super::once::a_few_times;
use crate::controller::Refusal;
use crate::ctx::Ctx;
use crate::image::TopicImage;
use crate::reply::Reply;
use crate::share::key::ShareKey;
use crate::share::state::UNINITIALIZED;

pub(crate) fn handle(
    ctx: &Ctx,
    request: DescribeShareGroupOffsetsRequest,
) -> Reply<DescribeShareGroupOffsetsResponse> {
    ctx.engine().share().saw(ctx.image());
    let groups = a_few_times(&request.groups, |asked| asked.group_id.as_str()).map(|asked| {
        match describe(ctx, asked) {
            Ok(topics) => {
                GroupAnswer { group_id: asked.group_id.clone(), topics, ..Default::default() }
            }
            Err(error) => GroupAnswer {
                group_id: asked.group_id.clone(),
                error_code: error.0,
                error_message: Refusal::of_group(error, &asked.group_id).text(),
                ..Default::default()
            },
        }
    });
    let groups = groups.collect();
    Reply::Done(DescribeShareGroupOffsetsResponse { groups, ..Default::default() })
}

fn describe(
    ctx: &Ctx,
    asked: &DescribeShareGroupOffsetsRequestGroup,
) -> Result<Vec<TopicAnswer>, ErrorCode> {
    let id = &asked.group_id;
    let shard = ctx.engine().share().group_shard(ctx.broker_id(), id)?;
    // As in Kafka nobody asks whether there is such a group.
    let known = shard.with(id, |group| group.initialized.clone()).unwrap_or_default();
    let answers = match &asked.topics {
        Some(topics) => {
            let mut answers: Vec<_> = topics
                .iter()
                .map(|topic| match ctx.image().topic(&topic.topic_name) {
                    Some(found) => of_topic(ctx, id, found, topic.partitions.iter().copied()),
                    None => unknown(&topic.topic_name, &topic.partitions),
                })
                .collect();
            // Kafka tells of topics that are not there last.
            answers.sort_by_key(|topic| topic.topic_id == Uuid::ZERO);
            answers
        }
        None => known
            .iter()
            .filter_map(|(topic, initialized)| {
                let found = ctx.image().topic_by_id(*topic)?;
                Some(of_topic(ctx, id, found, initialized.partitions.iter().copied()))
            })
            .collect(),
    };
    Ok(answers)
}

fn unknown(name: &Str, partitions: &[i32]) -> TopicAnswer {
    let partitions = partitions.iter().map(|index| nothing(*index));
    TopicAnswer { topic_name: name.clone(), partitions: partitions.collect(), ..Default::default() }
}

/// There is no offset: no error either.
fn nothing(partition_index: i32) -> PartitionAnswer {
    PartitionAnswer { partition_index, start_offset: UNINITIALIZED, ..Default::default() }
}

fn of_topic(
    ctx: &Ctx,
    group: &Str,
    topic: &TopicImage,
    partitions: impl Iterator<Item = i32>,
) -> TopicAnswer {
    let answers =
        partitions.map(|index| one(ctx, group, topic, index).unwrap_or_else(|_| nothing(index)));
    TopicAnswer {
        topic_name: topic.name().clone(),
        topic_id: topic.id(),
        partitions: answers.collect(),
        ..Default::default()
    }
}

fn one(
    ctx: &Ctx,
    group: &Str,
    topic: &TopicImage,
    index: i32,
) -> Result<PartitionAnswer, ErrorCode> {
    let partition = topic.partition(index).ok_or(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)?;
    let key = ShareKey { group: group.detached(), topic: topic.id(), partition: index };
    let shard = ctx.engine().share().state_shard(&key)?;
    let mut answer = nothing(index);
    let Some(entry) = shard.summary(&key) else { return Ok(answer) };
    answer.start_offset = entry.start_offset;
    answer.leader_epoch = entry.leader_epoch;
    if entry.start_offset != UNINITIALIZED && entry.complete_count >= 0 {
        let view = partition.handle().view().map_err(|error| error.code())?;
        // A coordinator's client may have written any start offset, also one ahead of the records.
        let ahead = view.high_watermark.saturating_sub(entry.start_offset);
        answer.lag = ahead.saturating_sub(i64::from(entry.complete_count));
    }
    Ok(answer)
}
