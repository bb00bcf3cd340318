//! The core's sentences in English and Korean, for whoever has no browser. Pages format the same catalogues.

mod format;
mod josa;

pub use josa::with_josa;

use std::collections::HashMap;
use std::sync::LazyLock;

use weir_core::TextId;

use crate::dto::{ApiError, Text};

/// A language of the catalogues.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lang {
    En,
    Ko,
}

type Catalogue = HashMap<&'static str, &'static str>;

static EN: LazyLock<Catalogue> = LazyLock::new(|| read(include_str!("../../texts/en.json")));
static KO: LazyLock<Catalogue> = LazyLock::new(|| read(include_str!("../../texts/ko.json")));

/// A catalogue is part of the program; one that cannot be read is empty, and a test says so.
fn read(json: &'static str) -> Catalogue {
    let owned: HashMap<String, String> = serde_json::from_str(json).unwrap_or_default();
    let leak = |text: String| -> &'static str { text.leak() };
    owned.into_iter().map(|(key, text)| (leak(key), leak(text))).collect()
}

impl Lang {
    /// From `--lang`, or the environment's `LC_ALL`, `LC_MESSAGES`, `LANG`: Korean for `ko...`, else English.
    pub fn choose(asked: Option<&str>) -> Self {
        let from_env = || {
            let names = ["LC_ALL", "LC_MESSAGES", "LANG"];
            names.iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        };
        Self::of(&asked.map(str::to_owned).or_else(from_env).unwrap_or_default())
    }

    fn of(locale: &str) -> Self {
        if locale.to_ascii_lowercase().starts_with("ko") { Self::Ko } else { Self::En }
    }
}

/// The pattern of a sentence.
pub fn pattern(lang: Lang, id: TextId) -> &'static str {
    by_key(lang, id.key())
}

fn by_key(lang: Lang, key: &str) -> &'static str {
    let catalogue = match lang {
        Lang::En => &EN,
        Lang::Ko => &KO,
    };
    catalogue.get(key).copied().unwrap_or_default()
}

/// The sentence.
pub fn text(lang: Lang, text: &Text) -> String {
    let sentence = format::format(by_key(lang, text.id), &text.args);
    if lang == Lang::Ko { with_josa(&sentence) } else { sentence }
}

/// A failure as one English line, for terminals before there is a language.
pub fn sentence(failure: &weir_core::Failure) -> String {
    say(Lang::En, &failure.clone().into())
}

/// An error in one line: what, the untranslated detail, what to do. Nothing is said twice.
pub fn say(lang: Lang, error: &ApiError) -> String {
    let mut line = text(lang, &error.text);
    if let Some(detail) = &error.detail {
        let detail = unsaid(detail, &line);
        if !detail.is_empty() {
            let end = line.trim_end_matches('.').len();
            let stop = line.split_off(end);
            line.push_str(&format!(" ({detail}){stop}"));
        }
    }
    if let Some(hint) = &error.hint {
        // Brokers and systems end their own words as they like.
        if !line.ends_with(['.', '!', '?', '"', '”']) {
            line.push('.');
        }
        line.push(' ');
        line.push_str(&text(lang, hint));
    }
    line
}

/// The parts of a detail that the sentence does not hold already.
fn unsaid(detail: &str, sentence: &str) -> String {
    let parts = detail.split(" · ").map(|part| part.trim().trim_end_matches('.'));
    let new = parts.filter(|part| !part.is_empty() && !sentence.contains(part));
    new.collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dto::TextArg;

    fn keys(catalogue: &Catalogue) -> Vec<&'static str> {
        let mut keys: Vec<_> = catalogue.keys().copied().collect();
        keys.sort_unstable();
        keys
    }

    #[test]
    fn both_catalogues_have_every_sentence_with_the_same_arguments() {
        assert_eq!(keys(&EN), keys(&KO));
        assert_eq!(EN.len(), TextId::ALL.len());
        for id in TextId::ALL {
            let (en, ko) = (pattern(Lang::En, *id), pattern(Lang::Ko, *id));
            let arguments =
                |text| format::arguments(text).unwrap_or_else(|| panic!("{id:?}: {text}"));
            assert_eq!(arguments(en), arguments(ko), "{id:?}");
            assert!(!en.trim().is_empty() && !ko.trim().is_empty(), "{id:?}");
        }
    }

    /// Whatever a sentence is about, one form of a particle is read.
    #[test]
    fn no_sentence_shows_both_forms_of_a_particle() {
        for (id, value) in
            TextId::ALL.iter().flat_map(|id| ["orders", "메일", "3"].map(|v| (id, v)))
        {
            let names = format::arguments(pattern(Lang::Ko, *id)).unwrap_or_default();
            let args = names.into_iter().map(|name| (name, TextArg::Word(value.to_owned())));
            let said = text(Lang::Ko, &Text { id: id.key(), args: args.collect() });
            let both = ["(를)", "(을)", "(가)", "(이)", "(는)", "(은)", "(과)", "(와)", "(으)"];
            assert!(!both.iter().any(|form| said.contains(form)), "{id:?}: {said}");
        }
    }

    #[test]
    fn nothing_is_said_twice() {
        let failure = weir_core::Failure::new(TextId::ErrorBroker.with("name", "INVALID_REQUEST"));
        let said = |detail: &str| say(Lang::En, &failure.clone().detail(detail).into());
        assert_eq!(said("INVALID_REQUEST"), said(""));
        assert!(said("INVALID_REQUEST · Not now.").ends_with("INVALID_REQUEST (Not now)."));
        let hinted = failure.clone().detail("a detail").hint(TextId::HintStopMembers);
        let hinted = say(Lang::En, &hinted.into());
        assert!(hinted.ends_with("(a detail). Stop the group's consumers first."), "{hinted}");
    }

    #[test]
    fn the_language_comes_from_the_flag_then_the_environment() {
        assert_eq!(Lang::choose(Some("ko")), Lang::Ko);
        assert_eq!(Lang::of("ko_KR.UTF-8"), Lang::Ko);
        assert_eq!(Lang::of("C.UTF-8"), Lang::En);
        assert_eq!(Lang::of(""), Lang::En);
    }
}
