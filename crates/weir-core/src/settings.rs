//! What a person prefers. One name and one set of words for each setting, in the store as in the contract.

use std::collections::BTreeMap;

use crate::core::Core;
use crate::failure::{Failure, Result};
use crate::text::TextId;

/// Declares a setting of a few words, the first of which is its default.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $first:ident = $first_word:literal, $($other:ident = $word:literal),+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub enum $name { #[default] $first, $($other),+ }

        impl $name {
            pub fn word(self) -> &'static str {
                match self { Self::$first => $first_word, $(Self::$other => $word),+ }
            }

            pub fn parse(word: &str) -> Option<Self> {
                match word { $first_word => Some(Self::$first), $($word => Some(Self::$other),)+ _ => None }
            }
        }
    };
}

words!(Theme { System = "system", Light = "light", Dark = "dark" });
words!(Density { Comfortable = "comfortable", Compact = "compact" });
words!(Language { System = "system", En = "en", Ko = "ko" });
words!(TimeZone { Local = "local", Utc = "utc" });
words!(
    /// What closing the window does to running clusters.
    OnClose { Ask = "ask", Keep = "keep", Stop = "stop" }
);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub theme: Theme,
    pub density: Density,
    pub language: Language,
    pub time_zone: TimeZone,
    pub on_close: OnClose,
    /// Shortcuts of one letter (WCAG 2.1.4).
    pub letter_keys: bool,
    /// Start again what ran before the machine was restarted.
    pub start_stopped_after_reboot: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::default(),
            density: Density::default(),
            language: Language::default(),
            time_zone: TimeZone::default(),
            on_close: OnClose::default(),
            letter_keys: true,
            start_stopped_after_reboot: false,
        }
    }
}

/// The settings to change; the others stay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsPatch {
    pub theme: Option<Theme>,
    pub density: Option<Density>,
    pub language: Option<Language>,
    pub time_zone: Option<TimeZone>,
    pub on_close: Option<OnClose>,
    pub letter_keys: Option<bool>,
    pub start_stopped_after_reboot: Option<bool>,
}

impl Core {
    pub fn settings(&self) -> Result<Settings> {
        Ok(from_rows(&self.store().settings().map_err(Failure::internal)?))
    }

    pub fn set_settings(&self, patch: &SettingsPatch) -> Result<Settings> {
        let rows = to_rows(patch);
        self.store().put_settings(rows).map_err(|e| {
            Failure::new(TextId::ErrorSettingsNotSaved).hint(TextId::HintDiskFull).detail(e)
        })?;
        self.events().changed("settings");
        self.settings()
    }
}

/// A word that this build does not know (a newer one wrote it) counts as the default.
fn from_rows(rows: &BTreeMap<String, String>) -> Settings {
    let row = |name| rows.get(name).map(String::as_str).unwrap_or_default();
    let flag = |name, default| rows.get(name).map_or(default, |value| value == "true");
    let default = Settings::default();
    Settings {
        theme: Theme::parse(row("theme")).unwrap_or_default(),
        density: Density::parse(row("density")).unwrap_or_default(),
        language: Language::parse(row("language")).unwrap_or_default(),
        time_zone: TimeZone::parse(row("time_zone")).unwrap_or_default(),
        on_close: OnClose::parse(row("on_close")).unwrap_or_default(),
        letter_keys: flag("letter_keys", default.letter_keys),
        start_stopped_after_reboot: flag(
            "start_stopped_after_reboot",
            default.start_stopped_after_reboot,
        ),
    }
}

fn to_rows(patch: &SettingsPatch) -> Vec<(String, String)> {
    let flag = |value: Option<bool>| value.map(|on| if on { "true" } else { "false" });
    let words = [
        ("theme", patch.theme.map(Theme::word)),
        ("density", patch.density.map(Density::word)),
        ("language", patch.language.map(Language::word)),
        ("time_zone", patch.time_zone.map(TimeZone::word)),
        ("on_close", patch.on_close.map(OnClose::word)),
        ("letter_keys", flag(patch.letter_keys)),
        ("start_stopped_after_reboot", flag(patch.start_stopped_after_reboot)),
    ];
    let set = words.into_iter().filter_map(|(name, word)| Some((name, word?)));
    set.map(|(name, word)| (name.to_owned(), word.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_settings_are_each_others_inverse() {
        let patch = SettingsPatch {
            theme: Some(Theme::Dark),
            letter_keys: Some(false),
            ..SettingsPatch::default()
        };
        let rows: BTreeMap<_, _> = to_rows(&patch).into_iter().collect();
        assert_eq!(rows.len(), 2, "only what changes");
        let expected = Settings { theme: Theme::Dark, letter_keys: false, ..Settings::default() };
        assert_eq!(from_rows(&rows), expected);
    }

    #[test]
    fn unknown_words_count_as_defaults() {
        let rows = BTreeMap::from([("theme".to_owned(), "sepia".to_owned())]);
        assert_eq!(from_rows(&rows), Settings::default());
    }
}
