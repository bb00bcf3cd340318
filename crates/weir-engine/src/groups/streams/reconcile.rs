//! From the tasks a member has towards its target: tasks are taken away, given up by the member, and
//! handed on only then; a task that changes its role on one member does so at once (KIP-1071).

use std::collections::{BTreeMap, BTreeSet};

use weir_wire::{ErrorCode, Str};

use super::member::{Current, MemberState, StreamsMember};
use super::tasks::{ActiveTasks, Assigned, TaskIds, Tasks, each, has, insert, remove};
use crate::controller::Refusal;

/// Which processes have a task, or are still giving it up.
#[derive(Debug, Default)]
pub(super) struct Owners<'a> {
    active: BTreeMap<(&'a Str, i32), &'a Str>,
    standby: BTreeMap<(&'a Str, i32), BTreeSet<&'a Str>>,
    warmup: BTreeMap<(&'a Str, i32), BTreeSet<&'a Str>>,
}

impl<'a> Owners<'a> {
    pub(super) fn of(members: impl Iterator<Item = &'a StreamsMember>) -> Self {
        let mut owners = Self::default();
        for member in members {
            let process = &member.about.process_id;
            for held in [&member.current.assigned, &member.current.revoking] {
                for (id, indices) in &held.active {
                    owners.active.extend(indices.keys().map(|index| ((id, *index), process)));
                }
                for task in each(&held.standby) {
                    owners.standby.entry(task).or_default().insert(process);
                }
                for task in each(&held.warmup) {
                    owners.warmup.entry(task).or_default().insert(process);
                }
            }
        }
        owners
    }
}

/// What a member's next tasks depend on.
pub(super) struct Reconciliation<'a> {
    pub(super) current: &'a Current,
    pub(super) process: &'a Str,
    pub(super) target_epoch: i32,
    pub(super) target: &'a Tasks,
    /// What the member says it has; `None` when it did not say.
    pub(super) owned: Option<&'a Tasks>,
    pub(super) owners: &'a Owners<'a>,
}

impl Reconciliation<'_> {
    /// The member's next tasks; the present ones when it cannot move on.
    pub(super) fn next(&self) -> Result<Current, Refusal> {
        let current = self.current;
        match current.state {
            MemberState::Stable if current.epoch == self.target_epoch => Ok(current.clone()),
            MemberState::Stable | MemberState::UnreleasedTasks => Ok(self.advance(current.epoch)),
            MemberState::UnrevokedTasks if self.still_has(&current.revoking) => Ok(current.clone()),
            MemberState::UnrevokedTasks => Ok(self.advance(current.epoch + 1)),
            MemberState::Unknown if self.owned.is_none_or(|owned| !owned.is_empty()) => {
                let message = "The streams group member is in a unknown state. The member must \
                               abandon all its tasks and rejoin.";
                Err(Refusal::new(ErrorCode::FENCED_MEMBER_EPOCH, message))
            }
            MemberState::Unknown => Ok(self.advance(self.target_epoch)),
        }
    }

    /// Whether the member still has one of these, as far as it told.
    fn still_has(&self, tasks: &Assigned) -> bool {
        self.owned.is_none_or(|owned| tasks.is_among(owned))
    }

    fn advance(&self, epoch: i32) -> Current {
        let Parts { mut kept, mut revoked, mut free, waits } = self.parts();
        self.change_roles(&mut kept, &mut revoked, &mut free);
        self.promote(&mut kept, &mut revoked, &free);
        let mut next = self.current.clone();
        next.previous_epoch = next.epoch;
        if !revoked.is_empty() && self.still_has(&revoked) {
            next.epoch = epoch;
            next.state = MemberState::UnrevokedTasks;
            (next.assigned, next.revoking) = (kept, revoked);
            return next;
        }
        next.epoch = self.target_epoch;
        next.assigned = kept.merge(free);
        next.revoking = Assigned::default();
        next.state = if waits { MemberState::UnreleasedTasks } else { MemberState::Stable };
        next
    }

    /// The member's tasks and its target's, sorted out by role.
    fn parts(&self) -> Parts {
        let had = &self.current.assigned;
        let mut parts = Parts::default();
        for (id, indices) in &had.active {
            for (index, epoch) in indices {
                let to = match has(&self.target.active, id, *index) {
                    true => &mut parts.kept.active,
                    false => &mut parts.revoked.active,
                };
                to.entry(id.clone()).or_default().insert(*index, *epoch);
            }
        }
        for (id, index) in each(&self.target.active) {
            if has_active(&had.active, id, index) {
                continue;
            }
            match self.is_active_taken(id, index) {
                true => parts.waits = true,
                false => {
                    let free = parts.free.active.entry(id.clone()).or_default();
                    free.insert(index, self.target_epoch);
                }
            }
        }
        parts.waits |= sort_out(
            (&had.standby, &self.target.standby),
            (&mut parts.kept.standby, &mut parts.revoked.standby, &mut parts.free.standby),
            |id, index| self.is_standby_taken(id, index),
        );
        parts.waits |= sort_out(
            (&had.warmup, &self.target.warmup),
            (&mut parts.kept.warmup, &mut parts.revoked.warmup, &mut parts.free.warmup),
            |id, index| self.is_warmup_taken(id, index),
        );
        parts
    }

    fn is_active_taken(&self, id: &Str, index: i32) -> bool {
        self.owners.active.contains_key(&(id, index))
            || self.has_neighbour(&self.owners.standby, &self.current.assigned.standby, id, index)
            || self.has_neighbour(&self.owners.warmup, &self.current.assigned.warmup, id, index)
    }

    fn is_standby_taken(&self, id: &Str, index: i32) -> bool {
        let runs_here = self.owners.active.get(&(id, index)) == Some(&self.process)
            && !has_active(&self.current.assigned.active, id, index);
        runs_here
            || self.is_here(&self.owners.standby, id, index)
            || self.has_neighbour(&self.owners.warmup, &self.current.assigned.warmup, id, index)
    }

    fn is_warmup_taken(&self, id: &Str, index: i32) -> bool {
        self.owners.active.get(&(id, index)) == Some(&self.process)
            || self.has_neighbour(&self.owners.standby, &self.current.assigned.standby, id, index)
            || self.is_here(&self.owners.warmup, id, index)
    }

    /// Whether the member's process has the task in a role.
    fn is_here(&self, role: &BTreeMap<(&Str, i32), BTreeSet<&Str>>, id: &Str, index: i32) -> bool {
        role.get(&(id, index)).is_some_and(|processes| processes.contains(self.process))
    }

    /// Whether another member of its process has it.
    fn has_neighbour(
        &self,
        role: &BTreeMap<(&Str, i32), BTreeSet<&Str>>,
        own: &TaskIds,
        id: &Str,
        index: i32,
    ) -> bool {
        self.is_here(role, id, index) && !has(own, id, index)
    }

    /// Active tasks that become standbys, and standbys and warm-ups that become each other, do so at
    /// once: the state is there.
    fn change_roles(&self, kept: &mut Assigned, revoked: &mut Assigned, free: &mut Assigned) {
        let had = &self.current.assigned;
        for (id, indices) in &had.active {
            for index in indices.keys().filter(|index| remove(&mut free.standby, id, **index)) {
                insert(&mut kept.standby, id, *index);
            }
        }
        for (id, index) in each(&had.standby) {
            if remove(&mut free.warmup, id, index) {
                insert(&mut kept.warmup, id, index);
                remove(&mut revoked.standby, id, index);
            }
        }
        for (id, index) in each(&had.warmup) {
            if remove(&mut free.standby, id, index) {
                insert(&mut kept.standby, id, index);
                remove(&mut revoked.warmup, id, index);
            }
        }
    }

    /// Standbys and warm-ups that become active are not given up before: they stay what they are until
    /// the active task is free.
    fn promote(&self, kept: &mut Assigned, revoked: &mut Assigned, free: &Assigned) {
        let had = &self.current.assigned;
        let promoted = |tasks: &TaskIds| -> Vec<(Str, i32)> {
            let wanted = each(tasks).filter(|(id, index)| has(&self.target.active, id, *index));
            wanted.map(|(id, index)| (id.clone(), index)).collect()
        };
        let (standby, warmup) = (promoted(&had.standby), promoted(&had.warmup));
        for (id, index) in &standby {
            remove(&mut revoked.standby, id, *index);
        }
        for (id, index) in &warmup {
            remove(&mut revoked.warmup, id, *index);
        }
        let must_wait = !revoked.is_empty() && self.still_has(revoked);
        let is_granted = |id: &Str, index: i32| !must_wait && has_active(&free.active, id, index);
        for (id, index) in standby.iter().filter(|(id, index)| !is_granted(id, *index)) {
            insert(&mut kept.standby, id, *index);
        }
        for (id, index) in warmup.iter().filter(|(id, index)| !is_granted(id, *index)) {
            insert(&mut kept.warmup, id, *index);
        }
    }
}

fn has_active(tasks: &ActiveTasks, id: &str, index: i32) -> bool {
    tasks.get(id).is_some_and(|of| of.contains_key(&index))
}

/// Sorts tasks of one role into those that stay, that go and that can come. Says whether some have to
/// be waited for.
fn sort_out(
    (had, target): (&TaskIds, &TaskIds),
    (kept, revoked, free): (&mut TaskIds, &mut TaskIds, &mut TaskIds),
    is_taken: impl Fn(&Str, i32) -> bool,
) -> bool {
    for (id, index) in each(had) {
        let to = if has(target, id, index) { &mut *kept } else { &mut *revoked };
        insert(to, id, index);
    }
    let mut waits = false;
    for (id, index) in each(target).filter(|(id, index)| !has(had, id, *index)) {
        match is_taken(id, index) {
            true => waits = true,
            false => insert(free, id, index),
        }
    }
    waits
}

#[derive(Default)]
struct Parts {
    kept: Assigned,
    revoked: Assigned,
    free: Assigned,
    /// Part of the target is still with others.
    waits: bool,
}

#[cfg(test)]
mod tests;
