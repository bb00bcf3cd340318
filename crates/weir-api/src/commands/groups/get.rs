use crate::commands::prelude::*;
use crate::dto::{FromCore, GroupDetail};

/// One group: members, assignment, lag of each partition.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "GroupsGetArgs")]
pub struct GroupsGet {
    pub cluster: String,
    pub group: String,
}

impl Command for GroupsGet {
    const NAME: &'static str = "groups.get";
    type Output = GroupDetail;
    const PROVIDES: &'static [&'static str] = &["groups({cluster})", "group({cluster},{group})"];

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<GroupDetail> {
        app.core().group(&self.cluster, &self.group).await.map(GroupDetail::from_core)
    }
}
