//! DescribeLogDirs of every broker: sizes of replicas and volumes.

use std::time::Duration;

use weir_domain::{LogDir, Partial, ReplicaSize, TopicPartition};
use weir_wire::messages::describe_log_dirs_request::{
    DescribableLogDirTopic, DescribeLogDirsRequest,
};
use weir_wire::messages::describe_log_dirs_response::{
    DescribeLogDirsResponse, DescribeLogDirsResult,
};

use crate::admin::by_topic;
use crate::client::{Build, Client, failure};
use crate::code;
use crate::error::ClientError;

/// It is asked for to explain another failure: who waited for that waits little longer.
const FULL_WITHIN: Duration = Duration::from_secs(3);

impl Client {
    /// All log directories of all brokers, each with its replicas.
    pub async fn log_dirs(&self) -> Result<Partial<Vec<LogDir>>, ClientError> {
        self.describe_log_dirs(None).await
    }

    /// The same of these partitions only.
    pub async fn log_dirs_of(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<Partial<Vec<LogDir>>, ClientError> {
        let topic = |(name, partitions): (&str, Vec<i32>)| DescribableLogDirTopic {
            topic: name.into(),
            partitions,
            ..Default::default()
        };
        self.describe_log_dirs(Some(by_topic(partitions).into_iter().map(topic).collect())).await
    }

    /// A log directory whose volume is full, as far as brokers tell: a broker that cannot write says only that it has
    /// trouble with its storage, and producers try again until their time is over.
    pub async fn full_log_dir(&self) -> Option<LogDir> {
        let asked = self.describe_log_dirs(Some(Vec::new()));
        let told = tokio::time::timeout(FULL_WITHIN, asked).await.ok()?.ok()?;
        told.value.into_iter().find(LogDir::is_full)
    }

    async fn describe_log_dirs(
        &self,
        topics: Option<Vec<DescribableLogDirTopic>>,
    ) -> Result<Partial<Vec<LogDir>>, ClientError> {
        let brokers = self.brokers().await?;
        let request =
            move |_| Ok(DescribeLogDirsRequest { topics: topics.clone(), ..Default::default() });
        let requests = brokers
            .iter()
            .map(|b| (b.id, Box::new(request.clone()) as Build<DescribeLogDirsRequest>))
            .collect();
        let mut dirs = Vec::new();
        let mut failures = Vec::new();
        for answer in self.scatter(requests).await {
            match answer.result {
                Ok(response) => dirs.extend(of_broker(answer.broker_id, &response)),
                Err(e) => failures.push(failure(answer.broker_id, &e)),
            }
        }
        Ok(Partial { value: dirs, failures })
    }
}

fn of_broker(broker_id: i32, response: &DescribeLogDirsResponse) -> Vec<LogDir> {
    response.results.iter().map(|result| log_dir(broker_id, result)).collect()
}

fn log_dir(broker_id: i32, result: &DescribeLogDirsResult) -> LogDir {
    let known = |bytes: i64| (bytes >= 0).then_some(bytes);
    let mut replicas = Vec::new();
    for topic in &result.topics {
        replicas.extend(topic.partitions.iter().map(|p| ReplicaSize {
            partition: TopicPartition::new(&*topic.name, p.partition_index),
            size_bytes: p.partition_size,
            offset_lag: p.offset_lag,
            is_future: p.is_future_key,
        }));
    }
    LogDir {
        broker_id,
        path: result.log_dir.to_string(),
        error: code::item(result.error_code, None).err(),
        total_bytes: known(result.total_bytes),
        usable_bytes: known(result.usable_bytes),
        replicas,
    }
}
