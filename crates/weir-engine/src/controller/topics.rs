//! Creating topics, deleting them, adding partitions: many in one request, one commit for all.

use std::collections::{BTreeMap, HashSet};

use weir_wire::messages::{
    config_record::ConfigRecord, partition_record::PartitionRecord,
    remove_topic_record::RemoveTopicRecord, topic_record::TopicRecord,
};
use weir_wire::{ErrorCode, Str, Uuid};

use super::placement::Placer;
use super::refusal::Refusal;
use super::{Controller, Draft, topic_name};
use crate::config::{ResourceType, check_topic};
use crate::image::Image;
use crate::metadata::MetadataError;
use crate::rng::Rng;

/// The most partitions that one request may add (Kafka's bound on records of one operation).
const PARTITIONS_PER_REQUEST_MAX: usize = 10_000;
/// Records of metadata that one request may write, as in Kafka: a topic's, its configurations', its partitions'.
const RECORDS_PER_REQUEST_MAX: usize = 10_000;

/// A topic to be made.
#[derive(Debug, Clone, Default)]
pub struct NewTopic {
    pub name: Str,
    /// -1: `num.partitions`, or as many as `assignments` has.
    pub partitions: i32,
    /// -1: `default.replication.factor`, or as `assignments` has it.
    pub replication_factor: i16,
    /// The brokers of each partition by index; empty: placed automatically.
    pub assignments: BTreeMap<i32, Vec<i32>>,
    pub configs: BTreeMap<Str, Option<Str>>,
}

/// A topic as it was made, or would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedTopic {
    pub id: Uuid,
    pub partitions: i32,
    pub replication_factor: i16,
}

/// Partitions to be added to a topic.
#[derive(Debug, Clone, Default)]
pub(crate) struct MorePartitions {
    pub(crate) topic: Str,
    /// How many it is to have then.
    pub(crate) count: i32,
    /// The brokers of each new partition; `None`: placed automatically.
    pub(crate) assignments: Option<Vec<Vec<i32>>>,
}

/// Answers in the order of what was asked.
pub(crate) type Answers<T> = Vec<Result<T, Refusal>>;

impl Controller {
    /// Makes topics; with `validate_only` says what would be made. One commit for all.
    pub(crate) fn create_topics(
        &self,
        topics: &[NewTopic],
        validate_only: bool,
        rng: &dyn Rng,
    ) -> Result<Answers<CreatedTopic>, MetadataError> {
        self.try_change(validate_only, |draft| {
            let mut placer = Placer::new(draft.image, rng.next_u64());
            let mut answers = Vec::with_capacity(topics.len());
            if let Some(message) = too_large(draft.image, topics) {
                let refusal = Refusal::new(ErrorCode::POLICY_VIOLATION, message);
                return Ok(topics.iter().map(|_| Err(refusal.clone())).collect());
            }
            for topic in topics {
                match planned(draft.image, topic, &mut placer) {
                    Ok(replicas) => {
                        answers.push(Ok(create(draft, topic, &replicas, rng.uuid())?));
                    }
                    Err(refusal) => answers.push(Err(refusal)),
                }
            }
            Ok(answers)
        })
    }

    /// Deletes topics by id. One commit for all.
    pub(crate) fn delete_topics(&self, ids: &[Uuid]) -> Result<Answers<()>, MetadataError> {
        self.change(|draft| {
            let mut answers = Vec::with_capacity(ids.len());
            for &topic_id in ids {
                if draft.image.topic_by_id(topic_id).is_none() {
                    let message = "This server does not host this topic ID.";
                    answers.push(Err(Refusal::new(ErrorCode::UNKNOWN_TOPIC_ID, message)));
                    continue;
                }
                draft.push(RemoveTopicRecord { topic_id, ..Default::default() })?;
                answers.push(Ok(()));
            }
            Ok(answers)
        })
    }

    /// Adds partitions; with `validate_only` says whether it could. One commit for all.
    pub(crate) fn create_partitions(
        &self,
        topics: &[MorePartitions],
        validate_only: bool,
        rng: &dyn Rng,
    ) -> Result<Answers<()>, MetadataError> {
        self.try_change(validate_only, |draft| {
            let mut room = PARTITIONS_PER_REQUEST_MAX;
            let mut placer = Placer::new(draft.image, rng.next_u64());
            let mut answers = Vec::with_capacity(topics.len());
            for topic in topics {
                match more(draft.image, topic, &mut placer, &mut room) {
                    Ok((id, first, replicas)) => {
                        add_partitions(draft, id, first, &replicas)?;
                        answers.push(Ok(()));
                    }
                    Err(refusal) => answers.push(Err(refusal)),
                }
            }
            Ok(answers)
        })
    }

    fn try_change<T>(
        &self,
        validate_only: bool,
        decide: impl FnOnce(&mut Draft<'_>) -> Result<T, MetadataError>,
    ) -> Result<T, MetadataError> {
        self.change(|draft| {
            let answer = decide(draft)?;
            if validate_only {
                draft.discard();
            }
            Ok(answer)
        })
    }
}

/// Why a request for topics is refused as a whole: too many partitions, or records of metadata.
fn too_large(image: &Image, topics: &[NewTopic]) -> Option<&'static str> {
    let default = image.configs().broker_i32("num.partitions");
    let partitions = |topic: &NewTopic| match topic.partitions {
        _ if !topic.assignments.is_empty() => topic.assignments.len(),
        -1 => usize::try_from(default).unwrap_or(0),
        count => usize::try_from(count).unwrap_or(0),
    };
    let all = topics.iter().map(partitions).fold(0, usize::saturating_add);
    if all > PARTITIONS_PER_REQUEST_MAX {
        return Some("Excessively large number of partitions per request.");
    }
    let others: usize = topics.iter().map(|topic| 1 + topic.configs.len()).sum();
    (all + others > RECORDS_PER_REQUEST_MAX)
        .then_some("Unable to perform excessively large batch operation.")
}

/// The brokers of each partition of a new topic, or why there can be none.
fn planned(image: &Image, topic: &NewTopic, placer: &mut Placer) -> Result<Vec<Vec<i32>>, Refusal> {
    topic_name::check(&topic.name)?;
    let name = &topic.name;
    if image.topic(name).is_some() {
        let message = format!("Topic '{name}' already exists.");
        return Err(Refusal::new(ErrorCode::TOPIC_ALREADY_EXISTS, message));
    }
    if let Some(other) = image.colliding_topic(name) {
        let message = format!("Topic '{name}' collides with existing topic: {other}");
        return Err(Refusal::new(ErrorCode::INVALID_TOPIC_EXCEPTION, message));
    }
    check_topic(&topic.configs).map_err(|m| Refusal::new(ErrorCode::INVALID_CONFIG, m))?;
    match topic.assignments.is_empty() {
        true => automatic(image, topic, placer),
        false => manual(image, topic),
    }
}

fn take_room(room: &mut usize, partitions: usize) -> Result<(), Refusal> {
    let message = "Excessively large number of additional partitions per request.";
    let left = room
        .checked_sub(partitions)
        .ok_or_else(|| Refusal::new(ErrorCode::POLICY_VIOLATION, message))?;
    *room = left;
    Ok(())
}

fn automatic(
    image: &Image,
    topic: &NewTopic,
    placer: &mut Placer,
) -> Result<Vec<Vec<i32>>, Refusal> {
    let configs = image.configs();
    let count = match topic.partitions {
        -1 => configs.broker_i32("num.partitions"),
        count => count,
    };
    let factor = match topic.replication_factor {
        -1 => configs.broker_i32("default.replication.factor"),
        factor => i32::from(factor),
    };
    let factor = usize::try_from(factor).ok().filter(|f| *f > 0).ok_or_else(|| {
        let message = "Replication factor must be larger than 0, or -1 to use the default value.";
        Refusal::new(ErrorCode::INVALID_REPLICATION_FACTOR, message)
    })?;
    let count = usize::try_from(count).ok().filter(|c| *c > 0).ok_or_else(|| {
        let message = "Number of partitions was set to an invalid non-positive value.";
        Refusal::new(ErrorCode::INVALID_PARTITIONS, message)
    })?;
    (0..count).map(|_| placer.place(factor)).collect()
}

fn manual(image: &Image, topic: &NewTopic) -> Result<Vec<Vec<i32>>, Refusal> {
    let invalid = |message: &str| Err(Refusal::new(ErrorCode::INVALID_REQUEST, message));
    if topic.replication_factor != -1 {
        return invalid(
            "A manual partition assignment was specified, but replication factor was not set to -1.",
        );
    }
    if topic.partitions != -1 {
        return invalid(
            "A manual partition assignment was specified, but numPartitions was not set to -1.",
        );
    }
    let factor = topic.assignments.values().next().map_or(0, Vec::len);
    for (expected, (&index, replicas)) in (0..).zip(&topic.assignments) {
        if index != expected {
            let message = "partitions should be a consecutive 0-based integer sequence";
            return Err(Refusal::new(ErrorCode::INVALID_REPLICA_ASSIGNMENT, message));
        }
        check_assignment(image, replicas, factor)?;
    }
    Ok(topic.assignments.values().cloned().collect())
}

fn check_assignment(image: &Image, replicas: &[i32], factor: usize) -> Result<(), Refusal> {
    let refused =
        |message: String| Err(Refusal::new(ErrorCode::INVALID_REPLICA_ASSIGNMENT, message));
    if replicas.is_empty() {
        return refused(
            "The manual partition assignment includes an empty replica list.".to_owned(),
        );
    }
    let mut seen = HashSet::new();
    for id in replicas {
        let Some(broker) = image.broker(*id) else {
            return refused(format!(
                "The manual partition assignment includes broker {id}, but no such broker is registered."
            ));
        };
        if image.is_cordoned(broker) {
            return refused(format!(
                "The manual partition assignment includes broker {id}, but all its log directories are cordoned."
            ));
        }
        if !seen.insert(id) {
            return refused(format!(
                "The manual partition assignment includes the broker {id} more than once."
            ));
        }
    }
    if replicas.len() != factor {
        return refused(format!(
            "The manual partition assignment includes a partition with {} replica(s), but this is not \
             consistent with previous partitions, which have {factor} replica(s).",
            replicas.len()
        ));
    }
    if !replicas.iter().any(|id| image.broker(*id).is_some_and(|b| b.may_lead())) {
        return refused(
            "All brokers specified in the manual partition assignment are fenced or in \
                        controlled shutdown."
                .to_owned(),
        );
    }
    Ok(())
}

/// Adds the records of a new topic, in Kafka's order.
fn create(
    draft: &mut Draft<'_>,
    topic: &NewTopic,
    replicas: &[Vec<i32>],
    id: Uuid,
) -> Result<CreatedTopic, MetadataError> {
    draft.push(TopicRecord { name: topic.name.clone(), topic_id: id, ..Default::default() })?;
    for (key, value) in &topic.configs {
        draft.push(ConfigRecord {
            resource_type: ResourceType::Topic as i8,
            resource_name: topic.name.clone(),
            name: key.clone(),
            value: value.clone(),
            ..Default::default()
        })?;
    }
    add_partitions(draft, id, 0, replicas)?;
    let replication_factor = replicas.first().map_or(0, Vec::len);
    Ok(CreatedTopic {
        id,
        partitions: i32::try_from(replicas.len()).unwrap_or(i32::MAX),
        replication_factor: i16::try_from(replication_factor).unwrap_or(i16::MAX),
    })
}

/// New partitions: led by their first live replica, with every live one in sync.
fn add_partitions(
    draft: &mut Draft<'_>,
    topic_id: Uuid,
    first: i32,
    replicas: &[Vec<i32>],
) -> Result<(), MetadataError> {
    for (partition_id, replicas) in (first..).zip(replicas) {
        let live = |id: &i32| draft.image.broker(*id).is_some_and(|broker| broker.may_lead());
        let isr: Vec<i32> = replicas.iter().copied().filter(live).collect();
        let record = PartitionRecord {
            partition_id,
            topic_id,
            leader: isr.first().copied().unwrap_or(-1),
            leader_epoch: 0,
            partition_epoch: 0,
            directories: log_dirs(draft.image, topic_id, partition_id, replicas),
            replicas: replicas.clone(),
            isr,
            ..Default::default()
        };
        draft.push(record)?;
    }
    Ok(())
}

/// Where the replicas of a new partition go.
fn log_dirs(image: &Image, topic_id: Uuid, partition: i32, replicas: &[i32]) -> Vec<Uuid> {
    let dir = |id: &i32| {
        image.broker(*id).map_or(Uuid::ZERO, |broker| broker.log_dir_for(topic_id, partition))
    };
    replicas.iter().map(dir).collect()
}

/// The topic's id, the first new index and the brokers of each new partition.
fn more(
    image: &Image,
    topic: &MorePartitions,
    placer: &mut Placer,
    room: &mut usize,
) -> Result<(Uuid, i32, Vec<Vec<i32>>), Refusal> {
    let known = image.topic(&topic.topic).ok_or_else(Refusal::unknown_topic)?;
    let now = i32::try_from(known.partitions().len()).unwrap_or(i32::MAX);
    let refused = |message: String| Err(Refusal::new(ErrorCode::INVALID_PARTITIONS, message));
    if topic.count == now {
        return refused(format!("Topic already has {now} partition(s)."));
    }
    if topic.count < now {
        return refused(format!(
            "The topic {} currently has {now} partition(s); {} would not be an increase.",
            topic.topic, topic.count
        ));
    }
    let added = usize::try_from(topic.count - now).unwrap_or(usize::MAX);
    take_room(room, added)?;
    let factor = known.partitions().first().map_or(1, |p| p.assignment().replicas.len());
    let replicas = match &topic.assignments {
        None => (0..added).map(|_| placer.place(factor)).collect::<Result<_, _>>()?,
        Some(given) if given.len() != added => {
            let message = format!(
                "Attempted to add {added} additional partition(s), but only {} assignment(s) were \
                 specified.",
                given.len()
            );
            return Err(Refusal::new(ErrorCode::INVALID_REPLICA_ASSIGNMENT, message));
        }
        Some(given) => {
            given.iter().try_for_each(|replicas| check_assignment(image, replicas, factor))?;
            given.clone()
        }
    };
    Ok((known.id(), now, replicas))
}
