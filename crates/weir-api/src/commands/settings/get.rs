use crate::commands::prelude::*;
use crate::dto::Settings;

/// Every setting, with its default where nobody changed it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "SettingsGetArgs")]
pub struct SettingsGet {}

impl Command for SettingsGet {
    const NAME: &'static str = "settings.get";
    type Output = Settings;
    const PROVIDES: &'static [&'static str] = &["settings"];

    async fn run(self, app: &App) -> Result<Settings> {
        app.core().settings().map(Settings::from)
    }
}
