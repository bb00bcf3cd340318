use crate::commands::prelude::*;
use crate::dto::{FromCore, GroupRow, Page};

/// Another page of a list.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "GroupsPageArgs")]
pub struct GroupsPage {
    pub cluster: String,
    pub view: String,
    /// From 1.
    pub page: u32,
}

impl Command for GroupsPage {
    const NAME: &'static str = "groups.page";
    type Output = Page<GroupRow>;
    const PROVIDES: &'static [&'static str] = &["groups({cluster})"];

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<Page<GroupRow>> {
        let page = app.core().groups_page(&self.cluster, &self.view, self.page as usize).await?;
        Ok(Page::from_core(page))
    }
}
