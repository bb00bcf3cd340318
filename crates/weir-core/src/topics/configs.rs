//! Configurations of a topic: all of them with where they come from, and changes with what they risk.

use std::collections::BTreeMap;

use weir_client::{ConfigProblem, check_topic_config};
use weir_domain::config::ConfigOperation;
use weir_domain::{
    ConfigDefinition, ConfigEntry, ConfigResource, ConfigSource, ConfigType, Importance,
};

use crate::command_line::CommandLine;
use crate::core::Core;
use crate::errors::{client_failure, item_failure, write_failure};
use crate::failure::{Failure, Outcome, Result, given_once};
use crate::operations::{Begin, Change, kind};
use crate::permits::Action;
use crate::session::Session;
use crate::text::{Text, TextId};

/// What Kafka says of a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigHelp {
    pub name: String,
    pub kind: ConfigType,
    pub default: Option<String>,
    pub valid: Option<String>,
    pub importance: Option<Importance>,
    pub doc: Option<Text>,
}

impl From<ConfigDefinition> for ConfigHelp {
    fn from(definition: ConfigDefinition) -> Self {
        Self {
            name: definition.name.to_owned(),
            kind: definition.kind,
            default: definition.default.map(str::to_owned),
            valid: definition.valid_values,
            importance: Some(definition.importance),
            doc: config_doc(definition.name),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigRow {
    pub entry: ConfigEntry,
    /// Somebody set it for this topic.
    pub changed: bool,
    pub doc: Option<Text>,
}

/// What a topic's configuration does, in our words; `None` for names that Weir does not know.
pub fn config_doc(name: &str) -> Option<Text> {
    TextId::from_key(&format!("config_doc.{}", name.replace('.', "_"))).map(Text::from)
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlterTopic {
    pub cluster: String,
    pub topic: String,
    /// `None` as value: back to the default.
    pub changes: Vec<(String, Option<String>)>,
    pub dry_run: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Altered {
    pub operation: Option<String>,
    pub command: String,
    pub changes: Vec<ConfigChange>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigChange {
    pub name: String,
    pub before: Option<String>,
    pub after: Option<String>,
    pub risk: Option<Text>,
}

impl Core {
    /// In order of name.
    pub async fn topic_configs(&self, cluster: &str, topic: &str) -> Result<Vec<ConfigRow>> {
        let session = self.session(cluster)?;
        let entries = read(&session, topic).await?;
        let row = |entry: ConfigEntry| ConfigRow {
            changed: entry.source == ConfigSource::Topic,
            doc: config_doc(&entry.name),
            entry,
        };
        Ok(entries.into_iter().map(row).collect())
    }

    pub async fn alter_topic(&self, alter: &AlterTopic) -> Result<Altered> {
        let session = self.session_to(&alter.cluster, Action::AlterConfig)?;
        check(alter)?;
        let entries = read(&session, &alter.topic).await?;
        let replicas = replicas_of(&session, &alter.topic).await;
        let changes: Vec<_> =
            alter.changes.iter().map(|change| preview(&entries, change, replicas)).collect();
        let command = command(alter);
        apply(&session, alter, true).await?;
        if alter.dry_run {
            return Ok(Altered { operation: None, command, changes });
        }
        let title = TextId::OperationTopicConfig.with("topic", &alter.topic);
        let mut begin = Begin::new(kind::TOPIC_CONFIG, self.named(&alter.cluster)?, title);
        begin.target = Some(alter.topic.clone());
        begin.command = Some(command.clone());
        begin.changes = changes.iter().map(changed).collect();
        let running = self.recorder().begin(begin)?;
        let operation = Some(running.id().to_owned());
        let result = apply(&session, alter, false).await;
        self.topics_changed(&session, &alter.topic);
        running.end(&result);
        result?;
        Ok(Altered { operation, command, changes })
    }
}

async fn read(session: &Session, topic: &str) -> Result<Vec<ConfigEntry>> {
    let resource = ConfigResource::Topic(topic.to_owned());
    let asked = session.client.describe_configs(std::slice::from_ref(&resource)).await;
    let mut found = asked.map_err(|error| client_failure(&error))?;
    let entries = found.remove(&resource).unwrap_or_else(|| Ok(Vec::new()));
    let mut entries = entries.map_err(|error| item_failure(&error, None))?;
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

async fn apply(session: &Session, alter: &AlterTopic, validate_only: bool) -> Result<()> {
    let resource = ConfigResource::Topic(alter.topic.clone());
    let change = |(name, value): &(String, Option<String>)| weir_domain::ConfigChange {
        name: name.clone(),
        operation: value.clone().map_or(ConfigOperation::Delete, ConfigOperation::Set),
    };
    let changes = alter.changes.iter().map(change).collect();
    let asked = BTreeMap::from([(resource.clone(), changes)]);
    let answer = session.client.alter_configs(&asked, validate_only).await;
    let mut found = answer.map_err(|error| write_failure(&error))?;
    let result = found.remove(&resource).unwrap_or(Ok(()));
    result.map_err(|error| item_failure(&error, blamed(alter, &error.to_string())))
}

/// The changed key that a broker's words name.
fn blamed<'a>(alter: &'a AlterTopic, words: &str) -> Option<&'a str> {
    let named = |(name, _): &&(String, Option<String>)| words.contains(name.as_str());
    alter.changes.iter().find(named).map(|(name, _)| name.as_str())
}

fn check(alter: &AlterTopic) -> Result<()> {
    if alter.changes.is_empty() {
        return Err(Failure::invalid("changes", TextId::ErrorNoChanges).outcome(Outcome::NotDone));
    }
    given_once(alter.changes.iter().map(|(name, _)| name))?;
    for (name, value) in &alter.changes {
        let Some(value) = value else { continue };
        check_topic_config(name, value).map_err(|problem| config_failure(name, &problem))?;
    }
    Ok(())
}

/// A value that is refused before a broker sees it.
pub fn config_failure(name: &str, problem: &ConfigProblem) -> Failure {
    let failure = match problem {
        ConfigProblem::Unknown(name) => {
            Failure::invalid(name, TextId::ConfigUnknown.with("name", name))
        }
        ConfigProblem::UnknownOfBroker(name) => {
            Failure::invalid(name, TextId::ConfigUnknownOfBroker.with("name", name))
        }
        ConfigProblem::Authorizer(only) => {
            Failure::invalid(name, TextId::ConfigAuthorizer.with("only", *only))
        }
        ConfigProblem::Secret(name) => {
            Failure::invalid(name, TextId::ConfigSecret.with("name", name))
        }
        ConfigProblem::Together(_) => {
            Failure::invalid(name, TextId::ConfigInvalid.with("name", name))
        }
        ConfigProblem::LogDirs => Failure::invalid(name, TextId::ConfigLogDirs),
        ConfigProblem::Invalid { valid_values, .. } => {
            let text = valid_values.as_deref().map_or(TextId::ConfigInvalid.into(), takes);
            Failure::invalid(name, text.with("name", name))
        }
    };
    let failure = failure.outcome(Outcome::NotDone);
    match problem {
        // Name and value are said already.
        ConfigProblem::Invalid { problem, .. } => failure.detail(&problem.reason),
        ConfigProblem::Together(_) => failure.detail(problem),
        // The sentence is all there is.
        _ => failure,
    }
}

/// What Kafka's documentation writes as `[0,...]`, `[0,...,9]`, `[1,...,9] or -1`, `[a, b]`, as a sentence.
fn takes(valid: &str) -> Text {
    let range = || {
        let (range, rest) = valid.strip_prefix('[')?.split_once(']')?;
        let (min, max) = range.split_once(",...")?;
        let text = match (max.strip_prefix(','), rest.strip_prefix(" or ")) {
            (Some(max), Some(or)) => TextId::ConfigInvalidBetweenOr.with("max", max).with("or", or),
            (Some(max), None) => TextId::ConfigInvalidBetween.with("max", max),
            (None, _) => TextId::ConfigInvalidLeast.into(),
        };
        Some(text.with("min", min))
    };
    range().unwrap_or_else(|| TextId::ConfigInvalidRange.with("valid", valid))
}

/// The replication factor, where the topic is known.
async fn replicas_of(session: &Session, topic: &str) -> Option<usize> {
    let snapshot = session.snapshot().await.ok()?;
    Some(snapshot.metadata.topic(topic)?.replication_factor())
}

fn preview(
    entries: &[ConfigEntry],
    (name, value): &(String, Option<String>),
    replicas: Option<usize>,
) -> ConfigChange {
    let entry = entries.iter().find(|entry| &entry.name == name);
    let before = entry.and_then(|entry| entry.value.clone());
    let after = value.clone().or_else(|| entry.and_then(|entry| entry.default.clone()));
    let exceeds = (name == "min.insync.replicas").then(|| more_than(replicas, after.as_deref()));
    let risk = exceeds.flatten().or_else(|| risk(name, before.as_deref(), after.as_deref()));
    ConfigChange { name: name.clone(), before, after, risk }
}

/// A minimum that no partition can reach: brokers take the replication factor instead (KAFKA-15583).
fn more_than(replicas: Option<usize>, min_isr: Option<&str>) -> Option<Text> {
    let (replicas, min_isr) = (replicas?, min_isr?.trim().parse::<usize>().ok()?);
    (min_isr > replicas && replicas > 0)
        .then(|| TextId::RiskMinIsrExceeds.with("replicas", replicas as u32))
}

/// What a person may not see coming.
fn risk(name: &str, before: Option<&str>, after: Option<&str>) -> Option<Text> {
    let number = |value: Option<&str>| value.and_then(|value| value.parse::<i64>().ok());
    let shrinks = match (number(before), number(after)) {
        (Some(before), Some(after)) => after >= 0 && (before < 0 || after < before),
        _ => false,
    };
    match name {
        "retention.ms" | "retention.bytes" | "delete.retention.ms" if shrinks => {
            Some(TextId::RiskRetention.into())
        }
        "cleanup.policy"
            if after.is_some_and(|after| after.contains("delete"))
                && before.is_some_and(|before| !before.contains("delete")) =>
        {
            Some(TextId::RiskRetention.into())
        }
        "cleanup.policy" if after.is_some_and(|after| after.contains("compact")) => {
            Some(TextId::RiskCompact.into())
        }
        "unclean.leader.election.enable" if after == Some("true") => {
            Some(TextId::RiskUnclean.into())
        }
        "min.insync.replicas" => Some(TextId::RiskMinIsr.into()),
        "max.message.bytes" if shrinks => Some(TextId::RiskMaxMessage.into()),
        _ => None,
    }
}

fn changed(change: &ConfigChange) -> Change {
    let ConfigChange { name, before, after, .. } = change.clone();
    Change { what: name, before, after }
}

fn command(alter: &AlterTopic) -> String {
    let line = CommandLine::weir("topic config").word(&alter.topic);
    let change = |line: CommandLine, (name, value): &(String, Option<String>)| match value {
        Some(value) => line.flag("--set", &format!("{name}={value}")),
        None => line.flag("--reset", name),
    };
    alter.changes.iter().fold(line, change).cluster(&alter.cluster).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn risks_are_told_only_where_there_are_some() {
        let id = |name, before, after| risk(name, before, after).map(|text| text.id);
        assert_eq!(id("retention.ms", Some("1000"), Some("10")), Some(TextId::RiskRetention));
        assert_eq!(id("retention.ms", Some("-1"), Some("10")), Some(TextId::RiskRetention));
        assert_eq!(id("retention.ms", Some("10"), Some("-1")), None);
        assert_eq!(
            id("cleanup.policy", Some("delete"), Some("compact")),
            Some(TextId::RiskCompact)
        );
        assert_eq!(id("compression.type", Some("producer"), Some("zstd")), None);
    }

    #[test]
    fn a_minimum_of_replicas_in_sync_that_no_partition_can_reach_is_told() {
        let id = |replicas, min| more_than(replicas, Some(min)).map(|text| text.id);
        assert_eq!(id(Some(3), "5"), Some(TextId::RiskMinIsrExceeds));
        assert_eq!(id(Some(3), "3"), None);
        assert_eq!(id(None, "5"), None);
        assert_eq!(id(Some(3), "many"), None);
    }

    #[test]
    fn every_configuration_says_what_it_does() {
        for definition in weir_client::topic_configs() {
            assert!(config_doc(definition.name).is_some(), "{}", definition.name);
        }
        assert_eq!(config_doc("no.such"), None);
    }

    #[test]
    fn the_command_sets_and_resets() {
        let alter = AlterTopic {
            cluster: "one".into(),
            topic: "orders".into(),
            changes: vec![
                ("cleanup.policy".into(), Some("compact,delete".into())),
                ("retention.ms".into(), None),
            ],
            dry_run: true,
        };
        let expected = "weir topic config orders --set cleanup.policy=compact,delete --reset retention.ms \
                        --cluster one";
        assert_eq!(command(&alter), expected);
    }
}
