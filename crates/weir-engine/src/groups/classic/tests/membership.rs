//! Joining, syncing, leaving, heartbeats.

use super::*;

#[test]
fn a_new_dynamic_member_is_first_given_its_id() {
    let mut bench = bench();
    let given = bench.join("", &["range"]).try_now().unwrap();
    assert_eq!(given.error_code, ErrorCode::MEMBER_ID_REQUIRED.0);
    assert_eq!(&*given.member_id, "client-uuid01");
    assert_eq!(bench.group.state(), State::Empty);
    let joined = ok(&mut bench.join(&given.member_id, &["range"]));
    assert_eq!((joined.generation_id, &*joined.leader), (1, "client-uuid01"));
    assert_eq!(joined.protocol_name.as_deref(), Some("range"));
    assert_eq!(joined.protocol_type.as_deref(), Some("consumer"));
    assert_eq!(joined.members.len(), 1);
}

#[test]
fn before_version_4_a_member_joins_at_once() {
    let mut bench = bench();
    bench.version = 3;
    let joined = ok(&mut bench.join("", &["range"]));
    assert_eq!((&*joined.member_id, joined.generation_id), ("client-uuid01", 1));
}

#[test]
fn an_unknown_member_id_is_refused() {
    let mut bench = bench();
    bench.stable();
    assert_eq!(code(&mut bench.join("ghost", &["range"])), ErrorCode::UNKNOWN_MEMBER_ID);
    assert_eq!(bench.heartbeat("ghost", 1), Err(ErrorCode::UNKNOWN_MEMBER_ID));
    let synced = bench.sync("ghost", 1, &[]).try_now().unwrap();
    assert_eq!(synced.error_code, ErrorCode::UNKNOWN_MEMBER_ID.0);
    assert_eq!(bench.leave("ghost", None), ErrorCode::UNKNOWN_MEMBER_ID.0);
    assert_eq!(bench.leave("", None), ErrorCode::UNKNOWN_MEMBER_ID.0);
}

#[test]
fn a_member_that_never_comes_back_with_its_id_is_forgotten() {
    let mut bench = bench();
    let (first, generation) = bench.stable();
    let given = bench.join("", &["range"]).try_now().unwrap();
    bench.heartbeat(&first, generation).unwrap();
    bench.pass(i64::from(SESSION_MS) - 1);
    bench.heartbeat(&first, generation).unwrap();
    bench.pass(1);
    assert_eq!(code(&mut bench.join(&given.member_id, &["range"])), ErrorCode::UNKNOWN_MEMBER_ID);
}

#[test]
fn a_group_speaks_one_protocol_type_and_a_protocol_of_all() {
    let mut bench = bench();
    bench.stable();
    assert_eq!(code(&mut bench.join("", &["sticky"])), ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
    let other =
        JoinGroupRequest { protocol_type: Str::from("connect"), ..request("", None, &["range"]) };
    assert_eq!(code(&mut bench.join_as(other)), ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
    let none = bench_with(GroupLimits::default()).join("", &[]).try_now().unwrap();
    assert_eq!(none.error_code, ErrorCode::INCONSISTENT_GROUP_PROTOCOL.0);
}

#[test]
fn the_protocol_is_voted_among_those_all_speak() {
    let mut bench = bench();
    let (first, mut joined) = bench.enter(&["sticky", "range", "mine"]);
    assert_eq!(ok(&mut joined).protocol_name.as_deref(), Some("sticky"));
    let (_, mut second) = bench.enter(&["range", "sticky"]);
    let (_, mut third) = bench.enter(&["range", "sticky"]);
    let rejoined = ok(&mut bench.join(&first, &["sticky", "range", "mine"]));
    assert_eq!(rejoined.protocol_name.as_deref(), Some("range"), "two votes against one");
    assert_eq!(rejoined.members.len(), 3, "the leader sees all members");
    assert!(rejoined.members.iter().all(|member| member.metadata.starts_with(b"range of")));
    for joined in [&mut second, &mut third] {
        let follower = ok(joined);
        assert_eq!((follower.members.len(), &follower.leader), (0, &first));
    }
}

#[test]
fn assignments_are_written_before_they_are_told() {
    let mut bench = bench();
    let (id, mut joined) = bench.enter(&["range"]);
    let generation = ok(&mut joined).generation_id;
    assert_eq!(bench.stored, 0);
    let synced = bench.sync(&id, generation, &[(&id, "all")]).try_now().unwrap();
    assert_eq!(bench.stored, 1);
    assert_eq!(&synced.assignment[..], b"all");
    assert_eq!(synced.protocol_name.as_deref(), Some("range"));
    let again = bench.sync(&id, generation, &[]).try_now().unwrap();
    assert_eq!(&again.assignment[..], b"all", "a stable group answers the assignment again");
}

#[test]
fn a_forgotten_member_gets_an_empty_assignment() {
    let mut bench = bench();
    let (id, mut joined) = bench.enter(&["range"]);
    let generation = ok(&mut joined).generation_id;
    let synced = bench.sync(&id, generation, &[("invented", "x")]).try_now().unwrap();
    assert_eq!((synced.error_code, synced.assignment.len()), (0, 0));
}

#[test]
fn sync_checks_generation_and_protocol() {
    let mut bench = bench();
    let (id, generation) = bench.stable();
    let old = bench.sync(&id, generation - 1, &[]).try_now().unwrap();
    assert_eq!(old.error_code, ErrorCode::ILLEGAL_GENERATION.0);
    let wrong = SyncGroupRequest {
        member_id: id,
        generation_id: generation,
        protocol_name: Some(Str::from("sticky")),
        ..SyncGroupRequest::default()
    };
    let (promise, mut parked) = Promise::new();
    bench.group.sync(&wrong, promise);
    let error = parked.try_now().unwrap().error_code;
    assert_eq!(error, ErrorCode::INCONSISTENT_GROUP_PROTOCOL.0);
}

#[test]
fn heartbeats_tell_the_state_of_the_group() {
    let mut bench = bench();
    let (id, generation) = bench.stable();
    assert_eq!(bench.heartbeat(&id, generation), Ok(()));
    assert_eq!(bench.heartbeat(&id, generation + 1), Err(ErrorCode::ILLEGAL_GENERATION));
    let (_, _second) = bench.enter(&["range"]);
    assert_eq!(bench.heartbeat(&id, generation), Err(ErrorCode::REBALANCE_IN_PROGRESS));
}

#[test]
fn a_silent_member_is_removed_after_its_session() {
    let mut bench = bench();
    let (first, second, generation) = bench.stable_pair();
    bench.pass(i64::from(SESSION_MS) - 1);
    bench.heartbeat(&first, generation).unwrap();
    bench.pass(1);
    assert_eq!(bench.heartbeat(&first, generation), Err(ErrorCode::REBALANCE_IN_PROGRESS));
    let rejoined = ok(&mut bench.join(&first, &["range"]));
    assert_eq!((rejoined.members.len(), rejoined.generation_id), (1, generation + 1));
    assert_eq!(bench.heartbeat(&second, generation), Err(ErrorCode::UNKNOWN_MEMBER_ID));
}

#[test]
fn the_last_member_leaving_empties_the_group_and_writes_it() {
    let mut bench = bench();
    let (id, generation) = bench.stable();
    let stored = bench.stored;
    assert_eq!(bench.leave(&id, None), 0);
    assert_eq!((bench.group.state(), bench.stored), (State::Empty, stored + 1));
    assert_eq!(bench.group.generation(), generation + 1);
    assert_eq!(bench.heartbeat(&id, generation + 1), Err(ErrorCode::UNKNOWN_MEMBER_ID));
    assert_eq!(bench.group.protocol_type().map(|t| &**t), Some("consumer"));
    assert_eq!(bench.group.protocol(), None);
}

#[test]
fn leaving_hands_leadership_on() {
    let mut bench = bench();
    let (first, second, _) = bench.stable_pair();
    assert_eq!(bench.leave(&first, None), 0);
    let rejoined = ok(&mut bench.join(&second, &["range"]));
    assert_eq!(rejoined.leader, second);
}

#[test]
fn several_members_leave_in_one_request_and_one_rebalance() {
    let mut bench = bench();
    let (first, second, generation) = bench.stable_pair();
    let identity = |id: &Str| MemberIdentity { member_id: id.clone(), ..MemberIdentity::default() };
    let ghost = MemberIdentity { member_id: Str::from("ghost"), ..MemberIdentity::default() };
    let all = [identity(&first), ghost, identity(&second)];
    let (results, store) = bench.group.leave(&all, bench.now).unwrap();
    bench.store(store);
    let codes: Vec<i16> = results.iter().map(|result| result.error_code).collect();
    assert_eq!(codes, [0, ErrorCode::UNKNOWN_MEMBER_ID.0, 0]);
    assert_eq!((bench.group.state(), bench.group.generation()), (State::Empty, generation + 1));
}

#[test]
fn a_full_group_takes_no_more() {
    let mut bench = bench_with(GroupLimits {
        size_max: 1,
        initial_rebalance_delay_ms: 0,
        ..GroupLimits::default()
    });
    bench.stable();
    let refused = bench.join("", &["range"]).try_now().unwrap();
    assert_eq!(refused.error_code, ErrorCode::GROUP_MAX_SIZE_REACHED.0);
    assert_eq!(&*refused.member_id, "");
}

#[test]
fn commits_are_checked_as_the_generation_demands() {
    let mut bench = bench();
    let check =
        |bench: &Bench, id: &str, generation| bench.group.validate_commit(id, None, generation);
    assert_eq!(check(&bench, "", -1), Ok(()), "an empty group takes plain commits");
    let (id, generation) = bench.stable();
    assert_eq!(check(&bench, &id, generation), Ok(()));
    assert_eq!(check(&bench, "", -1), Err(ErrorCode::UNKNOWN_MEMBER_ID));
    assert_eq!(check(&bench, "ghost", generation), Err(ErrorCode::UNKNOWN_MEMBER_ID));
    assert_eq!(check(&bench, &id, generation - 1), Err(ErrorCode::ILLEGAL_GENERATION));
    let (_, _second) = bench.enter(&["range"]);
    assert_eq!(check(&bench, &id, generation), Ok(()), "during the join phase it still counts");
    ok(&mut bench.join(&id, &["range"]));
    let error = check(&bench, &id, generation + 1);
    assert_eq!(error, Err(ErrorCode::REBALANCE_IN_PROGRESS), "before the assignment it does not");
}

#[test]
fn a_commit_keeps_the_session_alive() {
    let mut bench = bench();
    let (id, generation) = bench.stable();
    bench.pass(i64::from(SESSION_MS) - 1);
    bench.group.committed(&id, bench.now);
    bench.pass(i64::from(SESSION_MS) - 1);
    assert_eq!(bench.heartbeat(&id, generation), Ok(()));
}

#[test]
fn only_an_empty_group_is_deleted() {
    let mut bench = bench();
    assert_eq!(bench.group.validate_delete(), Ok(()));
    bench.stable();
    assert_eq!(bench.group.validate_delete(), Err(ErrorCode::NON_EMPTY_GROUP));
    assert_eq!(bench.group.validate_offset_delete(), Ok(()), "topics nobody consumes may go");
    assert!(bench.group.is_subscribed_to("t"), "unreadable metadata: be careful");
}
