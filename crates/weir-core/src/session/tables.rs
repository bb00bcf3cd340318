//! What pollers read: offsets, sizes, groups. Immutable once made; the next reading replaces the whole table.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::Instant;

use weir_client::Metadata;
use weir_domain::{GroupSummary, LogDir, OffsetAt, TopicPartition};

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

    fn end_total(&self) -> Option<i64> {
        self.partitions.values().map(|(_, end)| *end).sum()
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
        let mut total = 0.0;
        for (name, topic) in &mut self.topics {
            let then = before.topics.get(name).and_then(TopicOffsets::end_total);
            let (Some(now), Some(then)) = (topic.end_total(), then) else { continue };
            // A topic that was created anew ends lower than before: its rate is not known.
            if now >= then {
                let rate = (now - then) as f64 / seconds;
                topic.messages_per_s = Some(rate);
                total += rate;
            }
        }
        self.messages_per_s = Some(total);
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

/// Bytes on disk.
#[derive(Debug, Default)]
pub(crate) struct SizeTable {
    pub(crate) as_of: i64,
    read: Option<Instant>,
    topics: HashMap<String, i64>,
    partitions: HashMap<TopicPartition, i64>,
    brokers: HashMap<i32, i64>,
    /// Over all replicas.
    pub(crate) total: i64,
    /// Bytes written each second, one replica counted.
    pub(crate) bytes_per_s: Option<f64>,
    /// Of the largest replica of each partition.
    logical: i64,
}

impl SizeTable {
    pub(crate) fn new(dirs: &[LogDir], before: &Self, as_of: i64) -> Self {
        let mut table = Self { as_of, read: Some(Instant::now()), ..Self::default() };
        for dir in dirs {
            for replica in dir.replicas.iter().filter(|replica| !replica.is_future) {
                *table.brokers.entry(dir.broker_id).or_default() += replica.size_bytes;
                *table.topics.entry(replica.partition.topic.clone()).or_default() +=
                    replica.size_bytes;
                table.total += replica.size_bytes;
                let largest = table.partitions.entry(replica.partition.clone()).or_default();
                *largest = (*largest).max(replica.size_bytes);
            }
        }
        table.logical = table.partitions.values().sum();
        if let Some(seconds) = elapsed(table.read, before.read) {
            // Retention makes it less: that is no rate.
            table.bytes_per_s = Some((table.logical - before.logical).max(0) as f64 / seconds);
        }
        table
    }

    pub(crate) fn is_read(&self) -> bool {
        self.read.is_some()
    }

    /// All replicas together.
    pub(crate) fn topic(&self, name: &str) -> Option<i64> {
        self.is_read().then(|| self.topics.get(name).copied().unwrap_or(0))
    }

    /// The largest replica.
    pub(crate) fn partition(&self, partition: &TopicPartition) -> Option<i64> {
        self.is_read().then(|| self.partitions.get(partition).copied().unwrap_or(0))
    }

    pub(crate) fn broker(&self, id: i32) -> Option<i64> {
        self.brokers.get(&id).copied().or_else(|| self.is_read().then_some(0))
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
    /// That it has committed for or reads now, each once.
    pub(crate) topics: BTreeSet<String>,
    /// Why there is no lag, in the broker's words.
    pub(crate) problem: Option<String>,
    pub(crate) members: u32,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) at: i64,
    pub(crate) lag: i64,
}

/// Ten minutes at one reading each five seconds.
const HISTORY_MAX: usize = 120;
/// Groups whose history is kept.
const HISTORIES_MAX: usize = 2_000;

impl GroupTable {
    pub(crate) fn new(groups: Vec<GroupEntry>, before: &Self, as_of: i64) -> Self {
        let mut table = Self { as_of, ..Self::default() };
        for (place, entry) in groups.iter().enumerate() {
            for topic in &entry.topics {
                table.by_topic.entry(topic.clone()).or_default().push(place);
            }
            table.remember(entry, before);
        }
        table.groups = groups;
        table
    }

    fn remember(&mut self, entry: &GroupEntry, before: &Self) {
        let Some(lag) = entry.lag else { return };
        let name = &entry.summary.group_id;
        if self.history.len() >= HISTORIES_MAX {
            return;
        }
        let mut samples = before.history.get(name).cloned().unwrap_or_default();
        samples.push_back(Sample { at: self.as_of, lag });
        if samples.len() > HISTORY_MAX {
            samples.pop_front();
        }
        self.history.insert(name.clone(), samples);
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

    pub(crate) fn history(&self, name: &str) -> Vec<Sample> {
        self.history.get(name).into_iter().flatten().copied().collect()
    }

    pub(crate) fn max_lag(&self) -> Option<i64> {
        self.groups.iter().filter_map(|entry| entry.lag).max()
    }
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
}
