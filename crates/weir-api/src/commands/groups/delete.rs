use weir_core::permits::Action;

use crate::commands::prelude::*;
use crate::dto::Begun;

/// Deletes a group without members, with what it committed.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "GroupsDeleteArgs")]
pub struct GroupsDelete {
    pub cluster: String,
    pub group: String,
    /// The name, typed.
    pub confirm: String,
}

impl Command for GroupsDelete {
    const NAME: &'static str = "groups.delete";
    type Output = Begun;
    const INVALIDATES: &'static [&'static str] = &["groups({cluster})"];
    const PERMIT: Option<Action> = Some(Action::DeleteGroup);

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<Begun> {
        let core = app.core();
        let operation = core.delete_group(&self.cluster, &self.group, &self.confirm).await?;
        Ok(Begun { operation })
    }
}
