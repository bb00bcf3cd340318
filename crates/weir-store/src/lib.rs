//! What Weir keeps in SQLite: settings, profiles of remote clusters, operations. Local clusters are never in it:
//! their directories are the only list of them.
//!
//! One writer thread owns the writing connection; reads go through a second one (WAL), so a read never waits for a
//! write. Every call is a few hundred microseconds and may be made from any thread.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod db;
mod error;
mod migrate;
pub mod table;
mod unkept;

pub use db::Store;
pub use error::StoreError;
pub use table::operations::{OperationFilter, OperationRow};
pub use table::profiles::ProfileRow;
