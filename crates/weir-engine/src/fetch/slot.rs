//! One partition of a fetch.

use std::sync::Arc;

use weir_wire::messages::fetch_request::FetchPartition;
use weir_wire::{ErrorCode, Str, Uuid};

use super::news::News;
use super::set::FetchLimits;
use crate::image::Image;
use crate::log::LogRead;
use crate::partition::{Isolation, Partition, ReadOutcome, ReadRequest};
use crate::wait::WatchGuard;

/// How a request names a topic: by id from v13 on, by name before.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum TopicKey {
    Id(Uuid),
    Name(Str),
}

impl TopicKey {
    /// A key that does not keep a request's frame alive.
    pub(crate) fn detached(&self) -> Self {
        match self {
            Self::Id(id) => Self::Id(*id),
            Self::Name(name) => Self::Name(name.detached()),
        }
    }

    fn find(&self, image: &Image, index: i32) -> Result<Arc<Partition>, ErrorCode> {
        let topic = match self {
            Self::Id(id) => image.topic_by_id(*id).ok_or(ErrorCode::UNKNOWN_TOPIC_ID)?,
            Self::Name(name) => image.topic(name).ok_or(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)?,
        };
        let partition = topic.partition(index).ok_or(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)?;
        Ok(partition.handle().clone())
    }
}

/// What a client wants of one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) offset: i64,
    pub(crate) leader_epoch: i32,
    /// The epoch of the record before it, -1 for none (KIP-595).
    pub(crate) last_epoch: i32,
    pub(crate) bytes_max: i32,
}

impl From<&FetchPartition> for Wanted {
    fn from(told: &FetchPartition) -> Self {
        Self {
            offset: told.fetch_offset,
            // Whatever is below zero is none, to Kafka's fetches.
            leader_epoch: told.current_leader_epoch.max(-1),
            last_epoch: told.last_fetched_epoch,
            bytes_max: told.partition_max_bytes,
        }
    }
}

/// What the client was last told, besides records. -1: nothing yet, or an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) high_watermark: i64,
    pub(crate) log_start: i64,
}

impl Told {
    pub(crate) const NOTHING: Self = Self { high_watermark: -1, log_start: -1 };
}

/// The offsets of a partition whose next look would find the same: it has nothing to read, its leader answers,
/// and every change of it marks the set. What it is not known of is looked at each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) high_watermark: i64,
    pub(crate) last_stable_offset: i64,
    pub(crate) log_start: i64,
}

/// One partition of a set.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) topic: TopicKey,
    pub(crate) index: i32,
    pub(crate) wanted: Wanted,
    pub(crate) told: Told,
    /// Only of full answers.
    pub(crate) known: Option<Known>,
    /// Where the request named it.
    pub(crate) rank: u32,
    /// In the set's queue of partitions to look at.
    pub(crate) queued: bool,
    partition: Option<Arc<Partition>>,
    watch: Option<WatchGuard>,
    /// Whether the broker led the partition at the last look.
    led: bool,
    topic_was_found: bool,
}

impl Slot {
    pub(crate) fn new(topic: TopicKey, index: i32, wanted: Wanted) -> Self {
        Self {
            topic,
            index,
            wanted,
            told: Told::NOTHING,
            known: None,
            rank: 0,
            queued: false,
            partition: None,
            watch: None,
            led: false,
            topic_was_found: false,
        }
    }

    /// The partition as it was found at the last look.
    pub(crate) fn partition(&self) -> Option<&Arc<Partition>> {
        self.partition.as_ref()
    }

    /// Whether this is the partition that a request names so.
    pub(crate) fn is(&self, topic: &TopicKey, index: i32) -> bool {
        self.index == index && self.topic == *topic
    }

    /// What a look found, when the next one finds the same until the partition changes: nothing was read, and
    /// not for want of room. Followers' ends move without a word, and epochs are compared with the log.
    pub(crate) fn knowable(&self, outcome: &ReadOutcome, isolation: Isolation) -> Option<Known> {
        let is_idle = outcome.is_empty() && !outcome.is_behind(self.wanted.offset, isolation);
        (is_idle && self.led && self.wanted.last_epoch < 0).then_some(Known {
            high_watermark: outcome.view.high_watermark,
            last_stable_offset: outcome.view.last_stable_offset,
            log_start: outcome.view.log_start,
        })
    }

    /// What a session says of an error: it remembers the name of a topic that it found by id.
    pub(crate) fn in_session(&self, error: ErrorCode) -> ErrorCode {
        match error {
            ErrorCode::UNKNOWN_TOPIC_ID if self.topic_was_found => {
                ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
            }
            error => error,
        }
    }

    /// Finds the partition, anew when its topic was deleted (and perhaps made again).
    pub(crate) fn resolve(&mut self, image: &Image) -> Result<&Arc<Partition>, ErrorCode> {
        if self.partition.as_ref().is_none_or(|partition| partition.is_deleted()) {
            self.watch = None;
            self.partition = None;
            let found = self.topic.find(image, self.index);
            self.topic_was_found |= !matches!(found, Err(ErrorCode::UNKNOWN_TOPIC_ID));
            self.partition = Some(found?);
        }
        self.partition.as_ref().ok_or(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)
    }

    /// Registers with the partition, once.
    pub(crate) fn watch(&mut self, news: &Arc<News>, token: u32) {
        if self.watch.is_none()
            && let Some(partition) = &self.partition
        {
            self.watch = Some(partition.watch(news.clone(), token));
        }
    }

    /// Reads from the wanted offset.
    pub(crate) fn read(
        &mut self,
        image: &Image,
        limits: &FetchLimits,
        bytes_left: usize,
        min_one: bool,
    ) -> Result<ReadOutcome, ErrorCode> {
        let wanted = self.wanted;
        let partition = self.resolve(image)?;
        if limits.leader_only {
            partition.check_leader(limits.broker, wanted.leader_epoch).map_err(|e| e.code())?;
        }
        // An epoch that this log never had: what was read before is not in it.
        if wanted.last_epoch >= 0 {
            let end = partition.end_offset_for_epoch(wanted.last_epoch).map_err(|e| e.code())?;
            if end.leader_epoch < 0 {
                return Err(ErrorCode::OFFSET_OUT_OF_RANGE);
            }
            if end.leader_epoch < wanted.last_epoch || end.end_offset < wanted.offset {
                let view = partition.view().map_err(|e| e.code())?;
                let diverging = Some((end.leader_epoch, end.end_offset));
                return Ok(ReadOutcome { read: LogRead::default(), view, diverging });
            }
        }
        let request = ReadRequest {
            broker: limits.broker,
            offset: wanted.offset,
            current_leader_epoch: wanted.leader_epoch,
            max_bytes: usize::try_from(wanted.bytes_max).unwrap_or(0).min(bytes_left),
            min_one,
            isolation: limits.isolation,
        };
        let leads = partition.leader() == limits.broker;
        let outcome = partition.read(request).map_err(|error| error.code());
        let led = std::mem::replace(&mut self.led, leads);
        match outcome {
            // While the client waited, the replica moved away and came back with nothing: the offset is
            // as good as it was, only not here.
            Err(ErrorCode::OFFSET_OUT_OF_RANGE) if led && !leads => {
                Err(ErrorCode::NOT_LEADER_OR_FOLLOWER)
            }
            outcome => outcome,
        }
    }
}
