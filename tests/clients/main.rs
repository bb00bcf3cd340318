//! Clients that this project did not write, against its broker.

mod console;
mod python;
