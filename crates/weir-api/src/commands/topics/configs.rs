use crate::commands::prelude::*;
use crate::dto::{ConfigRow, FromCore};

/// All configurations of a topic, with where they come from.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "TopicsConfigsArgs")]
pub struct TopicsConfigs {
    pub cluster: String,
    pub topic: String,
}

#[derive(Debug, Clone, Serialize, TS)]
pub struct ConfigRows {
    pub rows: Vec<ConfigRow>,
}

impl Command for TopicsConfigs {
    const NAME: &'static str = "topics.configs";
    type Output = ConfigRows;
    const PROVIDES: &'static [&'static str] = &["topic({cluster},{topic})"];

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<ConfigRows> {
        let rows = app.core().topic_configs(&self.cluster, &self.topic).await?;
        Ok(ConfigRows { rows: FromCore::from_core(rows) })
    }
}
