//! Features and their levels, as an Apache Kafka 4.4.0 broker has them. A feature is supported when
//! the API that it is about is served: what is not there is not promised.

use std::collections::BTreeMap;

use weir_wire::messages::register_broker_record::BrokerFeature;
use weir_wire::{ApiKey, Str};

use crate::dispatch;

/// The format of cluster metadata.
pub(crate) const METADATA_VERSION: &str = "metadata.version";
/// The version of the controllers' quorum (KIP-853).
pub(crate) const KRAFT_VERSION: &str = "kraft.version";
/// Whether partitions keep eligible leader replicas (KIP-966).
pub(crate) const ELR_VERSION: &str = "eligible.leader.replicas.version";

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
    /// The API without which it means nothing.
    api: ApiKey,
}

const fn feature(name: &'static str, min: i16, max: i16, api: ApiKey) -> Feature {
    Feature { name, min, max, level: max, api }
}

/// Every feature of Kafka 4.4.0.
const FEATURES: [Feature; 7] = [
    feature(METADATA_VERSION, 7, 33, ApiKey::Metadata),
    feature("group.version", 0, 1, ApiKey::ConsumerGroupHeartbeat),
    feature("transaction.version", 0, 2, ApiKey::EndTxn),
    feature("share.version", 0, 2, ApiKey::ShareGroupHeartbeat),
    feature("streams.version", 0, 1, ApiKey::StreamsGroupHeartbeat),
    feature(KRAFT_VERSION, 0, 1, ApiKey::DescribeQuorum),
    feature(ELR_VERSION, 0, 1, ApiKey::Metadata),
];

/// The features that this engine has.
pub fn supported() -> impl Iterator<Item = &'static Feature> {
    FEATURES.iter().filter(|feature| dispatch::find(feature.api as i16).is_some())
}

/// The features as a broker registers them.
pub(crate) fn registered() -> Vec<BrokerFeature> {
    let features = supported().map(|f| BrokerFeature {
        name: Str::from(f.name),
        min_supported_version: f.min,
        max_supported_version: f.max,
        ..Default::default()
    });
    features.collect()
}

/// The finalized features that this engine has, those at level 0 left out.
pub(crate) fn finalized(levels: &BTreeMap<Str, i16>) -> Vec<(&'static str, i16)> {
    let found = supported().filter_map(|f| Some((f.name, *levels.get(f.name)?)));
    found.filter(|(_, level)| *level > 0).collect()
}
