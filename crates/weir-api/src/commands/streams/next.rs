use std::time::Duration;

use crate::commands::prelude::*;
use crate::dto::{FromCore, StreamChunk};

/// Pulls from a stream. 0 rows keeps it open; not pulled for 15 s, it closes.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "StreamsNextArgs")]
pub struct StreamsNext {
    pub id: String,
    pub max_rows: u32,
    /// At most 1000.
    pub wait_ms: u32,
}

impl Command for StreamsNext {
    const NAME: &'static str = "streams.next";
    type Output = StreamChunk;

    async fn run(self, app: &App) -> Result<StreamChunk> {
        let wait = Duration::from_millis(self.wait_ms.into());
        let chunk = app.core().stream_next(&self.id, self.max_rows as usize, wait).await?;
        Ok(StreamChunk::from_core(chunk))
    }
}
