//! The replication model (`engine.md` section 1): one copy of the log, and a few numbers for each
//! replica that is not exactly at its end. Pure: no log, no clock, so that R1 to R10 are tested here.

use super::assignment::{Assignment, NO_LEADER, ReplicaNumbers};

/// A replica that does not move with the log's end: stopped, killed, or still catching up. Every
/// other replica's LEO *is* the log's (R1), which costs nothing to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Straggler {
    pub(crate) broker: i32,
    pub(crate) log_start: i64,
    pub(crate) log_end: i64,
    /// Monotonic time at which it last was at the log's end.
    pub(crate) caught_up_ms: i64,
    /// Its broker runs: it catches up.
    pub(crate) online: bool,
}

/// One partition's replicas.
#[derive(Debug, Clone)]
pub(crate) struct Replication {
    assignment: Assignment,
    stragglers: Vec<Straggler>,
    high_watermark: i64,
    /// A change of leader is being committed: nothing is appended until it is applied, so that the
    /// end offset in the commit stays true.
    moving: bool,
    /// Where the leader's epoch began, as far as this run of the engine saw it begin.
    epoch_began_at: i64,
}

impl Replication {
    pub(crate) fn new(assignment: Assignment) -> Self {
        Self {
            assignment,
            stragglers: Vec::new(),
            high_watermark: 0,
            moving: false,
            epoch_began_at: 0,
        }
    }

    pub(crate) fn assignment(&self) -> &Assignment {
        &self.assignment
    }

    pub(crate) fn high_watermark(&self) -> i64 {
        self.high_watermark
    }

    pub(crate) fn set_moving(&mut self, moving: bool) {
        self.moving = moving;
    }

    /// Whether `broker` can take appends now.
    pub(crate) fn leads(&self, broker: i32) -> bool {
        self.assignment.leader == broker && !self.moving && !self.is_offline(broker)
    }

    pub(crate) fn is_offline(&self, broker: i32) -> bool {
        self.straggler(broker).is_some_and(|s| !s.online)
    }

    fn straggler(&self, broker: i32) -> Option<&Straggler> {
        self.stragglers.iter().find(|s| s.broker == broker)
    }

    /// When the log is opened: an ISR member has the log's LEO; the others have what was persisted
    /// when they left (R10). `running` says which brokers run.
    pub(crate) fn restore(
        &mut self,
        log_start: i64,
        log_end: i64,
        now_ms: i64,
        running: impl Fn(i32) -> bool,
    ) {
        self.stragglers.clear();
        for &broker in self.assignment.replicas.iter() {
            let in_sync = self.assignment.in_sync(broker);
            let persisted = self.assignment.outside.iter().find(|n| n.broker == broker);
            let numbers = persisted.filter(|_| !in_sync);
            let end = numbers.map_or(log_end, |n| n.log_end.min(log_end));
            let online = running(broker);
            if online && end == log_end {
                continue;
            }
            let log_start = numbers.map_or(log_start, |n| n.log_start);
            let caught_up_ms = now_ms;
            let log_end = end;
            self.stragglers.push(Straggler { broker, log_start, log_end, caught_up_ms, online });
        }
        // Below its minimum the ISR did not move the high watermark: it is where it was left (R2).
        let frozen = self.assignment.further.as_deref().and_then(|further| further.high_watermark);
        let found =
            frozen.map_or_else(|| self.lowest_isr_end(log_end), |frozen| frozen.min(log_end));
        self.high_watermark = self.high_watermark.max(found);
    }

    /// A reassignment makes `broker` a replica: it has nothing yet.
    pub(crate) fn enlist(
        &mut self,
        broker: i32,
        log_start: i64,
        log_end: i64,
        online: bool,
        now_ms: i64,
    ) {
        let known = self.assignment.is_replica(broker);
        if !known && (log_start < log_end || !online) {
            let caught_up_ms = now_ms;
            let log_end = log_start;
            self.stragglers.push(Straggler { broker, log_start, log_end, caught_up_ms, online });
        }
    }

    /// LEO of one replica, given the log's.
    pub(crate) fn log_end_of(&self, broker: i32, log_end: i64) -> i64 {
        self.straggler(broker).map_or(log_end, |s| s.log_end.min(log_end))
    }

    /// Log start offset of one replica, given the log's.
    pub(crate) fn log_start_of(&self, broker: i32, log_start: i64) -> i64 {
        self.straggler(broker).map_or(log_start, |s| s.log_start)
    }

    fn lowest_isr_end(&self, log_end: i64) -> i64 {
        let ends = self.assignment.isr.iter().map(|&broker| self.log_end_of(broker, log_end));
        ends.min().unwrap_or(self.high_watermark).min(log_end)
    }

    /// Whether acks=all may be taken: the ISR is not below min(`min.insync.replicas`, RF) (R3).
    pub(crate) fn has_enough_replicas(&self, min_insync_replicas: i32) -> bool {
        self.assignment.isr.len() >= self.assignment.effective_min_isr(min_insync_replicas)
    }

    /// Called in the critical section of an append, after write(2) returned: replicas that stood at
    /// the old end are behind from now on.
    pub(crate) fn appended(&mut self, old_end: i64, now_ms: i64) {
        for straggler in self.stragglers.iter_mut().filter(|s| s.log_end >= old_end) {
            straggler.caught_up_ms = now_ms;
        }
    }

    /// Moves the high watermark to min LEO over the ISR, never back, and not while the ISR is below
    /// its minimum (R2). `limit` is the log end, or what is durable where that counts. Says whether
    /// it moved.
    pub(crate) fn advance(&mut self, limit: i64, log_end: i64, min_insync_replicas: i32) -> bool {
        if self.assignment.leader == NO_LEADER || !self.has_enough_replicas(min_insync_replicas) {
            return false;
        }
        let target = self.lowest_isr_end(log_end).min(limit);
        let moved = target > self.high_watermark;
        if moved {
            self.high_watermark = target;
        }
        moved
    }

    /// The broker's replica stands still from now on: stopped or killed (R1).
    pub(crate) fn freeze(&mut self, broker: i32, log_start: i64, log_end: i64, now_ms: i64) {
        if !self.assignment.is_replica(broker) {
            return;
        }
        match self.stragglers.iter_mut().find(|s| s.broker == broker) {
            Some(straggler) => straggler.online = false,
            None => self.stragglers.push(Straggler {
                broker,
                log_start,
                log_end,
                caught_up_ms: now_ms,
                online: false,
            }),
        }
    }

    /// The broker runs again. Its replica follows at once if nothing is missing; else it catches up.
    pub(crate) fn thaw(&mut self, broker: i32, log_end: i64) {
        if let Some(at) = self.stragglers.iter().position(|s| s.broker == broker) {
            self.stragglers[at].online = true;
            if self.stragglers[at].log_end >= log_end {
                self.stragglers.swap_remove(at);
            }
        }
    }

    /// A running replica fetched everything below `offset`. At the log's end it follows from now on.
    pub(crate) fn fetched_to(&mut self, broker: i32, offset: i64, log_start: i64, log_end: i64) {
        let online = |s: &Straggler| s.broker == broker && s.online;
        let Some(at) = self.stragglers.iter().position(online) else { return };
        if offset >= log_end {
            self.stragglers.swap_remove(at);
        } else {
            let straggler = &mut self.stragglers[at];
            straggler.log_end = straggler.log_end.max(offset);
            straggler.log_start = log_start;
        }
    }

    /// ISR members that have to leave it: not caught up for longer than `lag_max_ms` (R6). A replica
    /// at the log's end counts as caught up however long nothing was written. The leader stays.
    pub(crate) fn out_of_sync(&self, log_end: i64, now_ms: i64, lag_max_ms: i64) -> Vec<i32> {
        let behind = self.stragglers.iter().filter(|s| s.log_end < log_end);
        let late = behind.filter(|s| now_ms.saturating_sub(s.caught_up_ms) > lag_max_ms);
        late.map(|s| s.broker)
            .filter(|&b| self.assignment.in_sync(b) && b != self.assignment.leader)
            .collect()
    }

    /// Replicas that may join the ISR of `assignment`: LEO at or above the high watermark and the
    /// start of the leader's epoch (R6), which is the new leader's LEO where `assignment` is about to
    /// begin one. `eligible` says which brokers are registered, not fenced and staying.
    pub(crate) fn may_join(
        &self,
        assignment: &Assignment,
        log_end: i64,
        eligible: impl Fn(i32) -> bool,
    ) -> Vec<i32> {
        if assignment.leader == NO_LEADER {
            return Vec::new();
        }
        let began_at = match assignment.leader_epoch > self.assignment.leader_epoch {
            true => self.log_end_of(assignment.leader, log_end),
            false => self.epoch_began_at,
        };
        let floor = self.high_watermark.max(began_at);
        let outside = assignment.replicas.iter().copied().filter(|&b| !assignment.in_sync(b));
        outside
            .filter(|&b| eligible(b) && !self.is_offline(b))
            .filter(|&b| self.log_end_of(b, log_end) >= floor)
            .collect()
    }

    /// The numbers to persist of those of `replicas` that are outside `isr` (R10), given the log's own.
    pub(crate) fn numbers_outside(
        &self,
        isr: &[i32],
        replicas: &[i32],
        log_start: i64,
        log_end: i64,
    ) -> Vec<ReplicaNumbers> {
        let outside = replicas.iter().copied().filter(|b| !isr.contains(b));
        outside
            .map(|broker| {
                if !self.assignment.is_replica(broker) {
                    // A reassignment has just made it one: it has nothing.
                    return ReplicaNumbers { broker, log_start, log_end: log_start };
                }
                ReplicaNumbers {
                    broker,
                    log_start: self.log_start_of(broker, log_start),
                    log_end: self.log_end_of(broker, log_end),
                }
            })
            .collect()
    }

    /// Takes over what was committed. A new epoch start cuts the log at the new leader's LEO, and
    /// every other replica with it, offline ones too (R4): answers where to cut, when that is below
    /// the log's end. Replicas that stood at the old end are cut with it and follow on.
    pub(crate) fn apply(&mut self, new: Assignment, log_end: i64) -> Option<i64> {
        let cut = new.epoch_start.epoch > self.assignment.epoch_start.epoch;
        let end = if cut { new.epoch_start.offset.min(log_end) } else { log_end };
        if cut {
            for straggler in &mut self.stragglers {
                straggler.log_end = straggler.log_end.min(end);
                straggler.log_start = straggler.log_start.min(end);
            }
            self.high_watermark = self.high_watermark.min(end);
        }
        if new.leader_epoch > self.assignment.leader_epoch {
            self.epoch_began_at = end;
        }
        self.moving = false;
        self.assignment = new;
        let replicas = &self.assignment.replicas;
        self.stragglers.retain(|s| replicas.contains(&s.broker) && (!s.online || s.log_end < end));
        (end < log_end).then_some(end)
    }
}
