//! DescribeQuorum, key 55, versions 0 to 2 (KIP-836, KIP-853).
//!
//! The controllers are three modelled nodes with ids from 3000; the first one leads. Offsets come
//! from the metadata log. Brokers are its observers: a stopped one stays where its session ended.

use weir_wire::messages::describe_quorum_request::{DescribeQuorumRequest, TopicData as Asked};
use weir_wire::messages::describe_quorum_response::{
    DescribeQuorumResponse, Node, PartitionData, ReplicaState, TopicData,
};
use weir_wire::{ErrorCode, Str, Uuid};

use crate::ctx::Ctx;
use crate::reply::Reply;

const CONTROLLERS: [i32; 3] = [3000, 3001, 3002];
const METADATA_TOPIC: &str = "__cluster_metadata";

pub(crate) fn handle(ctx: &Ctx, request: DescribeQuorumRequest) -> Reply<DescribeQuorumResponse> {
    let topics = request.topics.iter().map(|topic| described(ctx, topic)).collect();
    let nodes = CONTROLLERS.map(|node_id| Node { node_id, ..Default::default() });
    Reply::Done(DescribeQuorumResponse {
        topics,
        nodes: if ctx.version() >= 2 { nodes.to_vec() } else { Vec::new() },
        ..Default::default()
    })
}

fn described(ctx: &Ctx, topic: &Asked) -> TopicData {
    let partitions = topic.partitions.iter().map(|partition| {
        if topic.topic_name == METADATA_TOPIC && partition.partition_index == 0 {
            return quorum(ctx);
        }
        PartitionData {
            partition_index: partition.partition_index,
            error_code: ErrorCode::UNKNOWN_TOPIC_OR_PARTITION.0,
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
    let state = |replica_id: i32, directory: Uuid| ReplicaState {
        replica_id,
        replica_directory_id: if ctx.version() >= 2 { directory } else { Uuid::ZERO },
        log_end_offset: end,
        last_fetch_timestamp: now,
        last_caught_up_timestamp: now,
        ..Default::default()
    };
    let voters = CONTROLLERS.map(|id| state(id, voter_directory(image.cluster_id(), id)));
    let observers = image.live_brokers().map(|broker| state(broker.id, broker.log_dir));
    PartitionData {
        leader_id: CONTROLLERS[0],
        leader_epoch: ctx.engine().controller().store().epoch(),
        high_watermark: end,
        current_voters: voters.to_vec(),
        observers: observers.collect(),
        ..Default::default()
    }
}

/// A directory id that is the same for ever: the cluster's id with the controller's mixed in.
fn voter_directory(cluster_id: &Str, controller: i32) -> Uuid {
    let cluster = cluster_id.parse().unwrap_or(Uuid::ONE);
    Uuid::from_u128(cluster.as_u128() ^ u128::from(controller.unsigned_abs()))
}
