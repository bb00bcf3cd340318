//! One binary, a module per subject.
#![allow(clippy::unwrap_used)]
mod client;
mod files;
mod golden;
