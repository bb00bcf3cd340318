use weir_core::clusters::NewCluster;

use crate::commands::prelude::*;

/// Begins to create a local cluster and answers at once; its progress comes by events.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "ClustersCreateArgs")]
pub struct ClustersCreate {
    pub name: String,
    /// 1 to 100.
    pub brokers: u16,
    /// The first broker's; the others follow it.
    pub port: Option<u16>,
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
        let Self { name, brokers, port, sample } = self;
        let created = app.core().create_cluster(NewCluster { name, brokers, port, sample })?;
        Ok(ClusterCreated { cluster: created.cluster, operation: created.operation })
    }
}
