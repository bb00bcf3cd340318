//! What goes out on a connection: parts, so that record data is never copied on its way.

use std::fmt;
use std::io;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};

/// Record data that stays where it is stored until a connection reads it.
pub trait Slice: fmt::Debug + Send + Sync {
    /// In bytes.
    fn len(&self) -> usize;

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Fills `buffer` with the bytes from `offset` on.
    ///
    /// # Errors
    /// The bytes cannot be read, or are no longer there: nothing may be sent in their place.
    fn read_at(&self, offset: usize, buffer: &mut [u8]) -> io::Result<()>;
}

/// A piece of a frame or of record data.
#[derive(Debug, Clone)]
pub enum Part {
    Bytes(Bytes),
    Slice(Arc<dyn Slice>),
}

impl Part {
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Slice(slice) => slice.len(),
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Slices are equal when they are the same one; bytes by content.
impl PartialEq for Part {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bytes(a), Self::Bytes(b)) => a == b,
            (Self::Slice(a), Self::Slice(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

fn length(parts: &[Part]) -> usize {
    parts.iter().map(Part::len).sum()
}

fn gather(parts: &[Part]) -> io::Result<Bytes> {
    if let [Part::Bytes(bytes)] = parts {
        return Ok(bytes.clone());
    }
    let mut all = BytesMut::zeroed(length(parts));
    let mut at = 0;
    for part in parts {
        let target = &mut all[at..at + part.len()];
        match part {
            Part::Bytes(bytes) => target.copy_from_slice(bytes),
            Part::Slice(slice) => slice.read_at(0, target)?,
        }
        at += part.len();
    }
    Ok(all.freeze())
}

/// The record data of one partition in a response.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Records {
    parts: Vec<Part>,
}

impl Records {
    #[must_use]
    pub const fn new() -> Self {
        Self { parts: Vec::new() }
    }

    /// Appends a piece; empty ones are left out.
    pub fn push(&mut self, part: Part) {
        if !part.is_empty() {
            self.parts.push(part);
        }
    }

    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// In bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        length(&self.parts)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The whole data; without a copy when it is one piece in memory, as after decoding.
    ///
    /// # Errors
    /// A stored piece cannot be read.
    pub fn to_bytes(&self) -> io::Result<Bytes> {
        gather(&self.parts)
    }
}

impl From<Bytes> for Records {
    fn from(bytes: Bytes) -> Self {
        let mut records = Self::new();
        records.push(Part::Bytes(bytes));
        records
    }
}

impl From<Arc<dyn Slice>> for Records {
    fn from(slice: Arc<dyn Slice>) -> Self {
        let mut records = Self::new();
        records.push(Part::Slice(slice));
        records
    }
}

impl FromIterator<Part> for Records {
    fn from_iter<I: IntoIterator<Item = Part>>(parts: I) -> Self {
        let mut records = Self::new();
        parts.into_iter().for_each(|part| records.push(part));
        records
    }
}

/// A whole request or response as it is sent, length prefix included.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Frame {
    pub parts: Vec<Part>,
    /// The sum of the parts' lengths in bytes.
    pub len: usize,
}

impl Frame {
    /// The frame in one piece.
    ///
    /// # Errors
    /// A stored piece cannot be read.
    pub fn to_bytes(&self) -> io::Result<Bytes> {
        gather(&self.parts)
    }
}

impl From<Bytes> for Frame {
    fn from(bytes: Bytes) -> Self {
        Self { len: bytes.len(), parts: vec![Part::Bytes(bytes)] }
    }
}
