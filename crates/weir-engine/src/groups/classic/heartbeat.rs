//! Heartbeats, sessions and every deadline of a group.

use weir_wire::{ErrorCode, Str};

use super::member::join_error;
use super::{ClassicGroup, JoinTimer, NEVER, Now, State, Store};

impl ClassicGroup {
    /// Handles a Heartbeat: REBALANCE_IN_PROGRESS tells the member to rejoin.
    pub(crate) fn heartbeat(
        &mut self,
        member_id: &str,
        instance: Option<&str>,
        generation: i32,
        now: Now,
    ) -> Result<(), ErrorCode> {
        if self.is(State::Dead) {
            return Err(ErrorCode::COORDINATOR_NOT_AVAILABLE);
        }
        self.validate_member(member_id, instance)?;
        if generation != self.generation {
            return Err(ErrorCode::ILLEGAL_GENERATION);
        }
        if self.is(State::Empty) {
            return Err(ErrorCode::UNKNOWN_MEMBER_ID);
        }
        self.restart_session(member_id, now);
        if self.is(State::PreparingRebalance) {
            return Err(ErrorCode::REBALANCE_IN_PROGRESS);
        }
        Ok(())
    }

    /// The member is alive: its session timeout begins anew.
    pub(super) fn restart_session(&mut self, member_id: &str, now: Now) {
        if let Some(member) = self.members.get_mut(member_id) {
            member.session_deadline = now.monotonic_ms + i64::from(member.session_timeout_ms);
            let deadline = member.session_deadline;
            self.wake_by(deadline);
        }
    }

    pub(super) fn wake_by(&mut self, deadline: i64) {
        self.wake_at = self.wake_at.min(deadline);
    }

    /// Handles every deadline that has passed: sessions, the join phase, missing SyncGroups. At
    /// most one record comes of it; what else is due is handled at the next tick.
    pub(crate) fn tick(&mut self, now: Now) -> Option<Store> {
        let mut store = None;
        while store.is_none() {
            let due = self.next_due(now);
            store = match due {
                Some(Due::Join) => self.join_timer_fired(now),
                Some(Due::Sync) => self.sync_deadline_passed(now),
                Some(Due::Pending(id)) => self.pending_expired(&id, now),
                Some(Due::Session(id)) => self.session_expired(&id, now),
                None => break,
            };
        }
        self.wake_at = self.earliest_deadline();
        store
    }

    fn next_due(&self, now: Now) -> Option<Due> {
        let passed = |deadline: i64| deadline <= now.monotonic_ms;
        if self.is(State::Dead) {
            return None;
        }
        if self.join_timer.is_some_and(|timer| passed(timer.at())) {
            return Some(Due::Join);
        }
        if passed(self.sync_deadline) {
            return Some(Due::Sync);
        }
        if let Some((id, _)) = self.pending_join.iter().find(|(_, deadline)| passed(**deadline)) {
            return Some(Due::Pending(id.clone()));
        }
        let member = self.members.values().find(|member| passed(member.session_deadline));
        member.map(|member| Due::Session(member.id.clone()))
    }

    /// Exact, where `wake_at` only bounds it.
    fn earliest_deadline(&self) -> i64 {
        let members = self.members.values().map(|member| member.session_deadline);
        let pending = self.pending_join.values().copied();
        let join = self.join_timer.map_or(NEVER, JoinTimer::at);
        members.chain(pending).chain([join, self.sync_deadline]).min().unwrap_or(NEVER)
    }

    /// A member that was given an id never came back with it.
    fn pending_expired(&mut self, member_id: &str, now: Now) -> Option<Store> {
        self.remove(member_id);
        self.complete_join_if_all_joined(now)
    }

    fn session_expired(&mut self, member_id: &str, now: Now) -> Option<Store> {
        let member = self.members.get_mut(member_id)?;
        if member.has_satisfied_heartbeat() {
            // Its parked request keeps it alive; the answer will start the session anew.
            member.session_deadline = NEVER;
            return None;
        }
        // A new member may end here with its JoinGroup parked: if it is still there, it retries.
        member.complete_join(join_error(Str::default(), ErrorCode::UNKNOWN_MEMBER_ID));
        self.remove(member_id);
        match self.state {
            State::Stable | State::CompletingRebalance => self.rebalance_or_complete_join(now),
            _ => self.complete_join_if_all_joined(now),
        }
    }

    fn complete_join_if_all_joined(&mut self, now: Now) -> Option<Store> {
        let may = self.is(State::PreparingRebalance) && self.all_joined();
        if may { self.complete_join(now) } else { None }
    }

    /// Starts the sessions of a group that was loaded from the log (or moved here): members have
    /// their whole timeout to show up. A group over its limit rebalances, so that consumers can
    /// commit before some must go.
    pub(crate) fn start(&mut self, now: Now) -> Option<Store> {
        let ids: Vec<Str> = self.members.keys().cloned().collect();
        for id in &ids {
            self.restart_session(id, now);
        }
        if self.members.len() > self.limits.size_max { self.prepare_rebalance(now) } else { None }
    }
}

enum Due {
    Join,
    Sync,
    Pending(Str),
    Session(Str),
}
