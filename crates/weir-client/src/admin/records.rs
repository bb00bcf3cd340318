//! DeleteRecords: forgetting the oldest records of partitions.

use std::collections::{BTreeMap, HashMap};

use weir_domain::{ItemError, Partial, TopicPartition};
use weir_wire::messages::delete_records_request::{
    DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsTopic,
};

use crate::client::{Build, Client, failure};
use crate::code;
use crate::error::ClientError;

impl Client {
    /// Deletes what is before an offset of each partition; -1 means all. Answers the new first offsets.
    pub async fn delete_records(
        &self,
        before: &HashMap<TopicPartition, i64>,
    ) -> Result<Partial<BTreeMap<TopicPartition, Result<i64, ItemError>>>, ClientError> {
        // Leaders are asked for now: a wrong one only costs an error, but this is not repeated by itself.
        self.refresh_leaders(before.keys()).await?;
        let routed = self.route_partitions(before.keys()).await?;
        let mut answers: BTreeMap<_, _> =
            routed.unrouted.into_iter().map(|(p, e)| (p, Err(e))).collect();
        let mut requests: Vec<(i32, Build<DeleteRecordsRequest>)> = Vec::new();
        for (leader, partitions) in &routed.by_leader {
            let request = request(partitions, before, self.timeout_ms());
            requests.push((*leader, Box::new(move |_| Ok(request.clone()))));
        }
        let mut failures = Vec::new();
        for answer in self.scatter(requests).await {
            let asked = routed.by_leader.get(&answer.broker_id).into_iter().flatten();
            match answer.result {
                Ok(response) => {
                    for topic in &response.topics {
                        for p in &topic.partitions {
                            let partition = TopicPartition::new(&*topic.name, p.partition_index);
                            let result = code::item(p.error_code, None).map(|()| p.low_watermark);
                            answers.insert(partition, result);
                        }
                    }
                    for p in asked {
                        answers.entry(p.clone()).or_insert_with(|| Err(code::no_answer()));
                    }
                }
                Err(e) => {
                    let error = ItemError::ours("NO_ANSWER", e.to_string());
                    answers.extend(asked.map(|p| (p.clone(), Err(error.clone()))));
                    failures.push(failure(answer.broker_id, &e));
                }
            }
        }
        Ok(Partial { value: answers, failures })
    }
}

fn request(
    partitions: &[TopicPartition],
    before: &HashMap<TopicPartition, i64>,
    timeout_ms: i32,
) -> DeleteRecordsRequest {
    let mut topics: BTreeMap<&str, Vec<DeleteRecordsPartition>> = BTreeMap::new();
    for partition in partitions {
        let Some(offset) = before.get(partition) else { continue };
        topics.entry(&partition.topic).or_default().push(DeleteRecordsPartition {
            partition_index: partition.partition,
            offset: *offset,
            ..Default::default()
        });
    }
    let topic = |(name, partitions): (&str, _)| DeleteRecordsTopic {
        name: name.into(),
        partitions,
        ..Default::default()
    };
    DeleteRecordsRequest {
        topics: topics.into_iter().map(topic).collect(),
        timeout_ms,
        ..Default::default()
    }
}
