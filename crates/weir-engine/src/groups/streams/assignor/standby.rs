//! Standby tasks of stateful subtopologies: as many as wanted, each on another process.

use std::cmp::Reverse;

use super::active::least_loaded;
use super::load::{ByLoad, Load};
use super::{Before, Task};

pub(super) fn assign<'a>(
    load: &mut Load<'a>,
    before: &Before<'_>,
    mut tasks: Vec<Task<'a>>,
    replicas: usize,
) {
    tasks.sort_by_key(|(subtopology, index)| Reverse((*index, *subtopology)));
    let mut open = Vec::new();
    for task in tasks {
        let kept = (0..replicas).take_while(|_| stick(load, before, task)).count();
        if kept < replicas {
            open.push((task, replicas - kept));
        }
    }
    open.sort_by_key(|(task, _)| Reverse(*task));
    let mut by_load = ByLoad::of(load);
    for (task, replicas) in open {
        for missing in (1..=replicas).rev() {
            let fits = |process: usize| !load.runs(process, task);
            let Some(process) = by_load.least(fits) else {
                let (subtopology, partition) = task;
                tracing::debug!(%subtopology, partition, missing, "too few processes for standbys");
                break;
            };
            let Some(member) = load.least_in(process) else { break };
            by_load.give(load, process, |load| load.give_standby(member, task));
        }
    }
}

/// Where the task was active, else where it was standby, while there is room.
fn stick<'a>(load: &mut Load<'a>, before: &Before<'_>, task: Task<'a>) -> bool {
    let has_room = |load: &Load<'a>, member: usize| load.count(member) < load.total_quota.each;
    if let Some(member) = before.active.get(&task)
        && !load.runs(member.process, task)
        && has_room(load, member.member)
    {
        load.give_standby(*member, task);
        return true;
    }
    let fits = |member: super::MemberAt| !load.runs(member.process, task);
    match least_loaded(load, before, task, fits) {
        Some(member) if has_room(load, member.member) => {
            load.give_standby(member, task);
            true
        }
        _ => false,
    }
}
