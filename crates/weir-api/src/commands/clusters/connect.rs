use weir_core::clusters::NewProfile;

use crate::commands::prelude::*;

/// Keeps a remote cluster.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "ClustersConnectArgs")]
pub struct ClustersConnect {
    pub name: String,
    /// `host:port,host:port`
    pub bootstrap: String,
    /// Every change is refused.
    pub read_only: bool,
    /// Every change is asked for twice.
    pub production: bool,
}

#[derive(Debug, Clone, Serialize, TS)]
pub struct ClusterConnected {
    pub cluster: String,
}

impl Command for ClustersConnect {
    const NAME: &'static str = "clusters.connect";
    type Output = ClusterConnected;
    const INVALIDATES: &'static [&'static str] = &["clusters"];

    async fn run(self, app: &App) -> Result<ClusterConnected> {
        let Self { name, bootstrap, read_only, production } = self;
        let profile = NewProfile { name, bootstrap, read_only, production };
        Ok(ClusterConnected { cluster: app.core().connect_cluster(&profile)? })
    }
}
