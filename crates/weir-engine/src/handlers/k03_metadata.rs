//! Metadata, key 3, versions 0 to 13.
//!
//! v0 asks for every topic with an empty list, later versions with none; v12 asks by topic id.
//! Topics that do not exist are made when the request and `auto.create.topics.enable` allow it; this answer
//! still says UNKNOWN_TOPIC_OR_PARTITION, as Kafka's does, and so does one that follows at once.
//! Authorized operations (v8 to v10 cluster, v8 topics) are every operation: there are no ACLs.

use std::sync::Arc;

use weir_wire::messages::metadata_request::{MetadataRequest, MetadataRequestTopic};
use weir_wire::messages::metadata_response::{
    MetadataResponse, MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use weir_wire::{ErrorCode, Str, Uuid};

use super::once::once;
use crate::controller::check_topic_name;
use crate::ctx::Ctx;
use crate::image::{Image, PartitionImage, TopicImage};
use crate::partition::Assignment;
use crate::partition::NO_LEADER;
use crate::reply::Reply;

/// Kafka's bit set of the operations that a cluster knows: create, alter, describe, cluster action,
/// describe configs, alter configs, idempotent write.
pub(crate) const CLUSTER_OPERATIONS: i32 = 0b1_1111_1010_0000;
/// And those of a topic: read, write, create, delete, alter, describe, describe configs, alter configs.
pub(crate) const TOPIC_OPERATIONS: i32 = 0b1101_1111_1000;
/// Not asked for.
const OPERATIONS_OMITTED: i32 = i32::MIN;

pub(crate) fn handle(ctx: &Ctx, request: MetadataRequest) -> Reply<MetadataResponse> {
    if let Some(refused) = ids_too_early(ctx, &request) {
        return Reply::Done(refused);
    }
    create_missing(ctx, &request);
    let image = ctx.image();
    let answer = Answer { ctx, image, operations: request.include_topic_authorized_operations };
    let topics = match request.topics {
        None => answer.all(),
        Some(topics) if topics.is_empty() && ctx.version() == 0 => answer.all(),
        Some(topics) => asked_once(&topics).map(|asked| answer.one(asked)).collect(),
    };
    Reply::Done(MetadataResponse {
        brokers: brokers(image),
        cluster_id: Some(image.cluster_id().clone()),
        controller_id: controller_id(image),
        topics,
        cluster_authorized_operations: operations(
            request.include_cluster_authorized_operations,
            CLUSTER_OPERATIONS,
        ),
        ..Default::default()
    })
}

/// Each topic once. Where any is asked for by id, those asked for by name are left out, as Kafka does.
fn asked_once(topics: &[MetadataRequestTopic]) -> impl Iterator<Item = &MetadataRequestTopic> {
    let by_id = topics.iter().any(|topic| !topic.topic_id.is_zero());
    once(topics, |topic| (topic.name.as_ref(), topic.topic_id))
        .filter(move |topic| !by_id || !topic.topic_id.is_zero())
}

/// v10 and v11 have the field for ids but must not use it: the whole request is refused.
fn ids_too_early(ctx: &Ctx, request: &MetadataRequest) -> Option<MetadataResponse> {
    let asked = request.topics.as_ref()?;
    let early = |topic: &MetadataRequestTopic| topic.name.is_none() || !topic.topic_id.is_zero();
    if !(10..12).contains(&ctx.version()) || !asked.iter().any(early) {
        return None;
    }
    let refused = asked.iter().map(|topic| {
        let name = Some(topic.name.clone().unwrap_or_default());
        unknown(name, topic.topic_id, ErrorCode::INVALID_REQUEST)
    });
    Some(MetadataResponse { topics: refused.collect(), ..Default::default() })
}

/// Makes the topics that were asked for by name, do not exist and can be made.
fn create_missing(ctx: &Ctx, request: &MetadataRequest) {
    let image = ctx.image();
    // Versions before 4 cannot say that they do not want it.
    let allowed = request.allow_auto_topic_creation || ctx.version() < 4;
    if !allowed || !image.configs().broker_bool("auto.create.topics.enable") {
        return;
    }
    let names = request.topics.iter().flatten().filter_map(|topic| topic.name.as_ref());
    for name in names.filter(|name| image.topic(name).is_none()) {
        // A refusal shows in the next answer: the topic is still unknown.
        match ctx.engine().auto_create_topic(name) {
            Ok(()) => ctx.engine().newborn().add(name, ctx.engine().clock().monotonic_ms()),
            Err(refusal) => {
                tracing::debug!(%name, code = refusal.code.0, "not created automatically");
            }
        }
    }
}

fn operations(asked: bool, operations: i32) -> i32 {
    if asked { operations } else { OPERATIONS_OMITTED }
}

/// Any live broker: controllers are nodes of their own, and clients cannot reach them.
pub(crate) fn controller_id(image: &Image) -> i32 {
    image.live_brokers().next().map_or(-1, |broker| broker.id)
}

fn brokers(image: &Image) -> Vec<MetadataResponseBroker> {
    let live = image.live_brokers().map(|broker| MetadataResponseBroker {
        node_id: broker.id,
        host: broker.host.clone(),
        port: i32::from(broker.port),
        rack: broker.rack.clone(),
        ..Default::default()
    });
    live.collect()
}

struct Answer<'a> {
    ctx: &'a Ctx,
    image: &'a Arc<Image>,
    operations: bool,
}

impl Answer<'_> {
    fn all(&self) -> Vec<MetadataResponseTopic> {
        self.image.topics().map(|topic| self.known(topic)).collect()
    }

    fn one(&self, asked: &MetadataRequestTopic) -> MetadataResponseTopic {
        let by_id = !asked.topic_id.is_zero();
        let topic = match &asked.name {
            Some(name) if !by_id => self.image.topic(name).filter(|_| !self.is_too_early(name)),
            _ => self.image.topic_by_id(asked.topic_id),
        };
        match topic {
            Some(topic) => self.known(topic),
            None if by_id => unknown(None, asked.topic_id, ErrorCode::UNKNOWN_TOPIC_ID),
            None => {
                let name = asked.name.clone().unwrap_or_default();
                let code = match check_topic_name(&name) {
                    Ok(()) => ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
                    Err(refusal) => refusal.code,
                };
                unknown(Some(name), Uuid::ZERO, code)
            }
        }
    }

    fn is_too_early(&self, name: &Str) -> bool {
        let engine = self.ctx.engine();
        engine.newborn().hides(name, engine.clock().monotonic_ms())
    }

    fn known(&self, topic: &TopicImage) -> MetadataResponseTopic {
        let partitions = (0..).zip(topic.partitions());
        MetadataResponseTopic {
            name: Some(topic.name().clone()),
            topic_id: topic.id(),
            is_internal: topic.is_internal(),
            partitions: partitions.map(|(index, p)| self.partition(index, p)).collect(),
            topic_authorized_operations: operations(self.operations, TOPIC_OPERATIONS),
            ..Default::default()
        }
    }

    fn partition(&self, index: i32, partition: &PartitionImage) -> MetadataResponsePartition {
        let assignment = partition.assignment();
        let code = match assignment.leader {
            NO_LEADER => ErrorCode::LEADER_NOT_AVAILABLE,
            _ => ErrorCode::NONE,
        };
        MetadataResponsePartition {
            error_code: code.0,
            partition_index: index,
            leader_id: assignment.leader,
            leader_epoch: assignment.leader_epoch,
            replica_nodes: assignment.replicas.to_vec(),
            isr_nodes: assignment.isr.to_vec(),
            offline_replicas: offline(self.image, assignment),
            ..Default::default()
        }
    }
}

/// The replicas whose brokers, or log dirs, are not alive.
pub(crate) fn offline(image: &Image, assignment: &Assignment) -> Vec<i32> {
    let dead = |id: &i32| {
        image.broker(*id).is_none_or(|broker| {
            let dir = assignment.directory_of(*id).unwrap_or_else(|| broker.log_dir());
            !broker.is_alive() || broker.is_offline(dir)
        })
    };
    assignment.replicas.iter().copied().filter(dead).collect()
}

fn unknown(name: Option<Str>, topic_id: Uuid, code: ErrorCode) -> MetadataResponseTopic {
    MetadataResponseTopic { error_code: code.0, name, topic_id, ..Default::default() }
}
