use crate::commands::prelude::*;
use crate::dto::{FromCore, TopicPage, ViewArgs};

/// A new list of topics, and its page. Sorts: name, partitions, replication, health, messages, messages_in, size.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "TopicsListArgs")]
pub struct TopicsList {
    pub cluster: String,
    /// With internal topics.
    pub internal: bool,
    #[serde(flatten)]
    pub list: ViewArgs,
}

impl Command for TopicsList {
    const NAME: &'static str = "topics.list";
    type Output = TopicPage;
    const PROVIDES: &'static [&'static str] = &["topics({cluster})"];

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<TopicPage> {
        let page = app.core().topics_list(&self.cluster, self.internal, self.list.into()).await?;
        Ok(TopicPage::from_core(page))
    }
}
