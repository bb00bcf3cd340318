//! What can go wrong between bytes and messages.

use thiserror::Error;

/// Bytes that are not the message they claim to be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DecodeError {
    #[error("{needed} bytes are needed where {remaining} remain")]
    Truncated { needed: usize, remaining: usize },
    #[error("a field that cannot be null is null")]
    UnexpectedNull,
    #[error("a string of {0} bytes; at most 32767 are allowed")]
    StringTooLong(usize),
    #[error("a string that is not UTF-8")]
    NotUtf8,
    #[error("a variable-length integer of more than its 5 or 10 bytes")]
    VarintTooLong,
    #[error("an array of {count} elements of at least {least} bytes where {remaining} remain")]
    ArrayTooLong { count: usize, least: usize, remaining: usize },
    #[error("an array of {0} elements; at most 1000000 are allowed")]
    TooManyElements(usize),
    #[error("{0} tagged fields in one structure; at most 10000 are allowed")]
    TooManyTags(usize),
    #[error("tagged field {0} is not as long as it says")]
    TagLength(u32),
    #[error("tagged field {0} is not one of this version")]
    TagNotInVersion(u32),
    #[error("tagged field {0} is given twice")]
    DuplicateTag(u32),
    #[error("decoding would take more memory than a message of this length may")]
    OverBudget,
    #[error("{0} bytes follow the message")]
    TrailingBytes(usize),
    #[error("no API has the key {0}")]
    UnknownApiKey(i16),
    #[error("{message} has no version {version}")]
    UnknownVersion { message: &'static str, version: i16 },
}

/// A message that cannot be written in the version asked for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EncodeError {
    #[error("{message} has no version {version}")]
    UnknownVersion { message: &'static str, version: i16 },
    #[error("{message} version {version} cannot carry a value in {field}")]
    FieldNotInVersion { message: &'static str, field: &'static str, version: i16 },
    #[error("{field} of {message} cannot be null in version {version}")]
    NullNotInVersion { message: &'static str, field: &'static str, version: i16 },
    #[error("{message} version {version} cannot carry tagged fields")]
    TagsNotInVersion { message: &'static str, version: i16 },
    #[error("tag {tag} of {message} is not an unknown one")]
    TagIsKnown { message: &'static str, tag: u32 },
    #[error("a string of {0} bytes; at most 32767 are allowed")]
    StringTooLong(usize),
    #[error("a message of {0} bytes; at most 2147483647 are allowed")]
    TooLong(usize),
    #[error("record data cannot be read from where it is stored")]
    UnreadableRecords,
}
