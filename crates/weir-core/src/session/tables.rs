//! What pollers read: offsets, sizes, groups. Immutable once made; the next reading replaces the whole table.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::time::Instant;

use weir_client::Metadata;
use weir_domain::{GroupSummary, ItemError, LogDir, OffsetAt, TopicPartition};

type Answers<E> = BTreeMap<TopicPartition, Result<OffsetAt, E>>;

/// First and last offsets of all partitions.
#[derive(Debug, Default)]
pub(crate) struct OffsetTable {
    /// Milliseconds since the epoch; 0: never read.
    pub(crate) as_of: i64,
    read: Option<Instant>,
    topics: HashMap<String, TopicOffsets>,
    /// Records written each second, over all topics.
    pub(crate) messages_per_s: Option<f64>,
}

#[derive(Debug, Default, Clone)]
pub(crate) struct TopicOffsets {
    /// By partition: the first offset and the one past the last, where the leader told them.
    pub(crate) partitions: BTreeMap<i32, (Option<i64>, Option<i64>)>,
    pub(crate) messages_per_s: Option<f64>,
}

impl TopicOffsets {
    /// Offsets between first and last: an upper bound of the records that can be read. `None` if any is unknown.
    pub(crate) fn messages(&self) -> Option<i64> {
        self.partitions.values().map(|(start, end)| Some(((*end)? - (*start)?).max(0))).sum()
    }

    /// Records written since `before` to partitions that answered both times. `None`: none did, or the topic was
    /// created anew, which makes ends lower than they were.
    fn written_since(&self, before: &Self) -> Option<i64> {
        let ends = self.partitions.iter().filter_map(|(partition, (_, end))| {
            let (_, then) = before.partitions.get(partition)?;
            Some(((*end)?, (*then)?))
        });
        let written: Vec<i64> = ends.map(|(now, then)| now - then).collect();
        let sound = !written.is_empty() && written.iter().all(|n| *n >= 0);
        sound.then(|| written.iter().sum())
    }
}

impl OffsetTable {
    /// Joins two readings; rates come from the difference to the table before.
    pub(crate) fn new<E>(
        starts: &Answers<E>,
        ends: &Answers<E>,
        before: &Self,
        as_of: i64,
    ) -> Self {
        let mut topics: HashMap<String, TopicOffsets> = HashMap::new();
        for (partition, end) in ends {
            if !topics.contains_key(&partition.topic) {
                topics.insert(partition.topic.clone(), TopicOffsets::default());
            }
            let Some(topic) = topics.get_mut(&partition.topic) else { continue };
            topic
                .partitions
                .insert(partition.partition, (offset(starts.get(partition)), offset(Some(end))));
        }
        let mut table = Self { as_of, read: Some(Instant::now()), topics, messages_per_s: None };
        table.rate(before);
        table
    }

    fn rate(&mut self, before: &Self) {
        let Some(seconds) = elapsed(self.read, before.read) else { return };
        let (mut total, mut measured) = (0.0, self.topics.is_empty());
        for (name, topic) in &mut self.topics {
            let before = before.topics.get(name);
            let Some(written) = before.and_then(|before| topic.written_since(before)) else {
                continue;
            };
            topic.messages_per_s = Some(written as f64 / seconds);
            total += written as f64 / seconds;
            measured = true;
        }
        // Without a topic nothing is written; where none of them answered twice nobody knows.
        self.messages_per_s = measured.then_some(total);
    }

    pub(crate) fn topic(&self, name: &str) -> Option<&TopicOffsets> {
        self.topics.get(name)
    }
}

fn offset<E>(answer: Option<&Result<OffsetAt, E>>) -> Option<i64> {
    answer?.as_ref().ok()?.offset
}

fn elapsed(now: Option<Instant>, then: Option<Instant>) -> Option<f64> {
    let seconds = now?.duration_since(then?).as_secs_f64();
    (seconds > 0.1).then_some(seconds)
}

/// Bytes on disk. A size is of all replicas everywhere, but for a broker's: it holds what it holds.
#[derive(Debug, Default, Clone)]
pub(crate) struct SizeTable {
    pub(crate) as_of: i64,
    read: Option<Instant>,
    topics: HashMap<String, i64>,
    partitions: HashMap<TopicPartition, PartitionSize>,
    brokers: HashMap<i32, i64>,
    /// Over all replicas.
    pub(crate) total: i64,
    /// Bytes written each second, one replica counted; `None` where nobody answered.
    pub(crate) bytes_per_s: Option<f64>,
}

#[derive(Debug, Default, Clone, Copy)]
struct PartitionSize {
    all_replicas: i64,
    /// What was written once, however often it is kept.
    largest: i64,
}

impl SizeTable {
    pub(crate) fn new(dirs: &[LogDir], before: &Self, as_of: i64) -> Self {
        let mut table = Self { as_of, read: Some(Instant::now()), ..Self::default() };
        for dir in dirs {
            // One that holds nothing has answered too.
            table.brokers.entry(dir.broker_id).or_default();
            for replica in dir.replicas.iter().filter(|replica| !replica.is_future) {
                *table.brokers.entry(dir.broker_id).or_default() += replica.size_bytes;
                *table.topics.entry(replica.partition.topic.clone()).or_default() +=
                    replica.size_bytes;
                table.total += replica.size_bytes;
                let size = table.partitions.entry(replica.partition.clone()).or_default();
                size.all_replicas += replica.size_bytes;
                size.largest = size.largest.max(replica.size_bytes);
            }
        }
        if let Some(seconds) = elapsed(table.read, before.read) {
            table.bytes_per_s = table.written_since(before).map(|bytes| bytes as f64 / seconds);
        }
        table
    }

    /// Bytes written since `before` to partitions that were told both times. Retention makes a partition smaller:
    /// that is no rate. `None` where no broker answered.
    fn written_since(&self, before: &Self) -> Option<i64> {
        let of = |(partition, size): (&TopicPartition, &PartitionSize)| {
            let then = before.partitions.get(partition)?;
            Some((size.largest - then.largest).max(0))
        };
        let answered = !self.brokers.is_empty() || before.brokers.is_empty();
        answered.then(|| self.partitions.iter().filter_map(of).sum())
    }

    /// What was read before, where nobody answers now: sizes stay, a rate there is not.
    pub(crate) fn unanswered(&self) -> Self {
        Self { bytes_per_s: None, ..self.clone() }
    }

    pub(crate) fn is_read(&self) -> bool {
        self.read.is_some()
    }

    /// How many of the cluster's brokers are in the totals; `None` where all are, or nothing was read.
    pub(crate) fn answering(&self, metadata: &Metadata) -> Option<Answering> {
        let all = brokers_of(metadata);
        let answered = all.iter().filter(|id| self.brokers.contains_key(id)).count();
        let partly = self.is_read() && answered < all.len();
        partly.then_some(Answering { answered: answered as u32, of: all.len() as u32 })
    }

    /// All replicas together.
    pub(crate) fn topic(&self, name: &str) -> Option<i64> {
        self.is_read().then(|| self.topics.get(name).copied().unwrap_or(0))
    }

    /// All replicas together.
    pub(crate) fn partition(&self, partition: &TopicPartition) -> Option<i64> {
        self.is_read().then(|| self.partitions.get(partition).map_or(0, |size| size.all_replicas))
    }

    /// Whether one of these brokers has told what it holds: of replicas that all lie elsewhere nothing is known.
    pub(crate) fn tells_of(&self, replicas: &[i32]) -> bool {
        replicas.iter().any(|id| self.brokers.contains_key(id))
    }

    /// `None` of one that does not answer.
    pub(crate) fn broker(&self, id: i32) -> Option<i64> {
        self.brokers.get(&id).copied()
    }
}

/// All groups with their lag.
#[derive(Debug, Default)]
pub(crate) struct GroupTable {
    pub(crate) as_of: i64,
    /// In order of name.
    pub(crate) groups: Vec<GroupEntry>,
    /// Places in `groups` of those that have committed for a topic or read it now.
    by_topic: HashMap<String, Vec<usize>>,
    history: HashMap<String, VecDeque<Sample>>,
}

#[derive(Debug, Clone)]
pub(crate) struct GroupEntry {
    pub(crate) summary: GroupSummary,
    /// `None`: nothing committed yet, or not readable.
    pub(crate) lag: Option<i64>,
    /// No partition is missing in it.
    pub(crate) is_complete: bool,
    /// That it has committed for or reads now, each once.
    pub(crate) topics: BTreeSet<String>,
    /// Why there is no lag, in the broker's words.
    pub(crate) problem: Option<ItemError>,
    pub(crate) members: u32,
    /// Its coordinator does not answer: this is what was known then, in milliseconds since the epoch. `None`: now.
    pub(crate) last_seen: Option<i64>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) at: i64,
    pub(crate) lag: i64,
}

/// Ten minutes at one reading each three seconds.
const HISTORY_MAX: usize = 200;
/// How long a group is shown whose coordinator does not answer.
const SILENT_SHOWN_MS: i64 = 60 * 60_000;
/// And how many of them.
const SILENT_SHOWN_MAX: usize = 10_000;
/// How long the history of a group is kept that nobody lists.
const SILENT_KEPT_MS: i64 = 60_000;
/// Groups whose history is kept.
const HISTORIES_MAX: usize = 2_000;

impl GroupTable {
    /// `told`: the brokers that have told all groups that they coordinate. Groups of others stay as they were.
    pub(crate) fn new(
        mut groups: Vec<GroupEntry>,
        told: &BTreeSet<i32>,
        before: &Self,
        as_of: i64,
    ) -> Self {
        let mut table = Self { as_of, ..Self::default() };
        groups.extend(before.silent_since(&groups, told, as_of));
        groups.sort_by(|a, b| a.summary.group_id.cmp(&b.summary.group_id));
        for (place, entry) in groups.iter().enumerate() {
            for topic in &entry.topics {
                table.by_topic.entry(topic.clone()).or_default().push(place);
            }
            let known = before.history.get(&entry.summary.group_id);
            let is_read = entry.is_complete && entry.last_seen.is_none();
            table.remember(&entry.summary.group_id, known, entry.lag.filter(|_| is_read));
        }
        table.groups = groups;
        table.keep_of_silent(before);
        table
    }

    /// Groups of this table that nobody has listed now, for their coordinator does not answer.
    fn silent_since(
        &self,
        listed: &[GroupEntry],
        told: &BTreeSet<i32>,
        as_of: i64,
    ) -> Vec<GroupEntry> {
        let listed: HashSet<&str> =
            listed.iter().map(|one| one.summary.group_id.as_str()).collect();
        let seen = |entry: &GroupEntry| entry.last_seen.unwrap_or(self.as_of);
        let silent = self.groups.iter().filter(|entry| {
            !told.contains(&entry.summary.coordinator_id)
                && !listed.contains(entry.summary.group_id.as_str())
                && seen(entry) > as_of - SILENT_SHOWN_MS
        });
        let silent = silent.take(SILENT_SHOWN_MAX);
        silent.map(|entry| GroupEntry { last_seen: Some(seen(entry)), ..entry.clone() }).collect()
    }

    /// How many groups are shown as they were, and since when at the longest.
    pub(crate) fn silent(&self) -> Option<(usize, i64)> {
        let silent: Vec<i64> = self.groups.iter().filter_map(|entry| entry.last_seen).collect();
        Some((silent.len(), silent.into_iter().min()?))
    }

    /// A lag that is not known, or only in part, leaves a gap.
    fn remember(&mut self, group: &str, known: Option<&VecDeque<Sample>>, lag: Option<i64>) {
        if self.history.len() >= HISTORIES_MAX {
            return;
        }
        let mut samples = known.cloned().unwrap_or_default();
        samples.extend(lag.map(|lag| Sample { at: self.as_of, lag }));
        if samples.len() > HISTORY_MAX {
            samples.pop_front();
        }
        if !samples.is_empty() {
            self.history.insert(group.to_owned(), samples);
        }
    }

    /// While a coordinator is down nobody lists its groups: their history is not over.
    fn keep_of_silent(&mut self, before: &Self) {
        let since = self.as_of - SILENT_KEPT_MS;
        for (group, samples) in &before.history {
            let is_recent = samples.back().is_some_and(|last| last.at >= since);
            if is_recent && !self.history.contains_key(group) {
                self.remember(group, Some(samples), None);
            }
        }
    }

    pub(crate) fn is_read(&self) -> bool {
        self.as_of > 0
    }

    pub(crate) fn get(&self, name: &str) -> Option<&GroupEntry> {
        let at = self.groups.binary_search_by(|entry| entry.summary.group_id.as_str().cmp(name));
        self.groups.get(at.ok()?)
    }

    pub(crate) fn of_topic(&self, topic: &str) -> Option<u32> {
        self.is_read().then(|| self.by_topic.get(topic).map_or(0, |groups| groups.len() as u32))
    }

    pub(crate) fn of_topic_named(&self, topic: &str) -> impl Iterator<Item = &GroupEntry> {
        let places = self.by_topic.get(topic).into_iter().flatten();
        places.filter_map(|place| self.groups.get(*place))
    }

    /// Names of the groups of any of these topics, in order, each once.
    pub(crate) fn names_of_topics(&self, topics: &[String]) -> Vec<&str> {
        let places = topics.iter().flat_map(|topic| self.by_topic.get(topic)).flatten();
        let places: BTreeSet<usize> = places.copied().collect();
        let groups = places.into_iter().filter_map(|place| self.groups.get(place));
        groups.map(|entry| entry.summary.group_id.as_str()).collect()
    }

    pub(crate) fn history(&self, name: &str) -> Vec<Sample> {
        self.history.get(name).into_iter().flatten().copied().collect()
    }

    pub(crate) fn max_lag(&self) -> Option<i64> {
        self.groups.iter().filter_map(|entry| entry.lag).max()
    }
}

/// A total that lacks brokers: how many of them are in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answering {
    pub answered: u32,
    pub of: u32,
}

/// Every broker of the cluster: those in Metadata, and those that are gone from it and still hold replicas.
fn brokers_of(metadata: &Metadata) -> BTreeSet<i32> {
    let partitions = metadata.topics.iter().flat_map(|topic| &topic.partitions);
    let mut brokers: BTreeSet<i32> = metadata.cluster.brokers.iter().map(|b| b.id).collect();
    for replica in partitions.flat_map(|partition| &partition.replicas) {
        if !brokers.contains(replica) {
            brokers.insert(*replica);
        }
    }
    brokers
}

/// Every partition of the cluster.
pub(crate) fn partitions_of(metadata: &Metadata) -> Vec<TopicPartition> {
    let of = |topic: &weir_domain::Topic| -> Vec<TopicPartition> {
        let name = &topic.name;
        topic.partitions.iter().map(|p| TopicPartition::new(name.as_str(), p.partition)).collect()
    };
    metadata.topics.iter().flat_map(|topic| of(topic)).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn answers(offsets: &[(&str, i32, i64)]) -> Answers<()> {
        let at =
            |offset| Ok(OffsetAt { offset: Some(offset), timestamp_ms: None, leader_epoch: None });
        offsets.iter().map(|(t, p, o)| (TopicPartition::new(*t, *p), at(*o))).collect()
    }

    #[test]
    fn messages_and_rates_come_from_offsets() {
        let starts = answers(&[("a", 0, 5), ("a", 1, 0)]);
        let first = OffsetTable::new(
            &starts,
            &answers(&[("a", 0, 15), ("a", 1, 2)]),
            &OffsetTable::default(),
            1,
        );
        assert_eq!(first.topic("a").unwrap().messages(), Some(12));
        assert_eq!(first.topic("a").unwrap().messages_per_s, None, "one reading tells no rate");
        std::thread::sleep(std::time::Duration::from_millis(120));
        let second = OffsetTable::new(&starts, &answers(&[("a", 0, 25), ("a", 1, 2)]), &first, 2);
        assert!(second.topic("a").unwrap().messages_per_s.unwrap() > 0.0);
        let anew = OffsetTable::new(&starts, &answers(&[("a", 0, 0), ("a", 1, 0)]), &second, 3);
        assert_eq!(anew.topic("a").unwrap().messages_per_s, None, "created anew");
        assert_eq!(anew.topic("a").unwrap().messages(), Some(0), "never negative");
    }

    fn table(ends: &[(&str, i32, Option<i64>)], before: &OffsetTable, seconds: u64) -> OffsetTable {
        let all = ends.iter().map(|(topic, partition, end)| {
            let at = end.map(|offset| OffsetAt {
                offset: Some(offset),
                timestamp_ms: None,
                leader_epoch: None,
            });
            (TopicPartition::new(*topic, *partition), at.ok_or(()))
        });
        let ends: Answers<()> = all.collect();
        let mut table = OffsetTable::new(&ends, &ends, &OffsetTable::default(), 1);
        table.read = before.read.map(|at| at + Duration::from_secs(seconds)).or(table.read);
        table.rate(before);
        table
    }

    #[test]
    fn a_partition_that_does_not_answer_is_no_zero() {
        let first = table(&[("a", 0, Some(10)), ("a", 1, Some(10))], &OffsetTable::default(), 0);
        let half = table(&[("a", 0, Some(30)), ("a", 1, None)], &first, 10);
        assert_eq!(half.messages_per_s, Some(2.0), "what answered counts");
        assert_eq!(half.topic("a").unwrap().messages(), None, "how many in all is not known");
        let none = table(&[("a", 0, None), ("a", 1, None)], &half, 10);
        assert_eq!(none.messages_per_s, None, "nobody answered");
        let back = table(&[("a", 0, Some(90)), ("a", 1, Some(90))], &none, 10);
        assert_eq!(back.messages_per_s, None, "what came meanwhile did not come in this moment");
    }

    fn dir(broker_id: i32, sizes: &[(&str, i64)]) -> LogDir {
        let replicas = sizes.iter().map(|(topic, size_bytes)| weir_domain::ReplicaSize {
            partition: TopicPartition::new(*topic, 0),
            size_bytes: *size_bytes,
            offset_lag: 0,
            is_future: false,
        });
        LogDir {
            broker_id,
            path: String::new(),
            error: None,
            total_bytes: None,
            usable_bytes: None,
            replicas: replicas.collect(),
        }
    }

    #[test]
    fn sizes_are_of_all_replicas_and_rates_of_one() {
        let mut first = SizeTable::new(
            &[dir(1, &[("a", 100)]), dir(2, &[("a", 80)])],
            &SizeTable::default(),
            1,
        );
        assert_eq!((first.topic("a"), first.total), (Some(180), 180));
        assert_eq!(first.partition(&TopicPartition::new("a", 0)), Some(180));
        assert_eq!((first.broker(1), first.broker(2)), (Some(100), Some(80)));
        first.read = first.read.and_then(|at| at.checked_sub(Duration::from_secs(10)));
        let second = SizeTable::new(&[dir(1, &[("a", 300)]), dir(2, &[("a", 300)])], &first, 2);
        let rate = second.bytes_per_s.unwrap();
        assert!(
            rate > 0.0 && rate <= 20.0,
            "{rate}: 200 bytes in 10 s or, on a slow machine, more"
        );
        assert_eq!(SizeTable::new(&[], &second, 3).bytes_per_s, None, "nobody answered");
        assert_eq!(second.unanswered().bytes_per_s, None);
        assert_eq!(second.unanswered().total, 600);
    }

    fn group(name: &str, lag: i64, is_complete: bool) -> GroupEntry {
        let summary = GroupSummary {
            group_id: name.to_owned(),
            coordinator_id: 1,
            kind: weir_domain::GroupType::Classic,
            protocol_type: "consumer".to_owned(),
            state: weir_domain::GroupState::Stable,
        };
        let topics = BTreeSet::new();
        GroupEntry {
            summary,
            lag: Some(lag),
            is_complete,
            topics,
            problem: None,
            members: 1,
            last_seen: None,
        }
    }

    #[test]
    fn a_lag_in_part_is_a_gap_and_a_silent_coordinator_ends_neither_group_nor_history() {
        let lags = |table: &GroupTable| -> Vec<i64> {
            table.history("g").iter().map(|sample| sample.lag).collect()
        };
        let all = BTreeSet::from([1, 2]);
        let new = |groups, before: &GroupTable, at| GroupTable::new(groups, &all, before, at);
        let mut table = new(vec![group("g", 10, true)], &GroupTable::default(), 1_000);
        table = new(vec![group("g", 4, false)], &table, 4_000);
        assert_eq!(lags(&table), [10], "a partition without a leader is no lag of 0");
        for at in [7_000, 10_000] {
            table = GroupTable::new(vec![group("a", 0, true)], &BTreeSet::from([2]), &table, at);
            assert_eq!(lags(&table), [10], "its coordinator does not answer");
            assert_eq!(table.silent(), Some((1, 4_000)));
            assert_eq!(table.get("g").map(|entry| entry.lag), Some(Some(4)), "as last seen");
        }
        table = new(vec![group("g", 12, true)], &table, 13_000);
        assert_eq!((lags(&table), table.silent()), (vec![10, 12], None));
        assert!(table.get("a").is_none(), "its coordinator says so");
        let nobody = BTreeSet::new();
        table = GroupTable::new(Vec::new(), &nobody, &table, 13_000 + SILENT_SHOWN_MS);
        assert!(table.groups.is_empty(), "not for ever");
    }

    #[test]
    fn the_history_of_a_group_that_nobody_lists_ends_with_it() {
        let all = BTreeSet::from([1]);
        let before = GroupTable::new(vec![group("g", 1, true)], &all, &GroupTable::default(), 1);
        let gone = GroupTable::new(Vec::new(), &all, &before, 1 + SILENT_KEPT_MS + 1);
        assert!(gone.groups.is_empty() && gone.history("g").is_empty());
    }

    #[test]
    fn a_total_says_how_many_brokers_are_in_it() {
        let partition =
            weir_domain::PartitionInfo { replicas: vec![1, 2, 3], ..Default::default() };
        let topic = weir_domain::Topic {
            name: "orders".into(),
            id: None,
            internal: false,
            partitions: vec![partition],
            authorized_operations: None,
            error: None,
        };
        // Metadata names no broker at all: those that died are gone from it.
        let topics = vec![std::sync::Arc::new(topic)];
        let metadata = Metadata { topics, ..Metadata::default() };
        let dir = |broker_id| LogDir {
            broker_id,
            path: String::new(),
            error: None,
            total_bytes: None,
            usable_bytes: None,
            replicas: Vec::new(),
        };
        assert_eq!(SizeTable::default().answering(&metadata), None, "nothing was read");
        let partly = SizeTable::new(&[dir(1), dir(3)], &SizeTable::default(), 1);
        assert_eq!(partly.answering(&metadata), Some(Answering { answered: 2, of: 3 }));
        let whole = SizeTable::new(&[dir(1), dir(2), dir(3)], &partly, 2);
        assert_eq!(whole.answering(&metadata), None);
    }
}
