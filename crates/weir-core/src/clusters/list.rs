//! The Clusters page: local and remote in one list.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use weir_client::Metadata;
use weir_domain::PartitionHealth;
use weir_domain::sample::TOPICS;
use weir_store::ProfileRow;

use super::registry::Local;
use super::{ClusterFacts, State};
use crate::brokers;
use crate::core::Core;
use crate::errors::client_failure;
use crate::failure::{Failure, Result};
use crate::host::HostKind;
use crate::operations::Operation;
use crate::permits::{Action, permits};
use crate::session::{Session, marked};
use crate::text::{Text, TextId};
use crate::topics::is_internal;

/// The first answer of a cluster on this machine is waited for so long; later ones come by events.
const FIRST_ANSWER: Duration = Duration::from_millis(250);

/// A command that lists hears of no event: it waits so long, of clusters elsewhere for all together.
const COMMAND_ANSWER: Duration = Duration::from_secs(2);

/// The Kafka whose protocol the built-in engine speaks.
pub(crate) const KAFKA_VERSION: &str = "4.4";

#[derive(Debug, Clone, PartialEq)]
pub struct ClusterRow {
    pub id: String,
    pub name: String,
    pub is_local: bool,
    pub state: State,
    pub state_reason: Option<Text>,
    /// `Weir 0.1.0`; `Kafka` where Weir only connects to it.
    pub engine: String,
    /// Of Kafka's protocol.
    pub version: Option<String>,
    pub brokers_online: Option<u32>,
    pub brokers_total: Option<u32>,
    pub topics: Option<u32>,
    pub partitions: Option<u32>,
    pub max_lag: Option<i64>,
    /// Partitions that nobody leads.
    pub partitions_offline: Option<u32>,
    pub partitions_under_replicated: Option<u32>,
    pub bootstrap: String,
    pub read_only: bool,
    pub production: bool,
    pub last_operation: Option<Operation>,
    pub created_at: Option<i64>,
    pub permits: ClusterPermits,
}

/// `None` = allowed; else the reason why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterPermits {
    pub start: Option<Text>,
    pub stop: Option<Text>,
    pub delete: Option<Text>,
    /// Change the name or the address of a connection.
    pub edit: Option<Text>,
    pub open: Option<Text>,
    pub sample_start: Option<Text>,
    pub sample_remove: Option<Text>,
    pub create_topic: Option<Text>,
    pub produce: Option<Text>,
    pub alter_config: Option<Text>,
    pub delete_topic: Option<Text>,
    pub delete_group: Option<Text>,
    pub broker_stop: Option<Text>,
}

/// A cluster's name and address. A remote one that nobody asked yet is [`State::Connecting`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterAddress {
    pub id: String,
    pub name: String,
    pub state: State,
    pub bootstrap: String,
    /// Of a cluster on this machine: why it cannot be started, with the way out, if it cannot.
    pub not_startable: Option<Text>,
    /// Of a cluster on this machine whose brokers are all down: the first of them.
    pub down: Option<i32>,
    /// Of a cluster on this machine: brokers that its engine says are down.
    pub brokers_down: Vec<i32>,
}

impl ClusterAddress {
    /// Metadata with what is known of this cluster's brokers before Metadata itself tells it, as the console shows it.
    pub fn marked(&self, metadata: Arc<Metadata>) -> Arc<Metadata> {
        marked(metadata, &self.brokers_down)
    }
}

impl ClusterPermits {
    pub(crate) fn of(cluster: &ClusterFacts) -> Self {
        let refusal = |action| permits(action, cluster).err();
        Self {
            start: refusal(Action::Start),
            stop: refusal(Action::Stop),
            delete: refusal(Action::Delete),
            edit: refusal(Action::EditConnection),
            open: refusal(Action::Open),
            sample_start: refusal(Action::SampleStart),
            sample_remove: refusal(Action::SampleRemove),
            create_topic: refusal(Action::CreateTopic),
            produce: refusal(Action::Produce),
            alter_config: refusal(Action::AlterConfig),
            delete_topic: refusal(Action::DeleteTopic),
            delete_group: refusal(Action::DeleteGroup),
            broker_stop: refusal(Action::BrokerStop),
        }
    }
}

impl Core {
    /// Local clusters by name, then remote ones.
    pub async fn clusters(&self) -> Result<Vec<ClusterRow>> {
        self.look_at_unseen().await;
        let mut rows = Vec::new();
        for local in self.registry().locals() {
            rows.push(self.local_row(&local).await);
        }
        let profiles = self.store().profiles().map_err(Failure::internal)?;
        if self.host().kind() == HostKind::CommandLine {
            self.hear_remote(&profiles).await;
        }
        rows.extend(profiles.iter().map(|profile| self.remote_row(profile)));
        Ok(rows)
    }

    /// Where each cluster is, without asking the cluster anything: what the command line needs of a name.
    pub async fn cluster_addresses(&self) -> Result<Vec<ClusterAddress>> {
        self.look_at_unseen().await;
        let local = |local: &Local| ClusterAddress {
            id: local.id.clone(),
            name: local.id.clone(),
            state: local.state(),
            bootstrap: local.bootstrap(),
            not_startable: local.not_startable(),
            down: local.first_down(),
            brokers_down: local.brokers_down(),
        };
        let mut addresses: Vec<_> = self.registry().locals().iter().map(local).collect();
        let profiles = self.store().profiles().map_err(Failure::internal)?;
        addresses.extend(profiles.into_iter().map(|profile| ClusterAddress {
            state: State::Connecting,
            id: profile.id,
            name: profile.name,
            bootstrap: profile.bootstrap,
            not_startable: None,
            down: None,
            brokers_down: Vec::new(),
        }));
        Ok(addresses)
    }

    pub(super) async fn cluster_row(&self, id: &str) -> Result<ClusterRow> {
        if let Some(local) = self.registry().local(id) {
            return Ok(self.local_row(&local).await);
        }
        let profile = self.store().profile(id).map_err(Failure::internal)?;
        profile.map(|profile| self.remote_row(&profile)).ok_or_else(|| not_found(id))
    }

    /// Directories that were found but not looked into yet: a list must not call them stopped.
    pub(super) async fn look_at_unseen(&self) {
        self.scan();
        self.looked_at().await;
    }

    /// Until each cluster that is known was looked at: one that was not would count as stopped.
    pub async fn looked_at(&self) {
        for local in self.registry().unseen() {
            self.look(&local.id, &local.dir).await;
        }
    }

    /// What permits depend on; fails when there is no such cluster.
    pub(crate) fn cluster_facts(&self, id: &str) -> Result<ClusterFacts> {
        if let Some(local) = self.registry().local(id) {
            return Ok(self.with_abilities(id, local.facts_for_permits()));
        }
        let profile = self.store().profile(id).map_err(Failure::internal)?;
        let profile = profile.ok_or_else(|| not_found(id))?;
        let state = remote_state(self.open_session(id).as_deref());
        Ok(self.with_abilities(id, remote_facts(&profile, state)))
    }

    /// Adds what the cluster itself told, where somebody has asked it.
    fn with_abilities(&self, id: &str, facts: ClusterFacts) -> ClusterFacts {
        let Some(session) = self.open_session(id) else { return facts };
        let known = session.abilities();
        let is_sample =
            |metadata: Arc<Metadata>| TOPICS.iter().any(|topic| metadata.topic(topic).is_some());
        let sample_topics = session.newest().map(|snapshot| is_sample(snapshot.metadata));
        ClusterFacts { apis: known.apis, rights: known.rights, sample_topics, ..facts }
    }

    pub(crate) fn cluster_name(&self, id: &str) -> Result<String> {
        if self.registry().local(id).is_some() {
            return Ok(id.to_owned());
        }
        let profile = self.store().profile(id).map_err(Failure::internal)?;
        profile.map(|profile| profile.name).ok_or_else(|| not_found(id))
    }

    /// Enforces what [`permits`] says.
    pub fn permit(&self, action: Action, id: &str) -> Result<()> {
        permits(action, &self.cluster_facts(id)?).map_err(Failure::denied)
    }

    async fn local_row(&self, local: &Local) -> ClusterRow {
        let engine = local.engine();
        let mut row = ClusterRow {
            id: local.id.clone(),
            name: local.id.clone(),
            is_local: true,
            state: local.state(),
            state_reason: local.state_reason(),
            engine: engine.map_or("Weir".to_owned(), |engine| format!("Weir {}", engine.version)),
            version: Some(KAFKA_VERSION.to_owned()),
            brokers_online: local.brokers_online(),
            brokers_total: local.file.as_ref().map(|file| file.brokers.into()),
            topics: None,
            partitions: None,
            max_lag: None,
            partitions_offline: None,
            partitions_under_replicated: None,
            bootstrap: local.bootstrap(),
            read_only: false,
            production: false,
            last_operation: self.last_operation(&local.id),
            created_at: local.file.as_ref().map(|file| file.created_ms).filter(|at| *at > 0),
            permits: ClusterPermits::of(&local.facts_for_permits()),
        };
        if engine.is_some()
            && local.first_down().is_none()
            && let Ok(session) = self.session(&local.id)
        {
            if session.newest().is_none() {
                // Without an answer the counts stay unknown.
                let _ = tokio::time::timeout(self.first_answer(), session.snapshot()).await;
            }
            count(&mut row, &session);
            row.permits =
                ClusterPermits::of(&self.with_abilities(&local.id, local.facts_for_permits()));
            // The engine knows better than the last Metadata that somebody asked for.
            row.brokers_online = local.brokers_online().or(row.brokers_online);
        }
        row
    }

    fn first_answer(&self) -> Duration {
        match self.host().kind() {
            HostKind::CommandLine => COMMAND_ANSWER,
            HostKind::Window | HostKind::Serve => FIRST_ANSWER,
        }
    }

    /// A command lists once: it waits for the first answers, of all clusters together.
    async fn hear_remote(&self, profiles: &[ProfileRow]) {
        // All at once: one that is silent is not to cost the others their answer.
        let mut asked = JoinSet::new();
        for session in profiles.iter().filter_map(|profile| self.session(&profile.id).ok()) {
            asked.spawn(async move {
                let _ = session.snapshot().await; // a failure shows in its row
            });
        }
        let all = async { while asked.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(COMMAND_ANSWER, all).await; // who is late is shown as connecting
    }

    fn remote_row(&self, profile: &ProfileRow) -> ClusterRow {
        let session = self.session(&profile.id).ok();
        let state = remote_state(session.as_deref());
        let problem = session.as_ref().and_then(|session| session.problem());
        let mut row = ClusterRow {
            id: profile.id.clone(),
            name: profile.name.clone(),
            is_local: false,
            state,
            state_reason: problem.map(|error| client_failure(&error).text),
            // Whose Kafka it is no broker tells.
            engine: "Kafka".to_owned(),
            version: None,
            brokers_online: None,
            brokers_total: None,
            topics: None,
            partitions: None,
            max_lag: None,
            partitions_offline: None,
            partitions_under_replicated: None,
            bootstrap: profile.bootstrap.clone(),
            read_only: profile.read_only,
            production: profile.production,
            last_operation: self.last_operation(&profile.id),
            created_at: Some(profile.created_at),
            permits: ClusterPermits::of(
                &self.with_abilities(&profile.id, remote_facts(profile, state)),
            ),
        };
        if let Some(session) = session {
            session.wake();
            self.note_reached(&profile.id, &session);
            count(&mut row, &session);
            row.brokers_total = session.newest().map(|s| s.metadata.cluster.brokers.len() as u32);
        }
        row
    }
}

/// What the session knows, without asking.
fn count(row: &mut ClusterRow, session: &Session) {
    let Some(snapshot) = session.newest() else { return };
    let topics = snapshot.metadata.topics.iter().filter(|topic| !is_internal(topic));
    let counts = topics.fold((0, 0), |(n, p), topic| (n + 1, p + topic.partitions.len() as u32));
    (row.topics, row.partitions) = (Some(counts.0), Some(counts.1));
    row.brokers_online = brokers::online(session, row.state);
    row.max_lag = session.groups().max_lag();
    // Of a cluster that does not answer the last Metadata says nothing about now.
    if session.problem().is_none() {
        let health = |wanted| {
            let partitions = snapshot.metadata.topics.iter().flat_map(|topic| &topic.partitions);
            Some(partitions.filter(|partition| partition.health() == wanted).count() as u32)
        };
        row.partitions_offline = health(PartitionHealth::Offline);
        row.partitions_under_replicated = health(PartitionHealth::UnderReplicated);
    }
}

fn remote_facts(profile: &ProfileRow, state: State) -> ClusterFacts {
    ClusterFacts {
        read_only: profile.read_only,
        production: profile.production,
        ..ClusterFacts::new(false, state)
    }
}

fn remote_state(session: Option<&Session>) -> State {
    let Some(session) = session else { return State::Connecting };
    match (session.newest(), session.problem()) {
        (_, Some(_)) => State::Unreachable,
        (None, None) => State::Connecting,
        (Some(_), None) if !session.silent_brokers().is_empty() => State::PartlyReachable,
        (Some(_), None) => State::Connected,
    }
}

pub(crate) fn not_found(id: &str) -> Failure {
    Failure::not_found(TextId::ErrorClusterNotFound.with("cluster", id))
}
