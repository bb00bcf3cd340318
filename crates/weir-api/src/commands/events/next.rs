use std::time::Duration;

use crate::commands::prelude::*;
use crate::dto::{FromCore, I64, Operation};

/// What changed since `after`, waiting for it up to `wait_ms` (at most 30 s). `after` 0 answers at once with the
/// current number. `watching` is the lease by which pollers know that somebody looks.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "EventsNextArgs")]
pub struct EventsNext {
    pub after: I64,
    pub watching: Vec<String>,
    pub wait_ms: u32,
}

#[derive(Debug, Clone, Serialize, TS)]
pub struct Events {
    pub seq: I64,
    /// Tags to refetch; `["*"]`: everything.
    pub invalidated: Vec<String>,
    pub operations: Vec<Operation>,
    /// The core does not do its work any more, for this reason: it has to be started anew.
    pub gone: Option<String>,
}

impl Command for EventsNext {
    const NAME: &'static str = "events.next";
    type Output = Events;

    async fn run(self, app: &App) -> Result<Events> {
        let wait = Duration::from_millis(self.wait_ms.into());
        let news = app.core().events().next(self.after.0, &self.watching, wait).await;
        let operations = news.operations.iter().map(|o| Operation::from_core((**o).clone()));
        Ok(Events {
            seq: I64(news.seq),
            invalidated: news.invalidated,
            operations: operations.collect(),
            gone: news.gone,
        })
    }
}
