use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What the person wants of the cluster, whatever runs now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Desired {
    Running,
    Stopped,
}

/// `cluster.json`: only what a person asked for. Written by the host that creates the cluster, or by the engine
/// at its first start; the engine fills in the ports it chose, and remembers them for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterFile {
    pub name: String,
    pub desired: Desired,
    /// How many brokers, 1 to 100.
    pub brokers: u16,
    /// Their ids, rising; empty while they are 1 to `brokers`, as in every cluster that lost none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<i32>,
    /// One port a broker, in the order of ids; empty until the first start has chosen them.
    #[serde(default)]
    pub ports: Vec<u16>,
    /// Ports of brokers that were removed, by id: one that is added again gets its own where it is free.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub former_ports: BTreeMap<i32, u16>,
    /// The first broker's port that was asked for; the others follow it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// The address to listen on; `None` is loopback (127.0.0.1 and ::1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The name that brokers advertise; `None` is `localhost`, or `host` when that is one address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advertise: Option<String>,
    /// Broker configurations under Kafka's names, as `--set` gave them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub static_configs: BTreeMap<String, String>,
    /// Whether the sample workload runs beside the cluster.
    #[serde(default)]
    pub sample: bool,
    /// When the cluster was made, in milliseconds since the epoch; 0 where unknown.
    #[serde(default)]
    pub created_ms: i64,
}

impl ClusterFile {
    /// The most brokers a local cluster can have.
    pub const BROKERS_MAX: u16 = 100;

    /// The brokers' ids, rising, one for each port.
    pub fn broker_ids(&self) -> Vec<i32> {
        if self.ids.is_empty() { (1..=i32::from(self.brokers)).collect() } else { self.ids.clone() }
    }

    /// The name that brokers advertise: the one that was asked for; else the one address to listen on; else localhost.
    pub fn advertised(&self) -> &str {
        if let Some(name) = &self.advertise {
            return name;
        }
        let host = self.host.as_deref().unwrap_or("localhost");
        if matches!(host, "0.0.0.0" | "::" | "[::]") { "localhost" } else { host }
    }

    /// The brokers are these from now on, by id and port.
    pub fn set_brokers(&mut self, mut brokers: Vec<(i32, u16)>) {
        brokers.sort_unstable();
        self.former_ports.extend(self.broker_ids().into_iter().zip(self.ports.iter().copied()));
        self.former_ports.retain(|id, _| brokers.iter().all(|broker| broker.0 != *id));
        let in_a_row = (1..).zip(&brokers).all(|(id, broker)| broker.0 == id);
        self.brokers = u16::try_from(brokers.len()).unwrap_or(u16::MAX);
        self.ports = brokers.iter().map(|broker| broker.1).collect();
        self.ids = if in_a_row { Vec::new() } else { brokers.iter().map(|b| b.0).collect() };
    }

    /// A cluster to run, with every default.
    pub fn new(name: impl Into<String>, brokers: u16) -> Self {
        Self {
            name: name.into(),
            desired: Desired::Running,
            brokers,
            ids: Vec::new(),
            ports: Vec::new(),
            former_ports: BTreeMap::new(),
            port: None,
            host: None,
            advertise: None,
            static_configs: BTreeMap::new(),
            sample: false,
            created_ms: crate::now_ms(),
        }
    }
}
