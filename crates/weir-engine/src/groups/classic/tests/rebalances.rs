//! The join phase, its timers, and what happens to those who miss it.

use super::*;

#[test]
fn a_first_rebalance_waits_for_more_members_but_not_for_ever() {
    let mut bench = bench_with(GroupLimits::default());
    let (_, mut first) = bench.enter(&["range"]);
    bench.pass(2_999);
    assert!(first.try_now().is_none());
    let (_, mut second) = bench.enter(&["range"]);
    bench.pass(1);
    assert!(first.try_now().is_none(), "a new member prolongs the wait");
    bench.pass(3_000);
    assert_eq!(ok(&mut first).members.len(), 2);
    assert_eq!(ok(&mut second).generation_id, 1);
}

#[test]
fn without_new_members_the_initial_delay_is_kept() {
    let mut bench = bench_with(GroupLimits::default());
    let (_, mut first) = bench.enter(&["range"]);
    bench.pass(3_000);
    assert_eq!(ok(&mut first).generation_id, 1);
}

#[test]
fn members_that_do_not_rejoin_are_dropped_at_the_rebalance_timeout() {
    let mut bench = bench();
    let (first, second, generation) = bench.stable_pair();
    let mut joined = bench.join(&first, &["range"]);
    assert!(joined.try_now().is_none());
    for _ in 0..REBALANCE_MS / 5_000 {
        let _ = bench.heartbeat(&second, generation);
        bench.pass(5_000);
    }
    let answer = ok(&mut joined);
    assert_eq!((answer.members.len(), answer.generation_id), (1, generation + 1));
    assert_eq!(bench.heartbeat(&second, generation), Err(ErrorCode::UNKNOWN_MEMBER_ID));
}

#[test]
fn a_parked_join_keeps_its_member_alive_past_its_session() {
    let mut bench = bench();
    let (first, second, generation) = bench.stable_pair();
    let mut joined = bench.join(&first, &["range"]);
    for _ in 0..5 {
        assert_eq!(bench.heartbeat(&second, generation), Err(ErrorCode::REBALANCE_IN_PROGRESS));
        bench.pass(i64::from(SESSION_MS) - 1);
    }
    ok(&mut bench.join(&second, &["range"]));
    assert_eq!(ok(&mut joined).members.len(), 2);
}

#[test]
fn a_new_member_waits_at_most_five_minutes() {
    let mut bench = bench();
    let (first, generation) = bench.stable();
    let long =
        JoinGroupRequest { rebalance_timeout_ms: 900_000, ..request(&first, None, &["range"]) };
    ok(&mut bench.join_as(long));
    bench.sync(&first, generation + 1, &[]);
    let (_, mut second) = bench.enter(&["range"]);
    for _ in 0..30 {
        let _ = bench.heartbeat(&first, generation + 1);
        bench.pass(9_999);
    }
    assert!(second.try_now().is_none());
    let _ = bench.heartbeat(&first, generation + 1);
    bench.pass(30);
    let answer = second.try_now().unwrap();
    assert_eq!((answer.error_code, &*answer.member_id), (ErrorCode::UNKNOWN_MEMBER_ID.0, ""));
}

#[test]
fn members_that_never_sync_are_removed() {
    let mut bench = bench();
    let (first, second, _) = bench.stable_pair();
    let mut rejoined = bench.join(&first, &["range"]);
    ok(&mut bench.join(&second, &["range"]));
    let generation = ok(&mut rejoined).generation_id;
    let mut synced = bench.sync(&first, generation, &[]);
    assert_eq!(synced.try_now().unwrap().error_code, 0);
    for _ in 0..REBALANCE_MS / 5_000 {
        let _ = bench.heartbeat(&first, generation);
        let _ = bench.heartbeat(&second, generation);
        bench.pass(5_000);
    }
    assert_eq!(bench.heartbeat(&second, generation), Err(ErrorCode::UNKNOWN_MEMBER_ID));
    assert_eq!(bench.heartbeat(&first, generation), Err(ErrorCode::REBALANCE_IN_PROGRESS));
}

#[test]
fn a_join_during_sync_sends_the_waiting_back() {
    let mut bench = bench();
    let (first, second, _) = bench.stable_pair();
    let mut rejoined = bench.join(&first, &["range"]);
    ok(&mut bench.join(&second, &["range"]));
    let generation = ok(&mut rejoined).generation_id;
    let mut waiting = bench.sync(&second, generation, &[]);
    let (_, _third) = bench.enter(&["range"]);
    let answer = waiting.try_now().unwrap();
    assert_eq!(answer.error_code, ErrorCode::REBALANCE_IN_PROGRESS.0);
    let late = bench.sync(&first, generation, &[]).try_now().unwrap();
    assert_eq!(late.error_code, ErrorCode::REBALANCE_IN_PROGRESS.0);
}

#[test]
fn a_follower_that_missed_its_answer_gets_it_again() {
    let mut bench = bench();
    let (_, second, generation) = bench.stable_pair();
    let again = ok(&mut bench.join(&second, &["range"]));
    assert_eq!((again.generation_id, again.members.len()), (generation, 0));
    assert_eq!(bench.group.state(), State::Stable, "no rebalance");
}

#[test]
fn changed_metadata_or_the_leader_starts_a_rebalance() {
    let mut bench = bench();
    let (first, second, generation) = bench.stable_pair();
    let changed = bench.join(&second, &["range", "sticky"]);
    assert_eq!(bench.group.state(), State::PreparingRebalance);
    ok(&mut bench.join(&first, &["range"]));
    drop(changed);
    bench.sync(&second, generation + 1, &[]);
    bench.sync(&first, generation + 1, &[]);
    assert_eq!(bench.group.state(), State::Stable);
    let _leader = bench.join(&first, &["range"]);
    assert_eq!(bench.group.state(), State::PreparingRebalance);
}

#[test]
fn a_leader_that_does_not_rejoin_is_replaced() {
    let mut bench = bench();
    let (first, second, generation) = bench.stable_pair();
    let (_, _third) = bench.enter(&["range"]);
    let mut rejoined = bench.join(&second, &["range"]);
    assert_eq!(bench.leave(&first, None), 0);
    let answer = ok(&mut rejoined);
    assert_eq!(answer.generation_id, generation + 1);
    assert_ne!(answer.leader, first);
}

#[test]
fn the_group_comes_back_from_its_record_with_fresh_sessions() {
    let mut bench = bench();
    let (first, second, generation) = bench.stable_pair();
    let value = bench.group.to_value(None);
    let limits = GroupLimits::default();
    let mut loaded = ClassicGroup::from_value("g", &value, limits, bench.now);
    assert!(loaded.start(bench.now).is_none());
    bench.group = loaded;
    assert_eq!(bench.group.state(), State::Stable);
    bench.pass(i64::from(SESSION_MS) - 1);
    assert_eq!(bench.heartbeat(&first, generation), Ok(()));
    let synced = bench.sync(&second, generation, &[]).try_now().unwrap();
    assert_eq!(&synced.assignment[..], b"two");
    bench.pass(1);
    assert_eq!(bench.heartbeat(&second, generation), Err(ErrorCode::UNKNOWN_MEMBER_ID));
}

#[test]
fn a_group_that_a_join_makes_leaves_a_record_and_comes_back_from_it() {
    let mut bench = bench();
    bench.group = ClassicGroup::unwritten("g", GroupLimits::default(), bench.now);
    assert!(bench.group.is_unused());
    let first = bench.join("", &["range"]).try_now().unwrap().member_id;
    let record = bench.record.take().expect("written with the first request");
    assert_eq!((record.generation, &*record.protocol_type, record.members.len()), (0, "", 0));
    assert_eq!((record.protocol.as_ref(), record.leader.as_ref()), (None, None));
    assert!(!bench.group.is_unused());
    let limits = GroupLimits { initial_rebalance_delay_ms: 0, ..GroupLimits::default() };
    bench.group = ClassicGroup::from_value("g", &record, limits, bench.now);
    let mut refused = bench.join(&first, &["range"]);
    assert_eq!(refused.try_now().unwrap().error_code, ErrorCode::UNKNOWN_MEMBER_ID.0);
    let (_, mut joined) = bench.enter(&["range"]);
    assert_eq!(ok(&mut joined).generation_id, 1);
    assert!(bench.record.is_none(), "the next record comes with an assignment");
}

#[test]
fn a_loaded_group_over_its_limit_rebalances() {
    let mut bench = bench();
    bench.stable_pair();
    let value = bench.group.to_value(None);
    let limits = GroupLimits { size_max: 1, ..GroupLimits::default() };
    let mut loaded = ClassicGroup::from_value("g", &value, limits, bench.now);
    loaded.start(bench.now);
    assert_eq!(loaded.state(), State::PreparingRebalance);
}
