//! Tasks: one for each partition of a subtopology, run as active, as standby or as warm-up.

use std::collections::{BTreeMap, BTreeSet};

use weir_wire::Str;

/// Partitions by subtopology.
pub(crate) type TaskIds = BTreeMap<Str, BTreeSet<i32>>;
/// Partitions by subtopology, each with the epoch at which it was assigned.
pub(crate) type ActiveTasks = BTreeMap<Str, BTreeMap<i32, i32>>;
/// Sums of changelog offsets by subtopology and partition.
pub(crate) type TaskOffsets = BTreeMap<Str, BTreeMap<i32, i64>>;

/// Tasks of the three roles.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tasks {
    pub(crate) active: TaskIds,
    pub(crate) standby: TaskIds,
    pub(crate) warmup: TaskIds,
}

impl Tasks {
    pub(crate) fn is_empty(&self) -> bool {
        self.active.is_empty() && self.standby.is_empty() && self.warmup.is_empty()
    }
}

/// The same, of a member: active ones with their epochs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Assigned {
    pub(crate) active: ActiveTasks,
    pub(crate) standby: TaskIds,
    pub(crate) warmup: TaskIds,
}

impl Assigned {
    pub(crate) fn is_empty(&self) -> bool {
        self.active.is_empty() && self.standby.is_empty() && self.warmup.is_empty()
    }

    /// Whether any of these is among `told`, in the same role.
    pub(crate) fn is_among(&self, told: &Tasks) -> bool {
        any_active(&self.active, &told.active)
            || any(&self.standby, &told.standby)
            || any(&self.warmup, &told.warmup)
    }

    pub(crate) fn merge(mut self, more: Self) -> Self {
        for (subtopology, partitions) in more.active {
            self.active.entry(subtopology).or_default().extend(partitions);
        }
        merge(&mut self.standby, more.standby);
        merge(&mut self.warmup, more.warmup);
        self
    }
}

fn merge(into: &mut TaskIds, more: TaskIds) {
    for (subtopology, partitions) in more {
        into.entry(subtopology).or_default().extend(partitions);
    }
}

fn any(of: &TaskIds, among: &TaskIds) -> bool {
    let shared = of.iter().filter_map(|(id, partitions)| Some((partitions, among.get(id)?)));
    shared.into_iter().any(|(partitions, others)| !partitions.is_disjoint(others))
}

fn any_active(of: &ActiveTasks, among: &TaskIds) -> bool {
    let shared = of.iter().filter_map(|(id, partitions)| Some((partitions, among.get(id)?)));
    shared.into_iter().any(|(partitions, others)| partitions.keys().any(|p| others.contains(p)))
}

/// Active tasks without their epochs.
pub(crate) fn ids(active: &ActiveTasks) -> TaskIds {
    active.iter().map(|(id, of)| (id.clone(), of.keys().copied().collect())).collect()
}

/// Whether a task is among `tasks`.
pub(crate) fn has(tasks: &TaskIds, subtopology: &str, partition: i32) -> bool {
    tasks.get(subtopology).is_some_and(|partitions| partitions.contains(&partition))
}

pub(crate) fn insert(tasks: &mut TaskIds, subtopology: &Str, partition: i32) {
    tasks.entry(subtopology.clone()).or_default().insert(partition);
}

/// Takes a task out, and its subtopology with its last one. Says whether it was there.
pub(crate) fn remove(tasks: &mut TaskIds, subtopology: &str, partition: i32) -> bool {
    let Some(partitions) = tasks.get_mut(subtopology) else { return false };
    let was_there = partitions.remove(&partition);
    if partitions.is_empty() {
        tasks.remove(subtopology);
    }
    was_there
}

/// Every task of `tasks`.
pub(crate) fn each(tasks: &TaskIds) -> impl Iterator<Item = (&Str, i32)> {
    tasks.iter().flat_map(|(id, partitions)| partitions.iter().map(move |index| (id, *index)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_told_apart() {
        let task: TaskIds = [(Str::from("0"), [1].into())].into();
        let assigned =
            Assigned { active: [(Str::from("0"), [(1, 7)].into())].into(), ..Default::default() };
        assert!(assigned.is_among(&Tasks { active: task.clone(), ..Tasks::default() }));
        assert!(!assigned.is_among(&Tasks { standby: task.clone(), ..Tasks::default() }));
        assert_eq!(ids(&assigned.active), task);
    }

    #[test]
    fn a_subtopology_goes_with_its_last_task() {
        let mut tasks = TaskIds::new();
        insert(&mut tasks, &Str::from("0"), 3);
        assert!(!remove(&mut tasks, "0", 1) && has(&tasks, "0", 3));
        assert!(remove(&mut tasks, "0", 3) && tasks.is_empty());
    }
}
