//! The partitions of a fetch, and one look at them.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use weir_wire::ErrorCode;

use super::news::News;
use super::slot::{Known, Slot, Told, TopicKey, Wanted};
use crate::image::Image;
use crate::log::LogRead;
use crate::partition::{Isolation, Partition, PartitionView, ReadOutcome};

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

impl Found {
    fn is_unknown(&self) -> bool {
        use ErrorCode as E;
        matches!(self.outcome, Err(E::UNKNOWN_TOPIC_OR_PARTITION | E::UNKNOWN_TOPIC_ID))
    }
}

/// What one look found.
#[derive(Debug, Default)]
pub(crate) struct Look {
    pub(crate) found: Vec<Found>,
    pub(crate) bytes: usize,
    /// An error, a log that parts from the reader's, or a replica to prefer: the answer does not wait for more.
    pub(crate) is_urgent: bool,
}

/// Names another replica to read a partition from, where there is a better one: `(partition,
/// offset)`.
pub(crate) type Choose<'a> = &'a dyn Fn(&Partition, i64) -> Option<i32>;

/// The partitions a client fetches.
#[derive(Debug, Default)]
pub(crate) struct FetchSet {
    slots: Vec<Option<Slot>>,
    places: HashMap<(TopicKey, i32), u32>,
    free: Vec<u32>,
    /// The slots with possible news, in the order they are answered: those that were answered go to
    /// its end.
    queue: VecDeque<u32>,
    /// The slots in the order of the last request that named all of them ([`FetchSet::renewal`]).
    order: Vec<u32>,
    news: Arc<News>,
    is_watching: bool,
    /// The last full answer, encoded, while every slot is known as it was then.
    encoded: Option<Bytes>,
}

impl FetchSet {
    pub(crate) fn new() -> Self {
        Self::default()
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

    /// Takes a request that names all it wants: what it does not name is forgotten when the renewal ends. The
    /// partitions may be those of the last request, in the same order from another one on, as librdkafka names
    /// them: then nothing is searched for.
    pub(crate) fn renewal(&mut self) -> Renewal<'_> {
        self.order.clear();
        Renewal { set: self, guess: 0 }
    }

    fn is_named(&self, place: u32) -> bool {
        let slot = self.slots.get(place as usize).and_then(Option::as_ref);
        slot.is_some_and(|slot| self.order.get(slot.rank as usize) == Some(&place))
    }

    fn forget_unnamed(&mut self) {
        let places = 0..self.slots.len() as u32;
        let unnamed: Vec<u32> = places.filter(|place| !self.is_named(*place)).collect();
        for place in unnamed {
            if let Some(slot) = self.slots[place as usize].take() {
                self.places.remove(&(slot.topic.clone(), slot.index));
                self.free.push(place);
            }
        }
        let slots = &self.slots;
        self.queue.retain(|place| slots[*place as usize].is_some());
        self.encoded = None;
    }

    fn add(&mut self, topic: &TopicKey, index: i32, wanted: Wanted) -> u32 {
        self.encoded = None;
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
            self.encoded = None;
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
    /// that was so already; else all are looked at once more, for what happened before.
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

    /// Reads what there is to read, within the limits. Partitions without news are not touched:
    /// what is known of them stands in a full answer. Nothing is told to the client yet: [`FetchSet::answer`] does
    /// that.
    pub(crate) fn look(
        &mut self,
        image: &Image,
        limits: &FetchLimits,
        mode: Mode,
        choose: Option<Choose<'_>>,
    ) -> Look {
        let mut look = Look::default();
        let mut answered = VecDeque::new();
        for place in self.take_queue(mode) {
            let Some(mut found) = self.look_at(place, image, limits, &look, choose) else {
                continue;
            };
            if mode == Mode::Incremental
                && let Some(slot) = self.slot(place)
            {
                found.outcome = found.outcome.map_err(|error| slot.in_session(error));
            }
            let has_news = match mode {
                Mode::Full => self.note_known(place, &found, limits.isolation, choose.is_some()),
                Mode::Incremental => self.note_news(place, &found, limits.isolation),
            };
            if !has_news {
                continue;
            }
            let bytes = found.outcome.as_ref().map_or(0, |outcome| outcome.read.len());
            look.bytes += bytes;
            let is_told = |outcome: &ReadOutcome| outcome.diverging.is_some();
            look.is_urgent |=
                found.outcome.as_ref().map_or(true, is_told) || found.preferred_replica.is_some();
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

    /// The slots to look at now; the queue is empty after it. A full answer has the request's order, in which
    /// partitions also get their share of its bytes.
    fn take_queue(&mut self, mode: Mode) -> VecDeque<u32> {
        let news = self.news.clone();
        news.take(|place| self.enqueue(place));
        let mut queue = std::mem::take(&mut self.queue);
        if mode == Mode::Full {
            let rank = |place: &u32| self.slots[*place as usize].as_ref().map(|slot| slot.rank);
            queue.make_contiguous().sort_unstable_by_key(rank);
        }
        queue
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

    /// Whether an incremental answer names the partition. One without news leaves the queue until it is
    /// marked.
    fn note_news(&mut self, place: u32, found: &Found, isolation: Isolation) -> bool {
        let Some(slot) = self.slot(place) else { return false };
        slot.known = None;
        slot.queued = match &found.outcome {
            Err(_) => true,
            Ok(outcome) => {
                !outcome.read.is_empty()
                    || outcome.diverging.is_some()
                    || found.preferred_replica.is_some()
                    || told_by(outcome) != slot.told
                    // There are records, only not for this answer: its limit is used up.
                    || outcome.is_behind(slot.wanted.offset, isolation)
            }
        };
        slot.queued
    }

    /// Whether the partition is to be looked at again without having changed. Otherwise it is known from now on
    /// and leaves the queue until it is marked; where replicas are chosen, none is, for they depend on others.
    fn note_known(
        &mut self,
        place: u32,
        found: &Found,
        isolation: Isolation,
        is_chosen: bool,
    ) -> bool {
        let Some(slot) = self.slot(place) else { return false };
        let known = match &found.outcome {
            Ok(outcome) if !is_chosen => slot.knowable(outcome, isolation),
            _ => None,
        };
        slot.queued = known.is_none();
        if std::mem::replace(&mut slot.known, known) != known {
            self.encoded = None;
        }
        known.is_none()
    }

    /// The look becomes the answer. A full one names the partitions without news too, by what is known of them.
    /// In an incremental one only what changed is named: partitions that merely wait for room are left out, and
    /// those whose offsets alone had changed have no news any more.
    pub(crate) fn answer(&mut self, mut look: Look, mode: Mode) -> Look {
        if mode == Mode::Full {
            self.add_known(&mut look);
        }
        look.found.retain(|found| {
            let Some(slot) = self.slot(found.place) else { return mode == Mode::Full };
            let told = found.outcome.as_ref().map_or(Told::NOTHING, told_by);
            let is_same = std::mem::replace(&mut slot.told, told) == told;
            let is_empty = found.outcome.as_ref().is_ok_and(ReadOutcome::is_empty);
            mode == Mode::Full || !(is_same && is_empty && found.preferred_replica.is_none())
        });
        // As in Kafka's answers: what is not there comes behind what is.
        if look.found.iter().any(Found::is_unknown) {
            look.found.sort_by_key(Found::is_unknown);
        }
        look
    }

    /// Both what was found and the order are the request's.
    fn add_known(&self, look: &mut Look) {
        let mut found = std::mem::take(&mut look.found).into_iter().peekable();
        look.found.reserve_exact(self.order.len());
        for &place in &self.order {
            let looked = found.next_if(|found| found.place == place);
            look.found.extend(looked.or_else(|| self.known_at(place)));
        }
    }

    fn known_at(&self, place: u32) -> Option<Found> {
        let slot = self.slots.get(place as usize)?.as_ref()?;
        let known = slot.known?;
        Some(Found {
            place,
            topic: slot.topic.clone(),
            index: slot.index,
            offset: slot.wanted.offset,
            partition: None,
            outcome: Ok(outcome_of(known)),
            preferred_replica: None,
        })
    }

    /// What [`FetchSet::remember`] was given, if an answer to what was found would be the same but for the order
    /// of its partitions, which means nothing to a client: none has records.
    pub(crate) fn repeatable(&self, look: &Look) -> Option<&Bytes> {
        self.encoded.as_ref().filter(|_| look.found.is_empty())
    }

    /// Keeps an encoded full answer in which all partitions are known.
    pub(crate) fn remember(&mut self, encoded: Bytes) {
        self.encoded = Some(encoded);
    }
}

/// One request's partitions on their way into a set.
pub(crate) struct Renewal<'a> {
    set: &'a mut FetchSet,
    /// The slot that follows the one named last.
    guess: u32,
}

impl Renewal<'_> {
    /// As [`FetchSet::want`]; partitions that are wanted as before are only looked at if they changed.
    pub(crate) fn want(&mut self, topic: &TopicKey, index: i32, wanted: Wanted) {
        let set = &mut *self.set;
        let expected = set.slots.get(self.guess as usize).and_then(Option::as_ref);
        let place = if expected.is_some_and(|slot| slot.is(topic, index)) {
            self.guess
        } else {
            let known = set.places.get(&(topic.clone(), index)).copied();
            known.unwrap_or_else(|| set.add(topic, index, wanted))
        };
        self.guess = if place as usize + 1 < set.slots.len() { place + 1 } else { 0 };
        let (rank, is_new) = (set.order.len() as u32, !set.is_named(place));
        let is_watching = set.is_watching;
        let Some(slot) = set.slot(place) else { return };
        let is_same = std::mem::replace(&mut slot.wanted, wanted) == wanted;
        let is_known = is_watching && is_same && slot.known.is_some();
        if is_new {
            slot.rank = rank;
            set.order.push(place);
        }
        if !is_known {
            set.enqueue(place);
        }
    }

    /// All are named.
    pub(crate) fn end(self) {
        if self.set.order.len() < self.set.places.len() {
            self.set.forget_unnamed();
        }
    }
}

fn outcome_of(known: Known) -> ReadOutcome {
    let Known { high_watermark, last_stable_offset, log_start } = known;
    let view =
        PartitionView { log_start, log_end: high_watermark, high_watermark, last_stable_offset };
    ReadOutcome { read: LogRead::default(), view, diverging: None }
}

fn told_by(outcome: &ReadOutcome) -> Told {
    Told { high_watermark: outcome.view.high_watermark, log_start: outcome.view.log_start }
}
