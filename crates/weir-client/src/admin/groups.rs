//! Groups with their members, and deleting groups, by coordinator.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use tokio::time::sleep;
use weir_domain::{
    Assignment, Group, GroupMember, GroupState, GroupType, ItemError, ItemResult, TopicPartition,
};
use weir_wire::messages::consumer_group_describe_request::ConsumerGroupDescribeRequest;
use weir_wire::messages::consumer_group_describe_response as new_protocol;
use weir_wire::messages::consumer_protocol_assignment::ConsumerProtocolAssignment;
use weir_wire::messages::consumer_protocol_subscription::ConsumerProtocolSubscription;
use weir_wire::messages::delete_groups_request::DeleteGroupsRequest;
use weir_wire::messages::describe_groups_request::DescribeGroupsRequest;
use weir_wire::messages::describe_groups_response::{DescribedGroup, DescribedGroupMember};
use weir_wire::{ApiKey, Bytes, ErrorCode, Message, Reader};

use crate::client::{Answer, Build, Client};
use crate::code;
use crate::error::ClientError;
use crate::metadata::operations;

/// Rounds after the first, with pauses of 50 ms to 0.8 s.
const RETRIES: u32 = 5;

/// Per group an answer or an error.
pub(crate) type PerGroup<T> = HashMap<String, Result<T, ItemError>>;

/// What one coordinator answered about its groups.
pub(crate) type Answers<T> = Result<Vec<(String, Result<T, ItemError>)>, ClientError>;

impl Client {
    /// State, protocol, members and assignment of each group of whatever type, in the order asked. A group that does not exist is
    /// `GROUP_ID_NOT_FOUND`, or state Dead from clusters before Kafka 4.0.
    pub async fn describe_groups(
        &self,
        groups: &[String],
    ) -> Result<Vec<ItemResult<Group>>, ClientError> {
        let mut found: PerGroup<Group> = HashMap::new();
        let mut classic = groups.to_vec();
        // Kafka's own order (KIP-848): ask the new way first, the rest the old way.
        if self.serves(ApiKey::ConsumerGroupDescribe).await? {
            let asked = self.per_coordinator(&classic, new_request, new_answers).await?;
            classic.retain(|group| !matches!(asked.get(group), Some(Ok(_))));
            found.extend(asked.into_iter().filter(|(_, result)| result.is_ok()));
        }
        if !classic.is_empty() {
            found.extend(self.per_coordinator(&classic, old_request, old_answers).await?);
            // What neither way knows may be of the other kinds; before Kafka 4.0 such a group is dead.
            classic.retain(|group| match found.get(group) {
                Some(Ok(known)) => known.state == GroupState::Dead,
                Some(Err(error)) => error.code == ErrorCode::GROUP_ID_NOT_FOUND.0,
                None => true,
            });
            found.extend(self.share_and_streams_groups(&classic).await?);
        }
        Ok(in_order(groups, found))
    }

    /// Deletes groups without members. Results in the order asked.
    pub async fn delete_groups(&self, groups: &[String]) -> Result<Vec<ItemResult>, ClientError> {
        let request = |groups: Vec<String>| DeleteGroupsRequest {
            groups_names: groups.iter().map(Into::into).collect(),
            ..Default::default()
        };
        let found = self
            .per_coordinator(groups, request, |answer: Answer<DeleteGroupsRequest>| {
                let result =
                    |r: &weir_wire::messages::delete_groups_response::DeletableGroupResult| {
                        (
                            r.group_id.to_string(),
                            code::item(r.error_code, r.error_message.as_deref()),
                        )
                    };
                answer.result.map(|response| response.results.iter().map(result).collect())
            })
            .await?;
        Ok(in_order(groups, found))
    }

    /// Sends each coordinator its groups, and again for those whose coordinator moved or is not ready yet.
    pub(crate) async fn per_coordinator<R, T>(
        &self,
        groups: &[String],
        request: impl Fn(Vec<String>) -> R,
        read: impl Fn(Answer<R>) -> Answers<T>,
    ) -> Result<PerGroup<T>, ClientError>
    where
        R: weir_wire::Request + Clone + Send + Sync + 'static,
        R::Response: Send + 'static,
    {
        let mut found = self.coordinator_round(groups, &request, &read).await?;
        for attempt in 1..=RETRIES {
            let moved: Vec<_> = found
                .iter()
                .filter(|(_, result)| result.as_ref().is_err_and(is_temporary))
                .map(|(group, _)| group.clone())
                .collect();
            if moved.is_empty() {
                break;
            }
            moved.iter().for_each(|group| self.inner.coordinators.forget(group));
            sleep(Duration::from_millis(25 << attempt)).await;
            found.extend(self.coordinator_round(&moved, &request, &read).await?);
        }
        Ok(found)
    }

    async fn coordinator_round<R, T>(
        &self,
        groups: &[String],
        request: &impl Fn(Vec<String>) -> R,
        read: &impl Fn(Answer<R>) -> Answers<T>,
    ) -> Result<PerGroup<T>, ClientError>
    where
        R: weir_wire::Request + Clone + Send + Sync + 'static,
        R::Response: Send + 'static,
    {
        let routed = self.route_groups(groups).await?;
        let mut found: PerGroup<T> =
            routed.unrouted.into_iter().map(|(g, e)| (g, Err(e))).collect();
        let mut requests: Vec<(i32, Build<R>)> = Vec::new();
        for (broker, groups) in &routed.by_broker {
            let request = request(groups.clone());
            requests.push((*broker, Box::new(move |_| Ok(request.clone()))));
        }
        for answer in self.scatter(requests).await {
            let asked = routed.by_broker.get(&answer.broker_id).into_iter().flatten();
            match read(answer) {
                Ok(answers) => {
                    found.extend(answers);
                    for group in asked {
                        found.entry(group.clone()).or_insert_with(|| Err(code::no_answer()));
                    }
                }
                Err(e) => {
                    let error = ItemError::ours("COORDINATOR_UNREACHABLE", e.to_string());
                    found.extend(asked.map(|group| (group.clone(), Err(error.clone()))));
                }
            }
        }
        Ok(found)
    }
}

pub(crate) fn in_order<T>(groups: &[String], mut found: PerGroup<T>) -> Vec<ItemResult<T>> {
    let result = |group: &String| ItemResult {
        item: group.clone(),
        result: found.remove(group).unwrap_or_else(|| Err(code::no_answer())),
    };
    groups.iter().map(result).collect()
}

/// The coordinator moved, is being elected, or reads its log after an election.
pub(crate) fn is_temporary(error: &ItemError) -> bool {
    [
        ErrorCode::NOT_COORDINATOR.0,
        ErrorCode::COORDINATOR_NOT_AVAILABLE.0,
        ErrorCode::COORDINATOR_LOAD_IN_PROGRESS.0,
        ItemError::OURS,
    ]
    .contains(&error.code)
}

fn old_request(groups: Vec<String>) -> DescribeGroupsRequest {
    DescribeGroupsRequest { groups: groups.iter().map(Into::into).collect(), ..Default::default() }
}

fn old_answers(answer: Answer<DescribeGroupsRequest>) -> Answers<Group> {
    let coordinator = answer.broker_id;
    let one = |group: &DescribedGroup| {
        let outcome = code::item(group.error_code, group.error_message.as_deref());
        (group.group_id.to_string(), outcome.map(|()| classic_group(coordinator, group)))
    };
    answer.result.map(|response| response.groups.iter().map(one).collect())
}

fn classic_group(coordinator_id: i32, group: &DescribedGroup) -> Group {
    let consumer = group.protocol_type.is_empty() || &*group.protocol_type == "consumer";
    Group {
        group_id: group.group_id.to_string(),
        state: GroupState::parse(&group.group_state),
        kind: GroupType::Classic,
        protocol_type: group.protocol_type.to_string(),
        protocol: group.protocol_data.to_string(),
        coordinator_id,
        epoch: None,
        members: group.members.iter().map(|member| classic_member(member, consumer)).collect(),
        authorized_operations: operations(group.authorized_operations),
    }
}

fn classic_member(member: &DescribedGroupMember, consumer: bool) -> GroupMember {
    let subscription = versioned::<ConsumerProtocolSubscription>(&member.member_metadata);
    let subscription = subscription.filter(|_| consumer);
    GroupMember {
        member_id: member.member_id.to_string(),
        instance_id: member.group_instance_id.as_deref().map(str::to_owned),
        client_id: member.client_id.to_string(),
        host: member.client_host.to_string(),
        rack: subscription.as_ref().and_then(|s| s.rack_id.as_deref().map(str::to_owned)),
        subscribed: subscription
            .map(|s| s.topics.iter().map(ToString::to_string).collect())
            .unwrap_or_default(),
        assignment: classic_assignment(&member.member_assignment, consumer),
    }
}

fn classic_assignment(bytes: &Bytes, consumer: bool) -> Assignment {
    if bytes.is_empty() {
        return Assignment::Partitions(Vec::new());
    }
    let assignment = versioned::<ConsumerProtocolAssignment>(bytes).filter(|_| consumer);
    let Some(assignment) = assignment else { return Assignment::Opaque(bytes.len()) };
    let topics = assignment.assigned_partitions.iter().map(|t| (&*t.topic, &t.partitions[..]));
    Assignment::Partitions(partitions(topics))
}

/// The consumers' own formats begin with their version; newer ones than known are read as the newest known.
fn versioned<M: Message>(bytes: &Bytes) -> Option<M> {
    let version = i16::from_be_bytes(*bytes.first_chunk()?);
    M::decode(&mut Reader::new(bytes.slice(2..)), version.clamp(M::MIN, M::MAX)).ok()
}

pub(crate) fn partitions<'a>(
    topics: impl Iterator<Item = (&'a str, &'a [i32])>,
) -> Vec<TopicPartition> {
    let mut sorted: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
    for (topic, partitions) in topics {
        sorted.entry(topic).or_default().extend(partitions);
    }
    let mut all = Vec::new();
    for (topic, mut partitions) in sorted {
        partitions.sort_unstable();
        all.extend(partitions.into_iter().map(|partition| TopicPartition::new(topic, partition)));
    }
    all
}

fn new_request(groups: Vec<String>) -> ConsumerGroupDescribeRequest {
    ConsumerGroupDescribeRequest {
        group_ids: groups.iter().map(Into::into).collect(),
        ..Default::default()
    }
}

fn new_answers(answer: Answer<ConsumerGroupDescribeRequest>) -> Answers<Group> {
    let coordinator = answer.broker_id;
    let one = |group: &new_protocol::DescribedGroup| {
        let outcome = code::item(group.error_code, group.error_message.as_deref());
        (group.group_id.to_string(), outcome.map(|()| consumer_group(coordinator, group)))
    };
    answer.result.map(|response| response.groups.iter().map(one).collect())
}

fn consumer_group(coordinator_id: i32, group: &new_protocol::DescribedGroup) -> Group {
    Group {
        group_id: group.group_id.to_string(),
        state: GroupState::parse(&group.group_state),
        kind: GroupType::Consumer,
        protocol_type: "consumer".to_owned(),
        protocol: group.assignor_name.to_string(),
        coordinator_id,
        epoch: Some(group.group_epoch),
        members: group.members.iter().map(consumer_member).collect(),
        authorized_operations: operations(group.authorized_operations),
    }
}

fn consumer_member(member: &new_protocol::Member) -> GroupMember {
    let assigned = member.assignment.topic_partitions.iter();
    GroupMember {
        member_id: member.member_id.to_string(),
        instance_id: member.instance_id.as_deref().map(str::to_owned),
        client_id: member.client_id.to_string(),
        host: member.client_host.to_string(),
        rack: member.rack_id.as_deref().map(str::to_owned),
        subscribed: member.subscribed_topic_names.iter().map(ToString::to_string).collect(),
        assignment: Assignment::Partitions(partitions(
            assigned.map(|t| (&*t.topic_name, &t.partitions[..])),
        )),
    }
}
