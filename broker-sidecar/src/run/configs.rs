use std::collections::BTreeMap;

use weir_engine::{AUTHORIZER_CONFIGS, STANDARD_AUTHORIZER};
use weir_wire::config_defs::{self, BROKER};

use crate::StartError;

/// Refuses broker configurations that Kafka does not have, or values that it would not take.
pub(crate) fn check_configs(configs: &BTreeMap<String, String>) -> Result<(), StartError> {
    for (key, value) in configs {
        if AUTHORIZER_CONFIGS.contains(&key.as_str()) {
            continue;
        }
        let definition = config_defs::find(BROKER, key);
        let definition =
            definition.ok_or_else(|| StartError::UnknownConfig { key: key.clone() })?;
        if let Err(invalid) = definition.check(value) {
            let reason = invalid.to_string();
            return Err(StartError::BadConfig { key: key.clone(), value: value.clone(), reason });
        }
        if key == "log.dirs" && !value.split(',').all(|name| is_folder_name(name.trim())) {
            let reason = "names of folders below the broker's own, such as log-0,log-1".to_owned();
            return Err(StartError::BadConfig { key: key.clone(), value: value.clone(), reason });
        }
        if key == "authorizer.class.name" && !["", STANDARD_AUTHORIZER].contains(&value.as_str()) {
            let reason = format!("the only authorizer here is {STANDARD_AUTHORIZER}");
            return Err(StartError::BadConfig { key: key.clone(), value: value.clone(), reason });
        }
    }
    Ok(())
}

fn is_folder_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    !name.is_empty() && !name.starts_with('.') && name.bytes().all(plain)
}
