//! Features and their levels, as an Apache Kafka 4.4.0 broker has them.

use weir_wire::Str;
use weir_wire::messages::register_broker_record::BrokerFeature;

/// A feature: what is supported, and the level at which a new cluster is finalized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Feature {
    /// Its name.
    pub name: &'static str,
    /// Supported from this level.
    pub min: i16,
    /// Supported up to this level.
    pub max: i16,
    /// Finalized in a new cluster.
    pub level: i16,
}

const fn feature(name: &'static str, min: i16, max: i16) -> Feature {
    Feature { name, min, max, level: max }
}

/// Every feature.
pub const FEATURES: [Feature; 7] = [
    feature("metadata.version", 7, 33),
    feature("group.version", 0, 1),
    feature("transaction.version", 0, 2),
    feature("share.version", 0, 2),
    feature("streams.version", 0, 1),
    feature("kraft.version", 0, 1),
    feature("eligible.leader.replicas.version", 0, 1),
];

/// The features as a broker registers them.
pub(crate) fn registered() -> Vec<BrokerFeature> {
    let features = FEATURES.iter().map(|f| BrokerFeature {
        name: Str::from(f.name),
        min_supported_version: f.min,
        max_supported_version: f.max,
        ..Default::default()
    });
    features.collect()
}
