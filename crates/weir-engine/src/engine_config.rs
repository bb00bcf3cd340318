//! What an engine is started with: its brokers, and the static broker configurations.

use std::collections::BTreeMap;
use std::path::PathBuf;

use weir_wire::config_defs::LOG_DIR;

use crate::metadata::SNAPSHOT_INTERVAL_BYTES;

/// The listener that this slice serves.
pub const PLAINTEXT: &str = "PLAINTEXT";

/// Everything an engine is told at start. Nothing in it is read from the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineConfig {
    /// The cluster directory (`engine.md` section 2): `metadata/`, `data/`, `broker-N/` lie in it.
    pub directory: PathBuf,
    /// The brokers, by rising id.
    pub brokers: Vec<BrokerConfig>,
    /// Broker configurations a person asked for, under Kafka's names (`--set`). They win over the
    /// local profile.
    pub set: BTreeMap<String, String>,
    /// The kernel's boot id. The same one at the next start means that the page cache survived.
    pub boot_id: String,
    /// How long the first members of a classic group are waited for where nobody set
    /// `group.initial.rebalance.delay.ms`, in ms. Kafka's brokers are slow enough that members which start together
    /// meet in their first rebalance also without a delay; this engine's are not.
    pub first_generation_ms: i32,
    /// Bytes of the metadata log after which a snapshot is written, and the log before it is let go of.
    pub snapshot_interval_bytes: u32,
}

/// One broker: where clients find it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerConfig {
    /// `node.id`, from 1.
    pub id: i32,
    /// The host name that Metadata gives out.
    pub advertised_host: String,
    /// The port that Metadata gives out.
    pub advertised_port: u16,
    /// `broker.rack`.
    pub rack: Option<String>,
}

impl BrokerConfig {
    /// A broker of this machine, in the rack that its id gives: zone-a, zone-b, zone-c in turn from 1.
    pub fn local(id: i32, host: &str, port: u16) -> Self {
        Self {
            id,
            advertised_host: host.to_owned(),
            advertised_port: port,
            rack: Some(rack_of(id)),
        }
    }
}

impl EngineConfig {
    /// `count` brokers on consecutive ports from `first_port`, with racks zone-a, zone-b, zone-c in
    /// turn: the local profile.
    pub fn local(directory: impl Into<PathBuf>, count: u16, host: &str, first_port: u16) -> Self {
        let ports: Vec<u16> = (0..count).map(|i| first_port.saturating_add(i)).collect();
        Self::with_ports(directory, host, &ports)
    }

    /// One broker a port, from 1, with racks in turn.
    pub fn with_ports(directory: impl Into<PathBuf>, host: &str, ports: &[u16]) -> Self {
        let brokers = (1..).zip(ports).map(|(id, &port)| BrokerConfig::local(id, host, port));
        Self::with_brokers(directory, brokers.collect())
    }

    /// These brokers, by rising id, and nothing set.
    pub fn with_brokers(directory: impl Into<PathBuf>, brokers: Vec<BrokerConfig>) -> Self {
        Self {
            directory: directory.into(),
            brokers,
            set: BTreeMap::new(),
            boot_id: String::new(),
            first_generation_ms: 0,
            snapshot_interval_bytes: SNAPSHOT_INTERVAL_BYTES,
        }
    }

    /// Adds one static broker configuration.
    pub fn set(mut self, key: &str, value: &str) -> Self {
        self.set.insert(key.to_owned(), value.to_owned());
        self
    }

    /// The names of each broker's log dirs: `log.dirs`, else one.
    pub fn log_dir_names(&self) -> Vec<&str> {
        let set = self.set.get("log.dirs").map(String::as_str).unwrap_or_default();
        let names: Vec<&str> = set.split(',').map(str::trim).filter(|n| !n.is_empty()).collect();
        if names.is_empty() { vec![LOG_DIR] } else { names }
    }

    /// What the first members of a classic group are waited for beyond the configured delay.
    pub(crate) fn first_generation_wait_ms(&self) -> i32 {
        let is_set = self.set.contains_key("group.initial.rebalance.delay.ms");
        if is_set { 0 } else { self.first_generation_ms }
    }

    /// The static broker configurations of the local profile (`engine.md` section 6) with what a
    /// person set laid over them: DescribeConfigs reports these as STATIC_BROKER_CONFIG.
    pub fn static_configs(&self) -> BTreeMap<String, String> {
        let count = self.brokers.len().max(1);
        let replication = count.min(3).to_string();
        let min_isr = count.min(2).to_string();
        let profile: [(&str, &str); 11] = [
            ("default.replication.factor", &replication),
            ("offsets.topic.replication.factor", &replication),
            ("transaction.state.log.replication.factor", &replication),
            ("transaction.state.log.min.isr", &min_isr),
            ("share.coordinator.state.topic.replication.factor", &replication),
            ("share.coordinator.state.topic.min.isr", &min_isr),
            ("num.partitions", "3"),
            ("group.initial.rebalance.delay.ms", "0"),
            ("group.streams.initial.rebalance.delay.ms", "0"),
            ("queued.max.request.bytes", "268435456"),
            ("max.connections", "20000"),
        ];
        let mut configs: BTreeMap<String, String> =
            profile.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        configs.extend(self.set.iter().map(|(k, v)| (k.clone(), v.clone())));
        configs
    }
}

/// zone-a, zone-b, zone-c in turn from broker 1.
fn rack_of(id: i32) -> String {
    let letter = ['a', 'b', 'c'][(id - 1).rem_euclid(3) as usize];
    format!("zone-{letter}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_local_profile_never_asks_for_more_replicas_than_brokers() {
        for (brokers, replication, min_isr) in
            [(1, "1", "1"), (2, "2", "2"), (3, "3", "2"), (100, "3", "2")]
        {
            let configs = EngineConfig::local("d", brokers, "localhost", 9092).static_configs();
            assert_eq!(configs["default.replication.factor"], replication, "{brokers} brokers");
            assert_eq!(configs["transaction.state.log.min.isr"], min_isr, "{brokers} brokers");
        }
    }

    #[test]
    fn what_a_person_set_wins() {
        let config = EngineConfig::local("d", 3, "localhost", 9092).set("num.partitions", "7");
        assert_eq!(config.static_configs()["num.partitions"], "7");
        assert_eq!(config.brokers[1].rack.as_deref(), Some("zone-b"));
    }
}
