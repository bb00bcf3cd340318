//! DescribeTopicPartitions, key 75, version 0 (KIP-966).
//!
//! Topics in order of their names, at most `response_partition_limit` partitions (and
//! `max.request.partition.size.limit`), with a cursor for the rest. No topics named: all of them.

use std::sync::Arc;

use weir_wire::messages::describe_topic_partitions_request::{
    Cursor as RequestCursor, DescribeTopicPartitionsRequest, TopicRequest,
};
use weir_wire::messages::describe_topic_partitions_response::{
    Cursor, DescribeTopicPartitionsResponse, DescribeTopicPartitionsResponsePartition,
    DescribeTopicPartitionsResponseTopic,
};
use weir_wire::{ErrorCode, Str};

use super::k03_metadata::{TOPIC_OPERATIONS, offline};
use crate::controller::check_topic_name;
use crate::ctx::Ctx;
use crate::image::{PartitionImage, TopicImage};
use crate::reply::Reply;

pub(crate) fn handle(
    ctx: &Ctx,
    request: DescribeTopicPartitionsRequest,
) -> Reply<DescribeTopicPartitionsResponse> {
    let largest = ctx.image().configs().broker_i32("max.request.partition.size.limit");
    let limit = request.response_partition_limit.clamp(1, largest.max(1));
    let mut page =
        Page { ctx, room: usize::try_from(limit).unwrap_or(1), response: Default::default() };
    let cursor =
        request.cursor.unwrap_or(RequestCursor { partition_index: 0, ..Default::default() });
    if let Some(refused) = bad_cursor(&request.topics, &cursor) {
        page.response.topics = refused;
    } else if request.topics.is_empty() {
        page.all(&cursor);
    } else {
        let mut names: Vec<Str> = request.topics.into_iter().map(|topic| topic.name).collect();
        names.sort_unstable();
        names.dedup();
        page.named(names.into_iter().filter(|name| *name >= cursor.topic_name), &cursor);
    }
    Reply::Done(page.response)
}

struct Page<'a> {
    ctx: &'a Ctx,
    room: usize,
    response: DescribeTopicPartitionsResponse,
}

impl Page<'_> {
    fn all(&mut self, cursor: &RequestCursor) {
        let image = self.ctx.image().clone();
        for topic in image.topics_from(&cursor.topic_name, true) {
            if !self.add(topic, cursor) {
                return;
            }
        }
    }

    fn named(&mut self, names: impl Iterator<Item = Str>, cursor: &RequestCursor) {
        let image = self.ctx.image().clone();
        for name in names {
            match image.topic(&name) {
                Some(topic) => {
                    if !self.add(topic, cursor) {
                        return;
                    }
                }
                None => self.response.topics.push(unknown(name)),
            }
        }
    }

    /// Adds a topic's partitions from the cursor on; `false` when the page is full.
    fn add(&mut self, topic: &Arc<TopicImage>, cursor: &RequestCursor) -> bool {
        let first = match cursor.topic_name == *topic.name() {
            true => usize::try_from(cursor.partition_index).unwrap_or(0),
            false => 0,
        };
        if self.room == 0 {
            self.stop_at(topic, first);
            return false;
        }
        let all = topic.partitions();
        let partitions: Vec<_> = all
            .iter()
            .enumerate()
            .skip(first)
            .take(self.room)
            .map(|(index, partition)| self.partition(index, partition))
            .collect();
        let next = first + partitions.len();
        self.room -= partitions.len();
        self.response.topics.push(DescribeTopicPartitionsResponseTopic {
            name: Some(topic.name().clone()),
            topic_id: topic.id(),
            is_internal: topic.is_internal(),
            partitions,
            topic_authorized_operations: TOPIC_OPERATIONS,
            ..Default::default()
        });
        if next < all.len() {
            self.stop_at(topic, next);
            return false;
        }
        true
    }

    fn stop_at(&mut self, topic: &TopicImage, partition: usize) {
        self.response.next_cursor = Some(Cursor {
            topic_name: topic.name().clone(),
            partition_index: i32::try_from(partition).unwrap_or(i32::MAX),
            ..Default::default()
        });
    }

    fn partition(
        &self,
        index: usize,
        partition: &PartitionImage,
    ) -> DescribeTopicPartitionsResponsePartition {
        let assignment = partition.assignment();
        let led = assignment.leader >= 0;
        DescribeTopicPartitionsResponsePartition {
            error_code: if led { ErrorCode::NONE.0 } else { ErrorCode::LEADER_NOT_AVAILABLE.0 },
            partition_index: i32::try_from(index).unwrap_or(i32::MAX),
            leader_id: assignment.leader,
            leader_epoch: assignment.leader_epoch,
            replica_nodes: assignment.replicas.to_vec(),
            isr_nodes: assignment.isr.to_vec(),
            eligible_leader_replicas: Some(assignment.elr().to_vec()),
            last_known_elr: Some(assignment.last_known_elr().to_vec()),
            offline_replicas: offline(self.ctx.image(), assignment),
            ..Default::default()
        }
    }
}

fn unknown(name: Str) -> DescribeTopicPartitionsResponseTopic {
    let code = match check_topic_name(&name) {
        Ok(()) => ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
        Err(refusal) => refusal.code,
    };
    DescribeTopicPartitionsResponseTopic {
        error_code: code.0,
        name: Some(name),
        topic_authorized_operations: TOPIC_OPERATIONS,
        ..Default::default()
    }
}

/// A cursor before a topic's first partition, or at a topic that is not asked for, refuses all of them.
fn bad_cursor(
    asked: &[TopicRequest],
    cursor: &RequestCursor,
) -> Option<Vec<DescribeTopicPartitionsResponseTopic>> {
    let is_elsewhere = !cursor.topic_name.is_empty()
        && !asked.is_empty()
        && asked.iter().all(|topic| topic.name != cursor.topic_name);
    if cursor.partition_index >= 0 && !is_elsewhere {
        return None;
    }
    let refused = asked.iter().map(|topic| DescribeTopicPartitionsResponseTopic {
        error_code: ErrorCode::INVALID_REQUEST.0,
        name: Some(topic.name.clone()),
        ..Default::default()
    });
    Some(refused.collect())
}
