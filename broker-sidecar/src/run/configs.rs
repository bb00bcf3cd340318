use std::collections::BTreeMap;

use weir_wire::config_defs::{BROKER, ConfigAtStart, check_at_start, find};

use crate::StartError;

/// Refuses broker configurations that Kafka does not have, or values that it or the engine would not take.
pub(crate) fn check_configs(configs: &BTreeMap<String, String>) -> Result<(), StartError> {
    let set = |key: &str| configs.get(key).map(String::as_str);
    for (key, value) in configs {
        check_at_start(key, value, &set).map_err(|problem| match problem {
            ConfigAtStart::Unknown => StartError::UnknownConfig { key: key.clone() },
            other => StartError::BadConfig {
                key: key.clone(),
                value: shown(key, value),
                reason: other.to_string(),
            },
        })?;
    }
    Ok(())
}

/// A secret is not repeated.
fn shown(key: &str, value: &str) -> String {
    let is_secret = find(BROKER, key).is_some_and(|definition| definition.sensitive);
    if is_secret { "...".to_owned() } else { value.to_owned() }
}
