//! What a quickly created cluster gets, each line with whether it can be changed later.

use super::likely_port::likely_port;
use crate::core::Core;
use crate::failure::Result;
use crate::text::{Text, TextId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateDefaults {
    /// A name that is free.
    pub name: String,
    pub brokers: u16,
    /// The first broker's, if it is still free then; `None` where none was found.
    pub port: Option<u16>,
    pub settings: Vec<DefaultSetting>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultSetting {
    /// Kafka's name, or the form's.
    pub key: &'static str,
    pub label: Text,
    pub value: String,
    pub changeable: Changeable,
    pub note: Option<Text>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changeable {
    Yes,
    No,
}

pub(super) const BROKERS: u16 = 3;

impl Core {
    pub fn create_defaults(&self) -> Result<CreateDefaults> {
        let files = self.registry().locals().into_iter().filter_map(|local| local.file);
        let port = likely_port(&files.flat_map(|file| file.ports).collect(), BROKERS);
        Ok(CreateDefaults {
            name: self.suggest_cluster_name()?,
            brokers: BROKERS,
            port,
            settings: settings(BROKERS, port),
        })
    }
}

fn settings(brokers: u16, port: Option<u16>) -> Vec<DefaultSetting> {
    use Changeable::{No, Yes};
    let (replicas, min_isr) = (brokers.min(3).to_string(), brokers.min(2).to_string());
    let internal = replicas.clone();
    let note = |id: TextId| Some(Text::from(id));
    vec![
        line(
            "engine",
            TextId::DefaultEngine,
            format!("Weir {}", version()),
            No,
            note(TextId::DefaultEngineNote),
        ),
        line("brokers", TextId::DefaultBrokers, brokers.to_string(), Yes, None),
        line("racks", TextId::DefaultRacks, "zone-a, zone-b, zone-c".into(), No, None),
        line(
            "listeners",
            TextId::DefaultListeners,
            port.map_or("-".to_owned(), |port| format!("localhost:{port}, …")),
            No,
            note(TextId::DefaultListenersNote),
        ),
        line(
            "security",
            TextId::DefaultSecurity,
            "PLAINTEXT".into(),
            No,
            note(TextId::DefaultSecurityNote),
        ),
        line(
            "default.replication.factor",
            TextId::DefaultReplication,
            replicas,
            No,
            note(TextId::DefaultAtCreation),
        ),
        line(
            "min.insync.replicas",
            TextId::DefaultMinIsr,
            min_isr,
            Yes,
            note(TextId::DefaultMinIsrNote),
        ),
        line(
            "num.partitions",
            TextId::DefaultPartitions,
            "3".into(),
            No,
            note(TextId::DefaultAtCreation),
        ),
        line(
            "offsets.topic.replication.factor",
            TextId::DefaultInternalReplication,
            internal,
            No,
            note(TextId::DefaultInternalReplicationNote),
        ),
        line(
            "group.initial.rebalance.delay.ms",
            TextId::DefaultRebalanceDelay,
            "0".into(),
            No,
            note(TextId::DefaultRebalanceDelayNote),
        ),
        line(
            "queued.max.request.bytes",
            TextId::DefaultQueuedBytes,
            "268435456".into(),
            No,
            note(TextId::DefaultQueuedBytesNote),
        ),
        line(
            "max.connections",
            TextId::DefaultMaxConnections,
            "20000".into(),
            No,
            note(TextId::DefaultMaxConnectionsNote),
        ),
        line(
            "log.retention.hours",
            TextId::DefaultRetention,
            "168".into(),
            Yes,
            note(TextId::DefaultPerTopic),
        ),
        line(
            "auto.create.topics.enable",
            TextId::DefaultAutoCreate,
            "true".into(),
            No,
            note(TextId::DefaultAutoCreateNote),
        ),
        line("storage", TextId::DefaultStorage, "-".into(), No, note(TextId::DefaultStorageNote)),
    ]
}

fn line(
    key: &'static str,
    label: TextId,
    value: String,
    changeable: Changeable,
    note: Option<Text>,
) -> DefaultSetting {
    DefaultSetting { key, label: label.into(), value, changeable, note }
}

fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
