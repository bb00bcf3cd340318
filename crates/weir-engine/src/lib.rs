//! The built-in engine, without I/O of its own: logs, the replication model, metadata, coordinators.
//!
//! [`Engine`] is the handle. It is given a file system, clocks and randomness ([`Host`]), answers
//! request frames ([`Engine::handle`]), and is driven by [`Engine::tick`] and
//! `Engine::run_background`. Nothing here knows a runtime, a socket or the machine's clock.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod background;
mod boot;
pub mod clock;
mod cluster_ops;
pub mod config;
mod connection;
mod controller;
mod ctx;
mod dispatch;
mod engine;
mod engine_config;
pub mod features;
mod fetch;
pub mod fs;
mod groups;
mod handlers;
pub mod image;
pub mod log;
mod loggers;
mod metadata;
mod newborn;
mod order;
pub mod partition;
mod reply;
pub mod rng;
mod security;
mod settle;
mod share;
mod stop;
pub mod timer;
mod txn;
pub mod wait;

pub use background::Background;
pub use clock::Clock;
pub use cluster_ops::{AddError, BrokerStatus};
pub use connection::{ClientSoftware, Connection};
pub use controller::{BrokerError, BrokerState, CreatedTopic, NewTopic, Refusal};
pub use ctx::Ctx;
pub use engine::{Engine, Host, OpenError};
pub use engine_config::{BrokerConfig, EngineConfig, PLAINTEXT};
pub use metadata::MetadataError;
pub use reply::{BoxFuture, Outcome, Reply, Waiter};
pub use rng::Rng;
