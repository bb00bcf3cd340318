//! What deadlines of members come to in a consumer group.

use weir_wire::Str;

use super::{ConsumerGroup, ConsumerMember, Step, StepContext};
use crate::groups::deadlines::Timer;

impl ConsumerGroup {
    pub(super) fn set_timer(&mut self, timer: Timer) {
        if self.members.contains_key(timer.member()) {
            self.deadlines.set(timer);
        }
    }

    /// When [`ConsumerGroup::expired`] must next be called, at the latest.
    pub(crate) fn wake_at(&self) -> i64 {
        self.deadlines.wake_at()
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
        let members = &self.members;
        let epoch_of = |id: &Str| members.get(id).map(|member| member.current.epoch);
        let id = self.deadlines.missed(context.now.monotonic_ms, epoch_of)?;
        let step = self.fence(std::slice::from_ref(&id), context);
        Some((id, step))
    }

    /// A step could not be written: deadlines that have passed are looked at again a little later.
    pub(crate) fn postpone(&mut self, at: i64) {
        self.deadlines.postpone(at);
    }
}
