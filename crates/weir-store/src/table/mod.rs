//! One file a table: its migration, its row, its reads and writes.
pub mod operations;
pub mod profiles;
pub mod settings;
pub mod undo;
