//! Checking and changing values: what IncrementalAlterConfigs and CreateTopics may set.

use std::collections::BTreeMap;

use weir_wire::Str;
use weir_wire::config_defs::{ConfigDef, ConfigType};

use super::{ConfigMap, ResourceType, topic_definition};

/// `AlterConfigOp.OpType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Set,
    Delete,
    Append,
    Subtract,
}

impl Operation {
    /// The operation with this id.
    pub(crate) fn from_id(id: i8) -> Option<Self> {
        [Self::Set, Self::Delete, Self::Append, Self::Subtract]
            .get(usize::try_from(id).ok()?)
            .copied()
    }
}

/// What `key` becomes on a resource that has `own` values now: `None` removes it. The error is a
/// sentence for the client.
pub(crate) fn altered(
    kind: ResourceType,
    own: Option<&ConfigMap>,
    key: &str,
    operation: Operation,
    value: Option<&str>,
) -> Result<Option<String>, String> {
    let unknown = || format!("Unknown {} config name: {key}", kind_name(kind));
    let definition = kind.definition(key).ok_or_else(unknown)?;
    let next = match operation {
        Operation::Delete => return Ok(None),
        Operation::Set => {
            value.ok_or_else(|| format!("Null value not supported for {key}"))?.to_owned()
        }
        Operation::Append | Operation::Subtract => {
            let list = list_now(definition, own)?;
            let given = value.ok_or_else(|| format!("Null value not supported for {key}"))?;
            combined(list, given, operation)
        }
    };
    definition.check(&next).map_err(|error| sentence(definition, &next, &error.reason))?;
    Ok(Some(next))
}

fn list_now(definition: &ConfigDef, own: Option<&ConfigMap>) -> Result<String, String> {
    if definition.kind != ConfigType::List {
        let name = definition.name;
        return Err(format!(
            "Can't APPEND or SUBTRACT to key {name} because its type is not LIST."
        ));
    }
    let set = own.and_then(|values| values.get(definition.name)).map(|v| v.to_string());
    Ok(set.or(definition.default.map(str::to_owned)).unwrap_or_default())
}

fn combined(list: String, given: &str, operation: Operation) -> String {
    let parts = |text: &str| -> Vec<String> {
        text.split(',').map(str::trim).filter(|p| !p.is_empty()).map(str::to_owned).collect()
    };
    let mut list = parts(&list);
    let given = parts(given);
    if operation == Operation::Append {
        let new: Vec<String> = given.into_iter().filter(|part| !list.contains(part)).collect();
        list.extend(new);
    } else {
        list.retain(|part| !given.contains(part));
    }
    list.join(",")
}

/// Checks the configurations of a new topic. The error is a sentence for the client.
pub(crate) fn check_topic(configs: &BTreeMap<Str, Option<Str>>) -> Result<(), String> {
    for (key, value) in configs {
        let unknown = || format!("Unknown topic config name: {key}");
        let definition = topic_definition(key).ok_or_else(unknown)?;
        let value = value
            .as_deref()
            .ok_or_else(|| format!("Null value not supported for topic configs: {key}"))?;
        definition.check(value).map_err(|error| sentence(definition, value, &error.reason))?;
    }
    Ok(())
}

fn sentence(definition: &ConfigDef, value: &str, reason: &str) -> String {
    let value = if definition.sensitive { "[hidden]" } else { value };
    format!("Invalid value {value} for configuration {}: {reason}", definition.name)
}

fn kind_name(kind: ResourceType) -> &'static str {
    match kind {
        ResourceType::Topic => "topic",
        ResourceType::Broker => "broker",
        ResourceType::BrokerLogger => "broker logger",
        ResourceType::ClientMetrics => "client metrics",
        ResourceType::Group => "group",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alter(
        own: &[(&str, &str)],
        key: &str,
        operation: Operation,
        value: &str,
    ) -> Result<Option<String>, String> {
        let own: ConfigMap = own.iter().map(|(k, v)| (Str::from(*k), Str::from(*v))).collect();
        altered(ResourceType::Topic, Some(&own), key, operation, Some(value))
    }

    #[test]
    fn lists_grow_and_shrink() {
        let compact = [("cleanup.policy", "compact")];
        let both = alter(&compact, "cleanup.policy", Operation::Append, "delete").unwrap();
        assert_eq!(both.as_deref(), Some("compact,delete"));
        let same = alter(&compact, "cleanup.policy", Operation::Append, "compact").unwrap();
        assert_eq!(same.as_deref(), Some("compact"), "what is there is not there twice");
        let from_default = alter(&[], "cleanup.policy", Operation::Append, "compact").unwrap();
        assert_eq!(from_default.as_deref(), Some("delete,compact"));
        let less = alter(
            &[("cleanup.policy", "compact,delete")],
            "cleanup.policy",
            Operation::Subtract,
            "delete",
        );
        assert_eq!(less.unwrap().as_deref(), Some("compact"));
        assert!(alter(&[], "retention.ms", Operation::Append, "1").is_err(), "no list");
    }

    #[test]
    fn names_and_values_are_checked() {
        assert!(alter(&[], "no.such", Operation::Set, "1").unwrap_err().contains("no.such"));
        assert!(alter(&[], "retention.ms", Operation::Set, "soon").is_err());
        assert!(alter(&[], "segment.bytes", Operation::Set, "1").is_err(), "below the minimum");
        assert_eq!(alter(&[], "retention.ms", Operation::Set, "5").unwrap().as_deref(), Some("5"));
    }
}
