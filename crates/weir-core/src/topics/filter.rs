//! What the topics list can be filtered by: names, and every column that is known of all topics.

use weir_domain::Topic;
use weir_domain::conditions::{Found, Property, PropertyKind};

use super::row::{Health, health};
use crate::session::{Creating, OffsetTable, Session, SizeTable};
use std::sync::Arc;

/// Retention, clean-up and the last write are read for visible rows only, so nothing can be said of the others.
pub(super) const PROPERTIES: &[Property] = &[
    Property { key: "name", kind: PropertyKind::Text },
    Property { key: "health", kind: PropertyKind::Word },
    Property { key: "partitions", kind: PropertyKind::Number },
    Property { key: "replication", kind: PropertyKind::Number },
    Property { key: "messages", kind: PropertyKind::Number },
    Property { key: "messages_in", kind: PropertyKind::Number },
    Property { key: "size", kind: PropertyKind::Number },
];

/// Reads topics' properties from one state of the tables.
pub(super) struct Reader<'a> {
    session: &'a Session,
    offsets: Arc<OffsetTable>,
    sizes: Arc<SizeTable>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(session: &'a Session) -> Self {
        Self { session, offsets: session.offsets(), sizes: session.sizes() }
    }

    /// The property as its column shows it.
    pub(super) fn topic<'t>(&self, topic: &'t Topic, key: &str) -> Found<'t> {
        let offsets = || self.offsets.topic(&topic.name);
        match key {
            "name" => Found::Text(&topic.name),
            "health" => {
                let seen = self.session.visible.get(&topic.name);
                Found::Text(word(health(topic, seen.and_then(|seen| seen.min_insync))))
            }
            "partitions" => Found::Number(topic.partitions.len() as f64),
            "replication" => Found::Number(topic.replication_factor() as f64),
            "messages" => known(offsets().and_then(|o| o.messages()).map(|n| n as f64)),
            "messages_in" => known(offsets().and_then(|o| o.messages_per_s)),
            "size" => known(self.sizes.topic(&topic.name).map(|bytes| bytes as f64)),
            _ => Found::Unknown,
        }
    }
}

/// The same of a topic that the brokers do not tell yet.
pub(super) fn creating<'t>(new: &'t Creating, key: &str) -> Found<'t> {
    match key {
        "name" => Found::Text(&new.name),
        "partitions" => Found::Number(f64::from(new.partitions)),
        "replication" => Found::Number(f64::from(new.replication)),
        _ => Found::Unknown,
    }
}

fn known<'t>(number: Option<f64>) -> Found<'t> {
    number.map_or(Found::Unknown, Found::Number)
}

/// As the contract writes it.
fn word(health: Health) -> &'static str {
    match health {
        Health::Ok => "ok",
        Health::UnderReplicated => "under_replicated",
        Health::UnderMinIsr => "under_min_isr",
        Health::Offline => "offline",
    }
}
