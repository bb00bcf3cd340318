//! Clients that this project did not write, against its broker.

mod aborted;
mod command_line;
mod console;
mod degraded;
mod full_disk;
mod go;
mod homes;
mod kinds;
mod mishaps;
mod node;
mod permissions;
mod put_back;
mod python;
mod races;
mod reader;
mod serve;
mod setup;
mod streams;
mod ways_out;
