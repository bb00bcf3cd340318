//! The definitions, read from their plain text.

use std::ops::RangeInclusive;
use std::sync::OnceLock;

const TEXT: &str = include_str!("definitions.txt");

/// Versions, both ends included.
pub type Versions = RangeInclusive<i16>;

#[derive(Debug)]
pub struct Message {
    pub name: &'static str,
    pub versions: Versions,
    pub flexible: Option<Versions>,
    /// `request`, `response`, `header` or `data`.
    pub kind: &'static str,
    /// The message itself first.
    pub structs: Vec<Struct>,
}

#[derive(Debug)]
pub struct Struct {
    pub name: &'static str,
    pub versions: Versions,
    pub fields: Vec<Field>,
}

#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    /// As in the definitions, without the `[]` of arrays.
    pub kind: &'static str,
    pub is_array: bool,
    pub versions: Versions,
    pub nullable: Option<Versions>,
    pub tag: Option<u32>,
    pub default: &'static str,
    /// A string that is never compact.
    pub legacy: bool,
}

impl Message {
    #[must_use]
    pub fn is_flexible(&self, version: i16) -> bool {
        self.flexible.as_ref().is_some_and(|versions| versions.contains(&version))
    }

    /// The structure of this name, if `kind` is one and no plain type.
    #[must_use]
    pub fn structure(&self, kind: &str) -> Option<&Struct> {
        self.structs.iter().find(|own| own.name == kind)
    }
}

/// Every message's definition, by name.
#[must_use]
pub fn schemas() -> &'static [Message] {
    static SCHEMAS: OnceLock<Vec<Message>> = OnceLock::new();
    SCHEMAS.get_or_init(parse)
}

fn parse() -> Vec<Message> {
    let mut messages: Vec<Message> = Vec::new();
    for line in TEXT.lines().filter(|line| !line.starts_with('#')) {
        let depth = line.len() - line.trim_start().len();
        let words: Vec<&'static str> = line.split_whitespace().collect();
        let last = messages.last_mut();
        match (depth, last) {
            (0, _) => messages.push(message(&words)),
            (2, Some(message)) => message.structs.push(structure(&words)),
            (_, Some(message)) => {
                message
                    .structs
                    .last_mut()
                    .into_iter()
                    .for_each(|own| own.fields.push(field(&words)));
            }
            (_, None) => {}
        }
    }
    messages
}

fn message(words: &[&'static str]) -> Message {
    let flexible = (words[2] != "-").then(|| versions(words[2]));
    let (name, kind) = (words[0], words[3]);
    Message { name, versions: versions(words[1]), flexible, kind, structs: Vec::new() }
}

fn structure(words: &[&'static str]) -> Struct {
    Struct { name: words[0], versions: versions(words[1]), fields: Vec::new() }
}

fn field(words: &[&'static str]) -> Field {
    let option = |key: &str| words[3..].iter().find_map(|word| word.strip_prefix(key));
    Field {
        name: words[0],
        kind: words[1].trim_start_matches("[]"),
        is_array: words[1].starts_with("[]"),
        versions: versions(words[2]),
        nullable: option("nullable=").map(versions),
        tag: option("tag=").and_then(|tag| tag.parse().ok()),
        default: option("default=").unwrap_or_default(),
        legacy: words.contains(&"legacy"),
    }
}

fn versions(text: &str) -> Versions {
    let number = |part: &str| part.parse().unwrap_or_default();
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    number(low)..=number(high)
}
