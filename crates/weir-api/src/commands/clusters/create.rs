use weir_core::clusters::NewCluster;

use crate::commands::prelude::*;
use crate::dto::ConfigValue;

/// Begins to create a local cluster and answers at once; its progress comes by events.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "ClustersCreateArgs")]
pub struct ClustersCreate {
    pub name: String,
    /// 1 to 100.
    pub brokers: u16,
    /// The first broker's; the others follow it.
    pub port: Option<u16>,
    /// The address to listen on: `0.0.0.0` for all of the machine. Loopback where none is given.
    #[serde(default)]
    #[ts(optional)]
    pub host: Option<String>,
    /// What brokers tell clients to connect to: `localhost` where none is given.
    #[serde(default)]
    #[ts(optional)]
    pub advertise: Option<String>,
    /// Broker configurations that it is made with, under Kafka's names.
    #[serde(default)]
    #[ts(optional, as = "Option<Vec<ConfigValue>>")]
    pub configs: Vec<ConfigValue>,
    /// A small live shop writes to it.
    pub sample: bool,
}

#[derive(Debug, Clone, Serialize, TS)]
pub struct ClusterCreated {
    pub cluster: String,
    pub operation: String,
}

impl Command for ClustersCreate {
    const NAME: &'static str = "clusters.create";
    type Output = ClusterCreated;
    const INVALIDATES: &'static [&'static str] = &["clusters"];

    async fn run(self, app: &App) -> Result<ClusterCreated> {
        let Self { name, brokers, port, host, advertise, configs, sample } = self;
        let configs = configs.into_iter().map(|config| (config.name, config.value)).collect();
        let new = NewCluster { name, brokers, port, host, advertise, configs, sample };
        let created = app.core().create_cluster(new)?;
        Ok(ClusterCreated { cluster: created.cluster, operation: created.operation })
    }
}
