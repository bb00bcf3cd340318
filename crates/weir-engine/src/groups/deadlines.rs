//! Deadlines of the members of a group: sessions, revocations, and the joins and syncs of classic
//! members. They are not in the log: after a load sessions start anew.

use std::collections::BTreeMap;

use weir_wire::Str;

use super::classic::NEVER;

/// The deadlines of one member, in monotonic milliseconds.
#[derive(Debug, Clone, Copy)]
struct MemberDeadlines {
    session: i64,
    /// Until when partitions or tasks are to be given up, and in which epoch.
    revocation: Option<(i64, i32)>,
    /// Until when a classic member is to rejoin.
    join: i64,
    /// Until when a classic member is to send its SyncGroup.
    sync: i64,
}

impl Default for MemberDeadlines {
    fn default() -> Self {
        Self { session: NEVER, revocation: None, join: NEVER, sync: NEVER }
    }
}

impl MemberDeadlines {
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

impl Timer {
    /// Whose deadline it is.
    pub(crate) fn member(&self) -> &Str {
        let (Self::Session(id, _)
        | Self::Revocation(id, _)
        | Self::JoinIfAbsent(id, _)
        | Self::Joined(id)
        | Self::Sync(id, _)
        | Self::Synced(id)) = self;
        id
    }
}

/// The deadlines of all members.
#[derive(Debug)]
pub(crate) struct Deadlines {
    by_member: BTreeMap<Str, MemberDeadlines>,
    /// Never later than the earliest deadline of a member.
    wake_at: i64,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self { by_member: BTreeMap::new(), wake_at: NEVER }
    }
}

impl Deadlines {
    pub(crate) fn set(&mut self, timer: Timer) {
        let member = self.by_member.entry(timer.member().clone()).or_default();
        match timer {
            Timer::Session(_, at) => member.session = at,
            Timer::Revocation(_, at) => member.revocation = at,
            Timer::JoinIfAbsent(_, at) if member.join == NEVER => member.join = at,
            Timer::JoinIfAbsent(..) => {}
            Timer::Joined(_) => member.join = NEVER,
            Timer::Sync(_, at) => member.sync = at,
            Timer::Synced(_) => member.sync = NEVER,
        }
        self.wake_at = self.wake_at.min(member.earliest());
    }

    pub(crate) fn remove(&mut self, member: &Str) {
        self.by_member.remove(member);
    }

    /// When [`Deadlines::missed`] must next be called, at the latest.
    pub(crate) fn wake_at(&self) -> i64 {
        self.wake_at
    }

    /// The next member that missed a deadline. `None`: nobody did. `epoch_of` tells a member's epoch.
    pub(crate) fn missed(
        &mut self,
        now_ms: i64,
        epoch_of: impl Fn(&Str) -> Option<i32>,
    ) -> Option<Str> {
        for (id, member) in self.by_member.iter_mut().filter(|(_, m)| m.earliest() <= now_ms) {
            // A revocation of an earlier epoch was carried out: only another one may be waited for.
            if let Some((at, epoch)) = member.revocation
                && at <= now_ms
                && epoch_of(id).is_some_and(|current| current != epoch)
            {
                member.revocation = None;
            }
            if member.earliest() <= now_ms {
                return Some(id.clone());
            }
        }
        self.look_again();
        None
    }

    /// A step could not be written: deadlines that have passed are looked at again a little later.
    pub(crate) fn postpone(&mut self, at: i64) {
        for member in self.by_member.values_mut() {
            member.session = member.session.max(at);
            member.join = member.join.max(at);
            member.sync = member.sync.max(at);
            member.revocation = member.revocation.map(|(due, epoch)| (due.max(at), epoch));
        }
        self.look_again();
    }

    fn look_again(&mut self) {
        self.wake_at =
            self.by_member.values().map(MemberDeadlines::earliest).min().unwrap_or(NEVER);
    }
}
