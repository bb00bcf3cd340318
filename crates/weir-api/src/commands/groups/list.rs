use crate::commands::prelude::*;
use crate::dto::{FromCore, GroupRow, Page, ViewArgs};

/// A new list of groups, and its page. Sorts: name, state, members, topics, lag; conditions on these, type and
/// coordinator.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "GroupsListArgs")]
pub struct GroupsList {
    pub cluster: String,
    #[serde(flatten)]
    pub list: ViewArgs,
}

impl Command for GroupsList {
    const NAME: &'static str = "groups.list";
    type Output = Page<GroupRow>;
    const PROVIDES: &'static [&'static str] = &["groups({cluster})"];

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<Page<GroupRow>> {
        app.core().groups_list(&self.cluster, self.list.into()).await.map(Page::from_core)
    }
}
