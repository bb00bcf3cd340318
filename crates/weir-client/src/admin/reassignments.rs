//! Partitions whose replicas are being moved (KIP-455).

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
        let request = ListPartitionReassignmentsRequest {
            timeout_ms: self.timeout_ms(),
            topics: Some(by_topic(partitions).into_iter().map(topic).collect()),
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
