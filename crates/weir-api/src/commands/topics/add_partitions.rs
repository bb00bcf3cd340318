use weir_core::permits::Action;

use crate::commands::prelude::*;
use crate::dto::{FromCore, Written};

/// Raises the number of partitions.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "TopicsAddPartitionsArgs")]
pub struct TopicsAddPartitions {
    pub cluster: String,
    pub topic: String,
    /// How many there are afterwards.
    pub total: i32,
    pub dry_run: bool,
}

impl Command for TopicsAddPartitions {
    const NAME: &'static str = "topics.add_partitions";
    type Output = Written;
    const PERMIT: Option<Action> = Some(Action::AddPartitions);

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<Written> {
        let core = app.core();
        let written =
            core.add_partitions(&self.cluster, &self.topic, self.total, self.dry_run).await?;
        Ok(Written::from_core(written))
    }
}
