//! How much processes and members have been given so far, and how much they are to get at most.

use std::collections::{BTreeMap, BTreeSet};

use weir_wire::Str;

use super::{Spec, Task};
use crate::groups::streams::tasks::{Tasks, insert};

/// A member's place among the members, and its process's among the processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MemberAt {
    pub(super) member: usize,
    pub(super) process: usize,
}

#[derive(Debug, Default)]
struct Process<'a> {
    members: Vec<usize>,
    count: usize,
    tasks: BTreeSet<Task<'a>>,
}

/// Tasks for each member to come, shared out anew whenever a member is full.
#[derive(Debug)]
pub(super) struct Quota {
    tasks: usize,
    members: usize,
    pub(super) each: usize,
}

impl Quota {
    fn new(tasks: usize, members: usize) -> Self {
        let mut quota = Self { tasks, members, each: 0 };
        quota.share();
        quota
    }

    fn share(&mut self) {
        self.each = if self.members == 0 { 0 } else { self.tasks.div_ceil(self.members) };
    }

    /// A member has `count` tasks now.
    fn took(&mut self, count: usize) {
        if count == self.each {
            self.members = self.members.saturating_sub(1);
            self.tasks = self.tasks.saturating_sub(count);
            self.share();
        }
    }
}

/// What has been given to whom.
#[derive(Debug)]
pub(super) struct Load<'a> {
    processes: Vec<Process<'a>>,
    /// The process of each member.
    process_of: Vec<usize>,
    counts: Vec<usize>,
    active: Vec<Vec<Task<'a>>>,
    standby: Vec<Vec<Task<'a>>>,
    pub(super) active_quota: Quota,
    pub(super) total_quota: Quota,
}

impl<'a> Load<'a> {
    pub(super) fn new(spec: &Spec) -> Self {
        let members = spec.members.len();
        let mut by_id: BTreeMap<&Str, usize> = BTreeMap::new();
        let mut processes: Vec<Process<'a>> = Vec::new();
        let mut process_of = Vec::with_capacity(members);
        for (at, member) in spec.members.iter().enumerate() {
            let process = *by_id.entry(&member.process).or_insert(processes.len());
            if process == processes.len() {
                processes.push(Process::default());
            }
            if let Some(process) = processes.get_mut(process) {
                process.members.push(at);
            }
            process_of.push(process);
        }
        let tasks = |pool: &super::Pool| usize::try_from(pool.tasks).unwrap_or(0);
        let active: usize = spec.pools.iter().map(tasks).sum();
        let stateful: usize = spec.pools.iter().filter(|pool| pool.is_stateful).map(tasks).sum();
        Self {
            processes,
            process_of,
            counts: vec![0; members],
            active: vec![Vec::new(); members],
            standby: vec![Vec::new(); members],
            active_quota: Quota::new(active, members),
            total_quota: Quota::new(active + stateful * spec.standby_replicas, members),
        }
    }

    pub(super) fn member_at(&self, member: usize) -> MemberAt {
        MemberAt { member, process: self.process_of.get(member).copied().unwrap_or(0) }
    }

    /// Tasks of a member so far.
    pub(super) fn count(&self, member: usize) -> usize {
        self.counts.get(member).copied().unwrap_or(usize::MAX)
    }

    /// Tasks for each member of a process, in millionths.
    pub(super) fn of_process(&self, process: usize) -> usize {
        let Some(process) = self.processes.get(process) else { return usize::MAX };
        process.count.saturating_mul(1_000_000) / process.members.len().max(1)
    }

    pub(super) fn processes(&self) -> impl Iterator<Item = usize> + use<> {
        0..self.processes.len()
    }

    pub(super) fn runs(&self, process: usize, task: Task<'_>) -> bool {
        self.processes.get(process).is_some_and(|process| process.tasks.contains(&task))
    }

    pub(super) fn give_active(&mut self, to: MemberAt, task: Task<'a>) {
        let count = self.give(to, task);
        if let Some(active) = self.active.get_mut(to.member) {
            active.push(task);
        }
        self.active_quota.took(count);
        self.total_quota.took(count);
    }

    pub(super) fn give_standby(&mut self, to: MemberAt, task: Task<'a>) {
        let count = self.give(to, task);
        if let Some(standby) = self.standby.get_mut(to.member) {
            standby.push(task);
        }
        self.total_quota.took(count);
    }

    fn give(&mut self, to: MemberAt, task: Task<'a>) -> usize {
        if let Some(process) = self.processes.get_mut(to.process) {
            process.count += 1;
            process.tasks.insert(task);
        }
        let Some(count) = self.counts.get_mut(to.member) else { return 0 };
        *count += 1;
        *count
    }

    /// The member of a process with the fewest tasks.
    pub(super) fn least_in(&self, process: usize) -> Option<MemberAt> {
        let members = &self.processes.get(process)?.members;
        let member = members.iter().copied().min_by_key(|member| self.count(*member))?;
        Some(MemberAt { member, process })
    }

    pub(super) fn into_assignment(self, spec: &Spec) -> BTreeMap<Str, Tasks> {
        let given = self.active.into_iter().zip(self.standby);
        let members = spec.members.iter().zip(given).map(|(member, (active, standby))| {
            let mut tasks = Tasks::default();
            active.into_iter().for_each(|(id, index)| insert(&mut tasks.active, id, index));
            standby.into_iter().for_each(|(id, index)| insert(&mut tasks.standby, id, index));
            (member.id.clone(), tasks)
        });
        members.collect()
    }
}

/// Processes by load.
#[derive(Debug)]
pub(super) struct ByLoad(BTreeSet<(usize, usize)>);

impl ByLoad {
    pub(super) fn of(load: &Load<'_>) -> Self {
        Self(load.processes().map(|process| (load.of_process(process), process)).collect())
    }

    /// The process with the least load for which `fits` holds.
    pub(super) fn least(&self, fits: impl Fn(usize) -> bool) -> Option<usize> {
        self.0.iter().map(|(_, process)| *process).find(|process| fits(*process))
    }

    /// Gives something to `process` by `act`, and puts it where it belongs then.
    pub(super) fn give<'a>(
        &mut self,
        load: &mut Load<'a>,
        process: usize,
        act: impl FnOnce(&mut Load<'a>),
    ) {
        self.0.remove(&(load.of_process(process), process));
        act(load);
        self.0.insert((load.of_process(process), process));
    }
}
