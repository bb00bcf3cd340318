use crate::commands::prelude::*;
use crate::dto::{ClusterDetail, FromCore};

/// The overview of one cluster.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "ClustersGetArgs")]
pub struct ClustersGet {
    pub cluster: String,
}

impl Command for ClustersGet {
    const NAME: &'static str = "clusters.get";
    type Output = ClusterDetail;
    const PROVIDES: &'static [&'static str] = &["cluster({cluster})"];

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<ClusterDetail> {
        app.core().cluster(&self.cluster).await.map(ClusterDetail::from_core)
    }
}
