use crate::commands::prelude::*;
use crate::dto::Done;

/// The answer to the question that closing the window asks.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "WindowCloseArgs")]
pub struct WindowClose {
    /// Clusters go on running.
    pub keep: bool,
    /// Do so every time.
    pub remember: bool,
}

impl Command for WindowClose {
    const NAME: &'static str = "window.close";
    type Output = Done;

    async fn run(self, app: &App) -> Result<Done> {
        app.core().close_window(self.keep, self.remember).await?;
        Ok(Done {})
    }
}
