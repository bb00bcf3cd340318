//! Produce, key 0, versions 3 to 13 (advertised from 0, as Kafka 4.4 does: KAFKA-18659).
//!
//! Batches are validated before the append mutex, then appended partition by partition; each
//! partition answers for itself. acks=0 has no answer: an error closes the connection. acks=-1
//! waits until the high watermark has passed the batch (R3). v8 adds record errors (KIP-467), v10
//! the current leader (KIP-951), v13 topic ids. A batch of a transaction is written while its
//! partition is part of it, or from v12 on makes it so (KIP-890). Nothing is created: a topic that does not exist is
//! UNKNOWN_TOPIC_OR_PARTITION, from v13 UNKNOWN_TOPIC_ID.

mod append;
mod settle;

use weir_wire::messages::produce_request::{
    PartitionProduceData, ProduceRequest, TopicProduceData,
};
use weir_wire::messages::produce_response::{
    LeaderIdAndEpoch, NodeEndpoint, PartitionProduceResponse, ProduceResponse, TopicProduceResponse,
};
use weir_wire::{ErrorCode, Str};

use self::append::{Failure, append};
use self::settle::{Unsettled, settle};
use crate::ctx::Ctx;
use crate::handlers::leaders::Leaders;
use crate::reply::Reply;

pub(crate) fn handle(ctx: &Ctx, request: ProduceRequest) -> Reply<ProduceResponse> {
    let mut run = Run {
        ctx,
        acks: request.acks,
        transactional_id: request.transactional_id.as_deref(),
        leaders: Leaders::default(),
        unsettled: Vec::new(),
    };
    let asked = request.topic_data.iter().filter(|topic| !topic.partition_data.is_empty());
    let responses: Vec<TopicProduceResponse> =
        asked.enumerate().map(|(at, topic)| run.topic(at, topic)).collect();
    let Run { leaders, unsettled, .. } = run;
    let response = ProduceResponse { responses, ..ProduceResponse::default() };
    if request.acks == 0 {
        return if failed(&response) {
            Reply::Close("a batch sent with acks=0 was refused")
        } else {
            Reply::Silent
        };
    }
    if unsettled.is_empty() {
        return Reply::Done(with_endpoints(ctx, response, &leaders));
    }
    let (ctx, timeout_ms) = (ctx.clone(), request.timeout_ms);
    Reply::wait(async move { Some(settle(&ctx, response, leaders, unsettled, timeout_ms).await) })
}

fn failed(response: &ProduceResponse) -> bool {
    let mut partitions = response.responses.iter().flat_map(|topic| &topic.partition_responses);
    partitions.any(|partition| partition.error_code != ErrorCode::NONE.0)
}

/// One request on its way through its partitions.
struct Run<'a> {
    ctx: &'a Ctx,
    acks: i16,
    transactional_id: Option<&'a str>,
    leaders: Leaders,
    unsettled: Vec<Unsettled>,
}

impl Run<'_> {
    fn topic(&mut self, at: usize, topic: &TopicProduceData) -> TopicProduceResponse {
        let partition_responses = topic
            .partition_data
            .iter()
            .enumerate()
            .map(|(place, data)| self.partition((at, place), topic, data))
            .collect();
        TopicProduceResponse {
            name: topic.name.clone(),
            topic_id: topic.topic_id,
            partition_responses,
            ..TopicProduceResponse::default()
        }
    }

    fn partition(
        &mut self,
        place: (usize, usize),
        topic: &TopicProduceData,
        data: &PartitionProduceData,
    ) -> PartitionProduceResponse {
        let mut answer = match append(self.ctx, self.acks, self.transactional_id, topic, data) {
            Ok((partition, appended)) => {
                let answer = PartitionProduceResponse {
                    base_offset: appended.base_offset,
                    log_append_time_ms: appended.log_append_time_ms,
                    log_start_offset: appended.log_start_offset,
                    ..PartitionProduceResponse::default()
                };
                if self.acks == -1 {
                    let wait = Unsettled::new(place, partition, appended);
                    self.unsettled.extend(wait.unless_settled());
                }
                answer
            }
            Err(failure) => refused(self.ctx, &mut self.leaders, failure),
        };
        answer.index = data.index;
        answer
    }
}

fn refused(ctx: &Ctx, leaders: &mut Leaders, failure: Failure) -> PartitionProduceResponse {
    let mut answer = error_answer(failure.code);
    answer.log_start_offset = failure.log_start_offset;
    if ctx.version() >= 8 {
        answer.error_message = failure.message.map(Str::from);
        answer.record_errors = failure.record_errors;
    }
    if let Some(partition) = &failure.partition {
        set_leader(ctx, leaders, partition, &mut answer);
    }
    answer
}

fn error_answer(code: ErrorCode) -> PartitionProduceResponse {
    PartitionProduceResponse {
        error_code: code.0,
        base_offset: -1,
        log_append_time_ms: -1,
        log_start_offset: -1,
        ..PartitionProduceResponse::default()
    }
}

fn set_leader(
    ctx: &Ctx,
    leaders: &mut Leaders,
    partition: &crate::partition::Partition,
    answer: &mut PartitionProduceResponse,
) {
    if ctx.version() < 10 {
        return;
    }
    if let Some((leader_id, leader_epoch)) = leaders.hint(partition, ErrorCode(answer.error_code)) {
        answer.current_leader =
            LeaderIdAndEpoch { leader_id, leader_epoch, ..LeaderIdAndEpoch::default() };
    }
}

fn with_endpoints(ctx: &Ctx, mut response: ProduceResponse, leaders: &Leaders) -> ProduceResponse {
    let endpoints = leaders.endpoints(ctx).into_iter().map(|endpoint| NodeEndpoint {
        node_id: endpoint.id,
        host: endpoint.host,
        port: endpoint.port,
        rack: endpoint.rack,
        ..NodeEndpoint::default()
    });
    response.node_endpoints = endpoints.collect();
    response
}
