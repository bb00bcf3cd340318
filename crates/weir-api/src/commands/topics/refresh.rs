use crate::commands::prelude::*;
use crate::dto::{FromCore, Refresh, TopicRow};

/// Visible rows as they are now, and what a new list would show differently.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "TopicsRefreshArgs")]
pub struct TopicsRefresh {
    pub cluster: String,
    pub view: String,
    /// At most 100.
    pub ids: Vec<String>,
}

impl Command for TopicsRefresh {
    const NAME: &'static str = "topics.refresh";
    type Output = Refresh<TopicRow>;
    const PROVIDES: &'static [&'static str] = &["topics({cluster})"];

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<Refresh<TopicRow>> {
        let ids = &self.ids[..self.ids.len().min(100)];
        app.core().topics_refresh(&self.cluster, &self.view, ids).await.map(Refresh::from_core)
    }
}
