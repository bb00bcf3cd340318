pub mod kill;
pub mod list;
pub mod start;
pub mod stop;
