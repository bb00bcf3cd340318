//! One topic: its row, what can be done to it, what is wrong with it.

use weir_domain::Topic;

use super::row::{Health, TopicRow, is_internal};
use crate::core::Core;
use crate::failure::{Failure, Kind, Result};
use crate::permits::{Action, permits};
use crate::session::{Session, Snapshot};
use crate::text::{Text, TextId};

#[derive(Debug, Clone, PartialEq)]
pub struct TopicDetail {
    pub row: TopicRow,
    pub topic_id: Option<String>,
    pub min_insync: Option<u32>,
    pub permits: TopicPermits,
    pub warnings: Vec<Text>,
}

/// `None` = allowed; else the reason why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicPermits {
    pub produce: Option<Text>,
    pub delete: Option<Text>,
    pub alter_config: Option<Text>,
    pub add_partitions: Option<Text>,
}

impl Core {
    pub async fn topic(&self, cluster: &str, name: &str) -> Result<TopicDetail> {
        let session = self.session(cluster)?;
        let snapshot = session.snapshot().await?;
        let snapshot = find(&session, snapshot, name).await?;
        session.look_at(&[name.to_owned()]).await;
        session.wake();
        if let Some(new) = session.overlay.creating().into_iter().find(|new| new.name == name)
            && snapshot.metadata.topic(name).is_none()
        {
            let row = TopicRow::creating(name, new.partitions, new.replication);
            return Ok(self.topic_detail(cluster, row, None, None));
        }
        let topic = snapshot.metadata.topic(name).ok_or_else(|| not_found(name))?;
        let row = TopicRow::of(topic, &session);
        let min_insync = session.visible.get(name).and_then(|seen| seen.min_insync);
        Ok(self.topic_detail(cluster, row, Some(topic), min_insync))
    }

    fn topic_detail(
        &self,
        cluster: &str,
        row: TopicRow,
        topic: Option<&Topic>,
        min_insync: Option<u32>,
    ) -> TopicDetail {
        TopicDetail {
            topic_id: topic.and_then(|topic| topic.id).map(|id| id.to_string()),
            min_insync,
            permits: self.topic_permits(cluster, topic),
            warnings: warnings(&row),
            row,
        }
    }

    fn topic_permits(&self, cluster: &str, topic: Option<&Topic>) -> TopicPermits {
        let facts = self.cluster_facts(cluster);
        let of = |action| match &facts {
            Ok(facts) => permits(action, facts).err(),
            Err(failure) => Some(failure.text.clone()),
        };
        let own = |action| of(action).or_else(|| topic.filter(|t| t.internal).and_then(guarded));
        let kept = |action| of(action).or_else(|| topic.and_then(guarded));
        TopicPermits {
            produce: own(Action::Produce),
            delete: kept(Action::DeleteTopic),
            alter_config: of(Action::AlterConfig),
            add_partitions: kept(Action::AddPartitions),
        }
    }
}

/// Why a topic is neither deleted nor given partitions here: somebody keeps its state in it.
pub(super) fn guarded(topic: &Topic) -> Option<Text> {
    let why = if topic.internal { TextId::PermitInternalTopic } else { TextId::PermitSystemTopic };
    is_internal(topic).then(|| why.into())
}

/// The snapshot, read again when it does not know the topic: it may be newer than the snapshot.
pub(crate) async fn find(session: &Session, snapshot: Snapshot, name: &str) -> Result<Snapshot> {
    if session.overlay.is_deleted(name) {
        return Err(not_found(name));
    }
    if snapshot.metadata.topic(name).is_some() {
        return Ok(snapshot);
    }
    let creating = session.overlay.creating().iter().any(|new| new.name == name);
    let newer = session.refresh().await?;
    if newer.metadata.topic(name).is_some() || creating { Ok(newer) } else { Err(not_found(name)) }
}

pub(crate) fn not_found(name: &str) -> Failure {
    Failure::new(TextId::ErrorTopicNotFound.with("topic", name)).kind(Kind::NotFound)
}

fn warnings(row: &TopicRow) -> Vec<Text> {
    match row.health {
        Health::Ok => Vec::new(),
        Health::Offline => vec![TextId::WarningTopicOffline.with("count", row.offline)],
        Health::UnderMinIsr => vec![TextId::WarningTopicMinIsr.into()],
        Health::UnderReplicated => {
            vec![TextId::WarningTopicUnderReplicated.with("count", row.under_replicated)]
        }
    }
}

impl Core {
    /// What is wrong with a name for a new topic, and what is only unwise.
    pub async fn check_topic_name(
        &self,
        cluster: &str,
        name: &str,
    ) -> Result<(Option<Text>, Option<Text>)> {
        if let Err(error) = weir_domain::validate_topic_name(name) {
            return Ok((Some(name_problem(&error)), None));
        }
        let session = self.session(cluster)?;
        let snapshot = session.snapshot().await?;
        if snapshot.metadata.topic(name).is_some() && !session.overlay.is_deleted(name) {
            return Ok((Some(TextId::TopicNameTaken.with("name", name)), None));
        }
        let names = snapshot.metadata.topics.iter().map(|topic| topic.name.as_str());
        if let Some(other) = weir_domain::topic_name::collision(name, names) {
            return Ok((Some(TextId::TopicNameCollides.with("other", other)), None));
        }
        let unwise = if weir_domain::topic_name::looks_internal(name) {
            Some(TextId::TopicNameInternal.into())
        } else if name.contains('.') && name.contains('_') {
            Some(TextId::TopicNameMixed.into())
        } else {
            None
        };
        Ok((None, unwise))
    }
}

pub(super) fn name_problem(error: &weir_domain::TopicNameError) -> Text {
    use weir_domain::TopicNameError as Problem;
    match error {
        Problem::Empty => TextId::TopicNameEmpty.into(),
        Problem::Dots => TextId::TopicNameDots.into(),
        Problem::TooLong(_) => {
            TextId::TopicNameLong.with("max", weir_domain::topic_name::MAX_LENGTH)
        }
        Problem::Character(c) => TextId::TopicNameCharacter.with("character", c.to_string()),
        Problem::Collides(other) => TextId::TopicNameCollides.with("other", other),
    }
}
