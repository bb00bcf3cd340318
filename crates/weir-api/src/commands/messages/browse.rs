use weir_core::messages::Browse;

use crate::commands::prelude::*;
use crate::dto::{BrowseFrom, BrowsePage, FromCore};

/// One page of messages. Rows carry previews; `messages.get` has the whole.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "MessagesBrowseArgs")]
pub struct MessagesBrowse {
    pub cluster: String,
    pub topic: String,
    /// `null`: all.
    pub partition: Option<i32>,
    pub from: BrowseFrom,
    /// At most 500.
    pub limit: u32,
    /// `next` of the page before; `from` counts no more then.
    pub before: Option<String>,
    /// Must occur in key or value, byte for byte.
    pub contains: String,
}

impl Command for MessagesBrowse {
    const NAME: &'static str = "messages.browse";
    type Output = BrowsePage;

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<BrowsePage> {
        let browse = Browse {
            cluster: self.cluster,
            topic: self.topic,
            partition: self.partition,
            from: self.from.into(),
            limit: self.limit as usize,
            before: self.before,
            contains: self.contains,
        };
        app.core().browse(&browse).await.map(BrowsePage::from_core)
    }
}
