pub mod add;
pub mod cancel_remove;
pub mod kill;
pub mod list;
pub mod quorum;
pub mod remove;
pub mod start;
pub mod stop;
