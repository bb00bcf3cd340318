//! When the log does not take a record, and when the coordinator moves.

use super::*;

#[test]
fn an_assignment_that_cannot_be_written_is_not_told() {
    let mut bench = bench();
    let (id, mut joined) = bench.enter(&["range"]);
    let generation = ok(&mut joined).generation_id;
    bench.store_result = Err(ErrorCode::COORDINATOR_NOT_AVAILABLE);
    let synced = bench.sync(&id, generation, &[(&id, "all")]).try_now().unwrap();
    assert_eq!(synced.error_code, ErrorCode::COORDINATOR_NOT_AVAILABLE.0);
    assert_eq!(synced.assignment.len(), 0);
    assert_eq!(bench.group.state(), State::PreparingRebalance);
    bench.store_result = Ok(());
    assert_eq!(ok(&mut bench.join(&id, &["range"])).generation_id, generation + 1);
}

#[test]
fn an_assignment_written_after_the_group_moved_on_is_void() {
    let mut bench = bench();
    let (id, mut joined) = bench.enter(&["range"]);
    let generation = ok(&mut joined).generation_id;
    let request = SyncGroupRequest {
        member_id: id.clone(),
        generation_id: generation,
        ..SyncGroupRequest::default()
    };
    let (promise, mut parked) = Promise::new();
    let store = bench.group.sync(&request, promise).unwrap();
    let (_, _second) = bench.enter(&["range"]);
    assert_eq!(parked.try_now().unwrap().error_code, ErrorCode::REBALANCE_IN_PROGRESS.0);
    assert!(bench.group.stored(store.then, Ok(()), bench.now).is_none());
    assert_eq!(bench.group.state(), State::PreparingRebalance);
}

#[test]
fn a_static_rejoin_that_cannot_be_written_is_undone() {
    let mut bench = bench();
    let joined = ok(&mut bench.join_as(request("", Some("i1"), &["range"])));
    bench.sync(&joined.member_id, joined.generation_id, &[]);
    bench.store_result = Err(ErrorCode::NOT_COORDINATOR);
    let refused = bench.join_as(request("", Some("i1"), &["range"])).try_now().unwrap();
    assert_eq!(refused.error_code, ErrorCode::NOT_COORDINATOR.0);
    let alive =
        bench.group.heartbeat(&joined.member_id, Some("i1"), joined.generation_id, bench.now);
    assert_eq!(alive, Ok(()), "the member keeps its old id");
}

#[test]
fn a_coordinator_that_moves_answers_the_parked() {
    let mut bench = bench();
    let (first, _, _) = bench.stable_pair();
    let mut joined = bench.join(&first, &["range"]);
    bench.group.close(ErrorCode::NOT_COORDINATOR, bench.now);
    let answer = joined.try_now().unwrap();
    assert_eq!(
        (answer.error_code, answer.member_id),
        (ErrorCode::NOT_COORDINATOR.0, first.clone())
    );
    let dead = bench.heartbeat(&first, 2);
    assert_eq!(dead, Err(ErrorCode::COORDINATOR_NOT_AVAILABLE));
    let refused = bench.join("", &["range"]).try_now().unwrap();
    assert_eq!(refused.error_code, ErrorCode::COORDINATOR_NOT_AVAILABLE.0);
}
