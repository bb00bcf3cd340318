//! Active tasks.

use super::load::{ByLoad, Load, MemberAt};
use super::{Before, Task};

pub(super) fn assign<'a>(load: &mut Load<'a>, before: &Before<'_>, mut tasks: Vec<Task<'a>>) {
    tasks.sort_by_key(|(subtopology, index)| (*index, *subtopology));
    // Where they are.
    tasks.retain(|task| match before.active.get(task) {
        Some(member) if load.count(member.member) < load.active_quota.each => {
            load.give_active(*member, *task);
            false
        }
        _ => true,
    });
    // Where their state is.
    tasks.retain(|task| match least_loaded(load, before, *task, |_| true) {
        Some(member) if load.count(member.member) < load.active_quota.each => {
            load.give_active(member, *task);
            false
        }
        _ => true,
    });
    // Where there is least to do: by ranges at first.
    tasks.sort_unstable();
    let mut by_load = ByLoad::of(load);
    for task in tasks {
        let Some(process) = by_load.least(|_| true) else { return };
        let Some(member) = load.least_in(process) else { return };
        by_load.give(load, process, |load| load.give_active(member, task));
    }
}

/// Of those with state of a task, the first that has less to do than all before it.
pub(super) fn least_loaded(
    load: &Load<'_>,
    before: &Before<'_>,
    task: Task<'_>,
    fits: impl Fn(MemberAt) -> bool,
) -> Option<MemberAt> {
    let mut best: Option<(usize, usize, MemberAt)> = None;
    for &member in before.state.get(&task)?.iter().filter(|member| fits(**member)) {
        let (process, own) = (load.of_process(member.process), load.count(member.member));
        if best.is_none_or(|(best_process, best_own, _)| process < best_process && own < best_own) {
            best = Some((process, own, member));
        }
    }
    best.map(|(_, _, member)| member)
}
