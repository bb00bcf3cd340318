//! The directory's files, one a module. Unknown fields are ignored, so that an older host reads a newer engine's.
pub(crate) mod atomic;
mod check;
mod cluster;
mod control;
mod failed;
mod keeper;
mod operations;

pub use cluster::{ClusterFile, Desired};
pub use control::ControlFile;
pub use failed::FailedFile;
pub use keeper::KeeperFile;
pub use operations::OperationsLog;
