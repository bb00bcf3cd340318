use weir_core::permits::Action;
use weir_core::topics::AlterTopic;

use crate::commands::prelude::*;
use crate::dto::{Altered, ConfigEdit, FromCore};

/// Changes configurations of a topic; a dry run says what would change and what that risks.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "TopicsAlterConfigsArgs")]
pub struct TopicsAlterConfigs {
    pub cluster: String,
    pub topic: String,
    pub changes: Vec<ConfigEdit>,
    pub dry_run: bool,
}

impl Command for TopicsAlterConfigs {
    const NAME: &'static str = "topics.alter_configs";
    type Output = Altered;
    const PERMIT: Option<Action> = Some(Action::AlterConfig);

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<Altered> {
        let changes = self.changes.into_iter().map(|change| (change.name, change.value)).collect();
        let (cluster, topic, dry_run) = (self.cluster, self.topic, self.dry_run);
        let alter = AlterTopic { cluster, topic, changes, dry_run };
        app.core().alter_topic(&alter).await.map(Altered::from_core)
    }
}
