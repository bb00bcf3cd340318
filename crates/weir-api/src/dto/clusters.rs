use serde::Serialize;
use ts_rs::TS;
use weir_core::clusters as core;

use super::{FromCore, I64, Operation, Text, dto, words};

words!(ClusterState = core::State as "SCREAMING_SNAKE_CASE" {
    Creating, Active, Updating, Healing, Maintenance, RebootingBroker, Failed, Deleting, Stopped,
    Starting, Stopping, Connecting, Connected, PartlyReachable, Unreachable,
});
words!(
    /// Whether a setting can be changed after the cluster was made.
    Changeable = core::Changeable as "snake_case" { Yes, No, Restart }
);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ClusterKind {
    Local,
    Remote,
}

dto!(
    /// `null`: allowed; else the reason why not.
    ClusterPermits from core::ClusterPermits {
        start: Option<Text>,
        stop: Option<Text>,
        delete: Option<Text>,
        open: Option<Text>,
        sample_start: Option<Text>,
        sample_remove: Option<Text>,
        create_topic: Option<Text>,
        produce: Option<Text>,
        alter_config: Option<Text>,
        delete_topic: Option<Text>,
        broker_stop: Option<Text>,
    }
);

impl FromCore<bool> for ClusterKind {
    fn from_core(is_local: bool) -> Self {
        if is_local { Self::Local } else { Self::Remote }
    }
}

/// One line of the Clusters page. `null` where a value is not known yet.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ClusterRow {
    pub id: String,
    pub name: String,
    pub kind: ClusterKind,
    pub state: ClusterState,
    pub state_reason: Option<Text>,
    pub engine: String,
    pub version: Option<String>,
    pub brokers_online: Option<u32>,
    pub brokers_total: Option<u32>,
    pub topics: Option<u32>,
    pub partitions: Option<u32>,
    pub max_lag: Option<I64>,
    pub bootstrap: String,
    pub read_only: bool,
    pub production: bool,
    pub last_operation: Option<Operation>,
    pub created_at: Option<I64>,
    pub permits: ClusterPermits,
}

impl FromCore<core::ClusterRow> for ClusterRow {
    fn from_core(row: core::ClusterRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            kind: FromCore::from_core(row.is_local),
            state: FromCore::from_core(row.state),
            state_reason: FromCore::from_core(row.state_reason),
            engine: row.engine,
            version: row.version,
            brokers_online: row.brokers_online,
            brokers_total: row.brokers_total,
            topics: row.topics,
            partitions: row.partitions,
            max_lag: FromCore::from_core(row.max_lag),
            bootstrap: row.bootstrap,
            read_only: row.read_only,
            production: row.production,
            last_operation: FromCore::from_core(row.last_operation),
            created_at: FromCore::from_core(row.created_at),
            permits: FromCore::from_core(row.permits),
        }
    }
}

dto!(CreateDefaults from core::CreateDefaults {
    /// A name that is free.
    name: String,
    brokers: u16,
    settings: Vec<DefaultSetting>,
});

dto!(DefaultSetting from core::DefaultSetting {
    /// Kafka's name of the configuration, or the form's field.
    key: String,
    label: Text,
    value: String,
    changeable: Changeable,
    note: Option<Text>,
});
