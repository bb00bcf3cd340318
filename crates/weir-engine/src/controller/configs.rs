//! Changing configurations: each resource of a request on its own, all in one commit.

use std::collections::BTreeMap;

use weir_wire::messages::clear_elr_record::ClearElrRecord;
use weir_wire::messages::config_record::ConfigRecord;
use weir_wire::{ErrorCode, Str};

use super::refusal::Refusal;
use super::topics::Answers;
use super::{Controller, Draft, check_topic_name};
use crate::config::{ConfigMap, Operation, ResourceType, altered, check_broker, check_whole};
use crate::image::Image;
use crate::metadata::MetadataError;

/// The longest value (Kafka's bound).
const VALUE_BYTES_MAX: usize = 32_767;

/// The changes to one resource.
#[derive(Debug, Clone)]
pub(crate) struct Alteration {
    pub(crate) kind: ResourceType,
    /// A topic's name, a broker's id, or empty for the default of all brokers.
    pub(crate) name: Str,
    pub(crate) changes: Vec<(Str, Operation, Option<Str>)>,
    /// Whatever else is set on the resource goes (AlterConfigs).
    pub(crate) replace: bool,
}

impl Controller {
    /// Carries out alterations; with `validate_only` says whether it could.
    pub(crate) fn alter_configs(
        &self,
        alterations: &[Result<Alteration, Refusal>],
        validate_only: bool,
    ) -> Result<Answers<()>, MetadataError> {
        self.change(|draft| {
            let mut answers = Vec::with_capacity(alterations.len());
            for alteration in alterations {
                let planned = alteration.as_ref().map_err(Refusal::clone);
                match planned.and_then(|a| Ok((a, plan(draft.image, a)?))) {
                    Ok((alteration, changes)) => {
                        record(draft, alteration, changes)?;
                        answers.push(Ok(()));
                    }
                    Err(refusal) => answers.push(Err(refusal)),
                }
            }
            if validate_only {
                draft.discard();
            }
            Ok(answers)
        })
    }
}

type Changes = BTreeMap<Str, Option<String>>;

fn plan(image: &Image, alteration: &Alteration) -> Result<Changes, Refusal> {
    let Alteration { kind, name, .. } = alteration;
    check_request(alteration)?;
    check_name(*kind, name)?;
    let own = image.configs().dynamic(*kind, name);
    let mut changes = Changes::new();
    for (key, operation, value) in &alteration.changes {
        let base = own.filter(|_| !alteration.replace);
        let next = altered(*kind, base, key, *operation, value.as_deref())
            .map_err(|message| Refusal::new(ErrorCode::INVALID_CONFIG, message))?;
        if *kind == ResourceType::Broker {
            let check = check_broker(image.configs(), name.parse().ok(), key, next.as_deref());
            check.map_err(|(code, message)| Refusal::new(code, message))?;
        }
        changes.insert(key.detached(), next);
    }
    if alteration.replace {
        for key in own.into_iter().flat_map(ConfigMap::keys) {
            if changes.contains_key(key) {
                continue;
            }
            // What ELR guards must be named.
            if *kind == ResourceType::Broker {
                let check = check_broker(image.configs(), name.parse().ok(), key, None);
                check.map_err(|(code, message)| Refusal::new(code, message))?;
            }
            changes.insert(key.clone(), None);
        }
    }
    let whole = whole(own, &changes);
    check_whole(*kind, image.configs(), &whole).map_err(|(code, m)| Refusal::new(code, m))?;
    check_exists(image, alteration)?;
    Ok(changes)
}

/// What holds for every kind of resource.
fn check_request(alteration: &Alteration) -> Result<(), Refusal> {
    let invalid = |message: String| Err(Refusal::new(ErrorCode::INVALID_REQUEST, message));
    let mut seen = std::collections::BTreeSet::new();
    if !alteration.changes.iter().all(|(key, ..)| seen.insert(key)) {
        return invalid("Error due to duplicate config keys".to_owned());
    }
    let null = alteration
        .changes
        .iter()
        .filter(|(_, operation, value)| value.is_none() && (*operation != Operation::Delete));
    let null: Vec<&str> = null.map(|(key, ..)| key.as_str()).collect();
    if !null.is_empty() {
        return invalid(format!("Null value not supported for : {}", null.join(", ")));
    }
    let long = |value: &Option<Str>| value.as_ref().is_some_and(|v| v.len() > VALUE_BYTES_MAX);
    if alteration.changes.iter().any(|(_, _, value)| long(value)) {
        let message = format!(
            "The configuration value cannot be added because it exceeds the maximum value size of \
             {VALUE_BYTES_MAX} bytes."
        );
        return Err(Refusal::new(ErrorCode::INVALID_CONFIG, message));
    }
    Ok(())
}

fn check_name(kind: ResourceType, name: &Str) -> Result<(), Refusal> {
    let invalid = |message: &str| Err(Refusal::new(ErrorCode::INVALID_REQUEST, message));
    match kind {
        ResourceType::Topic if name.is_empty() => {
            invalid("Default topic resources are not allowed.")
        }
        ResourceType::Topic => check_topic_name(name),
        ResourceType::Group if name.is_empty() => {
            invalid("Default group resources are not allowed.")
        }
        ResourceType::ClientMetrics if name.is_empty() => {
            invalid("Subscription name can't be empty")
        }
        _ => Ok(()),
    }
}

fn check_exists(image: &Image, alteration: &Alteration) -> Result<(), Refusal> {
    let name = &alteration.name;
    match alteration.kind {
        ResourceType::Topic if image.topic(name).is_none() => {
            let message = format!("The topic '{name}' does not exist.");
            Err(Refusal::new(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, message))
        }
        ResourceType::Broker if !name.is_empty() => {
            let known = name.parse().ok().and_then(|id: i32| image.broker(id));
            let message = || format!("Broker {name} does not exist.");
            known.map(|_| ()).ok_or_else(|| Refusal::new(ErrorCode::INVALID_REQUEST, message()))
        }
        _ => Ok(()),
    }
}

/// What is set on the resource after the changes.
fn whole(own: Option<&ConfigMap>, changes: &Changes) -> ConfigMap {
    let mut whole = own.cloned().unwrap_or_default();
    for (key, value) in changes {
        match value {
            Some(value) => whole.insert(key.clone(), Str::from(value.as_str())),
            None => whole.remove(key),
        };
    }
    whole
}

fn record(
    draft: &mut Draft<'_>,
    alteration: &Alteration,
    changes: Changes,
) -> Result<(), MetadataError> {
    let min_isr = changes.contains_key("min.insync.replicas");
    for (key, value) in changes {
        let now = draft.image.configs().dynamic(alteration.kind, &alteration.name);
        let now = now.and_then(|values| values.get(&key));
        if now.map(Str::as_str) == value.as_deref() {
            continue;
        }
        draft.push(ConfigRecord {
            resource_type: alteration.kind as i8,
            resource_name: alteration.name.detached(),
            name: key,
            value: value.map(Str::from),
            ..Default::default()
        })?;
    }
    let of_topics = matches!(alteration.kind, ResourceType::Topic | ResourceType::Broker);
    if min_isr && of_topics && draft.image.configs().elr_enabled() {
        // Under another minimum the high watermark may move on without those that are eligible.
        let topic_name = match alteration.kind {
            ResourceType::Topic => alteration.name.detached(),
            _ => Str::default(),
        };
        draft.push(ClearElrRecord { topic_name, ..Default::default() })?;
    }
    Ok(())
}
