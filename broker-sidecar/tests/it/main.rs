//! The real binary, spawned: what a user, a host and other people's clients see of it.
#![allow(clippy::unwrap_used)]
mod control_api;
mod keeper;
mod process;
mod startup;
mod wrong_input;
