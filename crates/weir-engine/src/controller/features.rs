//! UpdateFeatures (KIP-584): levels move within what is supported, all of one request or none.

use weir_wire::messages::clear_elr_record::ClearElrRecord;
use weir_wire::messages::config_record::ConfigRecord;
use weir_wire::messages::feature_level_record::FeatureLevelRecord;
use weir_wire::{ErrorCode, Str};

use super::refusal::Refusal;
use super::{Controller, Draft};
use crate::config::ResourceType;
use crate::features::{self, ELR_VERSION, KRAFT_VERSION, METADATA_VERSION};
use crate::image::Image;
use crate::metadata::MetadataError;

/// The levels of metadata.version that brought records or fields: none of them can be left again.
const METADATA_CHANGES: [i16; 11] = [7, 8, 11, 13, 14, 15, 17, 23, 30, 32, 33];
/// The level from which the log knows eligible leader replicas (Kafka 4.0-IV1).
const ELR_NEEDS_METADATA_VERSION: i16 = 23;

/// `FeatureUpdate.UpgradeType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UpgradeType {
    Unknown,
    Upgrade,
    SafeDowngrade,
    UnsafeDowngrade,
}

impl UpgradeType {
    pub(crate) fn from_code(code: i8) -> Self {
        match code {
            1 => Self::Upgrade,
            2 => Self::SafeDowngrade,
            3 => Self::UnsafeDowngrade,
            _ => Self::Unknown,
        }
    }
}

/// The level that a feature is to have.
#[derive(Debug, Clone)]
pub(crate) struct FeatureUpdate {
    pub(crate) name: Str,
    pub(crate) level: i16,
    pub(crate) upgrade: UpgradeType,
}

impl Controller {
    /// Carries out all updates or none; with `validate_only` says whether it could.
    pub(crate) fn update_features(
        &self,
        updates: &[FeatureUpdate],
        validate_only: bool,
    ) -> Result<Result<(), Refusal>, MetadataError> {
        self.change(|draft| {
            for update in updates {
                if let Err(refusal) = check(draft.image, updates, update) {
                    draft.discard();
                    return Ok(Err(refusal));
                }
            }
            for update in updates {
                finalize(draft, update)?;
            }
            guard_min_isr(draft)?;
            if validate_only {
                draft.discard();
            }
            Ok(Ok(()))
        })
    }
}

fn check(image: &Image, all: &[FeatureUpdate], update: &FeatureUpdate) -> Result<(), Refusal> {
    let FeatureUpdate { name, level, upgrade } = update;
    let refused = |reason: &str| {
        let message = format!("Invalid update version {level} for feature {name}. {reason}");
        Err(Refusal::new(ErrorCode::INVALID_UPDATE_VERSION, message))
    };
    if *upgrade == UpgradeType::Unknown {
        return refused("The controller does not support the given upgrade type.");
    }
    if *level < 0 {
        return refused("A feature version cannot be less than 0.");
    }
    if let Some(reason) = not_supported(name, *level) {
        return refused(&reason);
    }
    let now = image.feature_level(name);
    let upwards = *upgrade == UpgradeType::Upgrade;
    if *level < now && upwards {
        return refused(
            "Can't downgrade the version of this feature without setting the upgrade type to either \
             safe or unsafe downgrade.",
        );
    }
    if *level > now && !upwards {
        return refused("Can't downgrade to a newer version.");
    }
    match name.as_str() {
        METADATA_VERSION => check_metadata_version(now, *level, *upgrade),
        KRAFT_VERSION if *level < now => refused("Can't downgrade the version of this feature."),
        ELR_VERSION if *level > 0 => {
            let proposed = all.iter().find(|u| u.name == METADATA_VERSION).map(|u| u.level);
            let metadata = proposed.unwrap_or_else(|| image.feature_level(METADATA_VERSION));
            if metadata >= ELR_NEEDS_METADATA_VERSION {
                return Ok(());
            }
            refused(&format!(
                "{name} could not be set to {level} because it depends on {METADATA_VERSION} level \
                 {ELR_NEEDS_METADATA_VERSION}"
            ))
        }
        _ => Ok(()),
    }
}

fn not_supported(name: &str, level: i16) -> Option<String> {
    let controller = format!("Local controller {}", super::CONTROLLER_ID);
    let Some(feature) = features::supported().find(|feature| feature.name == name) else {
        return Some(match level {
            0 => format!("Feature {name} not found."),
            _ => format!("{controller} does not support this feature."),
        });
    };
    let (min, max) = (feature.min, feature.max);
    let outside = !(min..=max).contains(&level);
    outside.then(|| format!("{controller} only supports versions {min}-{max}"))
}

fn check_metadata_version(now: i16, level: i16, upgrade: UpgradeType) -> Result<(), Refusal> {
    let changes = METADATA_CHANGES.iter().any(|change| (level + 1..=now).contains(change));
    if !changes {
        return Ok(());
    }
    let reason = if upgrade == UpgradeType::UnsafeDowngrade {
        "Unsafe metadata downgrade is not supported in this version."
    } else {
        "Refusing to perform the requested downgrade because it might delete metadata information."
    };
    let message =
        format!("Unsupported {METADATA_VERSION} downgrade from {now} to {level}. {reason}");
    Err(Refusal::new(ErrorCode::INVALID_UPDATE_VERSION, message))
}

fn finalize(draft: &mut Draft<'_>, update: &FeatureUpdate) -> Result<(), MetadataError> {
    if draft.image.features().get(&update.name) == Some(&update.level) {
        return Ok(());
    }
    draft.push(FeatureLevelRecord {
        name: update.name.detached(),
        feature_level: update.level,
        ..Default::default()
    })?;
    if update.name == ELR_VERSION && update.level == 0 {
        draft.push(ClearElrRecord::default())?;
    }
    Ok(())
}

/// With eligible leader replicas `min.insync.replicas` has to be the same on all brokers (KIP-966): it
/// becomes the default of all, and no broker has its own.
pub(crate) fn guard_min_isr(draft: &mut Draft<'_>) -> Result<(), MetadataError> {
    const KEY: &str = "min.insync.replicas";
    let configs = draft.image.configs();
    if !configs.elr_enabled() {
        return Ok(());
    }
    let brokers = configs.resources(ResourceType::Broker);
    let own = brokers.filter(|(name, values)| !name.is_empty() && values.contains_key(KEY));
    let own: Vec<Str> = own.map(|(name, _)| name.clone()).collect();
    let record = |resource_name: Str, value: Option<String>| ConfigRecord {
        resource_type: ResourceType::Broker as i8,
        resource_name,
        name: Str::from_static(KEY),
        value: value.map(Str::from),
        ..Default::default()
    };
    let default = configs.dynamic(ResourceType::Broker, "").and_then(|values| values.get(KEY));
    if default.is_none() {
        let value = configs.broker_value(None, KEY);
        draft.push(record(Str::default(), value))?;
    }
    for name in own {
        draft.push(record(name, None))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_versions_that_brought_nothing_can_be_left() {
        let safe = UpgradeType::SafeDowngrade;
        assert_eq!(check_metadata_version(31, 30, safe), Ok(()));
        assert_eq!(check_metadata_version(33, 33, UpgradeType::Upgrade), Ok(()));
        let refused = check_metadata_version(33, 32, safe).unwrap_err();
        assert_eq!(refused.code, ErrorCode::INVALID_UPDATE_VERSION);
        assert!(refused.message.contains("from 33 to 32. Refusing"), "{}", refused.message);
        let forced = check_metadata_version(33, 20, UpgradeType::UnsafeDowngrade).unwrap_err();
        assert!(forced.message.contains("Unsafe metadata downgrade"), "{}", forced.message);
    }
}
