use crate::commands::prelude::*;
use crate::dto::{FromCore, TopicNameCheck};

/// What is wrong with a name for a new topic, and what is only unwise.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "TopicsCheckNameArgs")]
pub struct TopicsCheckName {
    pub cluster: String,
    pub name: String,
}

impl Command for TopicsCheckName {
    const NAME: &'static str = "topics.check_name";
    type Output = TopicNameCheck;

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<TopicNameCheck> {
        let (problem, warning) = app.core().check_topic_name(&self.cluster, &self.name).await?;
        Ok(TopicNameCheck {
            problem: FromCore::from_core(problem),
            warning: FromCore::from_core(warning),
        })
    }
}
