//! Lag of groups: what they committed against where the logs end now, for thousands of partitions at once.

use std::collections::{BTreeMap, HashMap};

use weir_domain::{
    BrokerFailure, CommittedOffset, Group, GroupLag, ItemError, OffsetSpec, Partial, PartitionLag,
    TopicPartition,
};

use crate::admin::Offsets;
use crate::admin::offsets::distinct;
use crate::client::Client;
use crate::error::ClientError;

impl Client {
    /// The lag of each group, without members and log starts. Ends are read after commits, so that a lag is never too small.
    pub async fn group_lags(
        &self,
        groups: &[String],
    ) -> Result<Partial<HashMap<String, Result<GroupLag, ItemError>>>, ClientError> {
        let committed = self.committed_offsets(groups).await?;
        let all = committed.values().flatten().flatten().map(|c| &c.partition);
        let (ends, failures) = self.ends(all, false).await?;
        let lag = |(group, committed): (String, Result<Vec<CommittedOffset>, ItemError>)| {
            let lag = committed.map(|committed| lag_of(&committed, None, &ends));
            (group, lag)
        };
        Ok(Partial { value: committed.into_iter().map(lag).collect(), failures })
    }

    /// One group's lag with who reads what: partitions that are assigned but have no commit are there too.
    pub async fn group_lag(
        &self,
        group: &Group,
    ) -> Result<Partial<Result<GroupLag, ItemError>>, ClientError> {
        let id = &group.group_id;
        let mut committed = self.committed_offsets(std::slice::from_ref(id)).await?;
        let committed = match committed.remove(id) {
            Some(Ok(committed)) => committed,
            Some(Err(e)) => return Ok(Partial::whole(Err(e))),
            None => Vec::new(),
        };
        let assigned = group.members.iter().flat_map(|member| member.assignment.partitions());
        let all = committed.iter().map(|c| &c.partition).chain(assigned);
        let (ends, failures) = self.ends(all, true).await?;
        Ok(Partial { value: Ok(lag_of(&committed, Some(group), &ends)), failures })
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
    for member in group.into_iter().flat_map(|group| &group.members) {
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
