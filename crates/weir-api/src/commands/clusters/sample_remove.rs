use weir_core::permits::Action;

use crate::commands::prelude::*;
use crate::dto::Begun;

/// Begins to end the sample workload and to delete its topics and groups.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "ClustersSampleRemoveArgs")]
pub struct ClustersSampleRemove {
    pub cluster: String,
}

impl Command for ClustersSampleRemove {
    const NAME: &'static str = "clusters.sample_remove";
    type Output = Begun;
    const INVALIDATES: &'static [&'static str] = &["clusters", "cluster({cluster})"];
    const PERMIT: Option<Action> = Some(Action::SampleRemove);

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<Begun> {
        Ok(Begun { operation: app.core().remove_sample(&self.cluster).await? })
    }
}
