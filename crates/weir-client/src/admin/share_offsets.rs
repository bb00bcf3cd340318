//! Where share groups begin to read, changed (KIP-932). Read: `group_kinds`.

use std::collections::BTreeMap;

use weir_domain::TopicPartition;
use weir_wire::messages::alter_share_group_offsets_request::{
    AlterShareGroupOffsetsRequest, AlterShareGroupOffsetsRequestPartition,
    AlterShareGroupOffsetsRequestTopic,
};

use crate::admin::group_commits::PerPartition;
use crate::admin::groups::Answers;
use crate::client::{Answer, Client};
use crate::code;
use crate::error::ClientError;

impl Client {
    /// Lets a share group that nobody is a member of begin anew at these offsets; what it acknowledged behind them is
    /// given out again. `NON_EMPTY_GROUP` where somebody is. A group that is not there is made.
    pub async fn alter_share_offsets(
        &self,
        group: &str,
        offsets: &BTreeMap<TopicPartition, i64>,
    ) -> Result<PerPartition, ClientError> {
        self.set_offsets(group, offsets, request, answers).await
    }
}

fn request(group: &str, offsets: &BTreeMap<TopicPartition, i64>) -> AlterShareGroupOffsetsRequest {
    let mut topics: BTreeMap<&str, Vec<AlterShareGroupOffsetsRequestPartition>> = BTreeMap::new();
    for (partition, offset) in offsets {
        topics.entry(&partition.topic).or_default().push(AlterShareGroupOffsetsRequestPartition {
            partition_index: partition.partition,
            start_offset: *offset,
            ..Default::default()
        });
    }
    let topic = |(name, partitions): (&str, _)| AlterShareGroupOffsetsRequestTopic {
        topic_name: name.into(),
        partitions,
        ..Default::default()
    };
    AlterShareGroupOffsetsRequest {
        group_id: group.into(),
        topics: topics.into_iter().map(topic).collect(),
        ..Default::default()
    }
}

fn answers(group: &str, answer: Answer<AlterShareGroupOffsetsRequest>) -> Answers<PerPartition> {
    let response = answer.result?;
    let mut results = PerPartition::new();
    for topic in &response.responses {
        results.extend(topic.partitions.iter().map(|p| {
            let partition = TopicPartition::new(&*topic.topic_name, p.partition_index);
            (partition, code::item(p.error_code, p.error_message.as_deref()))
        }));
    }
    let whole = code::item(response.error_code, response.error_message.as_deref());
    Ok(vec![(group.to_owned(), whole.map(|()| results))])
}
