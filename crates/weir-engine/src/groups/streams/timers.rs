//! What follows from time in a streams group: members that were not heard of, and the first target
//! after its delay.

use weir_wire::Str;

use super::member::{MemberState, StreamsMember};
use super::{Step, StepContext, StreamsGroup};
use crate::groups::classic::NEVER;
use crate::groups::deadlines::Timer;

impl StreamsGroup {
    pub(super) fn set_timer(&mut self, timer: Timer) {
        if self.members.contains_key(timer.member()) {
            self.deadlines.set(timer);
        }
    }

    /// When [`StreamsGroup::expired`] must next be called, at the latest.
    pub(crate) fn wake_at(&self) -> i64 {
        self.deadlines.wake_at().min(self.delay_until.unwrap_or(NEVER))
    }

    /// Sessions begin: the group was loaded.
    pub(crate) fn start(&mut self, context: StepContext<'_>) {
        let now_ms = context.now.monotonic_ms;
        let session_at = now_ms + i64::from(context.config.session_timeout_ms);
        let timers: Vec<Timer> = self
            .members
            .values()
            .flat_map(|member| {
                let session = Timer::Session(member.id.clone(), session_at);
                [Some(session), revocation(member, now_ms)].into_iter().flatten()
            })
            .collect();
        timers.into_iter().for_each(|timer| self.set_timer(timer));
    }

    /// The next thing that is due: a member that missed a deadline is removed, or the first target is
    /// computed. `None`: nothing is.
    pub(crate) fn expired(&mut self, context: StepContext<'_>) -> Option<(Option<Str>, Step)> {
        let now_ms = context.now.monotonic_ms;
        if self.delay_until.is_some_and(|at| at <= now_ms) {
            self.delay_until = None;
            return Some((None, self.delayed_target(context)));
        }
        let members = &self.members;
        let epoch_of = |id: &Str| members.get(id).map(|member| member.current.epoch);
        let id = self.deadlines.missed(now_ms, epoch_of)?;
        let step = self.fence(&id);
        Some((Some(id), step))
    }

    fn delayed_target(&self, context: StepContext<'_>) -> Step {
        let mut step = Step::default();
        if let Some((configured, _)) = &self.configured
            && !self.members.is_empty()
            && self.epoch.epoch > self.target_epoch
        {
            self.retarget(None, configured, self.epoch.epoch, context, &mut step);
        }
        step
    }

    /// A step could not be written: what is due is looked at again a little later.
    pub(crate) fn postpone(&mut self, at: i64) {
        self.deadlines.postpone(at);
    }
}

fn revocation(member: &StreamsMember, now_ms: i64) -> Option<Timer> {
    let waits = member.current.state == MemberState::UnrevokedTasks;
    let at = now_ms + i64::from(member.about.rebalance_timeout_ms);
    waits.then(|| Timer::Revocation(member.id.clone(), Some((at, member.current.epoch))))
}
