//! Dead letters on their way: copied from the timer wheel, a batch at a time, tried again, and at
//! last archived. See [`crate::share::dlq`].

use std::sync::Arc;

use super::runs::{NEVER, Runs, State};
use super::{Inner, SharePartition};
use crate::controller::BrokerState;
use crate::share::Share;
use crate::share::dlq::{ATTEMPTS_MAX, Due, Failure, Letter, Posted, Sent, backoff_ms, post};
use crate::timer::{Task, TimerGuard};

/// Runs that are looked at for one batch.
const RUNS_MAX: usize = 500;
/// How often what is not committed yet is looked at. Where all replicas follow, it is committed when
/// the append returns.
const POLL_MS: i64 = 100;
/// How often the leader looks whether it runs again.
const IDLE_MS: i64 = 1_000;
/// How long a copy may wait for its replicas (Kafka's produce request times out then).
const COMMIT_TIMEOUT_MS: i64 = 30_000;

/// What a share-partition remembers of its dead letters beside their runs.
#[derive(Debug)]
pub(super) struct Letters {
    timer: Option<TimerGuard>,
    armed_at: i64,
    /// Written, and not committed yet: fewer than there are runs.
    written: Vec<Written>,
}

impl Default for Letters {
    fn default() -> Self {
        Self { timer: None, armed_at: NEVER, written: Vec::new() }
    }
}

/// Offsets from the first to the last, both included.
type Ranges = Vec<(i64, i64)>;

#[derive(Debug)]
struct Written {
    ranges: Ranges,
    posted: Posted,
    look_at_ms: i64,
    until_ms: i64,
}

impl Letters {
    fn wake_at(&self) -> i64 {
        self.written.iter().map(|written| written.look_at_ms).min().unwrap_or(NEVER)
    }

    /// Takes out what is decided by `now`.
    fn decided(&mut self, now: i64) -> Vec<(Ranges, Result<(), Failure>)> {
        let mut decided = Vec::new();
        self.written.retain_mut(|written| {
            let timed_out = written.until_ms <= now;
            let result = match written.posted.state() {
                Some(result) => result,
                None if timed_out => Err(Failure::ForGood("its replicas do not follow".to_owned())),
                None => {
                    written.look_at_ms = now + POLL_MS;
                    return true;
                }
            };
            decided.push((std::mem::take(&mut written.ranges), result));
            false
        });
        decided
    }
}

impl SharePartition {
    /// Copies what an earlier leader left.
    pub(in crate::share) fn resume_letters(&self) {
        let Ok(share) = self.share() else { return };
        self.arm_letters(&share, &mut self.inner.lock());
    }

    /// Keeps one timer for what is to do next.
    pub(super) fn arm_letters(&self, share: &Arc<Share>, inner: &mut Inner) {
        let at = inner.runs.letters_at().min(inner.letters.wake_at());
        if at == NEVER || at >= inner.letters.armed_at {
            return;
        }
        let me = self.me.clone();
        let task = Task::Call(Box::new(move |now| {
            if let Some(partition) = me.upgrade() {
                partition.deliver_letters(now);
            }
        }));
        inner.letters.timer = Some(share.env().timers.schedule(at, task));
        inner.letters.armed_at = at;
    }

    /// One batch, and whatever is decided of earlier ones.
    fn deliver_letters(&self, now: i64) {
        let Ok(share) = self.share() else { return };
        let mut inner = self.inner.lock();
        inner.letters.armed_at = NEVER;
        let leads = self.handle.check_leader(self.broker, self.leader_epoch).is_ok();
        if inner.is_fenced || !leads {
            return;
        }
        for (ranges, result) in inner.letters.decided(now) {
            self.settle(&share, &mut inner, &ranges, result, now);
        }
        let due = inner.runs.begin_letters(now, RUNS_MAX);
        drop(inner);
        // Without the lock: members go on, and nothing else looks at what is under way.
        let sent = self.post(&share, &due);
        let mut inner = self.inner.lock();
        if inner.is_fenced {
            return;
        }
        match sent {
            Some(sent) => self.sent(&share, &mut inner, &due, sent, now),
            None => inner.runs.change_under_way(&due, &[], |letter| letter.due_ms = now + IDLE_MS),
        }
        self.arm_letters(&share, &mut inner);
        drop(inner);
        self.changes.notify();
    }

    /// Nothing where there is nothing to write, or this broker was killed and the controllers do not know
    /// yet.
    fn post(&self, share: &Share, due: &[Due]) -> Option<Sent> {
        let engine = share.engine()?;
        let lives = engine.broker_state(self.broker) == Some(BrokerState::Running);
        let source = (&self.handle, self.broker);
        (lives && !due.is_empty()).then(|| post(&engine, &self.key, source, due))
    }

    fn sent(&self, share: &Arc<Share>, inner: &mut Inner, due: &[Due], sent: Sent, now: i64) {
        let Sent { mut ranges, result } = sent;
        if matches!(result, Err(Failure::ForGood(_))) {
            // A batch that was never told of in parts is given up as a whole.
            let covers = |run: &Due| ranges.iter().any(|r| r.0 <= run.last && run.first <= r.1);
            let whole = due.iter().filter(|run| run.letter.is_whole && covers(run));
            let whole: Vec<(i64, i64)> = whole.map(|run| (run.first, run.last)).collect();
            ranges.extend(whole);
        }
        // What had no room is next; something was written, so it counts as not tried yet.
        let is_written = result.is_ok();
        inner.runs.change_under_way(due, &ranges, |letter| {
            letter.attempts = if is_written { 0 } else { letter.attempts };
            letter.due_ms = now;
        });
        match result {
            Ok(posted) if posted.state().is_none() => {
                let (look_at_ms, until_ms) = (now + POLL_MS, now + COMMIT_TIMEOUT_MS);
                inner.letters.written.push(Written { ranges, posted, look_at_ms, until_ms });
            }
            Ok(posted) => {
                let result = posted.state().unwrap_or(Ok(()));
                self.settle(share, inner, &ranges, result, now);
            }
            Err(failure) => self.settle(share, inner, &ranges, Err(failure), now),
        }
    }

    /// What was tried is archived, or tried again later.
    fn settle(
        &self,
        share: &Arc<Share>,
        inner: &mut Inner,
        ranges: &[(i64, i64)],
        result: Result<(), Failure>,
        now: i64,
    ) {
        let mut runs = inner.runs.clone();
        let archived = match &result {
            Err(Failure::Later(_)) => {
                let random = share.engine().map_or(0, |engine| engine.rng().next_u64());
                runs.try_again(ranges, now, random)
            }
            Ok(()) | Err(Failure::ForGood(_)) => runs.archive_letters(ranges),
        };
        if let Err(Failure::Later(reason) | Failure::ForGood(reason)) = &result {
            let (group, topic) = (&*self.key.group, self.handle.topic_name());
            let (partition, lost) = (self.key.partition, count_of(&archived));
            tracing::warn!(group, %topic, partition, %reason, lost, "dead letters are not written");
        }
        if !archived.is_empty()
            && let Err(error) = self.persist(share, inner, &mut runs, &archived)
        {
            tracing::debug!(key = ?self.key, error = error.name(), "dead letters are not persisted");
        }
        runs.advance();
        inner.runs = runs;
    }
}

/// The offsets of ranges that may be there twice.
fn count_of(ranges: &[(i64, i64)]) -> i64 {
    let mut ranges = ranges.to_vec();
    ranges.sort_unstable();
    ranges.dedup();
    ranges.iter().map(|(first, last)| last - first + 1).sum()
}

impl Runs {
    /// When the next dead letter is due.
    fn letters_at(&self) -> i64 {
        let due = self.each().filter_map(|(_, run)| match run.state {
            State::Archiving(letter) => Some(letter.due_ms),
            _ => None,
        });
        due.min().unwrap_or(NEVER)
    }

    /// The first runs that are due, which are under way from now on.
    fn begin_letters(&mut self, now: i64, runs_max: usize) -> Vec<Due> {
        let due = self.each().filter_map(|(first, run)| match run.state {
            State::Archiving(letter) if letter.due_ms <= now => {
                Some(Due { first, last: run.last, count: run.count, letter })
            }
            _ => None,
        });
        let due: Vec<Due> = due.take(runs_max).collect();
        for run in &due {
            self.change_letters(run.first, run.last, |letter| letter.due_ms = NEVER);
        }
        due
    }

    /// Changes what of `due` is not in `ranges`.
    fn change_under_way(
        &mut self,
        due: &[Due],
        ranges: &[(i64, i64)],
        change: impl Fn(&mut Letter),
    ) {
        for run in due {
            let mut from = run.first;
            // In order of offsets, but for whole runs behind, which end whatever is left.
            for &(first, last) in ranges {
                if last < from || first > run.last {
                    continue;
                }
                if first > from {
                    self.change_letters(from, first - 1, &change);
                }
                from = last + 1;
            }
            if from <= run.last {
                self.change_letters(from, run.last, &change);
            }
        }
    }

    fn change_letters(&mut self, first: i64, last: i64, change: impl Fn(&mut Letter)) {
        for run in self.each_of(first, last) {
            if let State::Archiving(letter) = &mut run.state {
                change(letter);
            }
        }
    }

    /// Puts off what may be tried again, and archives the rest: answers what.
    fn try_again(&mut self, ranges: &[(i64, i64)], now: i64, random: u64) -> Vec<(i64, i64)> {
        let mut archived = Vec::new();
        for &(first, last) in ranges {
            let mut at = first;
            for run in self.each_of(first, last) {
                let State::Archiving(letter) = &mut run.state else { continue };
                letter.attempts += 1;
                letter.due_ms = now + backoff_ms(letter.attempts, random);
                if letter.attempts >= ATTEMPTS_MAX {
                    run.state = State::Archived;
                    archived.push((at, run.last));
                }
                at = run.last.saturating_add(1);
            }
        }
        archived
    }

    /// Answers what was dead letters until now.
    fn archive_letters(&mut self, ranges: &[(i64, i64)]) -> Vec<(i64, i64)> {
        let start = self.start();
        let mut archived = Vec::new();
        for &(first, last) in ranges.iter().filter(|(_, last)| *last >= start) {
            for run in self.each_of(first, last) {
                if let State::Archiving(_) = run.state {
                    run.state = State::Archived;
                }
            }
            archived.push((first.max(start), last));
        }
        archived
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share::batches::{ARCHIVED, ARCHIVING, StateBatch};
    use crate::share::dlq::Cause;

    fn batch(first: i64, last: i64, state: i8, count: i16) -> StateBatch {
        StateBatch { first, last, state, count }
    }

    /// What a leader finds that comes after one that wrote nothing.
    fn left() -> Runs {
        Runs::new(0, &[batch(0, 3, ARCHIVING, 5), batch(4, 4, ARCHIVING, 1)], 5)
    }

    #[test]
    fn what_was_left_is_due_at_once_and_its_count_tells_why() {
        let mut runs = left();
        assert_eq!((runs.start(), runs.complete_count()), (0, 0), "not finished with");
        let due = runs.begin_letters(7, 10);
        let causes: Vec<_> =
            due.iter().map(|run| (run.first, run.last, run.letter.cause)).collect();
        assert_eq!(causes, [(0, 3, Cause::TooOften), (4, 4, Cause::Rejected)]);
        assert_eq!(runs.begin_letters(7, 10), [], "under way");
        assert_eq!(runs.letters_at(), NEVER);
        assert_eq!(left().begin_letters(7, 1).len(), 1);
    }

    #[test]
    fn records_are_counted_once() {
        assert_eq!(count_of(&[(0, 499), (500, 500), (0, 499)]), 501);
    }

    #[test]
    fn a_part_that_is_written_is_archived_and_the_rest_is_next() {
        let mut runs = left();
        let due = runs.begin_letters(7, 10);
        runs.change_under_way(&due, &[(0, 1)], |letter| letter.due_ms = 7);
        assert_eq!(runs.archive_letters(&[(0, 1)]), [(0, 1)]);
        assert_eq!(
            runs.batches_of(&[(0, 4)]),
            [batch(0, 1, ARCHIVED, 5), batch(2, 3, ARCHIVING, 5), batch(4, 4, ARCHIVING, 1),]
        );
        runs.advance();
        assert_eq!(runs.start(), 2);
        let next = runs.begin_letters(7, 10);
        assert_eq!(next.iter().map(|run| run.first).collect::<Vec<_>>(), [2, 4]);
    }

    #[test]
    fn tries_are_put_off_until_there_were_enough() {
        let mut runs = left();
        for attempt in 1..ATTEMPTS_MAX {
            let now = runs.letters_at().max(0);
            assert_eq!(runs.begin_letters(now, 10).len(), 2);
            assert_eq!(runs.try_again(&[(0, 4)], now, 0), []);
            assert_eq!(runs.letters_at(), now + backoff_ms(attempt, 0));
        }
        assert_eq!(runs.try_again(&[(0, 4)], 0, 0), [(0, 3), (4, 4)]);
        runs.advance();
        assert_eq!((runs.start(), runs.letters_at()), (5, NEVER));
    }

    /// As failures name them: what the batch held, then the runs that are given up whole.
    #[test]
    fn ranges_that_overlap_count_once() {
        let mut runs = left();
        let due = runs.begin_letters(7, 10);
        runs.change_under_way(&due, &[(0, 1), (0, 3)], |letter| letter.due_ms = 7);
        assert_eq!(runs.letters_at(), 7);
        runs.archive_letters(&[(0, 1), (0, 3)]);
        runs.advance();
        assert_eq!(runs.start(), 4);
        assert_eq!(runs.archive_letters(&[(0, 3)]), [], "before the start");
    }
}
