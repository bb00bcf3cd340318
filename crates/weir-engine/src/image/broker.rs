//! A registered broker.

use weir_wire::{Str, Uuid};

/// One broker as the controllers know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerImage {
    /// `node.id`.
    pub id: i32,
    /// The offset of its registration in the metadata log: a new one with every start.
    pub epoch: i64,
    /// Drawn at every start.
    pub incarnation: Uuid,
    /// The advertised address.
    pub host: Str,
    /// The advertised port.
    pub port: u16,
    /// `broker.rack`.
    pub rack: Option<Str>,
    /// Not heard from: it leads nothing and Metadata leaves it out.
    pub fenced: bool,
    /// On its way out: it gets no new leaderships.
    pub in_controlled_shutdown: bool,
    /// The id of its one log dir, kept for ever.
    pub log_dir: Uuid,
}

impl BrokerImage {
    /// Whether clients can use it.
    pub fn is_alive(&self) -> bool {
        !self.fenced
    }

    /// Whether it may become a leader.
    pub fn may_lead(&self) -> bool {
        !self.fenced && !self.in_controlled_shutdown
    }
}
