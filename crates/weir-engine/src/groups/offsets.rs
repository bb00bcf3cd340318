//! Committed offsets of one group, kept small: 40,000 of them cost a few megabytes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use weir_wire::{Str, Uuid};

use super::replaced::Replaced;

/// No leader epoch, or no expiry of its own.
pub(crate) const NONE: i64 = -1;

/// One committed offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Committed {
    /// The next offset to consume.
    pub(crate) offset: i64,
    /// Leader epoch of the last consumed record (KIP-320), or -1.
    pub(crate) leader_epoch: i32,
    /// What the client attached; boxed, for it is empty nearly always.
    pub(crate) metadata: Option<Box<str>>,
    /// Wall time of the commit, ms.
    pub(crate) commit_ms: i64,
    /// Wall time of its own expiry, ms (OffsetCommit v2 to v4 may set it), or -1.
    pub(crate) expire_ms: i64,
}

impl Committed {
    /// The metadata, empty when there is none.
    pub(crate) fn metadata(&self) -> &str {
        self.metadata.as_deref().unwrap_or_default()
    }
}

/// The offsets of one topic, sorted by partition.
#[derive(Debug, Clone, Default)]
pub(crate) struct TopicOffsets {
    /// The topic's id at the newest commit that told one, or zero.
    pub(crate) topic_id: Uuid,
    partitions: Vec<(i32, Committed)>,
}

impl TopicOffsets {
    /// One partition's offset.
    pub(crate) fn get(&self, partition: i32) -> Option<&Committed> {
        let at = self.partitions.binary_search_by_key(&partition, |entry| entry.0).ok()?;
        Some(&self.partitions[at].1)
    }

    /// All, by partition.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (i32, &Committed)> {
        self.partitions.iter().map(|(partition, committed)| (*partition, committed))
    }

    /// Whether an offset committed for this topic answers a request for `id` (zero: any).
    pub(crate) fn is_of(&self, id: Uuid) -> bool {
        id == Uuid::ZERO || self.topic_id == Uuid::ZERO || self.topic_id == id
    }

    fn put(&mut self, partition: i32, committed: Committed) {
        match self.partitions.binary_search_by_key(&partition, |entry| entry.0) {
            Ok(at) => self.partitions[at].1 = committed,
            Err(at) => self.partitions.insert(at, (partition, committed)),
        }
    }

    fn remove(&mut self, partition: i32) -> bool {
        let found = self.partitions.binary_search_by_key(&partition, |entry| entry.0);
        found.map(|at| self.partitions.remove(at)).is_ok()
    }
}

/// The offsets of one group, by topic.
#[derive(Debug, Clone, Default)]
pub(crate) struct Offsets {
    topics: BTreeMap<Str, TopicOffsets>,
    /// What those replaced that are not committed to the log yet.
    replaced: Replaced,
}

impl Offsets {
    pub(crate) fn is_empty(&self) -> bool {
        self.topics.is_empty()
    }

    /// All topics, by name.
    pub(crate) fn topics(&self) -> impl Iterator<Item = (&Str, &TopicOffsets)> {
        self.topics.iter()
    }

    pub(crate) fn topic(&self, name: &str) -> Option<&TopicOffsets> {
        self.topics.get(name)
    }

    pub(crate) fn get(&self, topic: &str, partition: i32) -> Option<&Committed> {
        self.topics.get(topic)?.get(partition)
    }

    /// Takes a commit. `uncommitted`: the high watermark at which the log has it for good, where it has
    /// not; else what came before is there for good, too.
    pub(super) fn commit(
        &mut self,
        topic: &Str,
        topic_id: Uuid,
        partition: i32,
        committed: Committed,
        uncommitted: Option<i64>,
    ) {
        match uncommitted {
            None => self.replaced.clear(),
            Some(required) => {
                let before = self.get(topic, partition).cloned();
                self.replaced.keep(required, topic, partition, before);
            }
        }
        self.put(topic, topic_id, partition, committed);
    }

    /// The offsets as the log has them for good. What is not known of that, [`Offsets::unknown_to`] says.
    pub(crate) fn as_committed(&mut self, high_watermark: i64) -> Cow<'_, Self> {
        self.replaced.settle(high_watermark);
        if self.replaced.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut offsets = Self { topics: self.topics.clone(), replaced: Replaced::default() };
        for row in self.replaced.rows() {
            match &row.before {
                None => {
                    offsets.remove(&row.topic, row.partition);
                }
                Some(before) => {
                    let entry = offsets.topics.entry(row.topic.clone()).or_default();
                    entry.put(row.partition, before.clone());
                }
            }
        }
        Cow::Owned(offsets)
    }

    /// The high watermark at which the log has every commit for good.
    pub(crate) fn required(&self) -> i64 {
        self.replaced.required()
    }

    /// The high watermark from which on [`Offsets::as_committed`] is right.
    pub(crate) fn unknown_to(&self) -> i64 {
        self.replaced.unknown_to()
    }

    /// Takes a commit. A topic that was made anew under its name (another id) loses the old one's
    /// offsets.
    fn put(&mut self, topic: &Str, topic_id: Uuid, partition: i32, committed: Committed) {
        let entry = match self.topics.get_mut(topic) {
            Some(entry) => entry,
            None => self.topics.entry(topic.clone()).or_default(),
        };
        if !entry.is_of(topic_id) {
            entry.partitions.clear();
        }
        if topic_id != Uuid::ZERO {
            entry.topic_id = topic_id;
        }
        entry.put(partition, committed);
    }

    /// Forgets one offset; says whether there was one.
    pub(crate) fn remove(&mut self, topic: &str, partition: i32) -> bool {
        let Some(entry) = self.topics.get_mut(topic) else { return false };
        let removed = entry.remove(partition);
        if entry.partitions.is_empty() {
            self.topics.remove(topic);
        }
        removed
    }

    /// The offsets that `is_expired`, as topic and partition.
    pub(crate) fn expired(
        &self,
        mut is_expired: impl FnMut(&Str, &Committed) -> bool,
    ) -> Vec<(Str, i32)> {
        let mut all = Vec::new();
        for (topic, entry) in &self.topics {
            let due = entry.partitions.iter().filter(|(_, offset)| is_expired(topic, offset));
            all.extend(due.map(|(partition, _)| (topic.clone(), *partition)));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(offset: i64) -> Committed {
        Committed { offset, leader_epoch: 3, metadata: None, commit_ms: 1, expire_ms: NONE }
    }

    #[test]
    fn partitions_are_kept_in_order_and_replaced() {
        let mut offsets = Offsets::default();
        let topic = Str::from("t");
        for (partition, offset) in [(2, 20), (0, 1), (1, 10), (0, 5)] {
            offsets.put(&topic, Uuid::ZERO, partition, at(offset));
        }
        let all: Vec<(i32, i64)> =
            offsets.topic("t").unwrap().iter().map(|(p, c)| (p, c.offset)).collect();
        assert_eq!(all, [(0, 5), (1, 10), (2, 20)]);
        assert!(offsets.remove("t", 1) && !offsets.remove("t", 1));
        assert!(offsets.remove("t", 0) && offsets.remove("t", 2) && offsets.is_empty());
    }

    #[test]
    fn a_topic_made_anew_does_not_inherit_offsets() {
        let mut offsets = Offsets::default();
        let topic = Str::from("t");
        offsets.put(&topic, Uuid([1; 16]), 0, at(1));
        offsets.put(&topic, Uuid::ZERO, 1, at(2));
        assert!(offsets.topic("t").unwrap().is_of(Uuid([1; 16])));
        assert!(!offsets.topic("t").unwrap().is_of(Uuid([2; 16])));
        offsets.put(&topic, Uuid([2; 16]), 2, at(3));
        assert_eq!(offsets.get("t", 0), None);
        assert_eq!(offsets.get("t", 2).unwrap().offset, 3);
    }

    #[test]
    fn a_commit_is_told_once_the_log_has_it_for_good() {
        let (mut offsets, topic) = (Offsets::default(), Str::from("t"));
        let seen = |offsets: &mut Offsets, high_watermark| {
            let committed = offsets.as_committed(high_watermark);
            [0, 1].map(|partition| committed.get("t", partition).map(|it| it.offset))
        };
        offsets.commit(&topic, Uuid::ZERO, 0, at(1), None);
        for (partition, offset, required) in [(0, 2, 10), (1, 5, 11), (0, 3, 12)] {
            offsets.commit(&topic, Uuid::ZERO, partition, at(offset), Some(required));
        }
        assert_eq!((offsets.required(), offsets.unknown_to()), (12, 0));
        assert_eq!(seen(&mut offsets, 9), [Some(1), None]);
        assert_eq!(seen(&mut offsets, 10), [Some(2), None]);
        assert_eq!(seen(&mut offsets, 11), [Some(2), Some(5)]);
        assert_eq!(offsets.get("t", 0).map(|it| it.offset), Some(3), "that is what will count");
        assert_eq!(seen(&mut offsets, 12), [Some(3), Some(5)]);
        offsets.commit(&topic, Uuid::ZERO, 0, at(4), Some(13));
        offsets.commit(&topic, Uuid::ZERO, 0, at(6), None);
        assert_eq!((seen(&mut offsets, 0), offsets.required()), ([Some(6), Some(5)], 0));
    }

    #[test]
    fn an_offset_is_small() {
        assert!(size_of::<(i32, Committed)>() <= 56, "{}", size_of::<(i32, Committed)>());
    }
}
