//! Changing configurations: each resource of a request on its own, all in one commit.

use std::collections::BTreeMap;

use weir_wire::messages::config_record::ConfigRecord;
use weir_wire::{ErrorCode, Str};

use super::refusal::Refusal;
use super::topics::Answers;
use super::{Controller, Draft};
use crate::config::{Operation, ResourceType, altered, broker_definition};
use crate::image::Image;
use crate::metadata::MetadataError;
use weir_wire::config_defs::UpdateMode;

/// The changes to one resource.
#[derive(Debug, Clone)]
pub(crate) struct Alteration {
    pub(crate) kind: ResourceType,
    /// A topic's name, a broker's id, or empty for the default of all brokers.
    pub(crate) name: Str,
    pub(crate) changes: Vec<(Str, Operation, Option<Str>)>,
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
    check_resource(image, alteration)?;
    let own = image.configs().dynamic(alteration.kind, &alteration.name);
    let mut changes = Changes::new();
    for (key, operation, value) in &alteration.changes {
        if changes.contains_key(key) {
            let message = format!("Error due to duplicate config keys: {key}");
            return Err(Refusal::new(ErrorCode::INVALID_REQUEST, message));
        }
        if alteration.kind == ResourceType::Broker {
            check_update_mode(key, alteration.name.is_empty())?;
        }
        let next = altered(alteration.kind, own, key, *operation, value.as_deref())
            .map_err(|message| Refusal::new(ErrorCode::INVALID_CONFIG, message))?;
        changes.insert(key.clone(), next);
    }
    Ok(changes)
}

fn check_resource(image: &Image, alteration: &Alteration) -> Result<(), Refusal> {
    let name = &alteration.name;
    match alteration.kind {
        ResourceType::Topic if name.is_empty() => {
            let message = "Default topic resources are not allowed.";
            Err(Refusal::new(ErrorCode::INVALID_REQUEST, message))
        }
        ResourceType::Topic if image.topic(name).is_none() => {
            let message = format!("The topic '{name}' does not exist.");
            Err(Refusal::new(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, message))
        }
        ResourceType::Broker if !name.is_empty() => {
            let known = name.parse().ok().and_then(|id: i32| image.broker(id));
            let message = || format!("Broker {name} does not exist.");
            known.map(|_| ()).ok_or_else(|| Refusal::new(ErrorCode::INVALID_REQUEST, message()))
        }
        ResourceType::BrokerLogger => {
            let message = "Broker loggers are not configurable.";
            Err(Refusal::new(ErrorCode::INVALID_REQUEST, message))
        }
        _ => Ok(()),
    }
}

/// KIP-226: some broker configurations need a restart, some can only be set for each broker alone.
fn check_update_mode(key: &str, cluster_wide: bool) -> Result<(), Refusal> {
    let refused = |message: String| Err(Refusal::new(ErrorCode::INVALID_REQUEST, message));
    match broker_definition(key).map(|definition| definition.update_mode) {
        Some(UpdateMode::ReadOnly) => {
            refused(format!("Cannot update these configs dynamically: {key}"))
        }
        Some(UpdateMode::PerBroker) if cluster_wide => {
            refused(format!("Cannot update these configs at default cluster level: {key}"))
        }
        _ => Ok(()),
    }
}

fn record(
    draft: &mut Draft<'_>,
    alteration: &Alteration,
    changes: Changes,
) -> Result<(), MetadataError> {
    for (key, value) in changes {
        let now = draft.image.configs().dynamic(alteration.kind, &alteration.name);
        let now = now.and_then(|values| values.get(&key));
        if now.map(Str::as_str) == value.as_deref() {
            continue;
        }
        draft.push(ConfigRecord {
            resource_type: alteration.kind as i8,
            resource_name: alteration.name.clone(),
            name: key,
            value: value.map(Str::from),
            ..Default::default()
        })?;
    }
    Ok(())
}
