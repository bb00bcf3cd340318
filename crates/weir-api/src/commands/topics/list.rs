use crate::commands::prelude::*;
use crate::dto::{FromCore, TopicPage, ViewArgs};

/// A new list of topics, and its page. Sorts and conditions: name, partitions, replication, health, messages,
/// messages_in, size.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "TopicsListArgs")]
pub struct TopicsList {
    pub cluster: String,
    /// With internal topics.
    pub internal: bool,
    /// Names that come first where they match, at most 50.
    #[serde(default)]
    pub pinned: Vec<String>,
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
        let Self { cluster, internal, pinned, list } = self;
        let page = app.core().topics_list(&cluster, internal, &pinned, list.into()).await?;
        Ok(TopicPage::from_core(page))
    }
}
