use crate::commands::prelude::*;
use crate::dto::{ClusterRow, FromCore};

/// All clusters, local and remote: never more than some dozens.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "ClustersListArgs")]
pub struct ClustersList {}

#[derive(Debug, Clone, Serialize, TS)]
pub struct ClusterRows {
    pub rows: Vec<ClusterRow>,
}

impl Command for ClustersList {
    const NAME: &'static str = "clusters.list";
    type Output = ClusterRows;
    const PROVIDES: &'static [&'static str] = &["clusters"];

    async fn run(self, app: &App) -> Result<ClusterRows> {
        Ok(ClusterRows { rows: FromCore::from_core(app.core().clusters().await?) })
    }
}
