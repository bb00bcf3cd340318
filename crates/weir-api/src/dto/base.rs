use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize, Serializer};
use ts_rs::TS;
use weir_core::Failure;

/// Makes a contract value of a core value.
pub trait FromCore<T> {
    fn from_core(value: T) -> Self;
}

impl<T, U: FromCore<T>> FromCore<Option<T>> for Option<U> {
    fn from_core(value: Option<T>) -> Self {
        value.map(U::from_core)
    }
}

impl<T, U: FromCore<T>> FromCore<Vec<T>> for Vec<U> {
    fn from_core(value: Vec<T>) -> Self {
        value.into_iter().map(U::from_core).collect()
    }
}

macro_rules! same {
    ($($type:ty),+) => {
        $(impl FromCore<$type> for $type {
            fn from_core(value: $type) -> Self {
                value
            }
        })+
    };
}

same!(String, bool, i16, i32, u16, u32, f64);

impl FromCore<&'static str> for String {
    fn from_core(value: &'static str) -> Self {
        value.to_owned()
    }
}

/// Small counts; nothing that is counted so comes near the bound.
impl FromCore<usize> for u32 {
    fn from_core(value: usize) -> Self {
        Self::try_from(value).unwrap_or(Self::MAX)
    }
}

/// Declares a struct of the contract that has the fields of a struct of the core, each converted by [`FromCore`].
macro_rules! dto {
    ($(#[$attr:meta])* $name:ident from $core:ty { $($(#[$field_attr:meta])* $field:ident: $type:ty),+ $(,)? }) => {
        $(#[$attr])*
        #[derive(Debug, Clone, serde::Serialize, ts_rs::TS)]
        pub struct $name { $($(#[$field_attr])* pub $field: $type),+ }

        impl $crate::dto::FromCore<$core> for $name {
            fn from_core(core: $core) -> Self {
                Self { $($field: $crate::dto::FromCore::from_core(core.$field)),+ }
            }
        }
    };
}

/// Declares an enum of the contract that has the variants of an enum of the core.
macro_rules! words {
    ($(#[$attr:meta])* $name:ident = $core:ty as $case:literal { $($variant:ident),+ $(,)? }) => {
        $(#[$attr])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
        #[serde(rename_all = $case)]
        pub enum $name { $($variant),+ }

        impl $crate::dto::FromCore<$core> for $name {
            fn from_core(core: $core) -> Self {
                match core { $(<$core>::$variant => Self::$variant),+ }
            }
        }

        impl From<$name> for $core {
            fn from(value: $name) -> Self {
                match value { $($name::$variant => Self::$variant),+ }
            }
        }
    };
}

pub(crate) use {dto, words};

/// A 64-bit number: offsets, timestamps (ms since the epoch), lag, bytes. A string in JSON, for JavaScript's numbers
/// are exact to 2^53 only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, TS)]
#[ts(type = "string")]
pub struct I64(pub i64);

impl Serialize for I64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for I64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map(Self).map_err(|_| D::Error::custom("a whole number was expected"))
    }
}

impl fmt::Display for I64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromCore<i64> for I64 {
    fn from_core(value: i64) -> Self {
        Self(value)
    }
}

/// A sentence to be: `texts/{en,ko}.json` hold the words.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Text {
    #[ts(type = "TextId")]
    pub id: &'static str,
    pub args: BTreeMap<String, TextArg>,
}

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(untagged)]
pub enum TextArg {
    Word(String),
    Number(#[ts(type = "number")] i64),
}

impl FromCore<weir_core::Text> for Text {
    fn from_core(text: weir_core::Text) -> Self {
        let args = text.args.into_iter().map(|(name, value)| (name, TextArg::from_core(value)));
        Self { id: text.id.key(), args: args.collect() }
    }
}

impl FromCore<weir_core::TextArg> for TextArg {
    fn from_core(arg: weir_core::TextArg) -> Self {
        match arg {
            weir_core::TextArg::Word(word) => Self::Word(word),
            weir_core::TextArg::Number(number) => Self::Number(number),
        }
    }
}

words!(ErrorKind = weir_core::failure::Kind as "snake_case" {
    NotFound, Conflict, Invalid, Denied, Unreachable, Timeout, Session, Internal,
});
words!(
    /// What a failed write did.
    Outcome = weir_core::failure::Outcome as "snake_case" { NotDone, Partly, Unknown }
);

/// The one error of the contract.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct ApiError {
    pub text: Text,
    /// What to do about it. Boxed: an error should be cheap to hand up.
    pub hint: Option<Box<Text>>,
    /// Only where a consumer branches.
    pub kind: Option<ErrorKind>,
    pub outcome: Option<Outcome>,
    /// The field of the form that it is about.
    pub field: Option<String>,
    /// Untranslated: broker message, host, port, API.
    pub detail: Option<String>,
}

impl FromCore<Failure> for ApiError {
    fn from_core(failure: Failure) -> Self {
        Self {
            text: FromCore::from_core(failure.text),
            hint: failure.hint.map(|hint| Box::new(Text::from_core(hint))),
            kind: FromCore::from_core(failure.kind),
            outcome: FromCore::from_core(failure.outcome),
            field: failure.field,
            detail: failure.detail,
        }
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        Self::from_core(failure)
    }
}

/// In English, for logs and for hosts that could not start.
impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::texts::say(crate::texts::Lang::En, self))
    }
}

impl std::error::Error for ApiError {}

/// Nothing to tell.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Done {}

/// An operation has begun: its progress comes by `events.next`.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Begun {
    pub operation: String,
}

/// What is wrong with a name; `null` when it may be taken.
#[derive(Debug, Clone, Serialize, TS)]
pub struct NameCheck {
    pub problem: Option<Text>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_cross_as_strings() {
        assert_eq!(serde_json::to_string(&I64(i64::MAX)).unwrap(), "\"9223372036854775807\"");
        assert_eq!(serde_json::from_str::<I64>("\"-1\"").unwrap(), I64(-1));
        assert!(serde_json::from_str::<I64>("\"1.5\"").is_err());
        assert!(serde_json::from_str::<I64>("1").is_err());
    }
}
