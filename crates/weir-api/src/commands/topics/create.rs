use weir_core::permits::Action;
use weir_core::topics::CreateTopic;

use crate::commands::prelude::*;
use crate::dto::{ConfigValue, FromCore, Written};

/// Creates a topic; a dry run only says whether it could.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "TopicsCreateArgs")]
pub struct TopicsCreate {
    pub cluster: String,
    pub name: String,
    pub partitions: i32,
    pub replication: i16,
    pub configs: Vec<ConfigValue>,
    pub dry_run: bool,
}

impl Command for TopicsCreate {
    const NAME: &'static str = "topics.create";
    type Output = Written;
    const PERMIT: Option<Action> = Some(Action::CreateTopic);

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<Written> {
        let configs = self.configs.into_iter().map(|config| (config.name, config.value)).collect();
        let create = CreateTopic {
            cluster: self.cluster,
            name: self.name,
            partitions: self.partitions,
            replication: self.replication,
            configs,
            dry_run: self.dry_run,
        };
        app.core().create_topic(&create).await.map(Written::from_core)
    }
}
