//! Why something could not be done, ready to be shown.

use std::collections::HashSet;
use std::fmt;

use crate::text::{Text, TextArg, TextId};

/// One reason in a person's words, with what to do about it and, after a write, how far it got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub text: Text,
    pub hint: Option<Text>,
    pub kind: Option<Kind>,
    pub outcome: Option<Outcome>,
    /// The field of the form that it is about.
    pub field: Option<String>,
    /// Untranslated: broker message, host, port, API.
    pub detail: Option<String>,
}

/// Where a consumer branches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    NotFound,
    Conflict,
    Invalid,
    Denied,
    Unreachable,
    Timeout,
    /// The session with `weir serve` is over.
    Session,
    Internal,
}

/// What a failed write did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    NotDone,
    Partly,
    Unknown,
}

impl Kind {
    pub const ALL: [Self; 8] = [
        Self::NotFound,
        Self::Conflict,
        Self::Invalid,
        Self::Denied,
        Self::Unreachable,
        Self::Timeout,
        Self::Session,
        Self::Internal,
    ];

    /// As the contract and the store write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::Invalid => "invalid",
            Self::Denied => "denied",
            Self::Unreachable => "unreachable",
            Self::Timeout => "timeout",
            Self::Session => "session",
            Self::Internal => "internal",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

impl Outcome {
    pub const ALL: [Self; 3] = [Self::NotDone, Self::Partly, Self::Unknown];

    pub fn word(self) -> &'static str {
        match self {
            Self::NotDone => "not_done",
            Self::Partly => "partly",
            Self::Unknown => "unknown",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.word() == word)
    }
}

pub type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    pub fn new(text: impl Into<Text>) -> Self {
        let text = text.into();
        Self { text, hint: None, kind: None, outcome: None, field: None, detail: None }
    }

    pub fn invalid(field: &str, text: impl Into<Text>) -> Self {
        Self { field: Some(field.to_owned()), ..Self::new(text).kind(Kind::Invalid) }
    }

    pub fn denied(text: impl Into<Text>) -> Self {
        Self::new(text).kind(Kind::Denied).outcome(Outcome::NotDone)
    }

    pub fn not_found(text: impl Into<Text>) -> Self {
        Self::new(text).kind(Kind::NotFound)
    }

    /// A defect of ours, or of the machine; `detail` says what the machine said.
    pub fn internal(detail: impl fmt::Display) -> Self {
        Self::new(TextId::ErrorInternal).kind(Kind::Internal).detail(detail)
    }

    #[must_use]
    pub fn kind(mut self, kind: Kind) -> Self {
        self.kind = Some(kind);
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<Text>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    #[must_use]
    pub fn outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = Some(outcome);
        self
    }

    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    #[must_use]
    pub fn detail(mut self, detail: impl fmt::Display) -> Self {
        self.detail = Some(detail.to_string());
        self
    }
}

/// Fails where a key or a name is given twice: two values of it would say two things, and only one of them could count.
pub fn given_once<'a>(names: impl IntoIterator<Item = &'a String>) -> Result<()> {
    let mut seen = HashSet::new();
    let twice = names.into_iter().find(|name| !seen.insert(name.as_str()));
    twice.map_or(Ok(()), |name| {
        let text = TextId::ConfigTwice.with("name", name);
        Err(Failure::invalid(name, text).outcome(Outcome::NotDone))
    })
}

/// For logs; people read the catalogues' sentences.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text.id.key())?;
        for (name, value) in &self.text.args {
            match value {
                TextArg::Word(word) => write!(f, " {name}={word:?}")?,
                TextArg::Number(number) => write!(f, " {name}={number}")?,
            }
        }
        self.detail.as_ref().map_or(Ok(()), |detail| write!(f, ": {detail}"))
    }
}

impl std::error::Error for Failure {}
