//! Who leads instead: what Produce and Fetch add to NOT_LEADER_OR_FOLLOWER and FENCED_LEADER_EPOCH,
//! so that the client need not ask Metadata first (KIP-951).

use std::collections::BTreeSet;

use weir_wire::{ErrorCode, Str};

use crate::ctx::Ctx;
use crate::partition::Partition;

/// The brokers named in one response.
#[derive(Debug, Default)]
pub(crate) struct Leaders {
    named: BTreeSet<i32>,
}

/// One broker's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    pub(crate) id: i32,
    pub(crate) host: Str,
    pub(crate) port: i32,
    pub(crate) rack: Option<Str>,
}

impl Leaders {
    /// Leader and leader epoch to answer beside `error`; `None` where the client has no use for
    /// them.
    pub(crate) fn hint(&mut self, partition: &Partition, error: ErrorCode) -> Option<(i32, i32)> {
        let helps =
            error == ErrorCode::NOT_LEADER_OR_FOLLOWER || error == ErrorCode::FENCED_LEADER_EPOCH;
        if !helps {
            return None;
        }
        let leader = partition.leader();
        if leader >= 0 {
            self.named.insert(leader);
        }
        Some((leader, partition.leader_epoch()))
    }

    /// The addresses of the brokers that were named.
    pub(crate) fn endpoints(&self, ctx: &Ctx) -> Vec<Endpoint> {
        if self.named.is_empty() {
            return Vec::new();
        }
        let image = ctx.engine().image();
        let known = self.named.iter().filter_map(|id| image.broker(*id));
        known
            .map(|broker| Endpoint {
                id: broker.id,
                host: broker.host.clone(),
                port: i32::from(broker.port),
                rack: broker.rack.clone(),
            })
            .collect()
    }
}
