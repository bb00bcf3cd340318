use crate::commands::prelude::*;
use crate::dto::Done;

/// Puts text onto the clipboard; browsers do that themselves.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "ClipboardWriteArgs")]
pub struct ClipboardWrite {
    pub text: String,
}

impl Command for ClipboardWrite {
    const NAME: &'static str = "clipboard.write";
    type Output = Done;

    async fn run(self, app: &App) -> Result<Done> {
        app.core().host().copy(&self.text)?;
        Ok(Done {})
    }
}
