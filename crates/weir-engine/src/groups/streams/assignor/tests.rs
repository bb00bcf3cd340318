use super::*;

fn names(count: usize) -> Vec<Candidate> {
    (0..count).map(|n| candidate(&format!("m{n}"), &format!("p{n}"), Tasks::default())).collect()
}

fn candidate(id: &str, process: &str, before: Tasks) -> Candidate {
    let before = Arc::new(before);
    Candidate { id: Str::from(id), process: Str::from(process), before, positions: Arc::default() }
}

fn pool(subtopology: &str, tasks: i32, is_stateful: bool) -> Pool {
    Pool { subtopology: Str::from(subtopology), tasks, is_stateful }
}

fn spec(members: Vec<Candidate>, pools: Vec<Pool>, standby_replicas: usize) -> Spec {
    Spec { members, pools, standby_replicas }
}

fn active(list: &[(&str, &[i32])]) -> Tasks {
    let active = list.iter().map(|(id, of)| (Str::from(*id), of.iter().copied().collect()));
    Tasks { active: active.collect(), ..Tasks::default() }
}

fn count(tasks: &super::super::TaskIds) -> usize {
    tasks.values().map(std::collections::BTreeSet::len).sum()
}

#[test]
fn every_task_is_active_once_and_members_have_the_same() {
    let assigned = assign(&spec(names(3), vec![pool("0", 4, true), pool("1", 5, false)], 0));
    let mut all: Vec<(Str, i32)> = Vec::new();
    for tasks in assigned.values() {
        assert_eq!(count(&tasks.active), 3);
        all.extend(super::super::tasks::each(&tasks.active).map(|(id, index)| (id.clone(), index)));
    }
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 9);
}

#[test]
fn tasks_stay_where_they_are() {
    let a = candidate("a", "pa", active(&[("0", &[0, 1, 2])]));
    let b = candidate("b", "pb", Tasks::default());
    let assigned = assign(&spec(vec![a, b], vec![pool("0", 4, false)], 0));
    let kept = assigned[&Str::from("a")].active[&Str::from("0")].clone();
    assert_eq!(count(&assigned[&Str::from("a")].active), 2);
    assert!(kept.is_subset(&[0, 1, 2].into()));
}

#[test]
fn threads_of_one_process_share_its_load() {
    let members = vec![
        candidate("a1", "a", Tasks::default()),
        candidate("a2", "a", Tasks::default()),
        candidate("b1", "b", Tasks::default()),
    ];
    let assigned = assign(&spec(members, vec![pool("0", 6, false)], 0));
    assert!(assigned.values().all(|tasks| count(&tasks.active) == 2), "{assigned:?}");
}

#[test]
fn standbys_are_on_other_processes_and_only_of_stateful_tasks() {
    let assigned = assign(&spec(names(3), vec![pool("0", 3, true), pool("1", 3, false)], 1));
    let standbys: usize = assigned.values().map(|tasks| count(&tasks.standby)).sum();
    assert_eq!(standbys, 3);
    for tasks in assigned.values() {
        for (id, index) in super::super::tasks::each(&tasks.standby) {
            assert_eq!(&**id, "0");
            assert!(!has(&tasks.active, id, index));
        }
    }
}

#[test]
fn too_few_processes_for_standbys_leave_some_out() {
    let assigned = assign(&spec(names(2), vec![pool("0", 2, true)], 2));
    let standbys: usize = assigned.values().map(|tasks| count(&tasks.standby)).sum();
    assert_eq!(standbys, 2, "one process has each task already");
}

#[test]
fn a_task_goes_where_its_state_is() {
    let standby = Tasks { standby: [(Str::from("0"), [1].into())].into(), ..Tasks::default() };
    let gone_owner =
        vec![candidate("a", "pa", active(&[("0", &[0])])), candidate("b", "pb", standby)];
    let assigned = assign(&spec(gone_owner, vec![pool("0", 2, true)], 0));
    assert!(has(&assigned[&Str::from("b")].active, "0", 1));
    // A member that came back under another id is known by what it told of its local state.
    let positions: TaskOffsets = [(Str::from("0"), [(0, 90)].into())].into();
    let mut back = candidate("y", "py", Tasks::default());
    back.positions = Arc::new(positions);
    let members = vec![candidate("x", "px", Tasks::default()), back];
    let assigned = assign(&spec(members, vec![pool("0", 2, true)], 0));
    assert!(has(&assigned[&Str::from("y")].active, "0", 0));
}

#[test]
fn nobody_gets_nothing() {
    assert!(assign(&spec(Vec::new(), vec![pool("0", 3, true)], 1)).is_empty());
}
