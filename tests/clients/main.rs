//! Clients that this project did not write, against its broker.

mod command_line;
mod console;
mod go;
mod node;
mod mishaps;
mod python;
mod reader;
