//! The sticky task assignor: tasks stay where they are, then go where their state is, then to the
//! process with the least load; standbys go to processes that do not run the task (KIP-1071).

mod active;
mod load;
mod standby;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use weir_wire::Str;

use super::tasks::{TaskOffsets, Tasks, has};
use load::{Load, MemberAt};

/// The only assignor, under Kafka's name.
pub(crate) const ASSIGNOR: &str = "sticky";

/// A task: subtopology and partition.
pub(super) type Task<'a> = (&'a Str, i32);

/// A member that tasks can go to.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) id: Str,
    pub(super) process: Str,
    /// The tasks of its present target.
    pub(super) before: Arc<Tasks>,
    /// How far its local state is.
    pub(super) positions: Arc<TaskOffsets>,
}

/// The tasks of one subtopology.
#[derive(Debug)]
pub(super) struct Pool {
    pub(super) subtopology: Str,
    pub(super) tasks: i32,
    pub(super) is_stateful: bool,
}

/// What is to be assigned.
#[derive(Debug)]
pub(super) struct Spec {
    pub(super) members: Vec<Candidate>,
    pub(super) pools: Vec<Pool>,
    pub(super) standby_replicas: usize,
}

/// The tasks of each member.
pub(super) fn assign(spec: &Spec) -> BTreeMap<Str, Tasks> {
    let mut load = Load::new(spec);
    let before = Before::of(spec, &load);
    let all = |stateful_only: bool| -> Vec<Task<'_>> {
        let pools = spec.pools.iter().filter(|pool| pool.is_stateful || !stateful_only);
        pools.flat_map(|pool| (0..pool.tasks).map(|index| (&pool.subtopology, index))).collect()
    };
    active::assign(&mut load, &before, all(false));
    if spec.standby_replicas > 0 {
        standby::assign(&mut load, &before, all(true), spec.standby_replicas);
    }
    load.into_assignment(spec)
}

/// Who had a task.
struct Before<'a> {
    active: BTreeMap<Task<'a>, MemberAt>,
    /// Members with state of the task: present standbys first, then the most caught up.
    state: BTreeMap<Task<'a>, Vec<MemberAt>>,
}

impl<'a> Before<'a> {
    fn of(spec: &'a Spec, load: &Load<'_>) -> Self {
        let mut active = BTreeMap::new();
        let mut ranked: BTreeMap<Task<'a>, Vec<(bool, i64, MemberAt)>> = BTreeMap::new();
        for (at, member) in spec.members.iter().enumerate() {
            let at = load.member_at(at);
            for task in super::tasks::each(&member.before.active) {
                active.insert(task, at);
            }
            for (subtopology, index) in super::tasks::each(&member.before.standby) {
                let position = member.positions.get(subtopology).and_then(|of| of.get(&index));
                let known = (true, position.copied().unwrap_or(0), at);
                ranked.entry((subtopology, index)).or_default().push(known);
            }
            for (subtopology, of) in &*member.positions {
                for (index, position) in of {
                    if !has(&member.before.standby, subtopology, *index) {
                        let known = (false, *position, at);
                        ranked.entry((subtopology, *index)).or_default().push(known);
                    }
                }
            }
        }
        let state = ranked.into_iter().map(|(task, mut members)| {
            members.sort_by_key(|(is_standby, position, _)| (!is_standby, -position));
            (task, members.into_iter().map(|(_, _, at)| at).collect())
        });
        Self { active, state: state.collect() }
    }
}
