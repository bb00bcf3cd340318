//! The control API: HTTP/1.1 and JSON on loopback, by axum. Shapes are `weir_control::api`.
mod events;
mod guard;
mod listen;
mod operations;
mod routes;

pub(crate) use events::EventLog;
pub(crate) use guard::Guard;
pub(crate) use listen::{Limits, serve};
pub(crate) use operations::{Asked, KeyTaken, Operations};
pub(crate) use routes::router;
