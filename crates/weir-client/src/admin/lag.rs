//! Lag of groups: what they committed against where the logs end now, for thousands of partitions at once.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use tokio::task::{JoinHandle, spawn};
use weir_domain::{
    BrokerFailure, CommittedOffset, Group, GroupLag, GroupMember, GroupState, GroupSummary,
    GroupType, ItemError, OffsetSpec, Partial, PartitionLag, TopicPartition,
};

use crate::admin::Offsets;
use crate::admin::groups::PerGroup;
use crate::admin::offsets::distinct;
use crate::client::Client;
use crate::error::ClientError;

/// A group's lag and, where it may have members, the group with them.
#[derive(Debug)]
pub struct LagAndMembers {
    pub lag: Result<GroupLag, ItemError>,
    pub group: Option<Group>,
}

type Committed = PerGroup<Vec<CommittedOffset>>;

impl Client {
    /// The lag of each group, and who reads what in those that may have members. Ends are read after commits, so that
    /// a lag is never too small.
    pub async fn group_lags(
        &self,
        groups: &[GroupSummary],
    ) -> Result<Partial<HashMap<String, LagAndMembers>>, ClientError> {
        let (share, names): (Vec<_>, Vec<_>) =
            groups.iter().partition(|group| group.kind == GroupType::Share);
        let [share, names] =
            [share, names].map(|some| some.iter().map(|g| g.group_id.clone()).collect::<Vec<_>>());
        let peopled = groups.iter().filter(|group| may_have_members(group.state));
        let peopled: Vec<_> = peopled.map(|group| group.group_id.clone()).collect();
        // On tasks of their own: each takes a core to decode what comes.
        let (for_offsets, for_members) = (self.clone(), self.clone());
        let committed = spawn(async move { for_offsets.committed_offsets(&names).await });
        let members = spawn(async move { for_members.describe_groups(&peopled).await });
        let share = self.share_offsets(&share).await?;
        let (mut committed, described) = (joined(committed).await?, joined(members).await?);
        committed.extend(share);
        let described = described.into_iter().filter_map(|g| Some((g.item, g.result.ok()?)));
        let mut described: HashMap<String, Group> = described.collect();
        let all = committed.values().flatten().flatten().map(|c| &c.partition);
        let read = described.values().flat_map(assigned);
        let (ends, failures) = self.ends(all.chain(read), false).await?;
        let starts = self.starts_without_commit(&committed, described.values()).await?;
        let ends = Ends { starts, ..ends };
        let lag = |(name, committed): (String, Result<Vec<CommittedOffset>, ItemError>)| {
            let group = described.remove(&name);
            let lag = committed.map(|committed| lag_of(&committed, group.as_ref(), &ends));
            (name, LagAndMembers { lag, group })
        };
        Ok(Partial { value: committed.into_iter().map(lag).collect(), failures })
    }

    /// One group's lag with who reads what: partitions that are assigned but have no commit are there too.
    pub async fn group_lag(
        &self,
        group: &Group,
    ) -> Result<Partial<Result<GroupLag, ItemError>>, ClientError> {
        let id = &group.group_id;
        let ids = std::slice::from_ref(id);
        let mut committed = match group.kind {
            GroupType::Share => self.share_offsets(ids).await?,
            _ => self.committed_offsets(ids).await?,
        };
        let committed = match committed.remove(id) {
            Some(Ok(committed)) => committed,
            Some(Err(e)) => return Ok(Partial::whole(Err(e))),
            None => Vec::new(),
        };
        let all = committed.iter().map(|c| &c.partition).chain(assigned(group));
        let (ends, failures) = self.ends(all, true).await?;
        Ok(Partial { value: Ok(lag_of(&committed, Some(group), &ends)), failures })
    }

    /// Log starts of partitions that members read without a commit: most of the time none.
    async fn starts_without_commit<'a>(
        &self,
        committed: &Committed,
        groups: impl Iterator<Item = &'a Group>,
    ) -> Result<Offsets, ClientError> {
        let mut wanted = BTreeSet::new();
        for group in groups {
            let Some(Ok(committed)) = committed.get(&group.group_id) else { continue };
            let has = |c: &&CommittedOffset| matches!(c.offset, Ok(Some(_)));
            let known: HashSet<_> = committed.iter().filter(has).map(|c| &c.partition).collect();
            wanted.extend(assigned(group).filter(|p| !known.contains(p)).cloned());
        }
        if wanted.is_empty() {
            return Ok(Offsets::new());
        }
        let wanted: Vec<_> = wanted.into_iter().collect();
        Ok(self.list_offsets(&wanted, OffsetSpec::Earliest).await?.value)
    }

    async fn ends<'a>(
        &self,
        partitions: impl Iterator<Item = &'a TopicPartition>,
        with_starts: bool,
    ) -> Result<(Ends, Vec<BrokerFailure>), ClientError> {
        let mut partitions: Vec<_> = partitions.cloned().collect();
        partitions.sort();
        partitions.dedup();
        if partitions.is_empty() {
            return Ok((Ends::default(), Vec::new()));
        }
        if !with_starts {
            let ends = self.list_offsets(&partitions, OffsetSpec::Latest).await?;
            return Ok((Ends { starts: Offsets::new(), ends: ends.value }, ends.failures));
        }
        let (starts, ends) = tokio::join!(
            self.list_offsets(&partitions, OffsetSpec::Earliest),
            self.list_offsets(&partitions, OffsetSpec::Latest),
        );
        let (starts, ends) = (starts?, ends?);
        let failures = starts.failures.into_iter().chain(ends.failures).collect();
        Ok((Ends { starts: starts.value, ends: ends.value }, distinct(failures)))
    }
}

/// An empty group need not be described.
fn may_have_members(state: GroupState) -> bool {
    !matches!(state, GroupState::Empty | GroupState::Dead)
}

/// Who reads what where each partition is one member's: members of a share group read the same ones, and where they
/// begin is the group's own matter (`share.auto.offset.reset`).
fn readers(group: &Group) -> &[GroupMember] {
    if group.kind == GroupType::Share { &[] } else { &group.members }
}

fn assigned(group: &Group) -> impl Iterator<Item = &TopicPartition> {
    readers(group).iter().flat_map(|member| member.assignment.partitions())
}

/// What a task of ours came to; one that panicked or was cut off is no answer.
async fn joined<T>(task: JoinHandle<Result<T, ClientError>>) -> Result<T, ClientError> {
    task.await.unwrap_or_else(|e| Err(ClientError::no_one("OffsetFetch", e.to_string())))
}

#[derive(Debug, Default)]
struct Ends {
    starts: Offsets,
    ends: Offsets,
}

fn at(offsets: &Offsets, partition: &TopicPartition) -> Option<i64> {
    offsets.get(partition)?.as_ref().ok()?.offset
}

fn lag_of(committed: &[CommittedOffset], group: Option<&Group>, ends: &Ends) -> GroupLag {
    let mut rows: BTreeMap<&TopicPartition, (Option<&CommittedOffset>, Option<&str>)> =
        committed.iter().map(|c| (&c.partition, (Some(c), None))).collect();
    for member in group.into_iter().flat_map(readers) {
        for partition in member.assignment.partitions() {
            rows.entry(partition).or_default().1 = Some(&member.member_id);
        }
    }
    let row = |(partition, (committed, member)): (
        &TopicPartition,
        (Option<&CommittedOffset>, Option<&str>),
    )| {
        PartitionLag {
            partition: partition.clone(),
            committed: committed.and_then(|c| c.offset.as_ref().ok().copied().flatten()),
            log_start: at(&ends.starts, partition),
            log_end: at(&ends.ends, partition),
            member_id: member.map(str::to_owned),
            metadata: committed.and_then(|c| c.metadata.clone()),
        }
    };
    GroupLag { partitions: rows.into_iter().map(row).collect() }
}
