//! DescribeQuorum (KIP-836): who leads the controllers and how far each replica is.

use weir_domain::{Quorum, QuorumReplica};
use weir_wire::ApiKey;
use weir_wire::messages::describe_quorum_request::{
    DescribeQuorumRequest, PartitionData, TopicData,
};
use weir_wire::messages::describe_quorum_response::{self, ReplicaState};

use crate::admin::cluster::whole_error;
use crate::client::Client;
use crate::code;
use crate::error::ClientError;

const METADATA_TOPIC: &str = "__cluster_metadata";

impl Client {
    /// Of a KRaft cluster; others do not serve the API.
    pub async fn quorum(&self) -> Result<Quorum, ClientError> {
        let response = self.any(&request()).await?;
        let refuse =
            |code, words| Err(whole_error(ApiKey::DescribeQuorum, code::whole(code, words)));
        if response.error_code != 0 {
            return refuse(response.error_code, response.error_message.as_deref());
        }
        let Some(partition) = response.topics.first().and_then(|t| t.partitions.first()) else {
            return Err(ClientError::no_one("DescribeQuorum", "the answer names no partition"));
        };
        if partition.error_code != 0 {
            return refuse(partition.error_code, partition.error_message.as_deref());
        }
        Ok(quorum(partition))
    }
}

fn request() -> DescribeQuorumRequest {
    let partition = PartitionData { partition_index: 0, ..Default::default() };
    let topic = TopicData {
        topic_name: METADATA_TOPIC.into(),
        partitions: vec![partition],
        ..Default::default()
    };
    DescribeQuorumRequest { topics: vec![topic], ..Default::default() }
}

fn quorum(partition: &describe_quorum_response::PartitionData) -> Quorum {
    Quorum {
        leader_id: partition.leader_id,
        leader_epoch: partition.leader_epoch,
        high_watermark: partition.high_watermark,
        voters: partition.current_voters.iter().map(replica).collect(),
        observers: partition.observers.iter().map(replica).collect(),
    }
}

fn replica(state: &ReplicaState) -> QuorumReplica {
    let known = |ms: i64| (ms >= 0).then_some(ms);
    QuorumReplica {
        replica_id: state.replica_id,
        log_end_offset: state.log_end_offset,
        last_fetch_ms: known(state.last_fetch_timestamp),
        last_caught_up_ms: known(state.last_caught_up_timestamp),
    }
}
