use crate::commands::prelude::*;
use crate::dto::{ClientInfo, FromCore};

/// Settings that work as they are, for the common clients.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "ClustersClientInfoArgs")]
pub struct ClustersClientInfo {
    pub cluster: String,
}

impl Command for ClustersClientInfo {
    const NAME: &'static str = "clusters.client_info";
    type Output = ClientInfo;
    const PROVIDES: &'static [&'static str] = &["cluster({cluster})"];

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<ClientInfo> {
        app.core().client_info(&self.cluster).await.map(ClientInfo::from_core)
    }
}
