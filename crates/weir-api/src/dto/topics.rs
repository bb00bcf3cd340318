use serde::{Deserialize, Serialize};
use ts_rs::TS;
use weir_core::topics as core;
use weir_domain as domain;

use super::{ApiError, FromCore, I64, Page, Text, dto, words};

words!(
    /// The worst partition decides.
    Health = core::Health as "snake_case" { Ok, UnderReplicated, UnderMinIsr, Offline }
);

/// One line of the topics list. `null` where a value is not known yet.
#[derive(Debug, Clone, Serialize, TS)]
pub struct TopicRow {
    /// The name.
    pub id: String,
    pub name: String,
    pub internal: bool,
    /// Just created; the brokers do not tell it yet.
    pub creating: bool,
    pub health: Health,
    pub under_replicated: u32,
    /// Of the partitions with a leader; 0 while the topic's minimum is not known.
    pub under_min_isr: u32,
    pub offline: u32,
    pub partitions: u32,
    pub replication: u32,
    /// An upper bound: compaction leaves gaps.
    pub messages: Option<I64>,
    pub messages_in_per_s: Option<f64>,
    /// Of all replicas.
    pub size: Option<I64>,
    /// `retention.ms`
    pub retention: Option<String>,
    /// `cleanup.policy`
    pub cleanup: Option<String>,
    /// How many have committed for it or read it now.
    pub groups: Option<u32>,
    pub last_write: Option<I64>,
}

impl FromCore<core::TopicRow> for TopicRow {
    fn from_core(row: core::TopicRow) -> Self {
        Self {
            id: row.name.clone(),
            name: row.name,
            internal: row.internal,
            creating: row.creating,
            health: FromCore::from_core(row.health),
            under_replicated: row.under_replicated,
            under_min_isr: row.under_min_isr,
            offline: row.offline,
            partitions: row.partitions,
            replication: row.replication,
            messages: FromCore::from_core(row.messages),
            messages_in_per_s: row.messages_in_per_s,
            size: FromCore::from_core(row.size),
            retention: row.retention,
            cleanup: row.cleanup,
            groups: row.groups,
            last_write: FromCore::from_core(row.last_write),
        }
    }
}

#[derive(Debug, Clone, Serialize, TS)]
pub struct TopicPage {
    #[serde(flatten)]
    pub page: Page<TopicRow>,
    /// Internal topics that the list leaves out.
    pub internal_hidden: u32,
}

impl FromCore<core::TopicPage> for TopicPage {
    fn from_core(page: core::TopicPage) -> Self {
        Self {
            page: FromCore::from_core(page.page),
            internal_hidden: FromCore::from_core(page.internal_hidden),
        }
    }
}

dto!(
    /// `null`: allowed; else the reason why not.
    TopicPermits from core::TopicPermits {
        produce: Option<Text>,
        delete: Option<Text>,
        alter_config: Option<Text>,
        add_partitions: Option<Text>,
    }
);

dto!(TopicDetail from core::TopicDetail {
    #[serde(flatten)]
    row: TopicRow,
    topic_id: Option<String>,
    min_insync: Option<u32>,
    permits: TopicPermits,
    warnings: Vec<Text>,
});

words!(
    /// Kafka's type of a configuration.
    ConfigType = domain::ConfigType as "snake_case" {
        Boolean, String, Int, Short, Long, Double, List, Class, Password, Unknown,
    }
);
words!(Importance = domain::Importance as "snake_case" { High, Medium, Low });

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ConfigSource {
    Default,
    Topic,
    Broker,
    Cluster,
    Static,
    Group,
    Unknown,
}

impl FromCore<domain::ConfigSource> for ConfigSource {
    fn from_core(source: domain::ConfigSource) -> Self {
        match source {
            domain::ConfigSource::Default => Self::Default,
            domain::ConfigSource::Topic => Self::Topic,
            domain::ConfigSource::Broker | domain::ConfigSource::BrokerLogger => Self::Broker,
            domain::ConfigSource::BrokerDefault => Self::Cluster,
            domain::ConfigSource::StaticBroker => Self::Static,
            domain::ConfigSource::Group => Self::Group,
            domain::ConfigSource::ClientMetrics | domain::ConfigSource::Unknown => Self::Unknown,
        }
    }
}

/// What Kafka says of a configuration.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ConfigHelp {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: ConfigType,
    pub default: Option<String>,
    /// In Kafka's words: `[0,...]`, `[a, b]`.
    pub valid: Option<String>,
    pub importance: Option<Importance>,
    /// What it does; `null` for a configuration that Weir does not know.
    pub doc: Option<Text>,
}

impl FromCore<core::ConfigHelp> for ConfigHelp {
    fn from_core(help: core::ConfigHelp) -> Self {
        Self {
            name: help.name,
            kind: FromCore::from_core(help.kind),
            default: help.default,
            valid: help.valid,
            importance: FromCore::from_core(help.importance),
            doc: FromCore::from_core(help.doc),
        }
    }
}

#[derive(Debug, Clone, Serialize, TS)]
pub struct ConfigRow {
    pub name: String,
    pub value: Option<String>,
    pub default: Option<String>,
    pub source: ConfigSource,
    /// Somebody set it for this topic.
    pub changed: bool,
    #[serde(rename = "type")]
    pub kind: ConfigType,
    pub read_only: bool,
    pub sensitive: bool,
    pub importance: Option<Importance>,
    pub valid: Option<String>,
    /// From most to least specific: the first that has a value wins.
    pub synonyms: Vec<ConfigSynonym>,
    /// What it does; `null` for a configuration that Weir does not know.
    pub doc: Option<Text>,
}

dto!(ConfigSynonym from domain::ConfigSynonym {
    name: String,
    value: Option<String>,
    source: ConfigSource,
});

impl FromCore<core::ConfigRow> for ConfigRow {
    fn from_core(row: core::ConfigRow) -> Self {
        let entry = row.entry;
        Self {
            name: entry.name,
            value: entry.value,
            default: entry.default,
            source: FromCore::from_core(entry.source),
            changed: row.changed,
            kind: FromCore::from_core(entry.kind),
            read_only: entry.read_only,
            sensitive: entry.sensitive,
            importance: FromCore::from_core(entry.importance),
            valid: entry.valid_values,
            synonyms: FromCore::from_core(entry.synonyms),
            doc: FromCore::from_core(row.doc),
        }
    }
}

dto!(ConfigChange from core::ConfigChange {
    name: String,
    before: Option<String>,
    after: Option<String>,
    risk: Option<Text>,
});

dto!(
    /// A configuration change, or its preview.
    Altered from core::Altered {
        operation: Option<String>,
        command: String,
        changes: Vec<ConfigChange>,
    }
);

dto!(
    /// A write, or its preview (then without an operation).
    Written from core::Written { operation: Option<String>, command: String }
);

dto!(TopicDefaults from core::TopicDefaults {
    partitions: i32,
    replication: i32,
    brokers: u32,
    configs: Vec<ConfigHelp>,
});

#[derive(Debug, Clone, Serialize, TS)]
pub struct DeletedTopics {
    /// `null` for a dry run.
    pub operation: Option<String>,
    pub results: Vec<DeletedTopic>,
    /// The Kafka command that does the same; of very many topics one a line.
    pub command: String,
}

#[derive(Debug, Clone, Serialize, TS)]
pub struct DeletedTopic {
    pub topic: String,
    /// `null`: deleted.
    pub error: Option<ApiError>,
}

impl FromCore<core::DeletedTopics> for DeletedTopics {
    fn from_core(deleted: core::DeletedTopics) -> Self {
        let result = |(topic, failure)| DeletedTopic { topic, error: FromCore::from_core(failure) };
        Self {
            operation: Some(deleted.operation),
            command: deleted.command,
            results: deleted.results.into_iter().map(result).collect(),
        }
    }
}

dto!(
    /// Groups that lose their place with topics.
    LostPlaces from core::LostPlaces {
        total: u32,
        /// The first few by name.
        groups: Vec<String>,
    }
);

dto!(PartitionRow from core::PartitionRow {
    partition: i32,
    health: Health,
    leader: Option<i32>,
    leader_epoch: Option<i32>,
    replicas: Vec<i32>,
    isr: Vec<i32>,
    offline: Vec<i32>,
    /// The first offset that can be read.
    start: Option<I64>,
    /// One past the last.
    end: Option<I64>,
    messages: Option<I64>,
    /// Of all replicas, in bytes.
    size: Option<I64>,
    /// The last stable offset: how far read_committed consumers see.
    #[ts(optional = nullable)]
    stable: Option<I64>,
    /// Replicas that a reassignment adds.
    #[ts(as = "Option<Vec<i32>>", optional)]
    adding: Vec<i32>,
    /// Replicas that a reassignment removes.
    #[ts(as = "Option<Vec<i32>>", optional)]
    removing: Vec<i32>,
    /// That are neither committed nor aborted.
    #[ts(as = "Option<Vec<OpenTransaction>>", optional)]
    transactions: Vec<OpenTransaction>,
    /// How far each replica is that a reassignment adds.
    #[ts(as = "Option<Vec<Arrival>>", optional)]
    arrivals: Vec<Arrival>,
});

dto!(Arrival from core::Arrival {
    broker: i32,
    in_sync: bool,
    /// What it holds on disk, in bytes.
    size: Option<I64>,
    /// What the leader holds.
    leader_size: Option<I64>,
});

/// A transaction that is neither committed nor aborted in a partition.
#[derive(Debug, Clone, Serialize, TS)]
pub struct OpenTransaction {
    pub producer_id: I64,
    pub producer_epoch: i32,
    /// Of its first record here.
    pub start: I64,
    /// Of the producer's last batch here.
    pub last_timestamp: Option<I64>,
    /// `null`: no coordinator knows it, as of a hanging transaction.
    pub transactional_id: Option<String>,
    /// Kafka's word: `Ongoing`, `PrepareCommit` ...
    pub state: Option<String>,
}

impl FromCore<domain::OpenTransaction> for OpenTransaction {
    fn from_core(open: domain::OpenTransaction) -> Self {
        Self {
            producer_id: I64(open.producer_id),
            producer_epoch: open.producer_epoch,
            start: I64(open.start_offset),
            last_timestamp: open.last_timestamp_ms.map(I64),
            transactional_id: open.transactional_id,
            state: open.state,
        }
    }
}

dto!(PartitionRows from core::PartitionPage { total: u32, rows: Vec<PartitionRow> });

/// A configuration to set.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ConfigValue {
    pub name: String,
    pub value: String,
}

impl FromCore<(String, String)> for ConfigValue {
    fn from_core((name, value): (String, String)) -> Self {
        Self { name, value }
    }
}

/// A configuration to set, or to bring back to its default.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ConfigEdit {
    pub name: String,
    /// `null`: back to the default.
    pub value: Option<String>,
}

#[derive(Debug, Clone, Serialize, TS)]
pub struct TopicNameCheck {
    pub problem: Option<Text>,
    /// Allowed, but unwise.
    pub warning: Option<Text>,
}
