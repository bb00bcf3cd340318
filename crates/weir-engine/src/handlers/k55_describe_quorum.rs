//! DescribeQuorum, key 55, versions 0 to 2 (KIP-836, KIP-853).
//!
//! The controllers are three modelled nodes with ids from 3000; the first voter leads. Offsets come
//! from the metadata log. Brokers are its observers: a stopped one stays where its session ended.

use weir_wire::messages::describe_quorum_request::{DescribeQuorumRequest, TopicData as Asked};
use weir_wire::messages::describe_quorum_response::{
    DescribeQuorumResponse, Node, PartitionData, ReplicaState, TopicData,
};
use weir_wire::{ErrorCode, Uuid};

use super::once::a_few_times;
use crate::controller::{Refusal, VoterKey};
use crate::ctx::Ctx;
use crate::reply::Reply;

const METADATA_TOPIC: &str = "__cluster_metadata";

pub(crate) fn handle(ctx: &Ctx, request: DescribeQuorumRequest) -> Reply<DescribeQuorumResponse> {
    let asked = a_few_times(&request.topics, |topic| topic.topic_name.as_str());
    let topics: Vec<TopicData> = asked.map(|topic| described(ctx, topic)).collect();
    let mut partitions = topics.iter().flat_map(|topic| &topic.partitions);
    let is_answered = partitions.any(|partition| partition.error_code == ErrorCode::NONE.0);
    let quorum = ctx.engine().controller().quorum();
    let ids = quorum.voters().chain(quorum.observers()).map(|(id, _)| id);
    let nodes = ids.map(|node_id| Node { node_id, ..Default::default() });
    Reply::Done(DescribeQuorumResponse {
        topics,
        nodes: nodes.filter(|_| ctx.version() >= 2 && is_answered).collect(),
        ..Default::default()
    })
}

fn described(ctx: &Ctx, topic: &Asked) -> TopicData {
    let partitions =
        a_few_times(&topic.partitions, |partition| partition.partition_index).map(|partition| {
            if topic.topic_name == METADATA_TOPIC && partition.partition_index == 0 {
                return quorum(ctx);
            }
            PartitionData {
                partition_index: partition.partition_index,
                error_code: ErrorCode::UNKNOWN_TOPIC_OR_PARTITION.0,
                error_message: (ctx.version() >= 2)
                    .then(|| Refusal::unknown_topic().text())
                    .flatten(),
                ..Default::default()
            }
        });
    TopicData {
        topic_name: topic.topic_name.clone(),
        partitions: partitions.collect(),
        ..Default::default()
    }
}

fn quorum(ctx: &Ctx) -> PartitionData {
    let image = ctx.image();
    let end = image.end_offset();
    let now = ctx.engine().clock().wall_ms();
    let state = |(replica_id, directory): VoterKey| ReplicaState {
        replica_id,
        replica_directory_id: if ctx.version() >= 2 { directory } else { Uuid::ZERO },
        log_end_offset: end,
        last_fetch_timestamp: now,
        last_caught_up_timestamp: now,
        ..Default::default()
    };
    let controller = ctx.engine().controller();
    let quorum = controller.quorum();
    let brokers = image.live_brokers().map(|broker| (broker.id, broker.log_dir()));
    PartitionData {
        leader_id: quorum.leader(),
        leader_epoch: controller.store().epoch() + quorum.elections(),
        high_watermark: end,
        current_voters: quorum.voters().map(state).collect(),
        observers: brokers.chain(quorum.observers()).map(state).collect(),
        ..Default::default()
    }
}
