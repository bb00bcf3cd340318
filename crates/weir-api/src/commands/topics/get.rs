use crate::commands::prelude::*;
use crate::dto::{FromCore, TopicDetail};

/// One topic.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "TopicsGetArgs")]
pub struct TopicsGet {
    pub cluster: String,
    pub topic: String,
}

impl Command for TopicsGet {
    const NAME: &'static str = "topics.get";
    type Output = TopicDetail;
    const PROVIDES: &'static [&'static str] = &["topics({cluster})", "topic({cluster},{topic})"];

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<TopicDetail> {
        app.core().topic(&self.cluster, &self.topic).await.map(TopicDetail::from_core)
    }
}
