use crate::commands::prelude::*;
use crate::dto::Begun;

/// Begins to delete a local cluster with all its data.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "ClustersDeleteArgs")]
pub struct ClustersDelete {
    pub cluster: String,
    /// The cluster's name, typed.
    pub confirm: String,
}

impl Command for ClustersDelete {
    const NAME: &'static str = "clusters.delete";
    type Output = Begun;
    const INVALIDATES: &'static [&'static str] = &["clusters", "cluster({cluster})"];

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    /// The core asks what is permitted: one that is gone but for its record may be deleted as well.
    async fn run(self, app: &App) -> Result<Begun> {
        Ok(Begun { operation: app.core().delete_cluster(&self.cluster, &self.confirm)? })
    }
}
