//! Which replica a consumer should read from (KIP-392): only with the rack-aware selector
//! configured.

use weir_wire::Str;

use crate::ctx::Ctx;
use crate::image::Image;
use crate::partition::Partition;

const RACK_AWARE: &str = "org.apache.kafka.common.replica.RackAwareReplicaSelector";

/// The rack-aware choice for a client's rack.
#[derive(Debug, Clone)]
pub(super) struct Selector {
    broker: i32,
    rack: Str,
}

impl Selector {
    /// `None` when clients read from leaders: no selector is set, or the client told no rack (or
    /// cannot: v10).
    pub(super) fn of(ctx: &Ctx, rack: &Str) -> Option<Self> {
        if rack.is_empty() || ctx.version() < 11 {
            return None;
        }
        let broker = ctx.broker_id();
        let configured = ctx.image().configs().broker_value(Some(broker), "replica.selector.class");
        (configured.as_deref() == Some(RACK_AWARE)).then(|| Self { broker, rack: rack.detached() })
    }

    /// A replica in the client's rack that has the offset; the most caught-up one. `None` to read
    /// here: this broker is no leader, is in that rack itself, or no other is.
    pub(super) fn choose(&self, image: &Image, partition: &Partition, offset: i64) -> Option<i32> {
        if partition.leader() != self.broker || self.is_in_rack(image, self.broker) {
            return None;
        }
        let view = partition.view().ok()?;
        if offset < view.log_start {
            return None;
        }
        let replicas = partition.replicas().ok()?;
        let fit = replicas
            .iter()
            .filter(|replica| replica.log_end >= offset && self.is_in_rack(image, replica.broker));
        fit.max_by_key(|replica| replica.log_end).map(|replica| replica.broker)
    }

    fn is_in_rack(&self, image: &Image, broker: i32) -> bool {
        let rack =
            image.broker(broker).filter(|broker| broker.is_alive()).and_then(|b| b.rack.as_ref());
        rack == Some(&self.rack)
    }
}
