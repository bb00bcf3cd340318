//! Use cases: what window, command line and `weir serve` do, without any of them. A cluster is
//! `{id, bootstrap, client, control?}`; nothing asks "is it local", [`permits`] answers what may be done.
//!
//! No Tauri and no wire form here: results are plain data, sentences are [`text::Text`] ids.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod clusters;
mod core;
pub mod events;
pub mod failure;
pub mod home;
pub mod host;
pub mod lock;
pub mod operations;
pub mod permits;
mod sample;
pub mod settings;
pub mod text;
mod time;

pub use crate::core::Core;
pub use failure::{Failure, Result};
pub use home::Home;
pub use host::{Headless, Host, HostError, HostKind};
pub use text::{Text, TextArg, TextId};
/// Clusters without a session: what the command line asks of any Kafka by address.
pub use weir_client as client;
