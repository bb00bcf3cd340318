use crate::commands::prelude::*;
use crate::dto::Done;

/// Forgets a remote cluster; nothing happens to the cluster itself.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "ClustersDisconnectArgs")]
pub struct ClustersDisconnect {
    pub cluster: String,
}

impl Command for ClustersDisconnect {
    const NAME: &'static str = "clusters.disconnect";
    type Output = Done;
    const INVALIDATES: &'static [&'static str] = &["clusters", "cluster({cluster})"];

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<Done> {
        app.core().disconnect_cluster(&self.cluster)?;
        Ok(Done {})
    }
}
