//! DescribeProducers, key 61, version 0.
//!
//! The producers that a partition's replicas know, with the start of an open transaction (KIP-664):
//! how a hanging one is found.

use weir_wire::messages::describe_producers_request::{DescribeProducersRequest, TopicRequest};
use weir_wire::messages::describe_producers_response::{
    DescribeProducersResponse, PartitionResponse, ProducerState, TopicResponse,
};
use weir_wire::{ErrorCode, Str};

use super::once::a_few_times;
use crate::ctx::Ctx;
use crate::log::ActiveProducer;
use crate::reply::Reply;

pub(crate) fn handle(
    ctx: &Ctx,
    request: DescribeProducersRequest,
) -> Reply<DescribeProducersResponse> {
    let topics =
        a_few_times(&request.topics, |topic| topic.name.as_str()).map(|topic| TopicResponse {
            name: topic.name.clone(),
            partitions: partitions(ctx, topic),
            ..TopicResponse::default()
        });
    Reply::Done(DescribeProducersResponse {
        topics: topics.collect(),
        ..DescribeProducersResponse::default()
    })
}

fn partitions(ctx: &Ctx, topic: &TopicRequest) -> Vec<PartitionResponse> {
    let answers = a_few_times(&topic.partition_indexes, |index| *index).map(|index| {
        let answer = match producers(ctx, &topic.name, *index) {
            Ok(producers) => PartitionResponse {
                active_producers: producers.into_iter().map(state).collect(),
                ..PartitionResponse::default()
            },
            Err(error) => PartitionResponse {
                error_code: error.0,
                error_message: ctx
                    .topic(&topic.name)
                    .is_err()
                    .then(|| Str::from_static("This server does not host this topic-partition.")),
                ..PartitionResponse::default()
            },
        };
        PartitionResponse { partition_index: *index, ..answer }
    });
    answers.collect()
}

fn producers(ctx: &Ctx, topic: &str, index: i32) -> Result<Vec<ActiveProducer>, ErrorCode> {
    let partition = ctx.partition(topic, index)?;
    let assigned = ctx.topic(topic)?.partition(index);
    // Followers know them too.
    if !assigned.is_some_and(|assigned| assigned.assignment().is_replica(ctx.broker_id())) {
        return Err(ErrorCode::NOT_LEADER_OR_FOLLOWER);
    }
    partition.producers().map_err(|error| error.code())
}

fn state(producer: ActiveProducer) -> ProducerState {
    ProducerState {
        producer_id: producer.id,
        producer_epoch: i32::from(producer.epoch),
        last_sequence: producer.last_sequence,
        last_timestamp: producer.last_timestamp,
        coordinator_epoch: producer.coordinator_epoch,
        current_txn_start_offset: producer.txn_start.unwrap_or(-1),
        ..ProducerState::default()
    }
}
