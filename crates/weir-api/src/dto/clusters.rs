use serde::Serialize;
use ts_rs::TS;
use weir_core::clusters as core;

use super::{ConfigValue, FromCore, GroupRow, I64, Operation, Text, dto, words};

words!(ClusterState = core::State as "SCREAMING_SNAKE_CASE" {
    Creating, Active, Updating, Healing, Maintenance, RebootingBroker, Failed, Deleting, Stopped,
    Starting, Stopping, Connecting, Connected, PartlyReachable, Unreachable,
});
words!(
    /// Whether a setting can be changed after the cluster was made.
    Changeable = core::Changeable as "snake_case" { Yes, No }
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
        /// Change the name or the address of a connection.
        edit: Option<Text>,
        open: Option<Text>,
        sample_start: Option<Text>,
        sample_remove: Option<Text>,
        create_topic: Option<Text>,
        produce: Option<Text>,
        alter_config: Option<Text>,
        delete_topic: Option<Text>,
        delete_group: Option<Text>,
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
    /// `Weir 0.1.0`
    pub engine: String,
    /// Of Kafka's protocol: `4.4`.
    pub version: Option<String>,
    pub brokers_online: Option<u32>,
    pub brokers_total: Option<u32>,
    pub topics: Option<u32>,
    pub partitions: Option<u32>,
    pub max_lag: Option<I64>,
    /// Partitions that nobody leads.
    pub partitions_offline: Option<u32>,
    pub partitions_under_replicated: Option<u32>,
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
            partitions_offline: row.partitions_offline,
            partitions_under_replicated: row.partitions_under_replicated,
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
    /// The first broker's port, as things stand now.
    port: Option<u16>,
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

dto!(ThroughputPoint from weir_core::Throughput {
    at: I64,
    /// `null`: nobody answered.
    bytes_in_per_s: Option<f64>,
    messages_in_per_s: Option<f64>,
});

dto!(
    /// A total that lacks brokers: how many of them are in it.
    Answering from weir_core::Answering {
        answered: u32,
        of: u32,
    }
);

dto!(
    /// The overview of one cluster.
    ClusterDetail from core::ClusterDetail {
        #[serde(flatten)]
        row: ClusterRow,
        cluster_id: Option<String>,
        /// The node that leads the controllers, which need not be a broker.
        controller: Option<i32>,
        under_replicated: Option<u32>,
        offline: Option<u32>,
        /// Those of them that get a leader once the cluster has noticed that theirs is gone.
        awaiting_leader: Option<u32>,
        internal_topics: Option<u32>,
        /// Those of internal topics too, as are the sick ones.
        partitions_all: Option<u32>,
        groups: Option<u32>,
        /// Those of them that have a lag.
        groups_behind: Option<u32>,
        /// Of all replicas.
        bytes: Option<I64>,
        bytes_in_per_s: Option<f64>,
        messages_in_per_s: Option<f64>,
        /// Brokers that are in `bytes` and the throughput, where some are not.
        answering: Option<Answering>,
        /// The last ten minutes, as far as somebody looked.
        throughput: Vec<ThroughputPoint>,
        top_lag: Vec<GroupRow>,
        active_operations: Vec<Operation>,
        sample: bool,
        directory: Option<String>,
        /// Broker configurations that a local cluster was made with.
        configs: Vec<ConfigValue>,
        warnings: Vec<Text>,
    }
);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TestStepName {
    Dns,
    Tcp,
    ApiVersions,
    Metadata,
    Advertised,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TestStatus {
    Ok,
    Failed,
    Skipped,
}

/// One step of a connection that was tried.
#[derive(Debug, Clone, Serialize, TS)]
pub struct TestStep {
    pub step: TestStepName,
    pub status: TestStatus,
    pub took_ms: u32,
    pub text: Text,
    pub hint: Option<Text>,
    pub detail: Option<String>,
}

impl FromCore<core::TestStep> for TestStep {
    fn from_core(step: core::TestStep) -> Self {
        Self {
            step: FromCore::from_core(step.step),
            status: match step.passed {
                Some(true) => TestStatus::Ok,
                Some(false) => TestStatus::Failed,
                None => TestStatus::Skipped,
            },
            took_ms: u32::try_from(step.took_ms).unwrap_or(u32::MAX),
            text: FromCore::from_core(step.text),
            hint: FromCore::from_core(step.hint),
            detail: step.detail,
        }
    }
}

impl FromCore<weir_domain::Step> for TestStepName {
    fn from_core(step: weir_domain::Step) -> Self {
        match step {
            weir_domain::Step::Dns => Self::Dns,
            weir_domain::Step::Tcp => Self::Tcp,
            weir_domain::Step::ApiVersions => Self::ApiVersions,
            weir_domain::Step::Metadata => Self::Metadata,
            weir_domain::Step::Advertised => Self::Advertised,
        }
    }
}

dto!(Snippet from core::Snippet {
    language: String,
    title: String,
    code: String,
    /// For highlighting.
    syntax: String,
});

dto!(ClientInfo from core::ClientInfo {
    bootstrap: String,
    /// The addresses as a container reaches them.
    container: Option<String>,
    snippets: Vec<Snippet>,
});
