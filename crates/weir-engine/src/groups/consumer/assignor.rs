//! Server-side assignors (KIP-848): from who subscribes to what, who is to have what.

mod heterogeneous;
mod range;
mod uniform;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use weir_wire::{Str, Uuid};

use super::member::Partitions;

/// The assignors, the default one first.
pub(crate) const ASSIGNORS: [&str; 2] = ["uniform", "range"];

/// A member as an assignor sees it.
#[derive(Debug, Clone)]
pub(crate) struct Consumer {
    pub(crate) id: Str,
    pub(crate) instance: Option<Str>,
    /// The existing topics it subscribes to.
    pub(crate) topics: Arc<BTreeSet<Uuid>>,
    /// Its target before.
    pub(crate) target: Arc<Partitions>,
}

/// What an assignor is given.
#[derive(Debug, Default)]
pub(crate) struct Spec {
    /// By id.
    pub(crate) consumers: Vec<Consumer>,
    /// Existing subscribed topics with their number of partitions, in the order in which they are
    /// handed out.
    pub(crate) topics: Vec<(Uuid, i32)>,
}

impl Spec {
    /// Whether all subscribe to the same topics.
    fn is_homogeneous(&self) -> bool {
        let Some(first) = self.consumers.first() else { return true };
        self.consumers.iter().all(|consumer| {
            Arc::ptr_eq(&consumer.topics, &first.topics) || consumer.topics == first.topics
        })
    }
}

/// Everyone's new target, by member id.
pub(crate) type Targets = BTreeMap<Str, Partitions>;

/// Runs the assignor of this name; an unknown one counts as the default.
pub(crate) fn assign(assignor: &str, spec: &Spec) -> Targets {
    match assignor {
        "range" => range::assign(spec),
        _ if spec.is_homogeneous() => uniform::assign(spec),
        _ => heterogeneous::assign(spec),
    }
}

#[cfg(test)]
mod tests;
