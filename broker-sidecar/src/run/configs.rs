use std::collections::BTreeMap;

use weir_wire::config_defs::{ConfigAtStart, check_at_start};

use crate::StartError;

/// Refuses broker configurations that Kafka does not have, or values that it or the engine would not take.
pub(crate) fn check_configs(configs: &BTreeMap<String, String>) -> Result<(), StartError> {
    for (key, value) in configs {
        check_at_start(key, value).map_err(|problem| match problem {
            ConfigAtStart::Unknown => StartError::UnknownConfig { key: key.clone() },
            other => StartError::BadConfig {
                key: key.clone(),
                value: value.clone(),
                reason: other.to_string(),
            },
        })?;
    }
    Ok(())
}
