//! Client quotas are set and removed, each entity as a whole or not at all.

use std::collections::BTreeMap;

use weir_wire::messages::client_quota_record::{ClientQuotaRecord, EntityData};
use weir_wire::{ErrorCode, Str};

use super::refusal::Refusal;
use super::{Controller, Draft};
use crate::metadata::MetadataError;
use crate::security::{Entity, Quotas, check_entity, check_value};

/// The changes to one entity: `None` removes a quota.
#[derive(Debug, Clone)]
pub(crate) struct QuotaAlteration {
    pub(crate) entity: Entity,
    pub(crate) changes: Vec<(Str, Option<f64>)>,
}

/// What came of each entity.
pub(crate) type QuotaAnswers = Vec<(Entity, Result<(), Refusal>)>;

impl Controller {
    /// Carries out what can be; answers by entity, in the order in which they were first named.
    pub(crate) fn alter_quotas(
        &self,
        alterations: &[QuotaAlteration],
        validate_only: bool,
    ) -> Result<QuotaAnswers, MetadataError> {
        self.change(|draft| {
            let mut answers = QuotaAnswers::new();
            for QuotaAlteration { entity, changes } in alterations {
                let at = answers.iter().position(|(known, _)| known == entity);
                let wanted: BTreeMap<Str, Option<f64>> = changes.iter().cloned().collect();
                let answer = if at.is_some() || wanted.len() < changes.len() {
                    Err(duplicate(entity))
                } else {
                    alter(draft, entity, &wanted)?
                };
                match at {
                    Some(at) => answers[at].1 = answer,
                    None => answers.push((entity.clone(), answer)),
                }
            }
            if validate_only {
                draft.discard();
            }
            Ok(answers)
        })
    }
}

fn duplicate(entity: &Entity) -> Refusal {
    let parts = entity.iter().map(|(kind, name)| match name {
        Some(name) => format!("{kind}={name}"),
        None => format!("{kind}=null"),
    });
    let parts = parts.collect::<Vec<_>>().join(", ");
    let message = format!("Ignoring duplicate entity ClientQuotaEntity(entries={{{parts}}})");
    Refusal::new(ErrorCode::INVALID_REQUEST, message)
}

fn alter(
    draft: &mut Draft<'_>,
    entity: &Entity,
    wanted: &BTreeMap<Str, Option<f64>>,
) -> Result<Result<(), Refusal>, MetadataError> {
    let checked = check_entity(entity).and_then(|()| {
        let mut set = wanted.iter().filter_map(|(key, value)| Some((key, (*value)?)));
        set.try_for_each(|(key, value)| check_value(entity, key, value))
    });
    if checked.is_err() {
        return Ok(checked);
    }
    let now: Quotas = draft.image.security().quotas_of(entity).cloned().unwrap_or_default();
    for (key, value) in wanted.iter().filter(|(key, value)| now.get(*key).copied() != **value) {
        draft.push(ClientQuotaRecord {
            entity: named(entity),
            key: key.clone(),
            value: value.unwrap_or_default(),
            remove: value.is_none(),
            ..Default::default()
        })?;
    }
    Ok(Ok(()))
}

/// An entity as a record has it.
pub(crate) fn named(entity: &Entity) -> Vec<EntityData> {
    let parts = entity.iter().map(|(kind, name)| EntityData {
        entity_type: kind.clone(),
        entity_name: name.clone(),
        ..Default::default()
    });
    parts.collect()
}
