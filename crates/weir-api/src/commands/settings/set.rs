use crate::commands::prelude::*;
use crate::dto::{Settings, SettingsPatch};

/// Changes some settings; the others stay.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "SettingsSetArgs")]
pub struct SettingsSet {
    pub patch: SettingsPatch,
}

impl Command for SettingsSet {
    const NAME: &'static str = "settings.set";
    type Output = Settings;
    const INVALIDATES: &'static [&'static str] = &["settings"];

    async fn run(self, app: &App) -> Result<Settings> {
        app.core().set_settings(&self.patch.into()).map(Settings::from)
    }
}
