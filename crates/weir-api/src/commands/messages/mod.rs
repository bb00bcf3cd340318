pub mod browse;
pub mod get;
pub mod tail_open;
