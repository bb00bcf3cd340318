//! `weir-broker run`: the directory, the ports, then the cluster.
mod configs;
mod directory;
mod main_loop;
mod ports;
mod ready;
mod reconcile;

pub(crate) use configs::check_configs;
pub use directory::OpenDir;
pub use main_loop::run;
pub(crate) use ports::{BoundBroker, bind_again, bind_all, bind_next};
pub use ready::{ReadyBroker, ReadyLine};
pub(crate) use reconcile::reconcile;
