//! Deadlines of members: sessions, revocations, and the joins and syncs of classic members. They are
//! not in the log: after a load sessions start anew.

use weir_wire::Str;

use super::{ConsumerGroup, ConsumerMember, Step, StepContext};
use crate::groups::classic::NEVER;

/// The deadlines of one member, in monotonic milliseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct MemberTimers {
    session: i64,
    /// Until when partitions are to be given up, and in which epoch.
    revocation: Option<(i64, i32)>,
    /// Until when a classic member is to rejoin.
    join: i64,
    /// Until when a classic member is to send its SyncGroup.
    sync: i64,
}

impl Default for MemberTimers {
    fn default() -> Self {
        Self { session: NEVER, revocation: None, join: NEVER, sync: NEVER }
    }
}

impl MemberTimers {
    fn earliest(&self) -> i64 {
        let revocation = self.revocation.map_or(NEVER, |(at, _)| at);
        self.session.min(revocation).min(self.join).min(self.sync)
    }
}

/// A deadline to set or to take back.
#[derive(Debug, Clone)]
pub(crate) enum Timer {
    Session(Str, i64),
    Revocation(Str, Option<(i64, i32)>),
    /// Only when none runs yet.
    JoinIfAbsent(Str, i64),
    Joined(Str),
    Sync(Str, i64),
    Synced(Str),
}

impl ConsumerGroup {
    pub(super) fn set_timer(&mut self, timer: Timer) {
        let (Timer::Session(id, _)
        | Timer::Revocation(id, _)
        | Timer::JoinIfAbsent(id, _)
        | Timer::Joined(id)
        | Timer::Sync(id, _)
        | Timer::Synced(id)) = &timer;
        if !self.members.contains_key(id) {
            return;
        }
        let timers = self.timers.entry(id.clone()).or_default();
        match timer {
            Timer::Session(_, at) => timers.session = at,
            Timer::Revocation(_, at) => timers.revocation = at,
            Timer::JoinIfAbsent(_, at) if timers.join == NEVER => timers.join = at,
            Timer::JoinIfAbsent(..) => {}
            Timer::Joined(_) => timers.join = NEVER,
            Timer::Sync(_, at) => timers.sync = at,
            Timer::Synced(_) => timers.sync = NEVER,
        }
        self.wake_at = self.wake_at.min(timers.earliest());
    }

    /// When [`ConsumerGroup::expired`] must next be called, at the latest.
    pub(crate) fn wake_at(&self) -> i64 {
        self.wake_at
    }

    /// Sessions begin: the group was loaded.
    pub(crate) fn start(&mut self, context: StepContext<'_>) {
        let now_ms = context.now.monotonic_ms;
        let timers: Vec<Timer> = self
            .members
            .values()
            .flat_map(|member| {
                let session_ms = self.session_ms(member, context);
                let session = Timer::Session(member.id.clone(), now_ms + i64::from(session_ms));
                [Some(session), self.revocation(member, now_ms)].into_iter().flatten()
            })
            .collect();
        timers.into_iter().for_each(|timer| self.set_timer(timer));
    }

    /// The session timeout of a member: a classic one has its own.
    pub(super) fn session_ms(&self, member: &ConsumerMember, context: StepContext<'_>) -> i32 {
        let own = member.subscription.classic.as_ref().map(|side| side.session_timeout_ms);
        own.unwrap_or(context.config.session_timeout_ms)
    }

    fn revocation(&self, member: &ConsumerMember, now_ms: i64) -> Option<Timer> {
        let waits = member.current.state == super::member::MemberState::UnrevokedPartitions;
        let at = now_ms + i64::from(member.subscription.rebalance_timeout_ms);
        (waits && !member.uses_classic())
            .then(|| Timer::Revocation(member.id.clone(), Some((at, member.current.epoch))))
    }

    /// The next member that missed a deadline, with the step that removes it. `None`: nobody did.
    pub(crate) fn expired(&mut self, context: StepContext<'_>) -> Option<(Str, Step)> {
        let now_ms = context.now.monotonic_ms;
        let due = self.timers.iter_mut().filter(|(_, timers)| timers.earliest() <= now_ms);
        let mut found = None;
        for (id, timers) in due {
            // A revocation of an earlier epoch was carried out: only another one may be waited for.
            if let (Some((at, epoch)), Some(member)) = (timers.revocation, self.members.get(id))
                && at <= now_ms
                && member.current.epoch != epoch
            {
                timers.revocation = None;
            }
            if timers.earliest() <= now_ms {
                found = Some(id.clone());
                break;
            }
        }
        match found {
            Some(id) => {
                let step = self.fence(std::slice::from_ref(&id), context);
                Some((id, step))
            }
            None => {
                self.wake_at =
                    self.timers.values().map(MemberTimers::earliest).min().unwrap_or(NEVER);
                None
            }
        }
    }

    /// A step could not be written: deadlines that have passed are looked at again a little later.
    pub(crate) fn postpone(&mut self, at: i64) {
        for timers in self.timers.values_mut() {
            timers.session = timers.session.max(at);
            timers.join = timers.join.max(at);
            timers.sync = timers.sync.max(at);
            timers.revocation = timers.revocation.map(|(due, epoch)| (due.max(at), epoch));
        }
        self.wake_at = self.timers.values().map(MemberTimers::earliest).min().unwrap_or(NEVER);
    }
}
