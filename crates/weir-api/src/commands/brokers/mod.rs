pub mod kill;
pub mod list;
pub mod quorum;
pub mod start;
pub mod stop;
