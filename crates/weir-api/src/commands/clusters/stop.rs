use weir_core::permits::Action;

use crate::commands::prelude::*;
use crate::dto::Begun;

/// Begins to stop a local cluster.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "ClustersStopArgs")]
pub struct ClustersStop {
    pub cluster: String,
}

impl Command for ClustersStop {
    const NAME: &'static str = "clusters.stop";
    type Output = Begun;
    const INVALIDATES: &'static [&'static str] = &["clusters", "cluster({cluster})"];
    const PERMIT: Option<Action> = Some(Action::Stop);

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<Begun> {
        Ok(Begun { operation: app.core().stop_cluster(&self.cluster)? })
    }
}
