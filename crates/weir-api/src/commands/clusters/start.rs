use weir_core::permits::Action;

use crate::commands::prelude::*;
use crate::dto::Begun;

/// Begins to start a local cluster.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "ClustersStartArgs")]
pub struct ClustersStart {
    pub cluster: String,
}

impl Command for ClustersStart {
    const NAME: &'static str = "clusters.start";
    type Output = Begun;
    const INVALIDATES: &'static [&'static str] = &["clusters", "cluster({cluster})"];
    const PERMIT: Option<Action> = Some(Action::Start);

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<Begun> {
        Ok(Begun { operation: app.core().start_cluster(&self.cluster)? })
    }
}
