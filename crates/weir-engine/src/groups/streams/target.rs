//! The rest of a step after a member changed: the group's epoch, its target assignment, the member's
//! reconciliation.

use std::sync::Arc;

use weir_wire::Str;
use weir_wire::messages::streams_group_heartbeat_response::Status;

use super::assignor::{Candidate, Pool, Spec, assign};
use super::change::{Change, GroupEpoch};
use super::configured::Configured;
use super::member::{Current, MemberState, StreamsMember};
use super::reconcile::{Owners, Reconciliation};
use super::statuses::{self, Delay};
use super::tasks::Tasks;
use super::{Step, StepContext, StreamsGroup};
use crate::controller::Refusal;
use crate::groups::deadlines::Timer;
use crate::groups::step::may_retarget;

/// A member on its way through a step.
#[derive(Clone, Copy)]
pub(super) struct Advance<'a> {
    pub(super) after: &'a StreamsMember,
    /// The member whose instance this one takes over.
    pub(super) replaces: Option<&'a Str>,
    pub(super) configured: &'a Configured,
}

/// A target that a member is to go to.
struct Target {
    epoch: i32,
    mine: Arc<Tasks>,
    delay: Option<Delay>,
}

impl StreamsGroup {
    /// Moves the group's epoch on when something that assignments depend on is not what it was; the
    /// first member of a group starts the initial delay.
    pub(super) fn next_epoch(
        &self,
        bump: bool,
        topology_epoch: i32,
        hash: i64,
        advance: Advance<'_>,
        context: StepContext<'_>,
        step: &mut Step,
    ) -> i32 {
        let validated = if advance.configured.is_ready() { topology_epoch } else { -1 };
        let assignment_configs = context.config.assignment_configs();
        let is_other = validated != self.epoch.validated
            || assignment_configs != self.epoch.assignment_configs;
        if !bump && !is_other {
            return self.epoch.epoch;
        }
        let epoch = self.epoch.epoch + 1;
        let next = GroupEpoch { epoch, metadata_hash: hash, validated, assignment_configs };
        step.changes.push(Change::Epoch(Some(next)));
        let delay_ms = context.config.initial_delay_ms;
        if self.members.is_empty() && delay_ms > 0 && self.delay_until.is_none() {
            step.delay_until = Some(context.now.monotonic_ms + i64::from(delay_ms));
        }
        epoch
    }

    /// Takes the member as far as it goes.
    pub(super) fn advance(
        &self,
        advance: Advance<'_>,
        epoch: i32,
        owned: Option<&Tasks>,
        context: StepContext<'_>,
        told: &mut Vec<Status>,
        step: &mut Step,
    ) -> Result<Current, Refusal> {
        let target = self.target_for(advance, epoch, context, step);
        told.extend(target.delay.map(statuses::delayed));
        let after = advance.after;
        if after.current.is_reconciled_to(target.epoch) {
            return Ok(after.current.clone());
        }
        let owners = Owners::of(self.members.values());
        let next = Reconciliation {
            current: &after.current,
            process: &after.about.process_id,
            target_epoch: target.epoch,
            target: &target.mine,
            owned,
            owners: &owners,
        }
        .next()?;
        if next != after.current {
            step.changes.push(Change::Current(after.id.clone(), Some(next.clone())));
            let at = context.now.monotonic_ms + i64::from(after.about.rebalance_timeout_ms);
            let waits = next.state == MemberState::UnrevokedTasks;
            let until = waits.then_some((at, next.epoch));
            step.timers.push(Timer::Revocation(after.id.clone(), until));
        }
        Ok(next)
    }

    /// The target assignment for the group's epoch, computed anew when it is due.
    fn target_for(
        &self,
        advance: Advance<'_>,
        epoch: i32,
        context: StepContext<'_>,
        step: &mut Step,
    ) -> Target {
        if self.delay_until.is_some() || step.delay_until.is_some() {
            let delay = Some(Delay::Initial);
            return Target { epoch: self.target_epoch, mine: Arc::default(), delay };
        }
        let present = |delay| {
            let id = advance.replaces.unwrap_or(&advance.after.id);
            Target { epoch: self.target_epoch, mine: self.target(id), delay }
        };
        if epoch <= self.target_epoch {
            return present(None);
        }
        let interval_ms = context.config.assignment_interval_ms;
        if !may_retarget(self.target_at_ms, interval_ms, context.now) {
            return present(Some(Delay::Interval));
        }
        let mine = self.retarget(Some(advance), advance.configured, epoch, context, step);
        Target { epoch, mine, delay: None }
    }

    /// Computes the target of every member; answers that of the member that is on its way.
    pub(super) fn retarget(
        &self,
        advance: Option<Advance<'_>>,
        configured: &Configured,
        epoch: i32,
        context: StepContext<'_>,
        step: &mut Step,
    ) -> Arc<Tasks> {
        let after = advance.map(|advance| advance.after);
        let replaced = advance.and_then(|advance| advance.replaces);
        let others = self.members.values().filter(|member| {
            Some(&member.id) != replaced && after.is_none_or(|after| after.id != member.id)
        });
        let mut members: Vec<Candidate> = others
            .chain(after)
            .map(|member| {
                let is_after = after.is_some_and(|after| after.id == member.id);
                let before = replaced.filter(|_| is_after).unwrap_or(&member.id);
                self.candidate(member, before, step)
            })
            .collect();
        members.sort_by(|a, b| a.id.cmp(&b.id));
        let assigned = match configured.is_ready() {
            true => assign(&Spec {
                members,
                pools: pools(configured),
                standby_replicas: context.config.standby_replicas,
            }),
            false => members.into_iter().map(|member| (member.id, Tasks::default())).collect(),
        };
        let mut mine = Arc::default();
        let mut changes = Vec::new();
        for (id, target) in assigned {
            let target = Arc::new(target);
            if after.is_some_and(|after| after.id == id) {
                mine = target.clone();
            }
            if self.targets.get(&id) != Some(&target) {
                changes.push(Change::Target(id, Some(target)));
            }
        }
        step.changes.extend(changes);
        step.changes.push(Change::TargetEpoch(Some((epoch, context.now.wall_ms))));
        mine
    }

    fn candidate(&self, member: &StreamsMember, before: &Str, step: &Step) -> Candidate {
        let told = step.offsets.as_ref().filter(|(id, _)| *id == member.id);
        let offsets = told.map(|(_, offsets)| offsets).or_else(|| self.offsets.get(&member.id));
        Candidate {
            id: member.id.clone(),
            process: member.about.process_id.clone(),
            before: self.target(before),
            positions: offsets.map(|offsets| offsets.positions.clone()).unwrap_or_default(),
        }
    }
}

fn pools(configured: &Configured) -> Vec<Pool> {
    let pools = configured.tasks.iter().map(|(id, tasks)| Pool {
        subtopology: id.clone(),
        tasks: *tasks,
        is_stateful: configured.stateful.contains(id),
    });
    pools.collect()
}
