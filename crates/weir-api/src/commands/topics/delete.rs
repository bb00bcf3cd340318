use weir_core::permits::Action;

use crate::commands::prelude::*;
use crate::dto::{DeletedTopics, FromCore};

/// Deletes topics with all their messages; each answers for itself.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "TopicsDeleteArgs")]
pub struct TopicsDelete {
    pub cluster: String,
    pub topics: Vec<String>,
    /// The name, typed; when there are several, how many.
    pub confirm: String,
    /// Deletes nothing and gives only the command.
    #[serde(default)]
    pub dry_run: bool,
}

impl Command for TopicsDelete {
    const NAME: &'static str = "topics.delete";
    type Output = DeletedTopics;
    const PERMIT: Option<Action> = Some(Action::DeleteTopic);

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<DeletedTopics> {
        let core = app.core();
        if self.dry_run {
            let command = core.delete_topics_command(&self.cluster, &self.topics)?;
            return Ok(DeletedTopics { operation: None, results: Vec::new(), command });
        }
        let deleted = core.delete_topics(&self.cluster, &self.topics, &self.confirm).await?;
        Ok(DeletedTopics::from_core(deleted))
    }
}
