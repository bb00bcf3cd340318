use crate::commands::prelude::*;
use crate::dto::{FromCore, I64, MessageFull};

/// One message with all its bytes.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "MessagesGetArgs")]
pub struct MessagesGet {
    pub cluster: String,
    pub topic: String,
    pub partition: i32,
    pub offset: I64,
}

impl Command for MessagesGet {
    const NAME: &'static str = "messages.get";
    type Output = MessageFull;

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<MessageFull> {
        let (core, offset) = (app.core(), self.offset.0);
        let message = core.message(&self.cluster, &self.topic, self.partition, offset).await?;
        Ok(MessageFull::from_core(message))
    }
}
