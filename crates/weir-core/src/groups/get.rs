//! One group: members, assignment, lag of each partition, asked now.

use std::collections::{BTreeMap, HashMap};

use weir_domain::{Group, GroupMember, GroupState, PartitionLag, StreamsTask};

use super::GroupRow;
use crate::core::Core;
use crate::errors::{client_failure, item_failure, warnings};
use crate::failure::{Failure, Kind, Result};
use crate::permits::{Action, permits};
use crate::text::{Text, TextId};

#[derive(Debug, Clone, PartialEq)]
pub struct GroupDetail {
    pub row: GroupRow,
    /// `consumer`, `connect` ...
    pub protocol: Option<String>,
    /// `range`, `cooperative-sticky` ...
    pub assignor: Option<String>,
    pub members: Vec<MemberRow>,
    pub lags: Vec<LagRow>,
    pub history: Vec<LagSample>,
    pub permits: GroupPermits,
    pub warnings: Vec<Text>,
}

/// `None` = allowed; else the reason why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupPermits {
    pub delete: Option<Text>,
    pub reset_offsets: Option<Text>,
    pub delete_offsets: Option<Text>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRow {
    pub id: String,
    pub client_id: String,
    pub host: String,
    pub instance: Option<String>,
    pub assignment: Vec<Assigned>,
    /// Of a streams group.
    pub tasks: Vec<StreamsTask>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    pub topic: String,
    pub partitions: Vec<i32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LagRow {
    pub topic: String,
    pub partition: i32,
    pub committed: Option<i64>,
    /// One past the last offset.
    pub end: Option<i64>,
    pub lag: Option<i64>,
    pub member: Option<String>,
    pub client_id: Option<String>,
    /// Why there is no lag.
    pub reason: Option<Text>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LagSample {
    pub at: i64,
    pub lag: i64,
}

impl Core {
    pub async fn group(&self, cluster: &str, name: &str) -> Result<GroupDetail> {
        let session = self.session(cluster)?;
        session.wake();
        let asked = session.client.describe_groups(&[name.to_owned()]).await;
        let described = asked.map_err(|error| client_failure(&error))?.into_iter().next();
        let group = match described.map(|item| item.result) {
            Some(Ok(group)) if group.state != GroupState::Dead => group,
            Some(Err(error)) if error.name != "GROUP_ID_NOT_FOUND" => {
                return Err(item_failure(&error, None));
            }
            _ => return Err(not_found(name)),
        };
        let lag = session.client.group_lag(&group).await.map_err(|error| client_failure(&error))?;
        let mut warnings = warnings(&lag);
        let lag = lag.value.unwrap_or_else(|error| {
            warnings.push(
                TextId::LagUnreadable.with("name", error.name).with("reason", error.to_string()),
            );
            weir_domain::GroupLag::default()
        });
        let history = session.groups().history(name);
        Ok(GroupDetail {
            row: row(&group, &lag),
            protocol: Some(group.protocol_type.clone()).filter(|text| !text.is_empty()),
            assignor: Some(group.protocol.clone()).filter(|text| !text.is_empty()),
            lags: lag_rows(&group, &lag.partitions),
            history: history.iter().map(|s| LagSample { at: s.at, lag: s.lag }).collect(),
            permits: self.group_permits(cluster, &group),
            members: group.members.iter().map(member).collect(),
            warnings,
        })
    }

    fn group_permits(&self, cluster: &str, group: &Group) -> GroupPermits {
        GroupPermits {
            delete: self.refuses_delete(cluster, group),
            reset_offsets: self.refuses_reset(cluster, group),
            delete_offsets: self.refuses_offsets_delete(cluster, group),
        }
    }

    pub(super) fn refuses_delete(&self, cluster: &str, group: &Group) -> Option<Text> {
        let facts = match self.cluster_facts(cluster) {
            Ok(facts) => facts,
            Err(failure) => return Some(failure.text),
        };
        let refused = permits(Action::DeleteGroup, &facts).err();
        refused.or_else(|| {
            let members = group.members.len();
            (members > 0).then(|| TextId::PermitGroupHasMembers.with("count", members))
        })
    }
}

pub(super) fn not_found(name: &str) -> Failure {
    Failure::new(TextId::ErrorGroupNotFound.with("group", name)).kind(Kind::NotFound)
}

fn row(group: &Group, lag: &weir_domain::GroupLag) -> GroupRow {
    let mut topics: Vec<_> = lag.partitions.iter().map(|lag| &lag.partition.topic).collect();
    topics.dedup(); // in order of topic
    let total = lag.total();
    GroupRow {
        name: group.group_id.clone(),
        state: group.state.name(),
        kind: group.kind,
        members: group.members.len() as u32,
        topics: topics.len() as u32,
        lag: total,
        coordinator: Some(group.coordinator_id).filter(|id| *id >= 0),
        lag_reason: total.is_none().then(|| TextId::LagNoCommit.into()),
        last_seen: None,
    }
}

fn member(member: &GroupMember) -> MemberRow {
    let mut topics: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
    for partition in member.assignment.partitions() {
        topics.entry(&partition.topic).or_default().push(partition.partition);
    }
    let assigned = topics.into_iter().map(|(topic, mut partitions)| {
        partitions.sort_unstable();
        Assigned { topic: topic.to_owned(), partitions }
    });
    MemberRow {
        id: member.member_id.clone(),
        client_id: member.client_id.clone(),
        // Java's brokers write an address as `/10.0.0.1`.
        host: member.host.trim_start_matches('/').to_owned(),
        instance: member.instance_id.clone(),
        assignment: assigned.collect(),
        tasks: member.assignment.tasks().to_vec(),
    }
}

fn lag_rows(group: &Group, lags: &[PartitionLag]) -> Vec<LagRow> {
    let clients: HashMap<&str, &str> =
        group.members.iter().map(|m| (m.member_id.as_str(), m.client_id.as_str())).collect();
    let row = |lag: &PartitionLag| {
        let client = lag.member_id.as_deref().and_then(|member| clients.get(member));
        LagRow {
            topic: lag.partition.topic.clone(),
            partition: lag.partition.partition,
            committed: lag.committed,
            end: lag.log_end,
            lag: lag.lag(),
            member: lag.member_id.clone(),
            client_id: client.map(|client| (*client).to_owned()),
            reason: reason(lag),
        }
    };
    lags.iter().map(row).collect()
}

fn reason(lag: &PartitionLag) -> Option<Text> {
    if lag.counts_from_start() && lag.lag().is_some() {
        return Some(TextId::LagFromStart.into());
    }
    if lag.committed.is_none() {
        return Some(TextId::LagNoCommit.into());
    }
    if lag.log_end.is_none() {
        return Some(TextId::LagNoEnd.into());
    }
    lag.lag().filter(|lag| *lag < 0).map(|_| TextId::LagNegative.into())
}
