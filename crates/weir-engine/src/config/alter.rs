//! Checking and changing values: what IncrementalAlterConfigs and CreateTopics may set.

use std::borrow::Cow;
use std::collections::BTreeMap;

use weir_wire::config_defs::{ConfigDef, ConfigType, Valid};
use weir_wire::{ErrorCode, Str};

use super::{ConfigMap, Configs, ResourceType};

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
    let definition = kind.definition(key);
    Ok(Some(match operation {
        Operation::Delete => return Ok(None),
        Operation::Set => value.unwrap_or_default().to_owned(),
        Operation::Append | Operation::Subtract => {
            let list = definition.filter(|d| is_splittable(kind, d));
            let list = list.ok_or_else(|| not_a_list(kind, key, operation))?;
            combined(list_now(list, own), value.unwrap_or_default(), operation)
        }
    }))
}

/// Client metrics have lists that Kafka does not append to.
fn is_splittable(kind: ResourceType, definition: &ConfigDef) -> bool {
    definition.kind == ConfigType::List && kind != ResourceType::ClientMetrics
}

fn not_a_list(kind: ResourceType, key: &str, operation: Operation) -> String {
    if kind == ResourceType::Broker {
        let what = if operation == Operation::Append { "append" } else { "subtract" };
        return format!("Config value {what} is not allowed for config key: {key}");
    }
    let what = if operation == Operation::Append { "APPEND" } else { "SUBTRACT" };
    format!("Can't {what} to key {key} because its type is not LIST.")
}

fn list_now(definition: &ConfigDef, own: Option<&ConfigMap>) -> String {
    let set = own.and_then(|values| values.get(definition.name)).map(|v| v.to_string());
    set.or(definition.default.map(str::to_owned)).unwrap_or_default()
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
    let mut own = ConfigMap::new();
    for (key, value) in configs {
        let value = value
            .as_ref()
            .ok_or_else(|| format!("Null value not supported for topic configs: {key}"))?;
        own.insert(key.clone(), value.clone());
    }
    check_topic_values(&own)
}

/// Checks everything that is set on a resource, after a change of some of it.
pub(crate) fn check_whole(
    kind: ResourceType,
    configs: &Configs,
    own: &ConfigMap,
) -> Result<(), (ErrorCode, String)> {
    let invalid = |message| (ErrorCode::INVALID_CONFIG, message);
    match kind {
        ResourceType::Topic => check_topic_values(own).map_err(invalid),
        ResourceType::Group => {
            check_values(kind, own).map_err(invalid)?;
            super::group_rules::check(configs, own).map_err(invalid)
        }
        ResourceType::ClientMetrics => {
            let unknown = own.keys().find(|key| kind.definition(key).is_none());
            if let Some(key) = unknown {
                let message = format!("Unknown client metrics configuration: {key}");
                return Err((ErrorCode::INVALID_REQUEST, message));
            }
            check_values(kind, own).map_err(invalid)?;
            super::metrics_rules::check(own)
        }
        // Each of its values alone.
        ResourceType::Broker | ResourceType::BrokerLogger => Ok(()),
    }
}

fn check_values(kind: ResourceType, own: &ConfigMap) -> Result<(), String> {
    for (key, value) in own {
        let unknown = || format!("Unknown {} config name: {key}", kind_name(kind));
        let definition = kind.definition(key).ok_or_else(unknown)?;
        if has_empty_element(definition, value) {
            return Err(format!("Configuration '{key}' values must not be empty."));
        }
        let distinct = distinct(definition, value);
        definition
            .check(&distinct)
            .map_err(|e| sentence(definition, culprit(definition, value), &e.reason))?;
    }
    Ok(())
}

/// A list may be empty; an element of one may not.
fn has_empty_element(definition: &ConfigDef, value: &str) -> bool {
    let is_list = matches!(definition.valid, Valid::List { .. }) && !value.trim().is_empty();
    is_list && value.split(',').any(|part| part.trim().is_empty())
}

/// The element of a list that no list may have, else the whole value.
fn culprit<'a>(definition: &ConfigDef, value: &'a str) -> &'a str {
    match definition.valid {
        Valid::List { of, .. } if !of.is_empty() => {
            value.split(',').map(str::trim).find(|part| !of.contains(part)).unwrap_or(value)
        }
        _ => value,
    }
}

/// Kafka drops what a list has twice.
fn distinct<'a>(definition: &ConfigDef, value: &'a str) -> Cow<'a, str> {
    if definition.kind != ConfigType::List {
        return Cow::Borrowed(value);
    }
    let mut seen: Vec<&str> = Vec::new();
    for part in value.split(',').map(str::trim) {
        if !seen.contains(&part) {
            seen.push(part);
        }
    }
    Cow::Owned(seen.join(","))
}

fn check_topic_values(own: &ConfigMap) -> Result<(), String> {
    check_values(ResourceType::Topic, own)?;
    for key in ["leader.replication.throttled.replicas", "follower.replication.throttled.replicas"]
    {
        if let Some(value) = own.get(key).filter(|value| !are_throttled_replicas(value)) {
            return Err(format!(
                "Invalid value [{value}] for configuration {key}: {key} must be the literal '*' or a list \
                 of replicas in the following format: \
                 [partitionId]:[brokerId],[partitionId]:[brokerId],..."
            ));
        }
    }
    if own.get("remote.storage.enable").is_some_and(|v| v.trim().eq_ignore_ascii_case("true")) {
        return Err(
            "Tiered Storage functionality is disabled in the broker. Topic cannot be configured \
                    with remote log storage."
                .to_owned(),
        );
    }
    let number = |key: &str| {
        let text = own.get(key).map(|v| v.trim()).or_else(|| super::topic_default(key));
        text.and_then(|text| text.parse::<i64>().ok()).unwrap_or(0)
    };
    let (min, max) = (number("min.compaction.lag.ms"), number("max.compaction.lag.ms"));
    if min > max {
        return Err(format!(
            "conflict topic config setting min.compaction.lag.ms ({min}) > max.compaction.lag.ms ({max})"
        ));
    }
    Ok(())
}

fn are_throttled_replicas(value: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let pair = |part: &str| part.split_once(':').is_some_and(|(p, b)| number(p) && number(b));
    let value = value.trim();
    value.is_empty() || value == "*" || value.split(',').map(str::trim).all(pair)
}

pub(super) fn sentence(definition: &ConfigDef, value: &str, reason: &str) -> String {
    let value = match value.trim().parse::<f64>() {
        _ if definition.sensitive => "[hidden]".to_owned(),
        // As Java writes it: 2 is 2.0.
        Ok(number) if definition.kind == ConfigType::Double => format!("{number:?}"),
        _ => value.to_owned(),
    };
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

    fn refusal(own: &[(&str, &str)]) -> String {
        let own: ConfigMap = own.iter().map(|(k, v)| (Str::from(*k), Str::from(*v))).collect();
        let checked = check_whole(ResourceType::Topic, &Configs::default(), &own);
        checked.err().map(|(_, message)| message).unwrap_or_default()
    }

    #[test]
    fn names_and_values_are_checked() {
        assert!(refusal(&[("no.such", "1")]).contains("no.such"));
        assert!(refusal(&[("retention.ms", "soon")]).contains("Invalid value soon"));
        assert!(refusal(&[("segment.bytes", "1")]).contains("Invalid value 1"), "too small");
        assert_eq!(refusal(&[("retention.ms", "5"), ("cleanup.policy", "delete,delete")]), "");
        assert!(
            refusal(&[("leader.replication.throttled.replicas", "zz")]).contains("literal '*'")
        );
        assert_eq!(refusal(&[("leader.replication.throttled.replicas", "0:1,1:2")]), "");
        let lags = [("min.compaction.lag.ms", "10"), ("max.compaction.lag.ms", "5")];
        assert!(refusal(&lags).contains("(10) > max.compaction.lag.ms (5)"));
        assert!(refusal(&[("remote.storage.enable", "true")]).contains("Tiered Storage"));
    }
}
