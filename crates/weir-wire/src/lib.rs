//! The Kafka protocol: every message in every version, record batches, configuration definitions.
//!
//! Pure: no clock, no random numbers, no files, no sockets. [`messages`] is generated from Apache
//! Kafka's own definitions; [`records`] reads and writes record batches.
//!
//! A message is read from a [`Reader`] over its frame and holds slices of it; it is written by a
//! [`Writer`] into a [`Frame`] of parts. [`header`] does both for whole requests and responses.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod api_key;
pub mod config_defs;
mod error;
mod error_code;
mod frame;
pub mod header;
mod item;
mod message;
pub mod messages;
mod reader;
pub mod records;
mod tags;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
mod uuid;
mod writer;

pub use api_key::ApiKey;
pub use bytes::Bytes;
pub use error::{DecodeError, EncodeError};
pub use error_code::ErrorCode;
pub use frame::{Frame, Part, Records, Slice};
pub use item::Item;
pub use message::{Message, Request, Response, Struct};
pub use reader::{MAX_ELEMENTS, MAX_TAGS, Reader};
pub use tags::UnknownTags;
pub use text::Str;
pub use uuid::{InvalidUuid, Uuid};
pub use writer::{Tag, Writer};
