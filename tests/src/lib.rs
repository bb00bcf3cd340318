//! What the journeys share: programs as built, data folders of their own, displays, drivers, pages.
//! Everything that is started here ends with the value that started it.

pub mod apache_kafka;
pub mod axe;
pub mod broker;
pub mod driver;
pub mod home;
pub mod java;
pub mod members;
pub mod page;
pub mod programs;
pub mod stage;
pub mod throttle;
pub mod transactions;
pub mod wait;
pub mod wire;
pub mod xvfb;
