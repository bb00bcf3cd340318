//! Creating and deleting topics, adding partitions: one request for as many as are asked for.

use std::collections::HashMap;

use weir_domain::{ItemError, ItemResult, NewPartitions, NewTopic, TopicId};
use weir_wire::messages::create_partitions_request::{
    CreatePartitionsAssignment, CreatePartitionsRequest, CreatePartitionsTopic,
};
use weir_wire::messages::create_topics_request::{
    CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig, CreateTopicsRequest,
};
use weir_wire::messages::create_topics_response::CreatableTopicResult;
use weir_wire::messages::delete_topics_request::{DeleteTopicState, DeleteTopicsRequest};

use crate::client::Client;
use crate::code;
use crate::error::{ClientError, ErrorKind};

/// A topic as the cluster created it, or would (`validate_only`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CreatedTopic {
    pub id: Option<TopicId>,
    /// `None` where the cluster does not tell them (before Kafka 2.4).
    pub partitions: Option<i32>,
    pub replication_factor: Option<i16>,
}

impl Client {
    /// Creates topics; with `validate_only` says what would happen. Results in the order asked.
    pub async fn create_topics(
        &self,
        topics: &[NewTopic],
        validate_only: bool,
    ) -> Result<Vec<ItemResult<CreatedTopic>>, ClientError> {
        let timeout_ms = self.timeout_ms();
        let build = |version| create_request(version, topics, validate_only, timeout_ms);
        let response = self.controller_with(build).await?;
        let mut found: HashMap<String, Result<CreatedTopic, ItemError>> =
            response.topics.iter().map(created).collect();
        Ok(topics.iter().map(|topic| take(&mut found, &topic.name)).collect())
    }

    /// Deletes topics. Results in the order asked.
    pub async fn delete_topics(&self, names: &[String]) -> Result<Vec<ItemResult>, ClientError> {
        let timeout_ms = self.timeout_ms();
        let response =
            self.controller_with(|version| Ok(delete_request(version, names, timeout_ms))).await?;
        let mut found = response
            .responses
            .iter()
            .filter_map(|r| {
                let name = r.name.as_deref()?.to_owned();
                Some((name, code::item(r.error_code, r.error_message.as_deref())))
            })
            .collect();
        Ok(names.iter().map(|name| take(&mut found, name)).collect())
    }

    /// Raises the number of partitions. Results in the order asked.
    pub async fn create_partitions(
        &self,
        topics: &[NewPartitions],
        validate_only: bool,
    ) -> Result<Vec<ItemResult>, ClientError> {
        let timeout_ms = self.timeout_ms();
        let build = |_| Ok(partitions_request(topics, validate_only, timeout_ms));
        let response = self.controller_with(build).await?;
        let mut found = response
            .results
            .iter()
            .map(|r| (r.name.to_string(), code::item(r.error_code, r.error_message.as_deref())))
            .collect();
        Ok(topics.iter().map(|topic| take(&mut found, &topic.topic)).collect())
    }
}

fn take<T>(found: &mut HashMap<String, Result<T, ItemError>>, name: &str) -> ItemResult<T> {
    let result = found.remove(name).unwrap_or_else(|| Err(code::no_answer()));
    ItemResult { item: name.to_owned(), result }
}

fn created(result: &CreatableTopicResult) -> (String, Result<CreatedTopic, ItemError>) {
    let topic = CreatedTopic {
        id: TopicId::non_zero(result.topic_id.0),
        partitions: (result.num_partitions >= 0).then_some(result.num_partitions),
        replication_factor: (result.replication_factor >= 0).then_some(result.replication_factor),
    };
    let outcome = code::item(result.error_code, result.error_message.as_deref());
    (result.name.to_string(), outcome.map(|()| topic))
}

fn create_request(
    version: i16,
    topics: &[NewTopic],
    validate_only: bool,
    timeout_ms: i32,
) -> Result<CreateTopicsRequest, ErrorKind> {
    // The cluster's own defaults can be asked for since version 4 (KIP-464).
    let counts_missing = |t: &NewTopic| {
        t.assignments.is_empty() && (t.partitions.is_none() || t.replication_factor.is_none())
    };
    if version < 4 && topics.iter().any(counts_missing) {
        return Err(ErrorKind::Encode(
            "this cluster (before Kafka 2.4) wants partitions and replication factor".into(),
        ));
    }
    Ok(CreateTopicsRequest {
        topics: topics.iter().map(creatable).collect(),
        timeout_ms,
        validate_only,
        ..Default::default()
    })
}

fn creatable(topic: &NewTopic) -> CreatableTopic {
    let by_hand = !topic.assignments.is_empty();
    let assignment = |(partition, brokers): (usize, &Vec<i32>)| CreatableReplicaAssignment {
        partition_index: i32::try_from(partition).unwrap_or(i32::MAX),
        broker_ids: brokers.clone(),
        ..Default::default()
    };
    let config = |(name, value): &(String, String)| CreatableTopicConfig {
        name: name.into(),
        value: Some(value.into()),
        ..Default::default()
    };
    CreatableTopic {
        name: topic.name.as_str().into(),
        num_partitions: topic.partitions.filter(|_| !by_hand).unwrap_or(-1),
        replication_factor: topic.replication_factor.filter(|_| !by_hand).unwrap_or(-1),
        assignments: topic.assignments.iter().enumerate().map(assignment).collect(),
        configs: topic.configs.iter().map(config).collect(),
        ..Default::default()
    }
}

fn delete_request(version: i16, names: &[String], timeout_ms: i32) -> DeleteTopicsRequest {
    let mut request = DeleteTopicsRequest { timeout_ms, ..Default::default() };
    if version >= 6 {
        let state =
            |name: &String| DeleteTopicState { name: Some(name.into()), ..Default::default() };
        request.topics = names.iter().map(state).collect();
    } else {
        request.topic_names = names.iter().map(Into::into).collect();
    }
    request
}

fn partitions_request(
    topics: &[NewPartitions],
    validate_only: bool,
    timeout_ms: i32,
) -> CreatePartitionsRequest {
    let assignment = |brokers: &Vec<i32>| CreatePartitionsAssignment {
        broker_ids: brokers.clone(),
        ..Default::default()
    };
    let topic = |new: &NewPartitions| CreatePartitionsTopic {
        name: new.topic.as_str().into(),
        count: new.total,
        assignments: (!new.assignments.is_empty())
            .then(|| new.assignments.iter().map(assignment).collect()),
        ..Default::default()
    };
    CreatePartitionsRequest {
        topics: topics.iter().map(topic).collect(),
        timeout_ms,
        validate_only,
        ..Default::default()
    }
}
