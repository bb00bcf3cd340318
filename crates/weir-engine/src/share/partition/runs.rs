//! The offsets of one share-partition in flight, as runs in the same state: pure, told the time.
//!
//! `start..end` is in flight: everything before is finished with, nothing from `end` on was ever
//! delivered. An offset in between that no run covers is finished with too.

use std::collections::BTreeMap;

use weir_wire::{ErrorCode, Str};

use crate::controller::Refusal;
use crate::share::batches::{ACKNOWLEDGED, ARCHIVED, ARCHIVING, AVAILABLE, StateBatch};
use crate::share::dlq::{Cause, Letter};

/// Nothing is due.
pub(crate) const NEVER: i64 = i64::MAX;

/// What a member says of a record (KIP-932, KIP-1222).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ack {
    Gap,
    Accept,
    Release,
    Reject,
    Renew,
}

impl Ack {
    pub(crate) fn from_wire(value: i8) -> Option<Self> {
        Some(match value {
            0 => Self::Gap,
            1 => Self::Accept,
            2 => Self::Release,
            3 => Self::Reject,
            4 => Self::Renew,
            _ => return None,
        })
    }
}

/// A run of offsets that one member was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Acquired {
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) count: i16,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    Available,
    Acquired {
        member: Str,
        until: i64,
    },
    Acknowledged,
    /// Its copy is on the way to the dead-letter topic.
    Archiving(Letter),
    Archived,
}

/// Offsets that were first given together. They are acknowledged and given again together, until somebody
/// says something of a part of them: from then on each offset is by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Batch {
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) is_by_offset: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) last: i64,
    pub(super) state: State,
    pub(super) count: i16,
    /// What it is a part of; `None` for what nobody was given.
    pub(super) batch: Option<Batch>,
}

impl Run {
    fn is_finished(&self) -> bool {
        matches!(self.state, State::Acknowledged | State::Archived)
    }

    fn is_held_by(&self, who: &str) -> bool {
        matches!(&self.state, State::Acquired { member, .. } if member == who)
    }

    /// In Kafka's words.
    fn refused_to(&self, who: &str) -> Refusal {
        let is_by_offset = self.batch.is_none_or(|batch| batch.is_by_offset);
        let is_anothers = matches!(&self.state, State::Acquired { member, .. } if member != who);
        let message = match (is_anothers, is_by_offset) {
            (true, true) => "Member is not the owner of offset",
            (true, false) => "Member is not the owner of batch record",
            (false, true) => "The offset cannot be acknowledged. The offset is not acquired.",
            (false, false) => {
                "The batch cannot be acknowledged. The batch is not in the acquired state."
            }
        };
        Refusal::new(ErrorCode::INVALID_RECORD_STATE, message)
    }

    /// Given back: available, or finished with after its last delivery.
    fn give_back(&mut self, rules: GiveBack) {
        match self.count >= rules.count_limit {
            true => self.put_away(Cause::TooOften, rules.has_dlq),
            false => self.state = State::Available,
        }
    }

    /// Nobody is given it any more.
    fn put_away(&mut self, cause: Cause, has_dlq: bool) {
        let is_whole = self.batch.is_some_and(|batch| !batch.is_by_offset);
        self.state = match has_dlq {
            true => State::Archiving(Letter::new(cause, is_whole)),
            false => State::Archived,
        };
    }
}

fn not_found() -> Refusal {
    let message = "Batch record not found. The request batch offsets are not found in the cache.";
    Refusal::new(ErrorCode::INVALID_RECORD_STATE, message)
}

/// What becomes of records that are given back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GiveBack {
    /// `share.delivery.count.limit`.
    pub(crate) count_limit: i16,
    /// Whether what nobody is given any more is copied first.
    pub(crate) has_dlq: bool,
}

/// What acknowledging needs to know.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AckRules {
    pub(crate) give_back: GiveBack,
    /// Until when renewed locks hold (monotonic, ms).
    pub(crate) until: i64,
}

/// The offsets in flight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Runs {
    start: i64,
    end: i64,
    map: BTreeMap<i64, Run>,
}

impl Runs {
    /// From what was persisted. What lies between is available: it was delivered at most, and
    /// nobody said what became of it.
    pub(crate) fn new(start: i64, batches: &[StateBatch], count_limit: i16) -> Self {
        let mut runs = Self { start, end: start, map: BTreeMap::new() };
        for batch in batches.iter().filter(|batch| batch.last >= start) {
            let first = batch.first.max(start);
            if first > runs.end {
                let state = State::Available;
                runs.map.insert(runs.end, Run { last: first - 1, state, count: 0, batch: None });
            }
            let state = match batch.state {
                ACKNOWLEDGED => State::Acknowledged,
                ARCHIVED => State::Archived,
                ARCHIVING => {
                    let cause = Cause::of_count(batch.count, count_limit);
                    State::Archiving(Letter::new(cause, true))
                }
                _ => State::Available,
            };
            let whole = Some(Batch { first, last: batch.last, is_by_offset: false });
            let run = Run { last: batch.last, state, count: batch.count, batch: whole };
            runs.map.insert(first, run);
            runs.end = batch.last.saturating_add(1);
        }
        runs.advance();
        runs
    }

    pub(crate) fn start(&self) -> i64 {
        self.start
    }

    pub(crate) fn end(&self) -> i64 {
        self.end
    }

    /// The next offset worth reading.
    pub(crate) fn next_fetch(&self) -> i64 {
        let available = self.map.iter().find(|(_, run)| run.state == State::Available);
        available.map_or(self.end, |(first, _)| *first)
    }

    /// Offsets from the start on that are finished with.
    pub(crate) fn complete_count(&self) -> i32 {
        let finished = self.map.iter().filter(|(_, run)| run.is_finished());
        let count: i64 = finished.map(|(first, run)| run.last - first + 1).sum();
        i32::try_from(count).unwrap_or(i32::MAX)
    }

    /// The earliest end of a lock.
    pub(crate) fn wake_at(&self) -> i64 {
        let untils = self.map.values().filter_map(|run| match run.state {
            State::Acquired { until, .. } => Some(until),
            _ => None,
        });
        untils.min().unwrap_or(NEVER)
    }

    /// There is no record for anyone in what is available of `first..=last`.
    pub(crate) fn archive(&mut self, first: i64, last: i64) {
        for (from, to) in self.available_in(first, last) {
            self.split(from);
            self.split(to + 1);
            let (count, batch) =
                self.map.get(&from).map_or((0, None), |run| (run.count, run.batch));
            self.put(from, Run { last: to, state: State::Archived, count, batch });
        }
        self.advance();
    }

    /// What is available of `first..=last`, in pieces of one run each; the part from `end` on is
    /// one piece.
    fn available_in(&self, first: i64, last: i64) -> Vec<(i64, i64)> {
        let first = first.max(self.start);
        let mut pieces: Vec<(i64, i64)> = self
            .overlapping(first, last)
            .filter(|(_, run)| run.state == State::Available)
            .map(|(from, run)| ((*from).max(first), run.last.min(last)))
            .collect();
        if last >= self.end {
            pieces.push((first.max(self.end), last));
        }
        pieces
    }

    pub(super) fn put(&mut self, first: i64, run: Run) {
        self.end = self.end.max(run.last.saturating_add(1));
        self.map.insert(first, run);
    }

    /// The runs, and their first offsets.
    pub(super) fn each(&self) -> impl Iterator<Item = (i64, &Run)> {
        self.map.iter().map(|(first, run)| (*first, run))
    }

    /// The runs that `first..=last` is made of once it is split off.
    pub(super) fn each_of(&mut self, first: i64, last: i64) -> impl Iterator<Item = &mut Run> {
        self.split(first);
        self.split(last.saturating_add(1));
        let is_some = first <= last;
        is_some.then(|| self.map.range_mut(first..=last)).into_iter().flatten().map(|(_, run)| run)
    }

    pub(super) fn run_mut(&mut self, first: i64) -> Option<&mut Run> {
        self.map.get_mut(&first)
    }

    pub(super) fn overlapping(&self, first: i64, last: i64) -> impl Iterator<Item = (&i64, &Run)> {
        let before = self.map.range(..first).next_back().filter(|(_, run)| run.last >= first);
        let inside = (first <= last).then(|| self.map.range(first..=last));
        before.into_iter().chain(inside.into_iter().flatten())
    }

    /// Makes `at` the beginning of a run, where one covers it.
    pub(super) fn split(&mut self, at: i64) {
        let Some((_, run)) = self.map.range_mut(..at).next_back() else { return };
        if run.last >= at {
            if let Some(batch) = &mut run.batch {
                batch.is_by_offset = true;
            }
            let rest = run.clone();
            run.last = at - 1;
            self.map.insert(at, rest);
        }
    }

    /// What `member` says of `first..=last`. Offsets before the start are finished with already and pass; past
    /// what was ever given is INVALID_REQUEST, anything else that it does not hold INVALID_RECORD_STATE. On an
    /// error nothing is to be kept of this value.
    pub(crate) fn acknowledge(
        &mut self,
        (first, last): (i64, i64),
        ack: Ack,
        member: &str,
        rules: AckRules,
    ) -> Result<(), Refusal> {
        let first = first.max(self.start);
        if last < first {
            return Ok(());
        }
        self.check_held((first, last), member)?;
        self.split(first);
        self.split(last.saturating_add(1));
        for (_, run) in self.map.range_mut(first..=last) {
            match ack {
                Ack::Accept => run.state = State::Acknowledged,
                Ack::Gap => run.state = State::Archived,
                Ack::Reject => run.put_away(Cause::Rejected, rules.give_back.has_dlq),
                Ack::Release => run.give_back(rules.give_back),
                Ack::Renew => {
                    run.state = State::Acquired { member: Str::from(member), until: rules.until };
                }
            }
        }
        Ok(())
    }

    fn check_held(&self, (first, last): (i64, i64), member: &str) -> Result<(), Refusal> {
        if self.map.is_empty() {
            return Err(not_found());
        }
        for (offset, which) in [(first, "first"), (last, "last")] {
            if offset >= self.end {
                let message = format!(
                    "Batch record not found. The {which} offset in request is past acquired records."
                );
                return Err(Refusal::new(ErrorCode::INVALID_REQUEST, message));
            }
        }
        let mut next = first;
        for (from, run) in self.overlapping(first, last) {
            if *from > next || !run.is_held_by(member) {
                return Err(run.refused_to(member));
            }
            next = run.last.saturating_add(1);
        }
        if next > last { Ok(()) } else { Err(not_found()) }
    }

    /// Gives back what `is_over` picks; answers the ranges.
    fn give_back(&mut self, rules: GiveBack, is_over: impl Fn(&Run) -> bool) -> Vec<(i64, i64)> {
        let mut changed = Vec::new();
        for (first, run) in self.map.iter_mut().filter(|(_, run)| is_over(run)) {
            run.give_back(rules);
            changed.push((*first, run.last));
        }
        changed
    }

    /// Locks that are over by `now`.
    pub(crate) fn expire(&mut self, now: i64, rules: GiveBack) -> Vec<(i64, i64)> {
        self.give_back(
            rules,
            |run| matches!(run.state, State::Acquired { until, .. } if until <= now),
        )
    }

    /// Everything that `member` holds.
    pub(crate) fn release(&mut self, member: &str, rules: GiveBack) -> Vec<(i64, i64)> {
        self.give_back(rules, |run| run.is_held_by(member))
    }

    /// The persisted form of `ranges`, without what is acquired.
    pub(crate) fn batches_of(&self, ranges: &[(i64, i64)]) -> Vec<StateBatch> {
        let mut batches = Vec::new();
        for &(first, last) in ranges {
            for (from, run) in self.overlapping(first, last) {
                let state = match run.state {
                    State::Available => AVAILABLE,
                    State::Acknowledged => ACKNOWLEDGED,
                    State::Archiving(_) => ARCHIVING,
                    State::Archived => ARCHIVED,
                    State::Acquired { .. } => continue,
                };
                batches.push(StateBatch {
                    first: (*from).max(first),
                    last: run.last.min(last),
                    state,
                    count: run.count,
                });
            }
        }
        batches
    }

    /// Moves the start past what is finished with.
    pub(crate) fn advance(&mut self) {
        while let Some(entry) = self.map.first_entry() {
            if !entry.get().is_finished() {
                self.start = self.start.max(*entry.key());
                return;
            }
            entry.remove();
        }
        self.start = self.end;
    }

    /// The log begins at `log_start` now.
    pub(crate) fn log_starts_at(&mut self, log_start: i64) {
        if log_start <= self.start {
            return;
        }
        self.split(log_start);
        self.map = self.map.split_off(&log_start);
        self.start = log_start;
        self.end = self.end.max(log_start);
        self.advance();
    }
}
