//! The cluster's metadata at one offset of the metadata log: immutable, shared, cheap to clone.

mod apply;
mod broker;
mod topic;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use weir_wire::{Str, Uuid};

pub(crate) use apply::{ApplyError, Effect, LEADER_UNCHANGED};
pub use broker::BrokerImage;
pub use topic::{INTERNAL_TOPICS, PartitionImage, TopicImage, is_internal};

use crate::config::{Configs, TopicSettings};
use crate::partition::{NodeIds, PartitionEnv};
use crate::security::Security;

/// One snapshot. Clones share everything that did not change.
#[derive(Debug, Clone)]
pub struct Image {
    cluster_id: Str,
    env: Arc<PartitionEnv>,
    /// The next offset of the metadata log.
    pub(crate) end_offset: i64,
    brokers: BTreeMap<i32, Arc<BrokerImage>>,
    topics: imbl::OrdMap<Str, Arc<TopicImage>>,
    topic_names: imbl::OrdMap<[u8; 16], Str>,
    /// Names with `.` read as `_`: two topics may not meet there (their metrics would).
    folded_names: imbl::OrdMap<Str, Str>,
    configs: Configs,
    features: BTreeMap<Str, i16>,
    security: Security,
    next_producer_id: i64,
    /// What topics without configurations of their own obey.
    default_settings: Arc<TopicSettings>,
    /// Replica lists, shared by the many partitions that hold the same one.
    id_lists: imbl::OrdSet<NodeIds>,
}

impl Image {
    /// An empty cluster with static broker configurations.
    pub(crate) fn empty(cluster_id: Str, env: Arc<PartitionEnv>, configs: Configs) -> Self {
        let default_settings = Arc::new(TopicSettings::resolve(&configs, ""));
        Self {
            cluster_id,
            env,
            end_offset: 0,
            brokers: BTreeMap::new(),
            topics: imbl::OrdMap::new(),
            topic_names: imbl::OrdMap::new(),
            folded_names: imbl::OrdMap::new(),
            configs,
            features: BTreeMap::new(),
            security: Security::default(),
            next_producer_id: 0,
            default_settings,
            id_lists: imbl::OrdSet::new(),
        }
    }

    /// The cluster's id, kept for ever.
    pub fn cluster_id(&self) -> &Str {
        &self.cluster_id
    }

    pub(crate) fn env(&self) -> &Arc<PartitionEnv> {
        &self.env
    }

    /// The next offset of the metadata log: everything below it is in this image.
    pub fn end_offset(&self) -> i64 {
        self.end_offset
    }

    /// Every registered broker, by id.
    pub fn brokers(&self) -> impl Iterator<Item = &Arc<BrokerImage>> {
        self.brokers.values()
    }

    /// One registered broker.
    pub fn broker(&self, id: i32) -> Option<&Arc<BrokerImage>> {
        self.brokers.get(&id)
    }

    /// The brokers that clients can use, by id.
    pub fn live_brokers(&self) -> impl Iterator<Item = &Arc<BrokerImage>> {
        self.brokers().filter(|broker| broker.is_alive())
    }

    /// Every topic, by name.
    pub fn topics(&self) -> impl Iterator<Item = &Arc<TopicImage>> {
        self.topics.values()
    }

    /// The topics whose names come after `name`, or from it on when `inclusive`.
    pub fn topics_from(
        &self,
        name: &str,
        inclusive: bool,
    ) -> impl Iterator<Item = &Arc<TopicImage>> {
        let from = self.topics.range(Str::from(name)..).map(|(_, topic)| topic);
        from.filter(move |topic| inclusive || topic.name().as_str() != name)
    }

    /// How many topics there are.
    pub fn topic_count(&self) -> usize {
        self.topics.len()
    }

    /// The topic of this name.
    pub fn topic(&self, name: &str) -> Option<&Arc<TopicImage>> {
        self.topics.get(name)
    }

    /// The topic of this id.
    pub fn topic_by_id(&self, id: Uuid) -> Option<&Arc<TopicImage>> {
        self.topics.get(self.topic_names.get(&id.0)?)
    }

    /// The existing topic whose name differs from `name` only in `.` against `_`.
    pub fn colliding_topic(&self, name: &str) -> Option<&Str> {
        self.folded_names.get(fold(name).as_str())
    }

    /// Configurations in all their layers.
    pub fn configs(&self) -> &Configs {
        &self.configs
    }

    /// Whether no new partition is placed on the broker: `cordoned.log.dirs` names all of its log dirs (KIP-1066).
    pub fn is_cordoned(&self, broker: &BrokerImage) -> bool {
        let dirs = self.configs().broker_value(Some(broker.id), "cordoned.log.dirs");
        let dirs = dirs.unwrap_or_default();
        let named: BTreeSet<&str> =
            dirs.split(',').map(str::trim).filter(|d| !d.is_empty()).collect();
        named.contains("*") || (!named.is_empty() && named.len() >= broker.log_dirs.len())
    }

    /// Finalized features and their levels.
    pub fn features(&self) -> &BTreeMap<Str, i16> {
        &self.features
    }

    /// Access control entries, SCRAM credentials, quotas.
    pub(crate) fn security(&self) -> &Security {
        &self.security
    }

    /// The finalized level of a feature; 0 when it is off.
    pub fn feature_level(&self, name: &str) -> i16 {
        self.features.get(name).copied().unwrap_or(0)
    }

    /// The first producer id of the next block.
    pub fn next_producer_id(&self) -> i64 {
        self.next_producer_id
    }

    /// The one shared copy of a list of brokers. With RF 3 on N brokers there are at most N(N-1)(N-2)
    /// orders; past a bound, lists are simply not shared.
    pub(crate) fn share_ids(&mut self, ids: &[i32]) -> NodeIds {
        const SHARED_LISTS_MAX: usize = 20_000;
        if let Some(shared) = self.id_lists.get(ids) {
            return shared.clone();
        }
        let list = NodeIds::from(ids);
        if self.id_lists.len() < SHARED_LISTS_MAX {
            self.id_lists.insert(list.clone());
        }
        list
    }
}

fn fold(name: &str) -> String {
    name.replace('.', "_")
}
