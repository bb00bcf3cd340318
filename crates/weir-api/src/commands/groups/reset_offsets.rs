use weir_core::groups::ResetOffsets;
use weir_core::permits::Action;

use crate::commands::prelude::*;
use crate::dto::{FromCore, OffsetsChanged, ResetTo, TopicScope};

/// Resets what a group without members committed; a dry run says each change with its lag.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "GroupsResetOffsetsArgs")]
pub struct GroupsResetOffsets {
    pub cluster: String,
    pub group: String,
    /// Empty: every partition that the group has committed for.
    pub topics: Vec<TopicScope>,
    pub to: ResetTo,
    pub dry_run: bool,
}

impl Command for GroupsResetOffsets {
    const NAME: &'static str = "groups.reset_offsets";
    type Output = OffsetsChanged;
    const PERMIT: Option<Action> = Some(Action::AlterOffsets);

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<OffsetsChanged> {
        let reset = ResetOffsets {
            cluster: self.cluster,
            group: self.group,
            topics: self.topics.into_iter().map(Into::into).collect(),
            to: self.to.into(),
            dry_run: self.dry_run,
        };
        app.core().reset_offsets(&reset).await.map(OffsetsChanged::from_core)
    }
}
