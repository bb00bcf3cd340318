//! The partition that dead letters of a share-partition go to.

use std::sync::Arc;

use weir_wire::ErrorCode;

use crate::engine::Engine;
use crate::image::{Image, TopicImage};
use crate::partition::Partition;

/// Why there is no copy, in words for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Worth another try.
    Later(String),
    /// The records are archived without a copy.
    ForGood(String),
}

impl Failure {
    fn for_good(reason: &str, topic: &str) -> Self {
        Self::ForGood(format!("{reason} (dead-letter topic {topic})"))
    }
}

/// Where to write.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) handle: Arc<Partition>,
    pub(crate) leader: i32,
}

impl Target {
    /// The partition of `topic` for what lies in `partition` of its own topic. Configurations change
    /// while letters wait, so each try looks again; a topic that is missing is made where
    /// `errors.deadletterqueue.auto.create.topics.enable` says so.
    pub(crate) fn of(
        engine: &Engine,
        broker: i32,
        topic: Option<&str>,
        partition: i32,
    ) -> Result<Self, Failure> {
        let no_name = || Failure::ForGood("the group names no dead-letter topic".to_owned());
        let name = topic.ok_or_else(no_name)?;
        let image = engine.image();
        check(&image, broker, name)?;
        let topic = match image.topic(name) {
            Some(topic) => topic.clone(),
            None => made(engine, name)?,
        };
        let count = i32::try_from(topic.partitions().len()).unwrap_or(i32::MAX).max(1);
        let handle = topic.partition(partition % count).map(|found| found.handle().clone());
        let handle = handle.ok_or_else(|| Failure::Later("it has no partitions".to_owned()))?;
        match handle.leader() {
            leader @ 0.. => Ok(Self { handle, leader }),
            _ => Err(Failure::Later(format!("{name}-{} has no leader", handle.index()))),
        }
    }
}

/// What Kafka's leader checks before it reads or writes anything.
fn check(image: &Image, broker: i32, name: &str) -> Result<(), Failure> {
    let configs = image.configs();
    let of_broker = |key: &str| configs.broker_value(Some(broker), key).unwrap_or_default();
    if name.starts_with("__") {
        return Err(Failure::for_good("an internal topic takes no dead letters", name));
    }
    if image.topic(name).is_some() {
        let key = "errors.deadletterqueue.group.enable";
        if configs.topic_value(name, key).as_deref() != Some("true") {
            return Err(Failure::for_good("errors.deadletterqueue.group.enable is false", name));
        }
    } else if of_broker("errors.deadletterqueue.auto.create.topics.enable") != "true" {
        return Err(Failure::for_good("it does not exist and may not be made", name));
    }
    let prefix = of_broker("errors.deadletterqueue.topic.name.prefix");
    match name.starts_with(&prefix) {
        true => Ok(()),
        false => Err(Failure::for_good(&format!("its name does not begin with {prefix}"), name)),
    }
}

fn made(engine: &Engine, name: &str) -> Result<Arc<TopicImage>, Failure> {
    if let Err(refusal) = engine.create_dead_letter_topic(name) {
        let reason = format!("{}: {}", refusal.code.name(), refusal.message);
        return Err(match refusal.code {
            ErrorCode::TOPIC_ALREADY_EXISTS => Failure::Later(reason),
            _ => Failure::for_good(&reason, name),
        });
    }
    let topic = engine.image().topic(name).cloned();
    topic.ok_or_else(|| Failure::Later(format!("{name} was deleted")))
}
