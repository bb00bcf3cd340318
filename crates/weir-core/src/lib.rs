//! Use cases: what window, command line and `weir serve` do, without any of them. A cluster is
//! `{id, bootstrap, client, control?}`; nothing asks "is it local", [`permits`] answers what may be done.
//!
//! No Tauri and no wire form here: results are plain data, sentences are [`text::Text`] ids.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod brokers;
mod closing;
pub mod clusters;
mod command_line;
mod core;
mod engine_words;
mod errors;
pub mod events;
pub mod failure;
pub mod filters;
pub mod groups;
pub mod home;
pub mod host;
pub mod lock;
pub mod log_dirs;
pub mod messages;
pub mod operations;
pub mod palette;
pub mod permits;
mod sample;
mod session;
pub mod settings;
pub mod streams;
pub mod text;
mod time;
pub mod topics;
pub mod views;

pub use crate::core::{Core, Unrecorded};
pub use failure::{Failure, Result};
pub use home::Home;
pub use host::{Headless, Host, HostError, HostKind};
pub use session::{Answering, Throughput};
pub use text::{Text, TextArg, TextId};
/// Clusters without a session: what the command line asks of any Kafka by address.
pub use weir_client as client;
