//! Commits on behalf of a group without members.

use std::collections::BTreeMap;

use weir_domain::{ItemError, TopicPartition};
use weir_wire::messages::offset_commit_request::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};

use crate::admin::groups::Answers;
use crate::client::{Answer, Client};
use crate::code;
use crate::error::ClientError;

/// Per partition what became of it.
pub(crate) type PerPartition = Vec<(TopicPartition, Result<(), ItemError>)>;

impl Client {
    /// Commits these offsets for a group that nobody is a member of: `UNKNOWN_MEMBER_ID` where somebody is. A group
    /// that is not there is made.
    pub async fn commit_offsets(
        &self,
        group: &str,
        offsets: &BTreeMap<TopicPartition, i64>,
    ) -> Result<PerPartition, ClientError> {
        self.set_offsets(group, offsets, request, answers).await
    }

    /// Sends one group's coordinator these offsets; an error of the group is each partition's.
    pub(crate) async fn set_offsets<R>(
        &self,
        group: &str,
        offsets: &BTreeMap<TopicPartition, i64>,
        request: impl Fn(&str, &BTreeMap<TopicPartition, i64>) -> R,
        answers: impl Fn(&str, Answer<R>) -> Answers<PerPartition>,
    ) -> Result<PerPartition, ClientError>
    where
        R: weir_wire::Request + Clone + Send + Sync + 'static,
        R::Response: Send + 'static,
    {
        let groups = [group.to_owned()];
        let request = |_: Vec<String>| request(group, offsets);
        let mut found = self.per_coordinator(&groups, request, |a| answers(group, a)).await?;
        match found.remove(group).unwrap_or_else(|| Err(code::no_answer())) {
            Ok(results) => Ok(results),
            Err(e) => Ok(offsets.keys().map(|p| (p.clone(), Err(e.clone()))).collect()),
        }
    }
}

fn request(group: &str, offsets: &BTreeMap<TopicPartition, i64>) -> OffsetCommitRequest {
    let mut topics: BTreeMap<&str, Vec<OffsetCommitRequestPartition>> = BTreeMap::new();
    for (partition, offset) in offsets {
        topics.entry(&partition.topic).or_default().push(OffsetCommitRequestPartition {
            partition_index: partition.partition,
            committed_offset: *offset,
            ..Default::default()
        });
    }
    let topic = |(name, partitions): (&str, _)| OffsetCommitRequestTopic {
        name: name.into(),
        partitions,
        ..Default::default()
    };
    OffsetCommitRequest {
        group_id: group.into(),
        topics: topics.into_iter().map(topic).collect(),
        ..Default::default()
    }
}

/// Versions before 10 have no error of the whole; a coordinator that moved or still loads says so at every partition:
/// then the group is asked for again.
fn answers(group: &str, answer: Answer<OffsetCommitRequest>) -> Answers<PerPartition> {
    let response = answer.result?;
    let mut results = PerPartition::new();
    for topic in &response.topics {
        results.extend(topic.partitions.iter().map(|p| {
            let partition = TopicPartition::new(&*topic.name, p.partition_index);
            (partition, code::item(p.error_code, None))
        }));
    }
    let moved = results.iter().find_map(|(_, result)| result.as_ref().err());
    let whole = match moved.filter(|error| crate::admin::groups::is_temporary(error)) {
        Some(error) => Err(error.clone()),
        None => Ok(results),
    };
    Ok(vec![(group.to_owned(), whole)])
}
