//! The Clusters page: local and remote in one list.

use super::registry::Local;
use super::{ClusterFacts, State};
use crate::core::Core;
use crate::failure::{Failure, Result};
use crate::operations::Operation;
use crate::permits::{Action, permits};
use crate::text::{Text, TextId};

#[derive(Debug, Clone, PartialEq)]
pub struct ClusterRow {
    pub id: String,
    pub name: String,
    pub is_local: bool,
    pub state: State,
    pub state_reason: Option<Text>,
    /// `Weir 0.1.0`, `Apache Kafka`.
    pub engine: String,
    pub version: Option<String>,
    pub brokers_online: Option<u32>,
    pub brokers_total: Option<u32>,
    pub topics: Option<u32>,
    pub partitions: Option<u32>,
    pub max_lag: Option<i64>,
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
    pub open: Option<Text>,
    pub sample_start: Option<Text>,
    pub sample_remove: Option<Text>,
    pub create_topic: Option<Text>,
    pub produce: Option<Text>,
    pub alter_config: Option<Text>,
    pub delete_topic: Option<Text>,
    pub broker_stop: Option<Text>,
}

impl ClusterPermits {
    pub(crate) fn of(cluster: &ClusterFacts) -> Self {
        let refusal = |action| permits(action, cluster).err();
        Self {
            start: refusal(Action::Start),
            stop: refusal(Action::Stop),
            delete: refusal(Action::Delete),
            open: refusal(Action::Open),
            sample_start: refusal(Action::SampleStart),
            sample_remove: refusal(Action::SampleRemove),
            create_topic: refusal(Action::CreateTopic),
            produce: refusal(Action::Produce),
            alter_config: refusal(Action::AlterConfig),
            delete_topic: refusal(Action::DeleteTopic),
            broker_stop: refusal(Action::BrokerStop),
        }
    }
}

impl Core {
    /// Local clusters by name, then remote ones.
    pub fn clusters(&self) -> Result<Vec<ClusterRow>> {
        let locals = self.registry().locals();
        Ok(locals.iter().map(|local| self.local_row(local)).collect())
    }

    /// What permits depend on; fails when there is no such cluster.
    pub(crate) fn cluster_facts(&self, id: &str) -> Result<ClusterFacts> {
        let local = self.registry().local(id);
        local.map(|local| local.facts_for_permits()).ok_or_else(|| not_found(id))
    }

    /// Enforces what [`permits`] says.
    pub fn permit(&self, action: Action, id: &str) -> Result<()> {
        permits(action, &self.cluster_facts(id)?).map_err(Failure::denied)
    }

    pub(crate) fn local_row(&self, local: &Local) -> ClusterRow {
        let engine = local.engine();
        let version = engine.map(|engine| engine.version.clone());
        ClusterRow {
            id: local.id.clone(),
            name: local.id.clone(),
            is_local: true,
            state: local.state(),
            state_reason: local.state_reason(),
            engine: version.as_ref().map_or("Weir".to_owned(), |v| format!("Weir {v}")),
            version,
            brokers_online: None,
            brokers_total: local.file.as_ref().map(|file| file.brokers.into()),
            topics: None,
            partitions: None,
            max_lag: None,
            bootstrap: local.bootstrap(),
            read_only: false,
            production: false,
            last_operation: self.last_operation(&local.id),
            created_at: local.file.as_ref().map(|file| file.created_ms).filter(|at| *at > 0),
            permits: ClusterPermits::of(&local.facts_for_permits()),
        }
    }

    fn last_operation(&self, id: &str) -> Option<Operation> {
        self.operations_list(Some(id), "", 1, 1).ok()?.rows.into_iter().next()
    }
}

pub(crate) fn not_found(id: &str) -> Failure {
    Failure::not_found(TextId::ErrorClusterNotFound.with("cluster", id))
}
