use serde::{Deserialize, Serialize};
use ts_rs::TS;
use weir_core::settings as core;

use super::{FromCore, dto, words};

words!(Theme = core::Theme as "snake_case" { System, Light, Dark });
words!(Density = core::Density as "snake_case" { Comfortable, Compact });
words!(Language = core::Language as "snake_case" { System, En, Ko });
words!(TimeZone = core::TimeZone as "snake_case" { Local, Utc });
words!(
    /// What closing the window does to running clusters.
    OnClose = core::OnClose as "snake_case" { Ask, Keep, Stop }
);

dto!(Settings from core::Settings {
    theme: Theme,
    density: Density,
    language: Language,
    time_zone: TimeZone,
    on_close: OnClose,
    /// Shortcuts of one letter.
    letter_keys: bool,
    start_stopped_after_reboot: bool,
});

dto!(
    /// A filter that was kept under a name.
    SavedFilter from weir_core::filters::SavedFilter {
        name: String,
        /// As the address of the page has it.
        text: String,
    }
);

impl From<core::Settings> for Settings {
    fn from(settings: core::Settings) -> Self {
        Self::from_core(settings)
    }
}

/// The settings to change.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct SettingsPatch {
    pub theme: Option<Theme>,
    pub density: Option<Density>,
    pub language: Option<Language>,
    pub time_zone: Option<TimeZone>,
    pub on_close: Option<OnClose>,
    pub letter_keys: Option<bool>,
    pub start_stopped_after_reboot: Option<bool>,
}

impl From<SettingsPatch> for core::SettingsPatch {
    fn from(patch: SettingsPatch) -> Self {
        Self {
            theme: patch.theme.map(Into::into),
            density: patch.density.map(Into::into),
            language: patch.language.map(Into::into),
            time_zone: patch.time_zone.map(Into::into),
            on_close: patch.on_close.map(Into::into),
            letter_keys: patch.letter_keys,
            start_stopped_after_reboot: patch.start_stopped_after_reboot,
        }
    }
}
