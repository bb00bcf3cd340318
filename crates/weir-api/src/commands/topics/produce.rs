use weir_core::messages::NewMessage;
use weir_core::permits::Action;

use crate::commands::prelude::*;
use crate::dto::{FromCore, NewHeader, Payload, Produced};

/// Writes one message and waits until all replicas in sync have it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "TopicsProduceArgs")]
pub struct TopicsProduce {
    pub cluster: String,
    pub topic: String,
    /// `null`: by the key, or spread.
    pub partition: Option<i32>,
    pub key: Option<Payload>,
    /// `null`: a tombstone.
    pub value: Option<Payload>,
    pub headers: Vec<NewHeader>,
}

impl Command for TopicsProduce {
    const NAME: &'static str = "topics.produce";
    type Output = Produced;
    const PERMIT: Option<Action> = Some(Action::Produce);

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<Produced> {
        let headers = self.headers.into_iter().map(|h| (h.name, h.value.map(Into::into))).collect();
        let message = NewMessage {
            cluster: self.cluster,
            topic: self.topic,
            partition: self.partition,
            key: self.key.map(Into::into),
            value: self.value.map(Into::into),
            headers,
        };
        app.core().produce(&message).await.map(Produced::from_core)
    }
}
