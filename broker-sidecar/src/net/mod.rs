//! Sockets of the brokers: one task a connection, one request at a time and in order, every buffer bounded.
mod budget;
mod by_address;
mod connection;
mod listener;
mod pool;
mod reader;
mod writer;

pub(crate) use budget::{Bounds, NetBudget};
pub(crate) use listener::{BrokerNet, Closing, serve_broker};
