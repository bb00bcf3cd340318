use super::*;

const P: Str = Str::from_static("mine");

fn ids(indices: &[i32]) -> TaskIds {
    let of: BTreeSet<i32> = indices.iter().copied().collect();
    if of.is_empty() { TaskIds::new() } else { [(Str::from("0"), of)].into() }
}

fn active(indices: &[i32]) -> ActiveTasks {
    let of: BTreeMap<i32, i32> = indices.iter().map(|index| (*index, 1)).collect();
    if of.is_empty() { ActiveTasks::new() } else { [(Str::from("0"), of)].into() }
}

fn current(state: MemberState, epoch: i32, assigned: Assigned, revoking: Assigned) -> Current {
    Current { epoch, previous_epoch: epoch - 1, state, assigned, revoking }
}

fn member(process: &str, current: &Current) -> StreamsMember {
    let mut member = StreamsMember { current: current.clone(), ..StreamsMember::default() };
    member.about.process_id = Str::from(process);
    member
}

/// One step of a member of process `mine` towards `target` at epoch 3, among `others`.
fn step(
    current: &Current,
    target: &Tasks,
    owned: Option<&Tasks>,
    others: &[StreamsMember],
) -> Current {
    let me = member(&P, current);
    let owners = Owners::of(others.iter().chain([&me]));
    Reconciliation { current, process: &P, target_epoch: 3, target, owned, owners: &owners }
        .next()
        .unwrap()
}

fn runs(active_tasks: &[i32]) -> Assigned {
    Assigned { active: active(active_tasks), ..Assigned::default() }
}

fn wants(active_tasks: &[i32]) -> Tasks {
    Tasks { active: ids(active_tasks), ..Tasks::default() }
}

#[test]
fn free_tasks_are_given_at_once_with_the_targets_epoch() {
    let now = current(MemberState::Stable, 2, runs(&[0]), Assigned::default());
    let next = step(&now, &wants(&[0, 1]), None, &[]);
    assert_eq!((next.state, next.epoch), (MemberState::Stable, 3));
    assert_eq!(next.assigned.active["0"], [(0, 1), (1, 3)].into());
}

#[test]
fn tasks_to_give_up_hold_the_epoch_until_the_member_tells() {
    let now = current(MemberState::Stable, 2, runs(&[0, 1]), Assigned::default());
    let waiting = step(&now, &wants(&[0]), None, &[]);
    assert_eq!((waiting.state, waiting.epoch), (MemberState::UnrevokedTasks, 2));
    assert_eq!(waiting.revoking, runs(&[1]));
    assert_eq!(step(&waiting, &wants(&[0]), None, &[]), waiting, "nothing told");
    assert_eq!(step(&waiting, &wants(&[0]), Some(&wants(&[0, 1])), &[]), waiting, "still has it");
    let done = step(&waiting, &wants(&[0]), Some(&wants(&[0])), &[]);
    assert_eq!((done.state, done.epoch), (MemberState::Stable, 3));
    assert!(done.revoking.is_empty());
}

#[test]
fn tasks_of_others_are_waited_for() {
    let other = current(MemberState::Stable, 2, runs(&[1]), Assigned::default());
    let now = current(MemberState::Stable, 2, Assigned::default(), Assigned::default());
    let waiting = step(&now, &wants(&[0, 1]), None, &[member("other", &other)]);
    assert_eq!((waiting.state, waiting.epoch), (MemberState::UnreleasedTasks, 3));
    assert_eq!(waiting.assigned.active["0"], [(0, 3)].into());
    let done = step(&waiting, &wants(&[0, 1]), None, &[]);
    assert_eq!(done.state, MemberState::Stable);
    assert_eq!(done.assigned.active["0"], [(0, 3), (1, 3)].into());
}

#[test]
fn an_active_task_becomes_standby_at_once_and_a_standby_active_when_it_is_free() {
    let now = current(MemberState::Stable, 2, runs(&[0]), Assigned::default());
    let target = Tasks { standby: ids(&[0]), ..Tasks::default() };
    let next = step(&now, &target, None, &[]);
    assert_eq!(next.assigned.standby, ids(&[0]));
    assert_eq!((next.state, next.revoking), (MemberState::UnrevokedTasks, runs(&[0])));

    let standby = Assigned { standby: ids(&[0]), ..Assigned::default() };
    let now = current(MemberState::Stable, 2, standby, Assigned::default());
    let other = current(MemberState::Stable, 2, runs(&[0]), Assigned::default());
    let waiting = step(&now, &wants(&[0]), None, &[member("other", &other)]);
    assert_eq!(waiting.state, MemberState::UnreleasedTasks);
    assert_eq!(waiting.assigned.standby, ids(&[0]), "kept until the active task is free");
    let done = step(&waiting, &wants(&[0]), None, &[]);
    assert_eq!(
        done.assigned,
        Assigned { active: [(Str::from("0"), [(0, 3)].into())].into(), ..Default::default() }
    );
}

#[test]
fn one_process_has_a_task_in_one_role() {
    let neighbour = current(MemberState::Stable, 2, runs(&[0]), Assigned::default());
    let now = current(MemberState::Stable, 2, Assigned::default(), Assigned::default());
    for target in [
        Tasks { standby: ids(&[0]), ..Tasks::default() },
        Tasks { warmup: ids(&[0]), ..Tasks::default() },
    ] {
        let waiting = step(&now, &target, None, &[member(&P, &neighbour)]);
        assert_eq!(waiting.state, MemberState::UnreleasedTasks, "{target:?}");
        let free = step(&now, &target, None, &[member("other", &neighbour)]);
        assert_eq!(free.state, MemberState::Stable, "{target:?}");
    }
}

#[test]
fn an_unknown_state_is_left_by_giving_everything_up() {
    let now = current(MemberState::Unknown, 2, runs(&[0]), Assigned::default());
    let (owners, process) = (Owners::default(), P);
    let (target, nothing) = (wants(&[0]), Tasks::default());
    let of = |owned| Reconciliation {
        current: &now,
        process: &process,
        target_epoch: 3,
        target: &target,
        owned,
        owners: &owners,
    };
    assert_eq!(of(None).next().unwrap_err().code, ErrorCode::FENCED_MEMBER_EPOCH);
    assert_eq!(of(Some(&nothing)).next().unwrap().epoch, 3);
}
