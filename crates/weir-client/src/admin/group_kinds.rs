//! Share groups (KIP-932) and streams groups (KIP-1071): members with what they are assigned, and how far a share group is.

use weir_domain::{
    Assignment, CommittedOffset, Group, GroupMember, GroupState, GroupType, StreamsTask, TaskRole,
    TopicPartition,
};
use weir_wire::ApiKey;
use weir_wire::messages::describe_share_group_offsets_request::{
    DescribeShareGroupOffsetsRequest, DescribeShareGroupOffsetsRequestGroup,
};
use weir_wire::messages::describe_share_group_offsets_response as share_offsets;
use weir_wire::messages::share_group_describe_request::ShareGroupDescribeRequest;
use weir_wire::messages::share_group_describe_response as share;
use weir_wire::messages::streams_group_describe_request::StreamsGroupDescribeRequest;
use weir_wire::messages::streams_group_describe_response as streams;

use crate::admin::groups::{Answers, PerGroup, partitions};
use crate::client::{Answer, Client};
use crate::code;
use crate::error::ClientError;
use crate::metadata::operations;

impl Client {
    /// Those of `groups` that are share or streams groups; the others have their broker's refusal.
    pub(crate) async fn share_and_streams_groups(
        &self,
        groups: &[String],
    ) -> Result<PerGroup<Group>, ClientError> {
        let mut found = PerGroup::new();
        if groups.is_empty() {
            return Ok(found);
        }
        if self.serves(ApiKey::ShareGroupDescribe).await? {
            let answers = self.per_coordinator(groups, share_request, share_answers).await?;
            found.extend(answers.into_iter().filter(is_there));
        }
        let rest: Vec<_> = groups.iter().filter(|g| !found.contains_key(*g)).cloned().collect();
        if !rest.is_empty() && self.serves(ApiKey::StreamsGroupDescribe).await? {
            let answers = self.per_coordinator(&rest, streams_request, streams_answers).await?;
            found.extend(answers.into_iter().filter(is_there));
        }
        Ok(found)
    }

    /// Where share groups begin to read each partition: what lies before was acknowledged by them, or is of no interest.
    /// Nothing where a group has not begun.
    pub(crate) async fn share_offsets(
        &self,
        groups: &[String],
    ) -> Result<PerGroup<Vec<CommittedOffset>>, ClientError> {
        if groups.is_empty() || !self.serves(ApiKey::DescribeShareGroupOffsets).await? {
            return Ok(PerGroup::new());
        }
        self.per_coordinator(groups, offsets_request, offsets_answers).await
    }
}

fn is_there(answer: &(String, Result<Group, weir_domain::ItemError>)) -> bool {
    answer.1.as_ref().is_ok_and(|group| group.state != GroupState::Dead)
}

fn share_request(groups: Vec<String>) -> ShareGroupDescribeRequest {
    let group_ids = groups.iter().map(Into::into).collect();
    ShareGroupDescribeRequest { group_ids, ..Default::default() }
}

fn share_answers(answer: Answer<ShareGroupDescribeRequest>) -> Answers<Group> {
    let coordinator = answer.broker_id;
    let one = |group: &share::DescribedGroup| {
        let outcome = code::item(group.error_code, group.error_message.as_deref());
        (group.group_id.to_string(), outcome.map(|()| share_group(coordinator, group)))
    };
    answer.result.map(|response| response.groups.iter().map(one).collect())
}

fn share_group(coordinator_id: i32, group: &share::DescribedGroup) -> Group {
    Group {
        group_id: group.group_id.to_string(),
        state: GroupState::parse(&group.group_state),
        kind: GroupType::Share,
        protocol_type: "share".to_owned(),
        protocol: group.assignor_name.to_string(),
        coordinator_id,
        epoch: Some(group.group_epoch),
        members: group.members.iter().map(share_member).collect(),
        authorized_operations: operations(group.authorized_operations),
    }
}

fn share_member(member: &share::Member) -> GroupMember {
    let assigned = member.assignment.topic_partitions.iter();
    GroupMember {
        member_id: member.member_id.to_string(),
        instance_id: None,
        client_id: member.client_id.to_string(),
        host: member.client_host.to_string(),
        rack: member.rack_id.as_deref().map(str::to_owned),
        subscribed: member.subscribed_topic_names.iter().map(ToString::to_string).collect(),
        assignment: Assignment::Partitions(partitions(
            assigned.map(|topic| (&*topic.topic_name, &topic.partitions[..])),
        )),
    }
}

fn streams_request(groups: Vec<String>) -> StreamsGroupDescribeRequest {
    let group_ids = groups.iter().map(Into::into).collect();
    StreamsGroupDescribeRequest { group_ids, ..Default::default() }
}

fn streams_answers(answer: Answer<StreamsGroupDescribeRequest>) -> Answers<Group> {
    let coordinator = answer.broker_id;
    let one = |group: &streams::DescribedGroup| {
        let outcome = code::item(group.error_code, group.error_message.as_deref());
        (group.group_id.to_string(), outcome.map(|()| streams_group(coordinator, group)))
    };
    answer.result.map(|response| response.groups.iter().map(one).collect())
}

fn streams_group(coordinator_id: i32, group: &streams::DescribedGroup) -> Group {
    let topology = group.topology.as_ref().and_then(|topology| topology.subtopologies.as_ref());
    let mut sources: Vec<String> = topology
        .into_iter()
        .flatten()
        .flat_map(|subtopology| subtopology.source_topics.iter().map(ToString::to_string))
        .collect();
    sources.sort();
    sources.dedup();
    Group {
        group_id: group.group_id.to_string(),
        state: GroupState::parse(&group.group_state),
        kind: GroupType::Streams,
        protocol_type: "streams".to_owned(),
        protocol: group.assignor_name.as_deref().unwrap_or_default().to_owned(),
        coordinator_id,
        epoch: Some(group.group_epoch),
        members: group.members.iter().map(|member| streams_member(member, &sources)).collect(),
        authorized_operations: operations(group.authorized_operations),
    }
}

fn streams_member(member: &streams::Member, sources: &[String]) -> GroupMember {
    let tasks = |role, tasks: &[streams::TaskIds]| {
        let task = |task: &streams::TaskIds| {
            let mut partitions = task.partitions.clone();
            partitions.sort_unstable();
            StreamsTask { role, subtopology: task.subtopology_id.to_string(), partitions }
        };
        tasks.iter().map(task).collect::<Vec<_>>()
    };
    let assigned = &member.assignment;
    let all = [
        tasks(TaskRole::Active, &assigned.active_tasks),
        tasks(TaskRole::Standby, &assigned.standby_tasks),
        tasks(TaskRole::Warmup, &assigned.warmup_tasks),
    ];
    GroupMember {
        member_id: member.member_id.to_string(),
        instance_id: member.instance_id.as_deref().map(str::to_owned),
        client_id: member.client_id.to_string(),
        host: member.client_host.to_string(),
        rack: member.rack_id.as_deref().map(str::to_owned),
        subscribed: sources.to_vec(),
        assignment: Assignment::Tasks(all.concat()),
    }
}

fn offsets_request(groups: Vec<String>) -> DescribeShareGroupOffsetsRequest {
    let group = |id: &String| DescribeShareGroupOffsetsRequestGroup {
        group_id: id.into(),
        topics: None,
        ..Default::default()
    };
    DescribeShareGroupOffsetsRequest {
        groups: groups.iter().map(group).collect(),
        ..Default::default()
    }
}

fn offsets_answers(
    answer: Answer<DescribeShareGroupOffsetsRequest>,
) -> Answers<Vec<CommittedOffset>> {
    let one = |group: &share_offsets::DescribeShareGroupOffsetsResponseGroup| {
        let outcome = code::item(group.error_code, group.error_message.as_deref());
        (group.group_id.to_string(), outcome.map(|()| starts(group)))
    };
    answer.result.map(|response| response.groups.iter().map(one).collect())
}

fn starts(group: &share_offsets::DescribeShareGroupOffsetsResponseGroup) -> Vec<CommittedOffset> {
    let mut all = Vec::new();
    for topic in &group.topics {
        all.extend(topic.partitions.iter().map(|p| {
            CommittedOffset {
                partition: TopicPartition::new(&*topic.topic_name, p.partition_index),
                offset: code::item(p.error_code, p.error_message.as_deref())
                    .map(|()| (p.start_offset >= 0).then_some(p.start_offset)),
                leader_epoch: (p.leader_epoch >= 0).then_some(p.leader_epoch),
                metadata: None,
            }
        }));
    }
    all
}
