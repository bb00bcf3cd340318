pub mod delete;
pub mod get;
pub mod list;
pub mod page;
pub mod refresh;
