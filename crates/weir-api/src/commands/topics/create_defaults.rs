use crate::commands::prelude::*;
use crate::dto::{FromCore, TopicDefaults};

/// What the form for a new topic begins with.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "TopicsCreateDefaultsArgs")]
pub struct TopicsCreateDefaults {
    pub cluster: String,
}

impl Command for TopicsCreateDefaults {
    const NAME: &'static str = "topics.create_defaults";
    type Output = TopicDefaults;
    const PROVIDES: &'static [&'static str] = &["brokers({cluster})"];

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<TopicDefaults> {
        app.core().topic_defaults(&self.cluster).await.map(TopicDefaults::from_core)
    }
}
