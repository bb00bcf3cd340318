//! What Metadata told last: brokers, topics, leaders. One immutable snapshot, replaced as a whole.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use weir_domain::{Broker, ClusterInfo, PartitionInfo, Topic};
use weir_wire::messages::metadata_response::{
    MetadataResponse, MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};

use crate::code;

/// One answer to "what is there", or several merged: each topic as it was told last.
#[derive(Debug, Clone, Default)]
pub struct Metadata {
    pub cluster: ClusterInfo,
    /// In order of name. Shared, so that merging one topic's news into 10,000 copies no topic.
    pub topics: Vec<Arc<Topic>>,
}

impl Metadata {
    pub fn topic(&self, name: &str) -> Option<&Arc<Topic>> {
        let at = self.topics.binary_search_by(|topic| topic.name.as_str().cmp(name)).ok()?;
        self.topics.get(at)
    }

    pub(crate) fn partition(&self, topic: &str, partition: i32) -> Option<&PartitionInfo> {
        let partitions = &self.topic(topic)?.partitions;
        let at = partitions.binary_search_by_key(&partition, |p| p.partition).ok()?;
        partitions.get(at)
    }

    /// This snapshot with newer answers for some topics; topics that are gone are left out.
    fn merged(&self, newer: Self) -> Self {
        let mut topics: HashMap<&str, &Arc<Topic>> =
            self.topics.iter().map(|topic| (topic.name.as_str(), topic)).collect();
        for topic in &newer.topics {
            if topic.error.is_some() {
                topics.remove(topic.name.as_str());
            } else {
                topics.insert(&topic.name, topic);
            }
        }
        let mut topics: Vec<_> = topics.into_values().cloned().collect();
        topics.sort_by(|a, b| a.name.cmp(&b.name));
        Self { cluster: newer.cluster, topics }
    }
}

/// The newest snapshot; a lock held only to swap a pointer.
#[derive(Debug, Default)]
pub(crate) struct MetadataCache {
    newest: Mutex<Arc<Metadata>>,
}

impl MetadataCache {
    pub(crate) fn newest(&self) -> Arc<Metadata> {
        Arc::clone(&self.newest.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn replace(&self, metadata: Metadata) -> Arc<Metadata> {
        let metadata = Arc::new(metadata);
        *self.newest.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&metadata);
        metadata
    }

    pub(crate) fn merge(&self, newer: Metadata) {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        *newest = Arc::new(newest.merged(newer));
    }
}

impl From<MetadataResponse> for Metadata {
    fn from(response: MetadataResponse) -> Self {
        let mut brokers: Vec<_> = response.brokers.iter().filter_map(broker).collect();
        brokers.sort_by_key(|broker| broker.id);
        let mut topics: Vec<_> = response.topics.iter().map(|t| Arc::new(topic(t))).collect();
        topics.sort_by(|a, b| a.name.cmp(&b.name));
        let cluster = ClusterInfo {
            cluster_id: response.cluster_id.as_deref().map(str::to_owned),
            controller_id: known(response.controller_id),
            brokers,
            authorized_operations: operations(response.cluster_authorized_operations),
        };
        Self { cluster, topics }
    }
}

fn broker(broker: &MetadataResponseBroker) -> Option<Broker> {
    Some(Broker {
        id: broker.node_id,
        host: broker.host.to_string(),
        port: u16::try_from(broker.port).ok()?,
        rack: broker.rack.as_deref().map(str::to_owned),
        fenced: false,
    })
}

pub(crate) fn topic(topic: &MetadataResponseTopic) -> Topic {
    let mut partitions: Vec<_> = topic.partitions.iter().map(partition).collect();
    partitions.sort_by_key(|p| p.partition);
    Topic {
        name: topic.name.as_deref().unwrap_or_default().to_owned(),
        id: weir_domain::TopicId::non_zero(topic.topic_id.0),
        internal: topic.is_internal,
        partitions,
        authorized_operations: operations(topic.topic_authorized_operations),
        error: code::item(topic.error_code, None).err(),
    }
}

fn partition(partition: &MetadataResponsePartition) -> PartitionInfo {
    PartitionInfo {
        partition: partition.partition_index,
        leader: known(partition.leader_id),
        leader_epoch: known(partition.leader_epoch),
        replicas: partition.replica_nodes.clone(),
        isr: partition.isr_nodes.clone(),
        offline_replicas: partition.offline_replicas.clone(),
        elr: None,
        adding: Vec::new(),
    }
}

/// Kafka's -1 is "none".
pub(crate) fn known(id: i32) -> Option<i32> {
    (id >= 0).then_some(id)
}

/// Kafka's smallest number is "not told" (KIP-430).
pub(crate) fn operations(bits: i32) -> Option<i32> {
    (bits != i32::MIN).then_some(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(names: &[&str], error: bool) -> Metadata {
        let topics = names.iter().map(|name| MetadataResponseTopic {
            name: Some((*name).into()),
            error_code: if error { 3 } else { 0 },
            ..Default::default()
        });
        MetadataResponse { topics: topics.collect(), ..Default::default() }.into()
    }

    #[test]
    fn merging_keeps_order_and_drops_what_is_gone() {
        let all = with(&["c", "a", "b"], false);
        assert!(all.topic("b").is_some());
        let merged = all.merged(with(&["d"], false)).merged(with(&["a"], true));
        let names: Vec<_> = merged.topics.iter().map(|t| t.name.as_str()).collect();
        assert_eq!(names, ["b", "c", "d"]);
        assert!(merged.topic("a").is_none());
    }
}
