//! Replicas of brokers that started again fetch what they miss, at a rate, on the injected clock.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::Controller;
use super::brokers::{Behind, live};
use super::election::Subject;
use crate::metadata::MetadataError;
use crate::partition::Partition;

/// How fast a broker's replicas catch up.
pub(crate) const CATCH_UP_BYTES_PER_SECOND: u64 = 100_000_000;
/// How often progress is made while anything is behind.
const STEP_MS: i64 = 10;
/// The most partitions that join their ISR in one commit.
const JOINS_PER_COMMIT_MAX: usize = 5_000;

/// Everything that is behind, by broker.
#[derive(Debug, Default)]
pub(crate) struct CatchUp {
    brokers: BTreeMap<i32, Fetcher>,
    last_ms: i64,
}

#[derive(Debug, Default)]
struct Fetcher {
    queue: VecDeque<Arc<Partition>>,
    /// Bytes fetched so far for the first in the queue.
    credit: u64,
}

impl CatchUp {
    pub(crate) fn add(&mut self, behind: Vec<Behind>) {
        for (broker, partition) in behind {
            self.brokers.entry(broker).or_default().queue.push_back(partition);
        }
    }

    pub(crate) fn is_behind(&self, broker: i32) -> bool {
        self.brokers.contains_key(&broker)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.brokers.is_empty()
    }

    /// Lets `elapsed_ms` of fetching happen; answers the replicas that now have everything.
    fn step(&mut self, elapsed_ms: i64) -> Vec<Behind> {
        let bytes = u64::try_from(elapsed_ms).unwrap_or(0) * (CATCH_UP_BYTES_PER_SECOND / 1_000);
        let mut done = Vec::new();
        for (&broker, fetcher) in &mut self.brokers {
            fetcher.credit += bytes;
            while let Some(partition) = fetcher.queue.front() {
                let missing = partition.behind_bytes(broker);
                if missing > fetcher.credit || done.len() >= JOINS_PER_COMMIT_MAX {
                    break;
                }
                fetcher.credit -= missing;
                done.extend(fetcher.queue.pop_front().map(|partition| (broker, partition)));
            }
        }
        self.brokers.retain(|_, fetcher| !fetcher.queue.is_empty());
        done
    }
}

impl Controller {
    /// Makes progress on everything that is behind. Answers when to come again (monotonic, ms).
    pub(crate) fn advance_catch_up(&self) -> Result<Option<i64>, MetadataError> {
        let now = self.clock.monotonic_ms();
        let done = {
            let mut catch_up = self.catch_up.lock();
            let elapsed = now - std::mem::replace(&mut catch_up.last_ms, now);
            if catch_up.is_empty() {
                return Ok(None);
            }
            // After a pause the first step counts as one interval: nothing was being fetched.
            catch_up.step(elapsed.clamp(0, 1_000))
        };
        if !done.is_empty() {
            self.join_caught_up(&done)?;
        }
        self.settle_started();
        Ok((!self.catch_up.lock().is_empty()).then_some(now + STEP_MS))
    }

    fn join_caught_up(&self, done: &[Behind]) -> Result<(), MetadataError> {
        for (broker, partition) in done {
            partition.caught_up(*broker);
        }
        self.change(|draft| {
            let live = live(draft);
            for (_, partition) in done {
                if let Some(subject) = Subject::of(draft.image, partition) {
                    subject.join(draft, &live)?;
                }
            }
            Ok(())
        })
    }
}
