use weir_core::permits::Action;

use crate::commands::prelude::*;
use crate::dto::{DeletedGroups, FromCore};

/// Deletes groups without members, with what they committed; each answers for itself.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "GroupsDeleteArgs")]
pub struct GroupsDelete {
    pub cluster: String,
    pub groups: Vec<String>,
    /// The name, typed; when there are several, how many.
    pub confirm: String,
}

impl Command for GroupsDelete {
    const NAME: &'static str = "groups.delete";
    type Output = DeletedGroups;
    const INVALIDATES: &'static [&'static str] = &["groups({cluster})"];
    const PERMIT: Option<Action> = Some(Action::DeleteGroup);

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<DeletedGroups> {
        let core = app.core();
        let deleted = core.delete_groups(&self.cluster, &self.groups, &self.confirm).await?;
        Ok(DeletedGroups::from_core(deleted))
    }
}
