use crate::commands::prelude::*;
use crate::dto::Done;

/// The page holds what somebody entered and has not saved, or does no more: the window asks before it closes.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "WindowUnsavedArgs")]
pub struct WindowUnsaved {
    pub unsaved: bool,
}

impl Command for WindowUnsaved {
    const NAME: &'static str = "window.unsaved";
    type Output = Done;

    async fn run(self, app: &App) -> Result<Done> {
        app.core().set_unsaved(self.unsaved);
        Ok(Done {})
    }
}
