use crate::commands::prelude::*;
use crate::dto::Done;

/// Opens an https address in the person's browser.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "OpenLinkArgs")]
pub struct OpenLink {
    pub url: String,
}

impl Command for OpenLink {
    const NAME: &'static str = "open.link";
    type Output = Done;

    async fn run(self, app: &App) -> Result<Done> {
        app.core().open_link(&self.url)?;
        Ok(Done {})
    }
}
