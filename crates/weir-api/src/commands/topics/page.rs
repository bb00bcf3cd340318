use crate::commands::prelude::*;
use crate::dto::{FromCore, TopicPage};

/// Another page of a list.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "TopicsPageArgs")]
pub struct TopicsPage {
    pub cluster: String,
    pub view: String,
    /// From 1.
    pub page: u32,
}

impl Command for TopicsPage {
    const NAME: &'static str = "topics.page";
    type Output = TopicPage;
    const PROVIDES: &'static [&'static str] = &["topics({cluster})"];

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<TopicPage> {
        let page = app.core().topics_page(&self.cluster, &self.view, self.page as usize).await?;
        Ok(TopicPage::from_core(page))
    }
}
