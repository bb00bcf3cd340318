//! The join phase: when it begins, when it ends, and who is left behind.

use weir_wire::{ErrorCode, Str};

use super::static_member::StaticRejoin;
use super::sync::Assignments;
use super::{ClassicGroup, JoinTimer, NEVER, Now, State, Store};

/// What to do once a [`Store`] is written, or could not be.
#[derive(Debug)]
pub(crate) enum Then {
    /// Nothing: a lost record only means that the generation before is loaded.
    Nothing,
    /// Hand the leader's assignment out.
    Assign(Assignments),
    /// Answer a static member that came back.
    Rejoin(Box<StaticRejoin>),
}

impl ClassicGroup {
    /// The outcome of a [`Store`]: answers what waited for it. May ask for another record.
    pub(crate) fn stored(
        &mut self,
        then: Then,
        result: Result<(), ErrorCode>,
        now: Now,
    ) -> Option<Store> {
        match then {
            Then::Nothing => None,
            Then::Assign(assignments) => self.assignment_stored(assignments, result, now),
            Then::Rejoin(rejoin) => {
                self.rejoin_stored(*rejoin, result, now);
                None
            }
        }
    }

    /// Starts a rebalance where the state allows it; else looks whether the one under way is
    /// complete.
    pub(super) fn rebalance_or_complete_join(&mut self, now: Now) -> Option<Store> {
        match self.state {
            State::Stable | State::CompletingRebalance | State::Empty => {
                self.prepare_rebalance(now)
            }
            State::PreparingRebalance | State::Dead => self.maybe_complete_join(now),
        }
    }

    /// Everyone is to rejoin. Members that await their assignment are told so.
    pub(crate) fn prepare_rebalance(&mut self, now: Now) -> Option<Store> {
        if self.is(State::CompletingRebalance) {
            self.fail_assignment(ErrorCode::REBALANCE_IN_PROGRESS, now);
        }
        self.pending_sync.clear();
        self.sync_deadline = NEVER;
        let is_initial = self.is(State::Empty);
        self.transition(State::PreparingRebalance, now);
        if is_initial {
            return self.start_initial_delay(now);
        }
        if self.all_joined() {
            return self.complete_join(now);
        }
        self.start_join_timer(now);
        None
    }

    /// An empty group's first members are waited for a little, to spare them a second rebalance
    /// (KIP-134).
    fn start_initial_delay(&mut self, now: Now) -> Option<Store> {
        let delay_ms = self.limits.initial_rebalance_delay_ms;
        if delay_ms <= 0 {
            return self.complete_join(now);
        }
        let remaining_ms = self.rebalance_timeout_ms().saturating_sub(delay_ms).max(0);
        let at = now.monotonic_ms + i64::from(delay_ms);
        self.join_timer = Some(JoinTimer::Initial { at, delay_ms, remaining_ms });
        self.wake_by(at);
        None
    }

    fn start_join_timer(&mut self, now: Now) {
        let at = now.monotonic_ms + i64::from(self.rebalance_timeout_ms());
        self.join_timer = Some(JoinTimer::Complete { at });
        self.wake_by(at);
    }

    /// The join timer fired.
    pub(super) fn join_timer_fired(&mut self, now: Now) -> Option<Store> {
        match self.join_timer.take()? {
            JoinTimer::Initial { delay_ms, remaining_ms, .. }
                if self.new_member_added && remaining_ms != 0 =>
            {
                self.new_member_added = false;
                let next_ms = self.limits.initial_rebalance_delay_ms.min(remaining_ms);
                let at = now.monotonic_ms + i64::from(next_ms);
                let remaining_ms = remaining_ms.saturating_sub(delay_ms).max(0);
                self.join_timer = Some(JoinTimer::Initial { at, delay_ms: next_ms, remaining_ms });
                self.wake_by(at);
                None
            }
            _ => self.complete_join(now),
        }
    }

    /// Ends the join phase if all have joined and it is no first rebalance, which only its timer
    /// ends.
    pub(super) fn maybe_complete_join(&mut self, now: Now) -> Option<Store> {
        let may = self.is(State::PreparingRebalance) && self.previous != State::Empty;
        if may && self.all_joined() { self.complete_join(now) } else { None }
    }

    /// Ends the join phase: those who have not rejoined are out, the rest are the next generation.
    pub(super) fn complete_join(&mut self, now: Now) -> Option<Store> {
        self.join_timer = None;
        self.drop_dynamic_members_that_did_not_join();
        if self.is(State::Dead) {
            return None;
        }
        if !self.elect_joined_leader() && !self.members.is_empty() {
            // Only static members, none of them back: wait until sessions end or one returns.
            self.start_join_timer(now);
            return None;
        }
        self.next_generation(now);
        if self.is(State::Empty) {
            return Some(Store { value: self.to_value(None), then: Then::Nothing });
        }
        self.answer_joins(now);
        None
    }

    fn drop_dynamic_members_that_did_not_join(&mut self) {
        let late: Vec<Str> = self
            .members
            .values()
            .filter(|member| member.join.is_none() && member.instance.is_none())
            .map(|member| member.id.clone())
            .collect();
        for id in late {
            self.remove(&id);
        }
    }

    /// Whether the leader joined, or another that did now leads.
    fn elect_joined_leader(&mut self) -> bool {
        let Some(leader) = self.leader.as_ref().and_then(|id| self.members.get(id)) else {
            return false;
        };
        if leader.join.is_some() {
            return true;
        }
        match self.members.values().find(|member| member.join.is_some()) {
            Some(member) => {
                self.leader = Some(member.id.clone());
                true
            }
            None => false,
        }
    }

    fn next_generation(&mut self, now: Now) {
        self.generation = self.generation.wrapping_add(1);
        self.pending_sync.clear();
        if self.members.is_empty() {
            self.protocol = None;
            self.subscribed_topics = self.compute_subscribed_topics();
            self.transition(State::Empty, now);
        } else {
            self.protocol = self.select_protocol();
            self.subscribed_topics = self.compute_subscribed_topics();
            self.transition(State::CompletingRebalance, now);
        }
    }

    /// Tells all members the new generation, the leader also whom to assign to; each is to send
    /// SyncGroup next.
    fn answer_joins(&mut self, now: Now) {
        let ids: Vec<Str> = self.members.keys().cloned().collect();
        for id in ids {
            let mut answer = self.join_answer(id.clone());
            if self.is_leader(&id) {
                answer.members = self.join_members();
            }
            if let Some(member) = self.members.get_mut(&id) {
                member.complete_join(answer);
                member.is_new = false;
            }
            self.restart_session(&id, now);
            self.pending_sync.insert(id);
        }
        self.sync_deadline = now.monotonic_ms + i64::from(self.rebalance_timeout_ms());
        self.wake_by(self.sync_deadline);
    }
}
