use weir_core::permits::Action;

use crate::commands::prelude::*;
use crate::dto::Begun;

/// Begins the sample workload.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "ClustersSampleStartArgs")]
pub struct ClustersSampleStart {
    pub cluster: String,
}

impl Command for ClustersSampleStart {
    const NAME: &'static str = "clusters.sample_start";
    type Output = Begun;
    const INVALIDATES: &'static [&'static str] = &["clusters", "cluster({cluster})"];
    const PERMIT: Option<Action> = Some(Action::SampleStart);

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<Begun> {
        Ok(Begun { operation: app.core().start_sample(&self.cluster)? })
    }
}
