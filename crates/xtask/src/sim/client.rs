//! What every simulated client can do.

use std::fmt::Debug;

use super::group::Places;
use super::streams::Copies;
use super::wire::InFlight;
use super::world::World;

/// A client. It has at most one request in flight.
pub(super) trait Client: Debug {
    /// Sends a request, or looks for the response to the last one.
    fn step(&mut self, world: &mut World);

    /// The connection to `broker` was reset (`None`: to all of them).
    fn disconnect(&mut self, broker: Option<i32>);

    /// A power loss may have taken what was not synced: what this client was promised is void.
    fn forgive(&mut self, _world: &World) {}

    /// Whether it has come to everything that it has to in the end.
    fn is_done(&self, _world: &World) -> Result<(), String> {
        Ok(())
    }

    /// What a member of a group owns.
    fn owned(&self) -> Option<Owned<'_>> {
        None
    }

    /// What a member of a streams group keeps besides.
    fn copies(&self) -> Option<Copies<'_>> {
        None
    }
}

/// What a member of a group owns.
#[derive(Debug)]
pub(super) struct Owned<'a> {
    pub(super) group: &'a str,
    pub(super) member: String,
    pub(super) places: &'a Places,
}

/// Whether a request is lost with the connection to `broker`.
pub(super) fn is_lost(flight: Option<&InFlight>, broker: Option<i32>) -> bool {
    flight.is_some_and(|flight| broker.is_none_or(|broker| broker == flight.broker()))
}
