//! The contract: one file a command under `commands/`, its arguments and result as DTOs, the texts. The hosts know
//! one function, [`App::call`]; the TypeScript in `ui/src/generated` is written from the same table.
//!
//! 64-bit numbers cross as strings ([`dto::I64`]), sentences as [`dto::Text`], everything else as plain JSON.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod app;
mod command;
pub mod commands;
pub mod dto;
pub mod export;
pub mod texts;

pub use app::App;
pub use command::{Command, CommandInfo};
pub use dto::ApiError;
pub use weir_core::{Headless, Home, Host, HostError, HostKind};
