//! What differs between any two clusters is made equal: ids, addresses, times, where replicas were put.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Later than any time that a scenario gives a record: the clock's.
const NOW: i64 = 1_710_000_000_000;

/// How the names of every run begin.
pub(super) const RUN: &str = "run";

/// What the scenario says about comparing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules<'a> {
    pub tag: &'a str,
    /// `family-name`, which is in the names of all that the scenario made.
    pub scenario: &'a str,
    pub exact: bool,
    pub ignored: &'a [String],
}

impl Rules<'_> {
    pub(super) fn normal(&self, value: &Value) -> Value {
        match value {
            Value::Object(fields) => Value::Object(self.object(fields)),
            Value::Array(items) => {
                let own = items.iter().filter(|item| !self.foreign(item));
                let mut items: Vec<Value> = own.map(|item| self.normal(item)).collect();
                if items.iter().any(Value::is_object) {
                    items.sort_by_cached_key(|item| (key(item), item.to_string()));
                }
                Value::Array(items)
            }
            Value::String(text) => json!(self.text(text)),
            other => other.clone(),
        }
    }

    fn object(&self, fields: &Map<String, Value>) -> Map<String, Value> {
        let kept = fields.iter().filter(|(name, _)| !self.ignored.contains(name));
        kept.map(|(name, value)| (name.clone(), self.field(name, value, fields))).collect()
    }

    fn field(&self, name: &str, value: &Value, siblings: &Map<String, Value>) -> Value {
        let lower = name.to_ascii_lowercase();
        let positive = value.as_i64().is_some_and(|number| number >= 0);
        match lower.as_str() {
            "clusterid" | "host" | "rack" | "logdir" | "documentation" | "configdocs"
                if value.is_string() =>
            {
                let empty = value.as_str() == Some("");
                json!(if empty { String::new() } else { format!("<{lower}>") })
            }
            "port" | "producerid" | "size" | "totalbytes" | "usablebytes" | "partitionsize"
            | "controllerid"
                if positive =>
            {
                json!(format!("<{lower}>"))
            }
            "sessionid" if value != &json!(0) && positive => json!("<session>"),
            // A Java hash set's order.
            "subscribedtopicnames" if value.is_array() => {
                let mut names: Vec<Value> =
                    value.as_array().into_iter().flatten().map(|name| self.normal(name)).collect();
                names.sort_by_key(Value::to_string);
                Value::Array(names)
            }
            "nodeendpoints" => {
                json!(format!("<{} endpoints>", value.as_array().map_or(0, Vec::len)))
            }
            "leaderid" | "preferredreadreplica" | "leader" if positive && !self.exact => {
                json!("<broker>")
            }
            "nodeid" if positive && !self.exact && !siblings.contains_key("Rack") => {
                json!("<broker>")
            }
            "replicanodes" | "isrnodes" | "replicas" | "isr" | "eligibleleaderreplicas"
                if !self.exact =>
            {
                match value.as_array() {
                    Some(ids) if ids.iter().all(Value::is_number) => {
                        json!(format!("<{} brokers>", ids.len()))
                    }
                    _ => self.normal(value),
                }
            }
            _ if value.as_i64().is_some_and(|number| number > NOW && number < 10 * NOW) => {
                json!("<now>")
            }
            _ => self.normal(value),
        }
    }

    /// Made by another scenario.
    fn foreign(&self, item: &Value) -> bool {
        let named = ["Name", "TopicName", "Topic", "GroupId", "TransactionalId", "ResourceName"];
        let mut names = named.iter().filter_map(|field| item.get(field)?.as_str());
        names.any(|name| {
            // A dead-letter topic, as `dlq.NAME`, is its scenario's.
            let behind = name.split_once('.').map(|(_, name)| name);
            let name = behind.filter(|name| name.starts_with(RUN)).unwrap_or(name);
            // Made by whichever scenario came first.
            matches!(name, "__transaction_state" | "__share_group_state")
                || name.starts_with(RUN)
                    && !name.starts_with(&format!("{}{}", self.tag, self.scenario))
        })
    }

    fn text(&self, text: &str) -> String {
        let hex: String = self.tag.bytes().map(|byte| format!("{byte:02x}")).collect();
        let text = text.replace(self.tag, "").replace(&hex, "");
        let text = without_number(&text, "Local controller ");
        let mut out = String::with_capacity(text.len());
        let between = |c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c));
        for word in text.split_inclusive(between) {
            let bare = word.trim_end_matches(between);
            let id = if_uuid(bare);
            out.push_str(id.as_deref().unwrap_or(bare));
            out.push_str(&word[bare.len()..]);
        }
        out
    }
}

/// Takes out the number behind some words: an id that is not the scenario's.
fn without_number(text: &str, words: &str) -> String {
    match text.split_once(words) {
        Some((before, after)) => {
            format!("{before}{words}<id>{}", after.trim_start_matches(|c: char| c.is_ascii_digit()))
        }
        None => text.to_owned(),
    }
}

/// A uuid in either of its forms becomes `<uuid>`, alone or behind a client's name; zero stays.
fn if_uuid(word: &str) -> Option<String> {
    let short = word.len() == 22 && word.ends_with(['A', 'Q', 'g', 'w']);
    if short
        && word.chars().any(|c| c.is_ascii_digit() || c.is_ascii_uppercase())
        && word != "AAAAAAAAAAAAAAAAAAAAAA"
    {
        return Some("<uuid>".to_owned());
    }
    let start = word.len().checked_sub(36)?;
    let tail = word.get(start..)?;
    let dashes = [8, 13, 18, 23];
    let fits = tail
        .char_indices()
        .all(|(i, c)| if dashes.contains(&i) { c == '-' } else { c.is_ascii_hexdigit() });
    fits.then(|| format!("{}<uuid>", &word[..start]))
}

/// What an element is called, so that elements are compared with their likes.
pub(super) fn key(item: &Value) -> String {
    const NAMES: [&str; 17] = [
        "ApiKey",
        "NodeId",
        "BrokerId",
        "Name",
        "TopicName",
        "Topic",
        "TopicId",
        "ResourceName",
        "GroupId",
        "TransactionalId",
        "Key",
        "PartitionIndex",
        "Partition",
        "PartitionId",
        "Index",
        "Feature",
        "MemberId",
    ];
    let found = NAMES
        .iter()
        .find_map(|name| item.get(name).filter(|value| !value.is_object() && !value.is_array()));
    match found {
        Some(Value::Number(number)) => format!("{number:>8}").replace('"', ""),
        Some(Value::String(text)) => text.clone(),
        _ => String::new(),
    }
}

/// Every leaf with its path: `Topics[orders].Partitions[0].ErrorCode`.
pub(super) fn flat(value: &Value) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    flatten(value, String::new(), &mut out);
    out
}

fn flatten(value: &Value, path: String, out: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                flatten(value, path, out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let mut seen: BTreeMap<String, usize> = BTreeMap::new();
            for item in items {
                let name = key(item).trim().to_owned();
                let count = seen.entry(name.clone()).or_default();
                *count += 1;
                let nth =
                    if *count > 1 || name.is_empty() { format!("#{count}") } else { String::new() };
                flatten(item, format!("{path}[{name}{nth}]"), out);
            }
        }
        other => drop(out.insert(path, other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(value: &Value) -> Value {
        Rules { tag: "run1-", scenario: "a", exact: false, ignored: &[] }.normal(value)
    }

    #[test]
    fn ids_and_places_are_made_equal_and_what_was_asked_stays() {
        let told = json!({"ClusterId": "x", "Topics": [
            {"Name": "run1-b"},
            {"Name": "dlq.run1-b"},
            {"Name": "run1-a-2", "TopicId": "JkcQbn6bQZmUYm2xD9cIqw", "LeaderId": 2},
            {"Name": "dlq.run1-a"},
            {"Name": "run1-a", "ErrorCode": 3, "ReplicaNodes": [3, 1]},
        ], "MemberId": "judge-0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"});
        let wanted = json!({"ClusterId": "<clusterid>", "Topics": [
            {"Name": "a", "ErrorCode": 3, "ReplicaNodes": "<2 brokers>"},
            {"Name": "a-2", "TopicId": "<uuid>", "LeaderId": "<broker>"},
            {"Name": "dlq.a"},
        ], "MemberId": "judge-<uuid>"});
        assert_eq!(normal(&told), wanted);
    }

    #[test]
    fn every_leaf_has_a_path() {
        let flat = flat(&json!({"a": [{"Name": "x", "b": 1}, {"Name": "x", "b": 2}], "c": []}));
        let paths: Vec<_> = flat.iter().map(|(path, value)| format!("{path}={value}")).collect();
        assert_eq!(
            paths,
            ["a[x#2].Name=\"x\"", "a[x#2].b=2", "a[x].Name=\"x\"", "a[x].b=1", "c=[]"]
        );
    }
}
