//! Offsets that groups committed: fetched for many groups at once, deleted.

use std::collections::HashMap;

use weir_domain::{CommittedOffset, ItemError, TopicPartition};
use weir_wire::messages::offset_delete_request::{
    OffsetDeleteRequest, OffsetDeleteRequestPartition, OffsetDeleteRequestTopic,
};
use weir_wire::messages::offset_fetch_request::{OffsetFetchRequest, OffsetFetchRequestGroup};
use weir_wire::messages::offset_fetch_response::{
    OffsetFetchResponse, OffsetFetchResponseGroup, OffsetFetchResponsePartition,
    OffsetFetchResponsePartitions,
};
use weir_wire::{ApiKey, ErrorCode};

use crate::admin::by_topic;
use crate::admin::groups::Answers;
use crate::client::{Answer, Client};
use crate::code;
use crate::error::ClientError;
use crate::net::pool::Lane;

/// The first version that asks for several groups at once (KIP-709).
const BATCHED: i16 = 8;

impl Client {
    /// Everything each group has committed.
    pub async fn committed_offsets(
        &self,
        groups: &[String],
    ) -> Result<HashMap<String, Result<Vec<CommittedOffset>, ItemError>>, ClientError> {
        let ranges = self.ranges(None).await?;
        if ranges.of(ApiKey::OffsetFetch).is_some_and(|(_, max)| max >= BATCHED) {
            return self.per_coordinator(groups, batched_request, batched_answers).await;
        }
        let mut found = HashMap::new();
        for group in groups {
            found.insert(group.clone(), self.committed_of_one(group).await?);
        }
        Ok(found)
    }

    /// As before KIP-709, one group a request.
    async fn committed_of_one(
        &self,
        group: &String,
    ) -> Result<Result<Vec<CommittedOffset>, ItemError>, ClientError> {
        let routed = self.route_groups(std::slice::from_ref(group)).await?;
        let Some(coordinator) = routed.by_broker.keys().next() else {
            let error = routed.unrouted.into_iter().next().map(|(_, e)| e);
            return Ok(Err(error.unwrap_or_else(code::no_answer)));
        };
        let request =
            || OffsetFetchRequest { group_id: group.into(), topics: None, ..Default::default() };
        let response = self.broker_with(*coordinator, Lane::Admin, |_| Ok(request())).await?;
        Ok(code::item(response.error_code, None).map(|()| committed_old(&response)))
    }

    /// Forgets what a group committed for some partitions; refused for topics that it consumes now.
    pub async fn delete_offsets(
        &self,
        group: &str,
        partitions: &[TopicPartition],
    ) -> Result<Vec<(TopicPartition, Result<(), ItemError>)>, ClientError> {
        let groups = [group.to_owned()];
        let request = |_: Vec<String>| delete_request(group, partitions);
        let read = |answer: Answer<OffsetDeleteRequest>| {
            let response = answer.result?;
            let mut results = Vec::new();
            for topic in &response.topics {
                results.extend(topic.partitions.iter().map(|p| {
                    let partition = TopicPartition::new(&*topic.name, p.partition_index);
                    (partition, code::item(p.error_code, None))
                }));
            }
            let whole = code::item(response.error_code, None).map(|()| results);
            Ok(vec![(group.to_owned(), whole)])
        };
        let mut found = self.per_coordinator(&groups, request, read).await?;
        match found.remove(group).unwrap_or_else(|| Err(code::no_answer())) {
            Ok(results) => Ok(results),
            Err(e) => Ok(partitions.iter().map(|p| (p.clone(), Err(e.clone()))).collect()),
        }
    }
}

fn batched_request(groups: Vec<String>) -> OffsetFetchRequest {
    let group = |id: &String| OffsetFetchRequestGroup {
        group_id: id.into(),
        topics: None,
        ..Default::default()
    };
    // In versions from 8 on `topics` is not there; what the definition has as its default is not checked.
    OffsetFetchRequest { groups: groups.iter().map(group).collect(), ..Default::default() }
}

fn batched_answers(answer: Answer<OffsetFetchRequest>) -> Answers<Vec<CommittedOffset>> {
    let one = |group: &OffsetFetchResponseGroup| {
        let outcome = code::item(group.error_code, None);
        (group.group_id.to_string(), outcome.map(|()| committed(group)))
    };
    answer.result.map(|response| response.groups.iter().map(one).collect())
}

fn committed(group: &OffsetFetchResponseGroup) -> Vec<CommittedOffset> {
    let mut all = Vec::new();
    for topic in &group.topics {
        all.extend(topic.partitions.iter().map(|p: &OffsetFetchResponsePartitions| {
            CommittedOffset {
                partition: TopicPartition::new(&*topic.name, p.partition_index),
                offset: offset(p.error_code, p.committed_offset),
                leader_epoch: crate::metadata::known(p.committed_leader_epoch),
                metadata: some_text(p.metadata.as_deref()),
            }
        }));
    }
    all.sort_by(|a, b| a.partition.cmp(&b.partition));
    all
}

fn committed_old(response: &OffsetFetchResponse) -> Vec<CommittedOffset> {
    let mut all = Vec::new();
    for topic in &response.topics {
        all.extend(topic.partitions.iter().map(|p: &OffsetFetchResponsePartition| {
            CommittedOffset {
                partition: TopicPartition::new(&*topic.name, p.partition_index),
                offset: offset(p.error_code, p.committed_offset),
                leader_epoch: crate::metadata::known(p.committed_leader_epoch),
                metadata: some_text(p.metadata.as_deref()),
            }
        }));
    }
    all.sort_by(|a, b| a.partition.cmp(&b.partition));
    all
}

fn offset(code: i16, offset: i64) -> Result<Option<i64>, ItemError> {
    if code == ErrorCode::NONE.0 {
        return Ok((offset >= 0).then_some(offset));
    }
    Err(code::error(code, None))
}

fn some_text(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

fn delete_request(group: &str, partitions: &[TopicPartition]) -> OffsetDeleteRequest {
    let partition = |index: i32| OffsetDeleteRequestPartition { partition_index: index };
    let topic = |(name, indexes): (&str, Vec<i32>)| OffsetDeleteRequestTopic {
        name: name.into(),
        partitions: indexes.into_iter().map(partition).collect(),
    };
    OffsetDeleteRequest {
        group_id: group.into(),
        topics: by_topic(partitions).into_iter().map(topic).collect(),
    }
}
