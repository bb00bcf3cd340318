use std::collections::BTreeMap;

use crate::StartError;

/// Refuses broker configurations that Kafka does not have, or values that it would not take.
pub(crate) fn check_configs(configs: &BTreeMap<String, String>) -> Result<(), StartError> {
    for (key, value) in configs {
        let definition = weir_wire::config_defs::BROKER.iter().find(|d| d.name == key);
        if definition.is_none() {
            return Err(StartError::UnknownConfig { key: key.clone() });
        }
        let kind = weir_engine::config::ResourceType::Broker;
        if let Err(invalid) = weir_engine::config::validate(kind, key, value) {
            let reason = invalid.to_string();
            return Err(StartError::BadConfig { key: key.clone(), value: value.clone(), reason });
        }
    }
    Ok(())
}
