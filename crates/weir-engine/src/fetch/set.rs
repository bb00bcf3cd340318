//! The partitions of a fetch, and one look at them.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use weir_wire::ErrorCode;

use super::news::News;
use super::slot::{Slot, Told, TopicKey, Wanted};
use crate::image::Image;
use crate::partition::{Isolation, Partition, ReadOutcome};

/// Which partitions an answer names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Every one, in the request's order.
    Full,
    /// Those with records, an error, or other offsets than the client was last told.
    Incremental,
}

/// The bounds of one answer.
#[derive(Debug, Clone)]
pub(crate) struct FetchLimits {
    /// The broker that answers.
    pub(crate) broker: i32,
    /// `max_bytes` of the request, within `fetch.max.bytes`.
    pub(crate) bytes_max: usize,
    /// Fetch v2 and before answer no batch larger than the limit.
    pub(crate) is_hard: bool,
    /// Before v11 consumers cannot read from followers.
    pub(crate) leader_only: bool,
    pub(crate) isolation: Isolation,
}

/// One partition's part of an answer.
#[derive(Debug)]
pub(crate) struct Found {
    place: u32,
    pub(crate) topic: TopicKey,
    pub(crate) index: i32,
    /// The offset that was asked for.
    pub(crate) offset: i64,
    /// Where there is one: its leader may be told.
    pub(crate) partition: Option<Arc<Partition>>,
    pub(crate) outcome: Result<ReadOutcome, ErrorCode>,
    /// Another replica that the client should read from (KIP-392).
    pub(crate) preferred_replica: Option<i32>,
}

/// What one look found.
#[derive(Debug, Default)]
pub(crate) struct Look {
    pub(crate) found: Vec<Found>,
    pub(crate) bytes: usize,
    /// An error, or a replica to prefer: the answer does not wait for more.
    pub(crate) is_urgent: bool,
}

/// Names another replica to read a partition from, where there is a better one: `(partition,
/// offset)`.
pub(crate) type Choose<'a> = &'a dyn Fn(&Partition, i64) -> Option<i32>;

/// The partitions a client fetches.
#[derive(Debug)]
pub(crate) struct FetchSet {
    slots: Vec<Option<Slot>>,
    places: HashMap<(TopicKey, i32), u32>,
    free: Vec<u32>,
    /// The slots with possible news, in the order they are answered: those that were answered go to
    /// its end.
    queue: VecDeque<u32>,
    news: Arc<News>,
    is_watching: bool,
}

impl FetchSet {
    pub(crate) fn new() -> Self {
        Self {
            slots: Vec::new(),
            places: HashMap::new(),
            free: Vec::new(),
            queue: VecDeque::new(),
            news: News::new(),
            is_watching: false,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub(crate) fn news(&self) -> &Arc<News> {
        &self.news
    }

    /// Adds a partition, or moves its wanted offset; either way the next look sees it.
    pub(crate) fn want(&mut self, topic: &TopicKey, index: i32, wanted: Wanted) {
        let known = self.places.get(&(topic.clone(), index)).copied();
        let place = known.unwrap_or_else(|| self.add(topic, index, wanted));
        if let Some(slot) = self.slot(place) {
            slot.wanted = wanted;
        }
        self.enqueue(place);
    }

    fn add(&mut self, topic: &TopicKey, index: i32, wanted: Wanted) -> u32 {
        let topic = topic.detached();
        let slot = Some(Slot::new(topic.clone(), index, wanted));
        let place = match self.free.pop() {
            Some(place) => {
                self.slots[place as usize] = slot;
                place
            }
            None => {
                self.slots.push(slot);
                (self.slots.len() - 1) as u32
            }
        };
        self.places.insert((topic, index), place);
        place
    }

    /// Takes a partition out.
    pub(crate) fn forget(&mut self, topic: &TopicKey, index: i32) {
        if let Some(place) = self.places.remove(&(topic.clone(), index)) {
            self.slots[place as usize] = None;
            self.queue.retain(|queued| *queued != place);
            self.free.push(place);
        }
    }

    fn slot(&mut self, place: u32) -> Option<&mut Slot> {
        self.slots.get_mut(place as usize)?.as_mut()
    }

    fn enqueue(&mut self, place: u32) {
        if let Some(slot) = self.slot(place)
            && !std::mem::replace(&mut slot.queued, true)
        {
            self.queue.push_back(place);
        }
    }

    /// Registers with every partition: from now on their changes mark this set. Returns false when
    /// that was so already; else the caller looks once more, for what happened before.
    pub(crate) fn start_watching(&mut self) -> bool {
        if std::mem::replace(&mut self.is_watching, true) {
            return false;
        }
        for place in 0..self.slots.len() as u32 {
            let news = self.news.clone();
            if let Some(slot) = self.slot(place) {
                slot.watch(&news, place);
            }
            self.enqueue(place);
        }
        true
    }

    /// Reads what there is to read, within the limits. Partitions without news are not touched
    /// (unless the mode is full). Nothing is told to the client yet: [`FetchSet::answer`] does
    /// that.
    pub(crate) fn look(
        &mut self,
        image: &Image,
        limits: &FetchLimits,
        mode: Mode,
        choose: Option<Choose<'_>>,
    ) -> Look {
        let mut look = Look::default();
        let mut places = self.take_queue(mode);
        let mut answered = VecDeque::new();
        for place in places.drain(..) {
            let Some(found) = self.look_at(place, image, limits, &look, choose) else { continue };
            let has_news = self.note(place, &found, mode);
            if !has_news {
                continue;
            }
            let bytes = found.outcome.as_ref().map_or(0, |outcome| outcome.read.len());
            look.bytes += bytes;
            look.is_urgent |= found.outcome.is_err() || found.preferred_replica.is_some();
            // Answered partitions go to the end, so that a full answer does not starve the others.
            if bytes > 0 {
                answered.push_back(place)
            } else {
                self.queue.push_back(place)
            }
            look.found.push(found);
        }
        self.queue.append(&mut answered);
        look
    }

    /// The slots to look at now; the queue is empty after it.
    fn take_queue(&mut self, mode: Mode) -> VecDeque<u32> {
        let news = self.news.clone();
        news.take(|place| self.enqueue(place));
        if mode == Mode::Full {
            self.queue.clear();
            return (0..self.slots.len() as u32).collect();
        }
        std::mem::take(&mut self.queue)
    }

    fn look_at(
        &mut self,
        place: u32,
        image: &Image,
        limits: &FetchLimits,
        look: &Look,
        choose: Option<Choose<'_>>,
    ) -> Option<Found> {
        let (news, is_watching) = (self.news.clone(), self.is_watching);
        let slot = self.slot(place)?;
        if is_watching && slot.resolve(image).is_ok() {
            slot.watch(&news, place);
        }
        let left = limits.bytes_max.saturating_sub(look.bytes);
        let min_one = look.bytes == 0 && !limits.is_hard;
        let preferred_replica = choose.and_then(|choose| {
            let offset = slot.wanted.offset;
            choose(slot.resolve(image).ok()?, offset)
        });
        let mut outcome = slot.read(image, limits, left, min_one);
        if let (Some(_), Ok(outcome)) = (preferred_replica, &mut outcome) {
            outcome.read = crate::log::LogRead::default();
        }
        Some(Found {
            place,
            topic: slot.topic.clone(),
            index: slot.index,
            offset: slot.wanted.offset,
            partition: slot.partition().cloned(),
            outcome,
            preferred_replica,
        })
    }

    /// Whether the partition belongs in the answer. One without news leaves the queue until it is
    /// marked.
    fn note(&mut self, place: u32, found: &Found, mode: Mode) -> bool {
        let Some(slot) = self.slot(place) else { return false };
        let has_news = match &found.outcome {
            Err(_) => true,
            Ok(outcome) => {
                !outcome.read.is_empty()
                    || found.preferred_replica.is_some()
                    || told_by(outcome) != slot.told
                    // There are records, only not for this answer: its limit is used up.
                    || is_behind(outcome, slot.wanted.offset)
            }
        };
        slot.queued = has_news || mode == Mode::Full;
        slot.queued
    }

    /// The look becomes the answer. In an incremental one only what changed is named: partitions
    /// that merely wait for room are left out, and those whose offsets alone had changed have no
    /// news any more.
    pub(crate) fn answer(&mut self, mut look: Look, mode: Mode) -> Look {
        look.found.retain(|found| {
            let Some(slot) = self.slot(found.place) else { return mode == Mode::Full };
            let told = found.outcome.as_ref().map_or(Told::NOTHING, told_by);
            let is_same = std::mem::replace(&mut slot.told, told) == told;
            let is_empty = found.outcome.as_ref().is_ok_and(|outcome| outcome.read.is_empty());
            mode == Mode::Full || !(is_same && is_empty && found.preferred_replica.is_none())
        });
        look
    }
}

fn told_by(outcome: &ReadOutcome) -> Told {
    Told { high_watermark: outcome.view.high_watermark, log_start: outcome.view.log_start }
}

fn is_behind(outcome: &ReadOutcome, offset: i64) -> bool {
    offset < outcome.view.last_stable_offset
}
