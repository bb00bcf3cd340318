//! What is known of brokers before the cluster itself has noticed.

use std::sync::Arc;

use weir_client::Metadata;

/// Replicas on brokers that are down are offline, whether or not the controller has noticed yet.
pub(crate) fn marked(metadata: Arc<Metadata>, down: &[i32]) -> Arc<Metadata> {
    if down.is_empty() {
        return metadata;
    }
    let mut metadata = Arc::unwrap_or_clone(metadata);
    for topic in &mut metadata.topics {
        let hit = |p: &weir_domain::PartitionInfo| p.replicas.iter().any(|id| down.contains(id));
        if !topic.partitions.iter().any(hit) {
            continue;
        }
        for partition in &mut Arc::make_mut(topic).partitions {
            let known = &partition.offline_replicas;
            let new =
                partition.replicas.iter().filter(|id| down.contains(id) && !known.contains(id));
            let new: Vec<i32> = new.copied().collect();
            partition.offline_replicas.extend(new);
        }
    }
    Arc::new(metadata)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broker_that_is_down_takes_its_replicas_offline_at_once() {
        let partition = weir_domain::PartitionInfo {
            leader: Some(1),
            replicas: vec![1, 2],
            isr: vec![1, 2],
            ..Default::default()
        };
        let topic = weir_domain::Topic {
            name: "orders".into(),
            id: None,
            internal: false,
            partitions: vec![partition],
            authorized_operations: None,
            error: None,
        };
        let topics = vec![Arc::new(topic)];
        let metadata = Arc::new(Metadata { topics, ..Metadata::default() });
        let health = |down: &[i32]| {
            let marked = marked(metadata.clone(), down);
            marked.topics.first().and_then(|t| t.partitions.first()).map(|p| p.health())
        };
        use weir_domain::PartitionHealth as Health;
        assert_eq!(health(&[]), Some(Health::Healthy));
        assert_eq!(health(&[2]), Some(Health::UnderReplicated));
        assert_eq!(health(&[1]), Some(Health::Offline));
    }
}
