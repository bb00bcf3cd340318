//! A running cluster: the engine, its brokers' sockets, and what the control API does to them.
mod act;
mod broker;
mod log_dirs;
mod membership;
mod refusal;
mod removal;
mod running;
mod start;

pub use act::Act;
pub use refusal::ActError;
pub use running::Running;
pub use start::Cluster;
