//! Partitions whose replicas are being moved (KIP-455).

use std::sync::Arc;

use weir_domain::{Reassignment, TopicPartition};
use weir_wire::ApiKey;
use weir_wire::messages::list_partition_reassignments_request::{
    ListPartitionReassignmentsRequest, ListPartitionReassignmentsTopics,
};
use weir_wire::messages::list_partition_reassignments_response::ListPartitionReassignmentsResponse;

use crate::admin::by_topic;
use crate::admin::cluster::whole_error;
use crate::client::Client;
use crate::code;
use crate::error::ClientError;
use crate::metadata::Metadata;

impl Client {
    /// Moves under way of these partitions; none where the cluster does not tell (before Kafka 2.4).
    pub async fn reassignments(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<Vec<Reassignment>, ClientError> {
        if partitions.is_empty() || !self.serves(ApiKey::ListPartitionReassignments).await? {
            return Ok(Vec::new());
        }
        let topic =
            |(name, partition_indexes): (&str, Vec<i32>)| ListPartitionReassignmentsTopics {
                name: name.into(),
                partition_indexes,
                ..Default::default()
            };
        self.moves_of(Some(by_topic(partitions).into_iter().map(topic).collect())).await
    }

    /// Metadata in which a partition with fewer replicas in sync than replicas says which of them a reassignment is
    /// adding. Asks nothing where there is no such partition; where the cluster does not tell, nothing is changed.
    pub async fn with_moves(&self, metadata: Arc<Metadata>) -> Arc<Metadata> {
        let mut partitions = metadata.topics.iter().flat_map(|topic| &topic.partitions);
        let short = partitions.any(|partition| partition.in_sync() < partition.replicas.len());
        if !short || !self.serves(ApiKey::ListPartitionReassignments).await.unwrap_or(false) {
            return metadata;
        }
        let moves = self.moves_of(None).await.unwrap_or_default();
        marked(metadata, &moves)
    }

    /// Moves of these topics' partitions; `None`: all that are under way.
    async fn moves_of(
        &self,
        topics: Option<Vec<ListPartitionReassignmentsTopics>>,
    ) -> Result<Vec<Reassignment>, ClientError> {
        let request = ListPartitionReassignmentsRequest {
            timeout_ms: self.timeout_ms(),
            topics,
            ..Default::default()
        };
        let response = self.controller_with(|_| Ok(request.clone())).await?;
        if response.error_code != 0 {
            let kind = code::whole(response.error_code, response.error_message.as_deref());
            return Err(whole_error(ApiKey::ListPartitionReassignments, kind));
        }
        Ok(moves(&response))
    }
}

fn marked(metadata: Arc<Metadata>, moves: &[Reassignment]) -> Arc<Metadata> {
    if moves.iter().all(|one| one.adding.is_empty()) {
        return metadata;
    }
    let mut metadata = Arc::unwrap_or_clone(metadata);
    for one in moves {
        let name = one.partition.topic.as_str();
        let Ok(at) = metadata.topics.binary_search_by(|topic| topic.name.as_str().cmp(name)) else {
            continue; // deleted in between
        };
        let Some(topic) = metadata.topics.get_mut(at) else { continue };
        let mut partitions = Arc::make_mut(topic).partitions.iter_mut();
        if let Some(moving) = partitions.find(|p| p.partition == one.partition.partition) {
            moving.adding.clone_from(&one.adding);
        }
    }
    Arc::new(metadata)
}

fn moves(response: &ListPartitionReassignmentsResponse) -> Vec<Reassignment> {
    let mut moves = Vec::new();
    for topic in &response.topics {
        moves.extend(topic.partitions.iter().map(|partition| Reassignment {
            partition: TopicPartition::new(&*topic.name, partition.partition_index),
            adding: partition.adding_replicas.clone(),
            removing: partition.removing_replicas.clone(),
        }));
    }
    moves
}

#[cfg(test)]
mod tests {
    use weir_domain::{PartitionHealth, PartitionInfo, Topic};

    use super::*;

    fn metadata() -> Arc<Metadata> {
        let partition = |partition| PartitionInfo {
            partition,
            leader: Some(1),
            replicas: vec![2, 3, 1],
            isr: vec![1],
            ..PartitionInfo::default()
        };
        let topic = Topic {
            name: "orders".into(),
            id: None,
            internal: false,
            partitions: vec![partition(0), partition(1)],
            authorized_operations: None,
            error: None,
        };
        Arc::new(Metadata { topics: vec![Arc::new(topic)], ..Metadata::default() })
    }

    fn adding(topic: &str, partition: i32, adding: Vec<i32>) -> Reassignment {
        let partition = TopicPartition::new(topic, partition);
        Reassignment { partition, adding, removing: vec![1] }
    }

    #[test]
    fn replicas_on_their_way_are_not_missing_but_others_are() {
        let moves = [adding("orders", 0, vec![2, 3]), adding("gone", 0, vec![2])];
        let marked = marked(metadata(), &moves);
        let topic = marked.topic("orders").cloned();
        let health: Vec<_> = topic.iter().flat_map(|t| &t.partitions).map(|p| p.health()).collect();
        assert_eq!(health, [PartitionHealth::Healthy, PartitionHealth::UnderReplicated]);
    }

    #[test]
    fn one_of_the_old_replicas_that_is_missing_counts() {
        let marked = marked(metadata(), &[adding("orders", 0, vec![2])]);
        let health = marked.topic("orders").and_then(|t| Some(t.partitions.first()?.health()));
        assert_eq!(health, Some(PartitionHealth::UnderReplicated));
    }

    #[test]
    fn without_moves_nothing_is_copied() {
        let before = metadata();
        assert!(Arc::ptr_eq(&before, &marked(before.clone(), &[])));
    }
}
