use crate::commands::prelude::*;
use crate::dto::Done;

/// Starts the app anew, with its core: the way out once `events.next` has told that the core is gone.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "WindowRestartArgs")]
pub struct WindowRestart {}

impl Command for WindowRestart {
    const NAME: &'static str = "window.restart";
    type Output = Done;

    async fn run(self, app: &App) -> Result<Done> {
        app.core().host().restart()?;
        Ok(Done {})
    }
}
