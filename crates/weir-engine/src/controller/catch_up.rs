//! Replicas that miss something fetch it from their leader, at a rate, on the injected clock: those of brokers that
//! started again, and those that a reassignment adds. Where no leader runs there is nobody to fetch from: they wait.

use std::collections::{BTreeMap, VecDeque};
use std::mem::take;
use std::sync::Arc;

use super::Controller;
use super::brokers::{Behind, live};
use super::election::Subject;
use crate::config::ResourceType;
use crate::image::Image;
use crate::metadata::MetadataError;
use crate::partition::Partition;

/// How fast a broker's replicas catch up.
pub(crate) const CATCH_UP_BYTES_PER_SECOND: u64 = 100_000_000;
/// How often progress is made while anything is behind.
const STEP_MS: i64 = 10;
/// How often it is looked whether a leader runs that some replica waits for.
const LEADER_MS: i64 = 100;
/// The most partitions that join their ISR in one commit.
const JOINS_PER_COMMIT_MAX: usize = 5_000;

/// Everything that is behind, by broker.
#[derive(Debug, Default)]
pub(crate) struct CatchUp {
    brokers: BTreeMap<i32, Fetcher>,
    last_ms: i64,
}

/// A broker fetches at full speed, and beside that what is throttled (KIP-73).
#[derive(Debug, Default)]
struct Fetcher {
    free: Lane,
    throttled: Lane,
    /// Whose leader does not run.
    waiting: Vec<Arc<Partition>>,
}

#[derive(Debug, Default)]
struct Lane {
    queue: VecDeque<Arc<Partition>>,
    /// Bytes that may be fetched now.
    credit: u64,
}

impl Lane {
    /// Fetches for `elapsed_ms` at `rate` (bytes a second). Replicas that have everything go to `done`;
    /// those that do not belong in this lane are given back.
    fn step(
        &mut self,
        broker: i32,
        (elapsed_ms, rate): (i64, u64),
        belongs: impl Fn(&Partition) -> bool,
        done: &mut Vec<Behind>,
    ) -> Vec<Arc<Partition>> {
        let mut strangers = Vec::new();
        let gained = rate.saturating_mul(u64::try_from(elapsed_ms).unwrap_or(0)) / 1_000;
        self.credit = self.credit.saturating_add(gained);
        while let Some(partition) = self.queue.front() {
            if !belongs(partition) {
                strangers.extend(self.queue.pop_front());
                continue;
            }
            let missing = partition.behind_bytes(broker);
            if done.len() >= JOINS_PER_COMMIT_MAX {
                return strangers;
            }
            if missing > self.credit {
                self.credit -= partition.fetch_some(broker, self.credit).min(self.credit);
                return strangers;
            }
            self.credit -= missing;
            done.extend(self.queue.pop_front().map(|partition| (broker, partition)));
        }
        // Time in which there was nothing to fetch is not saved up.
        self.credit = 0;
        strangers
    }
}

impl Fetcher {
    fn is_empty(&self) -> bool {
        !self.fetches() && self.waiting.is_empty()
    }

    /// Whether there is something that it can fetch.
    fn fetches(&self) -> bool {
        !self.free.queue.is_empty() || !self.throttled.queue.is_empty()
    }

    fn step(&mut self, broker: i32, elapsed_ms: i64, image: &Image, done: &mut Vec<Behind>) {
        let has_leader = |p: &Partition| image.env().runs(p.leader());
        let rate = |p: &Partition| throttle(image, broker, p);
        let (back, waiting) = take(&mut self.waiting).into_iter().partition(|p| has_leader(p));
        self.waiting = waiting;
        self.free.queue.extend::<Vec<_>>(back);
        let slow = self.throttled.queue.front().and_then(|p| rate(p));
        let full = (elapsed_ms, CATCH_UP_BYTES_PER_SECOND);
        let is_free = |p: &Partition| has_leader(p) && rate(p).is_none();
        let mut strangers = self.free.step(broker, full, is_free, done);
        let limited = (elapsed_ms, slow.unwrap_or(0).min(CATCH_UP_BYTES_PER_SECOND));
        let is_slow = |p: &Partition| has_leader(p) && rate(p).is_some();
        strangers.extend(self.throttled.step(broker, limited, is_slow, done));
        for partition in strangers {
            match (has_leader(&partition), rate(&partition)) {
                (false, _) => self.waiting.push(partition),
                (true, None) => self.free.queue.push_back(partition),
                (true, Some(_)) => self.throttled.queue.push_back(partition),
            }
        }
    }
}

/// The bytes a second at which `broker` may fetch this partition from its leader; `None`: no throttle.
/// A rate counts where the topic names the replica.
fn throttle(image: &Image, broker: i32, partition: &Partition) -> Option<u64> {
    let rates = [
        ("follower.replication.throttled", broker),
        ("leader.replication.throttled", partition.leader()),
    ];
    let limits = rates.iter().filter_map(|(side, id)| {
        let rate = image.configs().broker_value(Some(*id), &format!("{side}.rate"))?;
        let rate = rate.parse::<u64>().ok().filter(|rate| *rate < i64::MAX as u64)?;
        let topic = image.configs().dynamic(ResourceType::Topic, partition.topic_name())?;
        let named = topic.get(format!("{side}.replicas").as_str())?;
        let entry = format!("{}:{id}", partition.index());
        let counts = named == "*" || named.split(',').any(|part| part.trim() == entry);
        counts.then_some(rate)
    });
    limits.min()
}

impl CatchUp {
    pub(crate) fn add(&mut self, behind: Vec<Behind>) {
        for (broker, partition) in behind {
            let lane = &mut self.brokers.entry(broker).or_default().free;
            lane.queue.push_back(partition);
        }
    }

    /// Whether the broker fetches something. One that only waits for leaders runs as well as it can.
    pub(crate) fn is_behind(&self, broker: i32) -> bool {
        self.brokers.get(&broker).is_some_and(Fetcher::fetches)
    }

    /// How soon it is worth to come again; `None` while there is nothing.
    fn pause_ms(&self) -> Option<i64> {
        match self.brokers.values().any(Fetcher::fetches) {
            true => Some(STEP_MS),
            false => (!self.is_empty()).then_some(LEADER_MS),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.brokers.is_empty()
    }

    /// Lets `elapsed_ms` of fetching happen; answers the replicas that now have everything. A broker
    /// that does not run fetches nothing: it begins anew when it starts.
    fn step(&mut self, elapsed_ms: i64, image: &Image) -> Vec<Behind> {
        let mut done = Vec::new();
        self.brokers.retain(|broker, _| image.env().runs(*broker));
        for (&broker, fetcher) in &mut self.brokers {
            fetcher.step(broker, elapsed_ms, image, &mut done);
        }
        self.brokers.retain(|_, fetcher| !fetcher.is_empty());
        done
    }
}

impl Controller {
    /// Makes progress on everything that is behind. Answers when to come again (monotonic, ms).
    pub(crate) fn advance_catch_up(&self) -> Result<Option<i64>, MetadataError> {
        let now = self.clock.monotonic_ms();
        let image = self.image();
        let done = {
            let mut catch_up = self.catch_up.lock();
            let elapsed = now - std::mem::replace(&mut catch_up.last_ms, now);
            if catch_up.is_empty() {
                return Ok(None);
            }
            // After a pause the first step counts as one interval: nothing was being fetched.
            catch_up.step(elapsed.clamp(0, 1_000), &image)
        };
        if !done.is_empty() {
            self.join_caught_up(&done)?;
        }
        self.settle_started();
        Ok(self.catch_up.lock().pause_ms().map(|pause| now + pause))
    }

    fn join_caught_up(&self, done: &[Behind]) -> Result<(), MetadataError> {
        for (broker, partition) in done {
            partition.caught_up(*broker);
        }
        let late = self.change(|draft| {
            let live = live(draft);
            let mut late = Vec::new();
            for behind in done {
                let Some(subject) = Subject::of(draft.image, &behind.1) else { continue };
                subject.join(draft, &live)?;
                if !live.contains(&subject.assignment.leader) {
                    late.push(behind.clone());
                }
            }
            Ok(late)
        })?;
        // Their leader ended meanwhile.
        self.catch_up.lock().add(late);
        Ok(())
    }
}
