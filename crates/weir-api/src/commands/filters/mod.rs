pub mod delete;
pub mod list;
pub mod rename;
pub mod save;
