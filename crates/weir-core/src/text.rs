//! What a person will read, as an id with arguments; the sentences are in `weir-api/texts/`.

include!(concat!(env!("OUT_DIR"), "/text_ids.rs"));

impl TextId {
    /// The id with this key, if this build has one.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|id| id.key() == key)
    }
}

/// A sentence to be, in whatever language it will be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub id: TextId,
    /// By the names that the catalogues use.
    pub args: Vec<(String, TextArg)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextArg {
    Word(String),
    Number(i64),
}

impl Text {
    pub fn new(id: TextId) -> Self {
        Self { id, args: Vec::new() }
    }

    pub fn with(mut self, name: &str, value: impl Into<TextArg>) -> Self {
        self.args.push((name.to_owned(), value.into()));
        self
    }
}

impl From<TextId> for Text {
    fn from(id: TextId) -> Self {
        Self::new(id)
    }
}

impl TextId {
    /// Begins a text: `TextId::ErrorTopicNotFound.with("topic", name)`.
    pub fn with(self, name: &str, value: impl Into<TextArg>) -> Text {
        Text::new(self).with(name, value)
    }
}

impl From<&str> for TextArg {
    fn from(word: &str) -> Self {
        Self::Word(word.to_owned())
    }
}

impl From<&String> for TextArg {
    fn from(word: &String) -> Self {
        Self::Word(word.clone())
    }
}

impl From<String> for TextArg {
    fn from(word: String) -> Self {
        Self::Word(word)
    }
}

impl From<i64> for TextArg {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<i32> for TextArg {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}

impl From<u16> for TextArg {
    fn from(number: u16) -> Self {
        Self::Number(number.into())
    }
}

impl From<u32> for TextArg {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for TextArg {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}
