use weir_core::groups::DeleteOffsets;
use weir_core::permits::Action;

use crate::commands::prelude::*;
use crate::dto::{FromCore, OffsetsChanged};

/// Forgets what a group committed for topics; a dry run says what is lost.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "GroupsDeleteOffsetsArgs")]
pub struct GroupsDeleteOffsets {
    pub cluster: String,
    pub group: String,
    pub topics: Vec<String>,
    pub dry_run: bool,
}

impl Command for GroupsDeleteOffsets {
    const NAME: &'static str = "groups.delete_offsets";
    type Output = OffsetsChanged;
    const PERMIT: Option<Action> = Some(Action::AlterOffsets);

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<OffsetsChanged> {
        let Self { cluster, group, topics, dry_run } = self;
        let delete = DeleteOffsets { cluster, group, topics, dry_run };
        app.core().delete_offsets(&delete).await.map(OffsetsChanged::from_core)
    }
}
