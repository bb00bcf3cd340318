//! For tests, judges and fuzz targets: every message behind one interface, and random messages.
//!
//! The random messages do not come from the generated code: they are written from the definitions
//! by an interpreter of its own, so that it and the codec check each other.

mod codecs;
pub mod fuzz;
mod random;
mod sample;
mod schema;

pub use codecs::CODECS;
pub use random::Random;
pub use sample::{Sample, sample};
pub use schema::{Field, Message as Schema, Struct as SchemaStruct, Versions, schemas};

use std::fmt;

use bytes::Bytes;

use crate::{DecodeError, EncodeError, Message};

/// One message's codec.
#[derive(Debug, Clone, Copy)]
pub struct Codec {
    pub name: &'static str,
    pub min: i16,
    pub max: i16,
    decode: fn(Bytes, i16) -> Result<Box<dyn AnyMessage>, DecodeError>,
}

impl Codec {
    const fn of<M: AnyMessage + Message + 'static>() -> Self {
        Self {
            name: M::NAME,
            min: M::MIN,
            max: M::MAX,
            decode: |bytes, version| Ok(Box::new(M::from_bytes(bytes, version)?)),
        }
    }

    /// The codec of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        let place = CODECS.binary_search_by_key(&name, |codec| codec.name);
        place.ok().map(|place| &CODECS[place])
    }

    /// # Errors
    /// The bytes are not such a message alone.
    pub fn decode(&self, bytes: Bytes, version: i16) -> Result<Box<dyn AnyMessage>, DecodeError> {
        (self.decode)(bytes, version)
    }
}

/// A message of any kind.
pub trait AnyMessage: fmt::Debug {
    /// # Errors
    /// The version cannot carry it.
    fn encode(&self, version: i16) -> Result<Bytes, EncodeError>;

    /// # Errors
    /// The version cannot carry it.
    fn encoded_size(&self, version: i16) -> Result<usize, EncodeError>;
}

impl<M: Message + fmt::Debug + 'static> AnyMessage for M {
    fn encode(&self, version: i16) -> Result<Bytes, EncodeError> {
        self.to_bytes(version)
    }

    fn encoded_size(&self, version: i16) -> Result<usize, EncodeError> {
        self.size(version)
    }
}
