pub mod check_name;
pub mod create;
pub mod create_defaults;
pub mod delete;
pub mod list;
pub mod start;
pub mod stop;
