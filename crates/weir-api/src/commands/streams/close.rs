use crate::commands::prelude::*;
use crate::dto::Done;

/// Closes a stream; one that is closed already is closed.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "StreamsCloseArgs")]
pub struct StreamsClose {
    pub id: String,
}

impl Command for StreamsClose {
    const NAME: &'static str = "streams.close";
    type Output = Done;

    async fn run(self, app: &App) -> Result<Done> {
        app.core().stream_close(&self.id);
        Ok(Done {})
    }
}
