//! The client against servers that misbehave, at the wire. What it does with real clusters is judged in `tests/`.
#![allow(clippy::unwrap_used)]

mod fake;
mod faults;
mod strangers;
