//! Talking to any Kafka cluster: own connections, typed admin operations, a reader over raw fetch; `data` is rdkafka.
//!
//! [`Client`] is a cheap handle. It negotiates versions per connection, finds the right broker for each request (any,
//! controller, leader, coordinator, a given one, all), pipelines, and asks for thousands of partitions in one request
//! a broker. Every wait has a deadline; dropping a future cancels what it waits for. Errors name host, port, step and
//! API ([`ClientError`]); errors of single items are values in the answers.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod address;
mod admin;
mod check;
mod client;
mod code;
mod coordinators;
pub mod data;
mod definitions;
mod error;
mod metadata;
mod net;
mod options;
mod read;

pub use address::{Address, AddressError, bracketed, parse_bootstrap};
pub use admin::{CreatedTopic, LagAndMembers, Offsets, PerResource};
pub use check::{reason, recognise, test_connection};
pub use client::Client;
pub use definitions::{ConfigProblem, check_broker_config, check_topic_config, topic_configs};
pub use error::{ClientError, ErrorKind, ErrorStep};
pub use metadata::Metadata;
pub use net::versions::ApiRanges;
pub use options::Options;
pub use read::{
    Browse, BrowseEnd, BrowseFrom, BrowsePage, Cursor, Direction, MarkedMessage, PartitionRange,
    Place, ROWS_MAX, Reader, Tail, TailBatch, TailEnd, mark_aborted,
};
