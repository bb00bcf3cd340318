use std::collections::BTreeMap;

use weir_wire::config_defs::{self, BROKER};

use crate::StartError;

/// Refuses broker configurations that Kafka does not have, or values that it would not take.
pub(crate) fn check_configs(configs: &BTreeMap<String, String>) -> Result<(), StartError> {
    for (key, value) in configs {
        let definition = config_defs::find(BROKER, key);
        let definition =
            definition.ok_or_else(|| StartError::UnknownConfig { key: key.clone() })?;
        if let Err(invalid) = definition.check(value) {
            let reason = invalid.to_string();
            return Err(StartError::BadConfig { key: key.clone(), value: value.clone(), reason });
        }
    }
    Ok(())
}
