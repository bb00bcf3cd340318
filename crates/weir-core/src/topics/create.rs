//! Create a topic, and raise its number of partitions: preview and apply are one path.

use std::time::Duration;

use weir_client::{ClientError, check_topic_config, topic_configs};
use weir_domain::{ConfigResource, ItemError, NewPartitions, NewTopic};

use super::configs::{ConfigHelp, config_failure};
use super::get::name_problem;
use super::{Written, get};
use crate::clusters::tags;
use crate::command_line::CommandLine;
use crate::core::Core;
use crate::errors::{item_failure, write_failure};
use crate::failure::{Failure, Outcome, Result, given_once};
use crate::operations::{Begin, Change, kind};
use crate::permits::Action;
use crate::session::Session;
use crate::text::TextId;

/// How long a lost answer is looked for in what the brokers tell.
const READ_BACK_WITHIN: Duration = Duration::from_secs(3);
const READ_BACK_EVERY: Duration = Duration::from_millis(200);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateTopic {
    pub cluster: String,
    pub name: String,
    pub partitions: i32,
    pub replication: i16,
    pub configs: Vec<(String, String)>,
    pub dry_run: bool,
}

/// What the form begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicDefaults {
    pub partitions: i32,
    pub replication: i32,
    pub brokers: u32,
    pub configs: Vec<ConfigHelp>,
}

impl Core {
    pub async fn topic_defaults(&self, cluster: &str) -> Result<TopicDefaults> {
        let session = self.session(cluster)?;
        let snapshot = session.snapshot().await?;
        let brokers = snapshot.metadata.cluster.brokers.len() as u32;
        let of_broker = broker_defaults(&session, &snapshot.metadata.cluster).await;
        let value = |key: &str| of_broker.iter().find(|(name, _)| name == key)?.1.parse().ok();
        Ok(TopicDefaults {
            partitions: value("num.partitions").unwrap_or(1),
            replication: value("default.replication.factor")
                .unwrap_or_else(|| brokers.min(3) as i32),
            brokers,
            configs: topic_configs().into_iter().map(ConfigHelp::from).collect(),
        })
    }

    pub async fn create_topic(&self, new: &CreateTopic) -> Result<Written> {
        let session = self.session_to(&new.cluster, Action::CreateTopic)?;
        check(new)?;
        let command = create_command(new);
        let topic = NewTopic {
            name: new.name.clone(),
            partitions: Some(new.partitions),
            replication_factor: Some(new.replication),
            assignments: Vec::new(),
            configs: new.configs.clone(),
        };
        // The cluster's own opinion first: a form's mistake is no operation.
        create(&session, &topic, true).await?;
        if new.dry_run {
            return Ok(Written { operation: None, command });
        }
        let begin = create_begin(self, new, command.clone())?;
        let running = self.recorder().begin(begin)?;
        let operation = Some(running.id().to_owned());
        running.step(0);
        let result = create(&session, &topic, false).await;
        if result.is_ok() {
            session.overlay.created(&new.name, new.partitions, new.replication.into());
            self.topics_changed(&session, &new.name);
        }
        running.end(&result);
        result?;
        Ok(Written { operation, command })
    }

    pub async fn add_partitions(
        &self,
        cluster: &str,
        topic: &str,
        total: i32,
        dry_run: bool,
    ) -> Result<Written> {
        let session = self.session_to(cluster, Action::AddPartitions)?;
        let before = session.snapshot().await?;
        let before = get::find(&session, before, topic).await?;
        let before = before.metadata.topic(topic).map_or(0, |topic| topic.partitions.len());
        let command = CommandLine::weir("topic add-partitions")
            .word(topic)
            .flag("--total", &total.to_string())
            .cluster(cluster)
            .finish();
        let new = NewPartitions { topic: topic.to_owned(), total, assignments: Vec::new() };
        extend(&session, &new, true).await?;
        if dry_run {
            return Ok(Written { operation: None, command });
        }
        let title = TextId::OperationTopicPartitions.with("topic", topic).with("total", total);
        let mut begin = Begin::new(kind::TOPIC_PARTITIONS, self.named(cluster)?, title);
        begin.target = Some(topic.to_owned());
        begin.command = Some(command.clone());
        begin.changes = vec![Change {
            what: "partitions".to_owned(),
            before: Some(before.to_string()),
            after: Some(total.to_string()),
        }];
        let running = self.recorder().begin(begin)?;
        let operation = Some(running.id().to_owned());
        let result = extend(&session, &new, false).await;
        self.topics_changed(&session, topic);
        running.end(&result);
        result?;
        Ok(Written { operation, command })
    }

    /// After a write: what is shown is stale, and the next snapshot is read at once.
    pub(crate) fn topics_changed(&self, session: &std::sync::Arc<Session>, topic: &str) {
        let id = session.cluster.clone();
        session.visible.forget(topic);
        let told = vec![tags::topics(&id), tags::cluster(&id), format!("topic({id},{topic})")];
        self.events().all_changed(told.clone());
        if session.begin_refresh() {
            let (events, session) = (self.events().clone(), session.clone());
            self.spawn(async move {
                session.end_refresh().await;
                events.all_changed(told);
            });
        }
    }

    /// A cluster's id with its name, as operations keep them.
    pub(crate) fn named(&self, id: &str) -> Result<(String, String)> {
        Ok((id.to_owned(), self.cluster_name(id)?))
    }
}

fn check(new: &CreateTopic) -> Result<()> {
    if let Err(error) = weir_domain::validate_topic_name(&new.name) {
        return Err(Failure::invalid("name", name_problem(&error)).outcome(Outcome::NotDone));
    }
    given_once(new.configs.iter().map(|(name, _)| name))?;
    for (name, value) in &new.configs {
        check_topic_config(name, value).map_err(|problem| config_failure(name, &problem))?;
    }
    Ok(())
}

fn create_begin(core: &Core, new: &CreateTopic, command: String) -> Result<Begin> {
    let title = TextId::OperationTopicCreate.with("topic", &new.name);
    let mut begin = Begin::new(kind::TOPIC_CREATE, core.named(&new.cluster)?, title);
    begin.target = Some(new.name.clone());
    begin.command = Some(command);
    begin.steps = vec![TextId::StepAskController];
    let change = |what: &str, after: String| Change {
        what: what.to_owned(),
        before: None,
        after: Some(after),
    };
    begin.changes = vec![
        change("partitions", new.partitions.to_string()),
        change("replication.factor", new.replication.to_string()),
    ];
    begin.changes.extend(new.configs.iter().map(|(name, value)| change(name, value.clone())));
    Ok(begin)
}

async fn create(session: &Session, topic: &NewTopic, validate_only: bool) -> Result<()> {
    let asked = session.client.create_topics(std::slice::from_ref(topic), validate_only).await;
    let result = match asked {
        Ok(results) => results.into_iter().next().map_or(Ok(()), |item| item.result.map(drop)),
        Err(error) if !validate_only => return read_back(session, &topic.name, true, &error).await,
        Err(error) => return Err(write_failure(&error)),
    };
    result.map_err(|error| item_failure(&error, field_of(&error)))
}

async fn extend(session: &Session, new: &NewPartitions, validate_only: bool) -> Result<()> {
    let asked = session.client.create_partitions(std::slice::from_ref(new), validate_only).await;
    let results = asked.map_err(|error| write_failure(&error))?;
    let result = results.into_iter().next().map_or(Ok(()), |item| item.result);
    result.map_err(|error| item_failure(&error, Some("total")))
}

/// No answer came: whether the brokers now tell the topic (or tell it no more) says what happened.
pub(super) async fn read_back(
    session: &Session,
    name: &str,
    wanted: bool,
    error: &ClientError,
) -> Result<()> {
    let failure = write_failure(error);
    if failure.outcome != Some(Outcome::Unknown) {
        return Err(failure);
    }
    let names = [name.to_owned()];
    let deadline = tokio::time::Instant::now() + READ_BACK_WITHIN;
    while tokio::time::Instant::now() < deadline {
        if let Ok(now) = session.client.topics(&names).await
            && now.topic(name).is_some_and(|topic| topic.error.is_none()) == wanted
        {
            return Ok(());
        }
        tokio::time::sleep(READ_BACK_EVERY).await;
    }
    Err(failure.hint(TextId::HintLookWhetherDone))
}

/// Where the form shows a broker's refusal.
fn field_of(error: &ItemError) -> Option<&'static str> {
    match error.name {
        "TOPIC_ALREADY_EXISTS" | "INVALID_TOPIC_EXCEPTION" => Some("name"),
        "INVALID_PARTITIONS" => Some("partitions"),
        "INVALID_REPLICATION_FACTOR" => Some("replication"),
        "INVALID_CONFIG" => Some("configs"),
        _ => None,
    }
}

/// Numbers that brokers use for topics that do not say.
async fn broker_defaults(
    session: &Session,
    cluster: &weir_domain::ClusterInfo,
) -> Vec<(String, String)> {
    let Some(broker) = cluster.brokers.first() else { return Vec::new() };
    let resource = ConfigResource::Broker(Some(broker.id));
    let answer = session.client.describe_configs(std::slice::from_ref(&resource)).await;
    let entries =
        answer.ok().and_then(|mut found| found.remove(&resource)?.ok()).unwrap_or_default();
    entries.into_iter().filter_map(|entry| Some((entry.name, entry.value?))).collect()
}

fn create_command(new: &CreateTopic) -> String {
    let mut line = CommandLine::weir("topic create")
        .word(&new.name)
        .flag("--partitions", &new.partitions.to_string())
        .flag("--replication-factor", &new.replication.to_string());
    for (name, value) in &new.configs {
        line = line.flag("--config", &format!("{name}={value}"));
    }
    line.cluster(&new.cluster).finish()
}
