//! Reading the groups of one partition from its log.

use std::collections::{HashMap, HashSet};

use weir_wire::records::{BatchReader, EndTxnMarker, RecordBatch};
use weir_wire::{Bytes, Str};

use super::classic::{ClassicGroup, GroupLimits, Now, owned};
use super::consumer::{Change, ConsumerGroup};
use super::latest::Latest;
use super::offsets::Offsets;
use super::records::{self, Loaded as Record};
use super::streams::{self, StreamsGroup};
use super::transactional::{self, End, PendingOffsets};
use crate::log::{LogError, ReadLimits};
use crate::order::in_order;
use crate::partition::{Partition, PartitionError};

/// How much of the log is read at a time.
const CHUNK_BYTES: usize = 1 << 20;
/// No batch of this topic is larger when decompressed.
const DECOMPRESSED_BYTES_MAX: usize = 128 << 20;

/// What a partition holds.
#[derive(Debug)]
pub(super) struct Loaded {
    /// Every group with its offsets.
    pub(super) groups: Vec<LoadedGroup>,
    pub(super) pending: PendingOffsets,
    /// Where the log ends.
    pub(super) end: i64,
    /// Where the newest record ends that removed offsets and is not committed, or 0.
    pub(super) removed: i64,
}

/// One group as the log has it.
#[derive(Debug)]
pub(super) struct LoadedGroup {
    pub(super) classic: ClassicGroup,
    pub(super) consumer: Option<Box<ConsumerGroup>>,
    pub(super) streams: Option<Box<StreamsGroup>>,
    pub(super) offsets: Offsets,
}

impl LoadedGroup {
    /// A group without offsets of no protocol but the classic one.
    pub(super) fn new(classic: ClassicGroup) -> Self {
        Self { classic, consumer: None, streams: None, offsets: Offsets::default() }
    }
}

/// Reads the whole partition. Records that cannot be read are skipped with a
/// warning, as Kafka does; a log that cannot be read is an error.
pub(super) fn read_partition(
    partition: &Partition,
    limits: GroupLimits,
    now: Now,
) -> Result<Loaded, PartitionError> {
    let view = partition.view()?;
    let mut loader = Loader {
        limits,
        now,
        groups: HashMap::new(),
        topics: HashSet::new(),
        pending: PendingOffsets::default(),
        latest: Latest::default(),
        high_watermark: view.high_watermark,
        removed: 0,
    };
    let mut scratch = Vec::new();
    let mut offset = view.log_start;
    while offset < view.log_end {
        let limits =
            ReadLimits { max_bytes: CHUNK_BYTES, upper_offset: view.log_end, min_one: true };
        let read = partition.log()?.read(offset, limits)?;
        let Some(slice) = read.slice else { break };
        let bytes = slice.to_vec().map_err(|error| LogError::Io {
            action: "read groups".to_owned(),
            source: std::sync::Arc::new(error),
        })?;
        let bytes = Bytes::from(bytes);
        let before = offset;
        for batch in BatchReader::new(&bytes) {
            let batch = batch.map_err(|error| LogError::Corrupt(error.to_string()))?;
            offset = batch.header.last_offset() + 1;
            loader.batch(&bytes, &batch, &mut scratch)?;
        }
        if offset <= before {
            return Err(LogError::Corrupt(format!("no batch at offset {before}")).into());
        }
    }
    Ok(loader.finish(view.log_end))
}

#[derive(Default)]
struct Entry {
    classic: Option<ClassicGroup>,
    consumer: Option<Box<ConsumerGroup>>,
    streams: Option<Box<StreamsGroup>>,
    offsets: Offsets,
}

impl Entry {
    fn is_gone(&self) -> bool {
        let has_group = self.classic.is_some() || self.consumer.is_some() || self.streams.is_some();
        !has_group && self.offsets.is_empty()
    }
}

struct Loader {
    limits: GroupLimits,
    now: Now,
    groups: HashMap<Str, Entry>,
    /// Topic names, shared by all groups.
    topics: HashSet<Str>,
    /// Offsets of transactions whose end was not read yet.
    pending: PendingOffsets,
    /// Offsets outside of transactions that are read and not taken over yet.
    latest: Latest,
    /// What lies beyond it is not committed.
    high_watermark: i64,
    removed: i64,
}

/// How a record is part of the log.
#[derive(Debug, Clone, Copy, Default)]
struct Written {
    /// The producer of the transaction that it is part of.
    producer: Option<i64>,
    /// The high watermark at which it is committed, where it is not.
    uncommitted: Option<i64>,
}

impl Loader {
    fn batch(
        &mut self,
        chunk: &Bytes,
        batch: &RecordBatch<'_>,
        scratch: &mut Vec<u8>,
    ) -> Result<(), PartitionError> {
        let corrupt = |error: weir_wire::records::RecordError| LogError::Corrupt(error.to_string());
        let header = &batch.header;
        let producer = header.attributes.is_transactional().then_some(header.producer_id);
        let required = header.last_offset() + 1;
        let uncommitted = (required > self.high_watermark).then_some(required);
        let written = Written { producer, uncommitted };
        for record in batch.records(scratch, DECOMPRESSED_BYTES_MAX).map_err(corrupt)? {
            let record = record.map_err(corrupt)?;
            if header.attributes.is_control() {
                self.take_latest();
                if let Some(EndTxnMarker { commit, .. }) = EndTxnMarker::of(&record) {
                    self.end(End { producer_id: header.producer_id, commit, uncommitted });
                }
                continue;
            }
            if let Some(key) = record.key
                && producer.is_none()
                && uncommitted.is_none()
                && records::is_offset(key)
            {
                self.latest.put(key, record.value);
                continue;
            }
            if producer.is_some() || uncommitted.is_some() {
                self.take_latest();
            }
            match record.key.and_then(|key| records::load(chunk, key, record.value)) {
                Some(loaded) => self.apply(loaded, written),
                None => tracing::warn!(offset = record.offset, "a group record is not readable"),
            }
        }
        Ok(())
    }

    /// Decodes the newest offsets. Those of transactions, and those that are not committed, have to come
    /// after what was before them.
    fn take_latest(&mut self) {
        if self.latest.is_empty() {
            return;
        }
        for (key, value) in self.latest.take() {
            match records::load(&key, &key, value.as_deref()) {
                Some(loaded) => self.apply(loaded, Written::default()),
                None => tracing::warn!("an offset record is not readable"),
            }
        }
    }

    fn end(&mut self, end: End) {
        let groups = &mut self.groups;
        self.pending.replay_end(end, |group, finish| {
            finish(&mut groups.entry(group.clone()).or_default().offsets);
        });
    }

    fn apply(&mut self, record: Record, written: Written) {
        match record {
            Record::Offset { group, topic, partition, committed: Some((id, committed)) }
                if let Some(producer) = written.producer =>
            {
                let topic = self.shared(topic);
                let row = transactional::row(topic, id, partition, committed);
                self.pending.add(producer, &group, row);
            }
            Record::Offset { group, topic, partition, committed: Some((id, committed)) } => {
                let topic = self.shared(topic);
                self.pending.supersede(&group, &topic, partition);
                let entry = self.entry(&group);
                entry.offsets.commit(&topic, id, partition, committed, written.uncommitted);
            }
            Record::Offset { group, topic, partition, committed: None } => {
                self.pending.supersede(&group, &topic, partition);
                self.removed = self.removed.max(written.uncommitted.unwrap_or(0));
                if let Some(entry) = self.groups.get_mut(&group) {
                    entry.offsets.remove(&topic, partition);
                }
            }
            Record::Group { id, value: Some(value) } => {
                let (limits, now) = (self.limits, self.now);
                self.entry(&id).classic = Some(ClassicGroup::from_value(&id, &value, limits, now));
            }
            Record::Group { id, value: None } => {
                if let Some(entry) = self.groups.get_mut(&id) {
                    entry.classic = None;
                }
            }
            Record::Consumer { group, change } => self.consumer(&group, change),
            Record::Streams { group, change } => self.streams(&group, change),
            Record::Other => {}
        }
    }

    fn consumer(&mut self, id: &Str, change: Change) {
        match change {
            Change::Epoch(None) => {
                if let Some(entry) = self.groups.get_mut(id) {
                    entry.consumer = None;
                }
            }
            change if change.is_end() => {
                if let Some(group) = self.groups.get_mut(id).and_then(|e| e.consumer.as_mut()) {
                    group.apply(change);
                }
            }
            change => {
                let group = &mut self.entry(id).consumer;
                group.get_or_insert_with(|| Box::new(ConsumerGroup::new(id))).apply(change);
            }
        }
    }

    fn streams(&mut self, id: &Str, change: streams::Change) {
        match change {
            streams::Change::Epoch(None) => {
                if let Some(entry) = self.groups.get_mut(id) {
                    entry.streams = None;
                }
            }
            change if change.is_end() => {
                if let Some(group) = self.groups.get_mut(id).and_then(|e| e.streams.as_mut()) {
                    group.apply(change);
                }
            }
            change => {
                let group = &mut self.entry(id).streams;
                group.get_or_insert_with(|| Box::new(StreamsGroup::new(id))).apply(change);
            }
        }
    }

    fn entry(&mut self, group: &Str) -> &mut Entry {
        // The name is copied once, not for each of a million records.
        if !self.groups.contains_key(group) {
            self.groups.insert(owned(group), Entry::default());
        }
        self.groups.entry(group.clone()).or_default()
    }

    fn shared(&mut self, topic: Str) -> Str {
        if let Some(known) = self.topics.get(&topic) {
            return known.clone();
        }
        let topic = owned(&topic);
        self.topics.insert(topic.clone());
        topic
    }

    /// Groups that have only offsets are simple ones; those with neither are gone.
    fn finish(mut self, end: i64) -> Loaded {
        self.take_latest();
        let (limits, now) = (self.limits, self.now);
        let groups = self.groups.into_iter().filter(|(_, entry)| !entry.is_gone());
        let groups = in_order(groups).map(|(id, entry)| {
            let Entry { classic, consumer, streams, offsets } = entry;
            let classic = classic.unwrap_or_else(|| ClassicGroup::new(&id, limits, now));
            LoadedGroup { classic, consumer, streams, offsets }
        });
        let groups = groups.collect();
        Loaded { groups, pending: self.pending, end, removed: self.removed }
    }
}
