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
    /// The ids of its log dirs, in the order of `log.dirs`, kept for ever.
    pub log_dirs: Vec<Uuid>,
    /// Those of them that failed.
    pub offline_dirs: Vec<Uuid>,
}

impl BrokerImage {
    /// Its first log dir.
    pub fn log_dir(&self) -> Uuid {
        self.log_dirs.first().copied().unwrap_or(Uuid::ZERO)
    }

    /// Whether a log dir of it failed.
    pub fn is_offline(&self, dir: Uuid) -> bool {
        self.offline_dirs.contains(&dir)
    }

    /// Where a new replica goes: its log dirs that work, in turn.
    pub(crate) fn log_dir_for(&self, topic: Uuid, partition: i32) -> Uuid {
        let online: Vec<Uuid> =
            self.log_dirs.iter().copied().filter(|dir| !self.is_offline(*dir)).collect();
        let turn = u128::from(partition.unsigned_abs()).wrapping_add(topic.as_u128());
        let at = turn.checked_rem(online.len() as u128).unwrap_or(0);
        online.get(at as usize).copied().unwrap_or_else(|| self.log_dir())
    }

    /// Whether clients can use it.
    pub fn is_alive(&self) -> bool {
        !self.fenced
    }

    /// Whether it may become a leader.
    pub fn may_lead(&self) -> bool {
        !self.fenced && !self.in_controlled_shutdown
    }
}
