//! What resetting a group's offsets would change: Kafka's tool computes it the same way (KIP-122).

use std::collections::BTreeMap;

use weir_domain::reset::{self, LogBounds};
use weir_domain::{
    BrokerFailure, GroupType, ItemError, OffsetReset, OffsetSpec, Partial, ResetTo, TopicPartition,
    TopicScope,
};
use weir_wire::ErrorCode;

use crate::admin::offsets::distinct;
use crate::admin::{Offsets, by_topic};
use crate::client::Client;
use crate::code;
use crate::error::ClientError;

type Commits = BTreeMap<TopicPartition, i64>;

impl Client {
    /// The change of each partition in `scope`, in order; of every partition with a commit where the scope is empty. Of a
    /// share group it is where it begins to read that counts as its commit.
    /// A partition that is not there, or whose leader does not answer, has its error. Changes nothing.
    pub async fn plan_reset(
        &self,
        group: &str,
        kind: GroupType,
        scope: &[TopicScope],
        to: ResetTo,
    ) -> Result<Result<Partial<Vec<OffsetReset>>, ItemError>, ClientError> {
        let commits = match self.commits_of(group, kind).await? {
            Ok(commits) => commits,
            Err(error) => return Ok(Err(error)),
        };
        let partitions = match scope {
            [] => commits.keys().map(|partition| (partition.clone(), Ok(()))).collect(),
            scope => self.partitions_in(scope).await?,
        };
        self.plan(&commits, partitions, to.asks(), |_| to).await.map(Ok)
    }

    /// As [`Client::plan_reset`], with an offset for each partition.
    pub async fn plan_offsets(
        &self,
        group: &str,
        kind: GroupType,
        offsets: &BTreeMap<TopicPartition, i64>,
    ) -> Result<Result<Partial<Vec<OffsetReset>>, ItemError>, ClientError> {
        let commits = match self.commits_of(group, kind).await? {
            Ok(commits) => commits,
            Err(error) => return Ok(Err(error)),
        };
        let topics = by_topic(offsets.keys()).into_iter();
        let scope = |(topic, partitions): (&str, _)| TopicScope { topic: topic.into(), partitions };
        let partitions = self.partitions_in(&topics.map(scope).collect::<Vec<_>>()).await?;
        // Every partition is one of those that were asked for.
        let to = |partition: &TopicPartition| {
            offsets.get(partition).map_or(ResetTo::Earliest, |offset| ResetTo::Offset(*offset))
        };
        self.plan(&commits, partitions, None, to).await.map(Ok)
    }

    async fn plan(
        &self,
        commits: &Commits,
        partitions: BTreeMap<TopicPartition, Result<(), ItemError>>,
        asks: Option<OffsetSpec>,
        to: impl Fn(&TopicPartition) -> ResetTo,
    ) -> Result<Partial<Vec<OffsetReset>>, ClientError> {
        let there: Vec<_> =
            partitions.iter().filter(|(_, found)| found.is_ok()).map(|(p, _)| p.clone()).collect();
        let (log, failures) = self.bounds(&there, asks).await?;
        let change = |(partition, found): (TopicPartition, Result<(), ItemError>)| {
            let (before, to) = (commits.get(&partition).copied(), to(&partition));
            let bounds = found.and_then(|()| log.of(&partition, before));
            change(partition, before, bounds, to)
        };
        let value = partitions.into_iter().map(change).collect();
        Ok(Partial { value, failures })
    }

    async fn commits_of(
        &self,
        group: &str,
        kind: GroupType,
    ) -> Result<Result<Commits, ItemError>, ClientError> {
        let groups = [group.to_owned()];
        let mut found = match kind {
            GroupType::Share => self.share_offsets(&groups).await?,
            _ => self.committed_offsets(&groups).await?,
        };
        Ok(found.remove(group).unwrap_or_else(|| Ok(Vec::new())).map(|committed| {
            let one = |c: weir_domain::CommittedOffset| Some((c.partition, c.offset.ok()??));
            committed.into_iter().filter_map(one).collect()
        }))
    }

    /// Each partition once, in order, with an error where the topic does not have it.
    async fn partitions_in(
        &self,
        scope: &[TopicScope],
    ) -> Result<BTreeMap<TopicPartition, Result<(), ItemError>>, ClientError> {
        let names: Vec<_> = scope.iter().map(|topic| topic.topic.clone()).collect();
        let metadata = self.topics(&names).await?;
        let mut all = BTreeMap::new();
        for TopicScope { topic, partitions } in scope {
            let known = metadata.topic(topic).filter(|topic| topic.error.is_none());
            let there: Vec<i32> =
                known.iter().flat_map(|t| &t.partitions).map(|p| p.partition).collect();
            let wanted = match partitions[..] {
                // A topic that is not there answers as its first partition.
                [] if there.is_empty() => vec![0],
                [] => there.clone(),
                _ => partitions.clone(),
            };
            for partition in wanted {
                let found = there.contains(&partition).then_some(());
                let found = found.ok_or_else(|| unknown(known.is_some().then_some(there.len())));
                all.insert(TopicPartition::new(topic.as_str(), partition), found);
            }
        }
        Ok(all)
    }

    async fn bounds(
        &self,
        partitions: &[TopicPartition],
        asks: Option<OffsetSpec>,
    ) -> Result<(Log, Vec<BrokerFailure>), ClientError> {
        if partitions.is_empty() {
            return Ok((Log::default(), Vec::new()));
        }
        let ask = |spec| self.list_offsets(partitions, spec);
        let (starts, ends) = tokio::join!(ask(OffsetSpec::Earliest), ask(OffsetSpec::Latest));
        let (starts, ends) = (starts?, ends?);
        let mut failures: Vec<_> = starts.failures.into_iter().chain(ends.failures).collect();
        let mut found = None;
        if let Some(spec) = asks {
            let answer = ask(spec).await?;
            failures.extend(answer.failures);
            found = Some(answer.value);
        }
        Ok((Log { starts: starts.value, ends: ends.value, found }, distinct(failures)))
    }
}

fn change(
    partition: TopicPartition,
    before: Option<i64>,
    bounds: Result<LogBounds, ItemError>,
    to: ResetTo,
) -> OffsetReset {
    let end = bounds.as_ref().ok().map(|bounds| bounds.end);
    let target = bounds.and_then(|bounds| reset::target(to, &bounds));
    let note = target.as_ref().ok().and_then(|(_, note)| *note);
    OffsetReset { partition, before, after: target.map(|(offset, _)| offset), end, note }
}

fn unknown(count: Option<usize>) -> ItemError {
    let words = count.map(|count| format!("the topic has {count} partitions, numbered from 0"));
    code::error(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION.0, words.as_deref())
}

#[derive(Debug, Default)]
struct Log {
    starts: Offsets,
    ends: Offsets,
    /// Asked for only with a time.
    found: Option<Offsets>,
}

impl Log {
    fn of(
        &self,
        partition: &TopicPartition,
        committed: Option<i64>,
    ) -> Result<LogBounds, ItemError> {
        let found = match &self.found {
            Some(found) => answer(found, partition)?,
            None => None,
        };
        let start = answer(&self.starts, partition)?.ok_or_else(code::no_answer)?;
        let end = answer(&self.ends, partition)?.ok_or_else(code::no_answer)?;
        Ok(LogBounds { committed, start, end, found })
    }
}

fn answer(offsets: &Offsets, partition: &TopicPartition) -> Result<Option<i64>, ItemError> {
    match offsets.get(partition) {
        Some(Ok(at)) => Ok(at.offset),
        Some(Err(error)) => Err(error.clone()),
        None => Err(code::no_answer()),
    }
}
