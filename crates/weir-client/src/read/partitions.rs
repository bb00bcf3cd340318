//! Which partitions of a topic are meant; a topic or partition that is not there is one clear error.

use weir_domain::{Topic, TopicPartition};
use weir_wire::ErrorCode;

use crate::client::Client;
use crate::error::{ClientError, ErrorKind};

impl Client {
    /// The partitions of a topic, or those of them that are wanted, asked now.
    ///
    /// # Errors
    /// [`ErrorKind::NoTopic`], [`ErrorKind::NoPartition`]; or the cluster's own words.
    pub async fn partitions_of(
        &self,
        topic: &str,
        wanted: Option<&[i32]>,
    ) -> Result<Vec<TopicPartition>, ClientError> {
        let metadata = self.topics(&[topic.to_owned()]).await?;
        let found = metadata.topic(topic).ok_or_else(|| no_topic(topic))?;
        numbers(found, wanted)
            .map(|all| all.into_iter().map(|p| TopicPartition::new(topic, p)).collect())
            .map_err(|kind| ClientError::of_nobody("Metadata", kind))
    }
}

pub(crate) fn no_topic(topic: &str) -> ClientError {
    ClientError::of_nobody("Metadata", ErrorKind::NoTopic(topic.to_owned()))
}

/// Numbers of the partitions that are meant.
pub(crate) fn numbers(topic: &Topic, wanted: Option<&[i32]>) -> Result<Vec<i32>, ErrorKind> {
    if let Some(error) = &topic.error {
        return Err(match error.code {
            code if code == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION.0 => {
                ErrorKind::NoTopic(topic.name.clone())
            }
            code => ErrorKind::Broker {
                code,
                name: error.name,
                message: Some(format!("topic {:?}", topic.name)),
            },
        });
    }
    let all: Vec<_> = topic.partitions.iter().map(|p| p.partition).collect();
    let Some(wanted) = wanted else { return Ok(all) };
    match wanted.iter().find(|partition| !all.contains(partition)) {
        None => Ok(wanted.to_vec()),
        Some(partition) => Err(ErrorKind::NoPartition {
            topic: topic.name.clone(),
            partition: *partition,
            count: all.len(),
        }),
    }
}
