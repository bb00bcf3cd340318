//! `weir-broker keep`: starts the engine of a directory and starts it again whenever it dies. No runtime, no
//! port: a few threads and one lock, so that nothing here can die of what kills engines.
mod backoff;
mod engine;
mod journal;
mod keeper;
mod say;

pub use keeper::keep;
