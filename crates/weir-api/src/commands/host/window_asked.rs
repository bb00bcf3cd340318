use crate::commands::prelude::*;
use crate::dto::Done;

/// The page puts the question that closing the window asks. A page that does not say so cannot hold the window open.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "WindowAskedArgs")]
pub struct WindowAsked {}

impl Command for WindowAsked {
    const NAME: &'static str = "window.asked";
    type Output = Done;

    async fn run(self, app: &App) -> Result<Done> {
        app.core().close_asked();
        Ok(Done {})
    }
}
