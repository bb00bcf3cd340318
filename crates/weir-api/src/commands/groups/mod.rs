pub mod delete;
pub mod delete_offsets;
pub mod get;
pub mod list;
pub mod page;
pub mod put_back;
pub mod refresh;
pub mod reset_offsets;
