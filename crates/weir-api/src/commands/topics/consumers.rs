use crate::commands::prelude::*;
use crate::dto::{FromCore, GroupRows};

/// Groups that have committed for a topic or read it now.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "TopicsConsumersArgs")]
pub struct TopicsConsumers {
    pub cluster: String,
    pub topic: String,
}

impl Command for TopicsConsumers {
    const NAME: &'static str = "topics.consumers";
    type Output = GroupRows;
    const PROVIDES: &'static [&'static str] = &["groups({cluster})"];

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<GroupRows> {
        let rows = app.core().topic_consumers(&self.cluster, &self.topic).await?;
        Ok(GroupRows { rows: FromCore::from_core(rows) })
    }
}
