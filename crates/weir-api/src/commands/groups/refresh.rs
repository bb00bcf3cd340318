use crate::commands::prelude::*;
use crate::dto::{FromCore, GroupRow, Refresh};

/// Visible rows as they are now, and what a new list would show differently.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "GroupsRefreshArgs")]
pub struct GroupsRefresh {
    pub cluster: String,
    pub view: String,
    /// At most 100.
    pub ids: Vec<String>,
}

impl Command for GroupsRefresh {
    const NAME: &'static str = "groups.refresh";
    type Output = Refresh<GroupRow>;
    const PROVIDES: &'static [&'static str] = &["groups({cluster})"];

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<Refresh<GroupRow>> {
        let ids = &self.ids[..self.ids.len().min(100)];
        app.core().groups_refresh(&self.cluster, &self.view, ids).await.map(Refresh::from_core)
    }
}
