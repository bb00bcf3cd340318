//! CreateTopics, key 19, versions 2 to 7.
//!
//! Valid topics of a request are made even when others are refused. A name given twice is refused
//! once. v5 answers with partitions, replication factor and every configuration of the new topic
//! (KIP-525); v7 with its id.

use std::collections::{BTreeMap, HashMap, HashSet};

use weir_wire::messages::create_topics_request::{CreatableTopic, CreateTopicsRequest};
use weir_wire::messages::create_topics_response::{
    CreatableTopicConfigs, CreatableTopicResult, CreateTopicsResponse,
};
use weir_wire::{ErrorCode, Str};

use super::configs;
use crate::controller::{CreatedTopic, NewTopic, Refusal};
use crate::ctx::Ctx;
use crate::reply::Reply;

/// The log of the cluster itself.
const METADATA_TOPIC: &str = "__cluster_metadata";

pub(crate) fn handle(ctx: &Ctx, request: CreateTopicsRequest) -> Reply<CreateTopicsResponse> {
    let mut counts: HashMap<Str, u32> = HashMap::new();
    for topic in &request.topics {
        *counts.entry(topic.name.clone()).or_default() += 1;
    }
    let once = |topic: &&CreatableTopic| {
        counts.get(&topic.name) == Some(&1) && refused_early(topic).is_none()
    };
    let topics: Vec<NewTopic> = request.topics.iter().filter(once).map(new_topic).collect();
    let rng = ctx.engine().rng().as_ref();
    let answers = ctx.engine().controller().create_topics(&topics, request.validate_only, rng);
    let answers = answers.unwrap_or_else(|error| {
        let refusal = Refusal::from(error);
        topics.iter().map(|_| Err(refusal.clone())).collect()
    });
    let mut described = Described { ctx, plain: None };
    let made = topics.iter().zip(answers).map(|(topic, answer)| described.result(topic, answer));
    let mut results: Vec<CreatableTopicResult> = made.collect();
    let twice = counts.iter().filter(|(_, count)| **count > 1).map(|(name, _)| name.clone());
    results.extend(twice.map(|name| {
        refused(name, &Refusal::new(ErrorCode::INVALID_REQUEST, "Duplicate topic name."))
    }));
    let early = request.topics.iter().filter(|topic| counts.get(&topic.name) == Some(&1));
    results.extend(
        early.filter_map(|topic| Some(refused(topic.name.clone(), &refused_early(topic)?))),
    );
    Reply::Done(CreateTopicsResponse { topics: results, ..Default::default() })
}

/// What shows in the request alone.
fn refused_early(topic: &CreatableTopic) -> Option<Refusal> {
    if topic.name.as_ref() as &str == METADATA_TOPIC {
        let message = format!("Creation of internal topic {METADATA_TOPIC} is prohibited.");
        return Some(Refusal::new(ErrorCode::INVALID_REQUEST, message));
    }
    let mut seen = HashSet::new();
    let twice = topic.assignments.iter().find(|a| !seen.insert(a.partition_index))?;
    let message = format!(
        "Found multiple manual partition assignments for partition {}",
        twice.partition_index
    );
    Some(Refusal::new(ErrorCode::INVALID_REPLICA_ASSIGNMENT, message))
}

fn new_topic(topic: &CreatableTopic) -> NewTopic {
    let assignments = topic.assignments.iter().map(|a| (a.partition_index, a.broker_ids.clone()));
    let configs = topic.configs.iter().map(|c| (c.name.detached(), c.value.clone()));
    NewTopic {
        name: topic.name.clone(),
        partitions: topic.num_partitions,
        replication_factor: topic.replication_factor,
        assignments: assignments.collect(),
        configs: configs.collect(),
    }
}

fn refused(name: Str, refusal: &Refusal) -> CreatableTopicResult {
    CreatableTopicResult {
        name,
        error_code: refusal.code.0,
        error_message: refusal.text(),
        ..Default::default()
    }
}

/// Results with their configurations; those of topics without any of their own are the same.
struct Described<'a> {
    ctx: &'a Ctx,
    plain: Option<Vec<CreatableTopicConfigs>>,
}

impl Described<'_> {
    fn result(
        &mut self,
        topic: &NewTopic,
        answer: Result<CreatedTopic, Refusal>,
    ) -> CreatableTopicResult {
        let name = topic.name.clone();
        match answer {
            Err(refusal) => refused(name, &refusal),
            Ok(created) => CreatableTopicResult {
                name,
                topic_id: created.id,
                error_message: None,
                num_partitions: created.partitions,
                replication_factor: created.replication_factor,
                configs: (self.ctx.version() >= 5).then(|| self.configs(&topic.configs)),
                ..Default::default()
            },
        }
    }

    fn configs(&mut self, own: &BTreeMap<Str, Option<Str>>) -> Vec<CreatableTopicConfigs> {
        let ctx = self.ctx;
        let broker = Some(ctx.broker_id());
        let plain = self.plain.get_or_insert_with(|| {
            let all = configs::topic_definitions().map(|definition| {
                let layers = ctx.image().configs().topic_layers("", broker, definition.name);
                let layer = layers.into_iter().next();
                CreatableTopicConfigs {
                    name: Str::from_static(definition.name),
                    config_source: layer.as_ref().map_or(-1, |l| l.source as i8),
                    value: layer.and_then(|l| l.value),
                    ..Default::default()
                }
            });
            all.collect()
        });
        let mut all = plain.clone();
        for config in all.iter_mut().filter(|config| own.contains_key(&config.name)) {
            config.value = own.get(&config.name).cloned().flatten();
            config.config_source = crate::config::Source::TopicConfig as i8;
        }
        all
    }
}
