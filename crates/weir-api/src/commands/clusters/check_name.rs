use crate::commands::prelude::*;
use crate::dto::{FromCore, NameCheck};

/// What is wrong with a name for a new cluster.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "ClustersCheckNameArgs")]
pub struct ClustersCheckName {
    pub name: String,
}

impl Command for ClustersCheckName {
    const NAME: &'static str = "clusters.check_name";
    type Output = NameCheck;

    async fn run(self, app: &App) -> Result<NameCheck> {
        let problem = app.core().check_cluster_name(&self.name)?;
        Ok(NameCheck { problem: FromCore::from_core(problem) })
    }
}
