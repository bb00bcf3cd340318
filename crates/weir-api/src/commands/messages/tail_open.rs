use crate::commands::prelude::*;

/// Follows what is written from now on; pull it with `streams.next`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "MessagesTailOpenArgs")]
pub struct MessagesTailOpen {
    pub cluster: String,
    pub topic: String,
    pub partition: Option<i32>,
    pub contains: String,
}

#[derive(Debug, Clone, Serialize, TS)]
pub struct StreamOpened {
    pub stream: String,
}

impl Command for MessagesTailOpen {
    const NAME: &'static str = "messages.tail.open";
    type Output = StreamOpened;

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<StreamOpened> {
        let (core, contains) = (app.core(), &self.contains);
        let stream = core.open_tail(&self.cluster, &self.topic, self.partition, contains).await?;
        Ok(StreamOpened { stream })
    }
}
