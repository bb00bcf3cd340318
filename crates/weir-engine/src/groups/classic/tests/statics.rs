//! Static members (KIP-345, KIP-814).

use super::*;

impl Bench {
    fn join_static(&mut self, id: &str, instance: &str) -> Parked<JoinGroupResponse> {
        self.join_as(request_static(id, instance, &["range"]))
    }

    fn stable_static(&mut self) -> (Str, i32) {
        let joined = ok(&mut self.join_static("", "i1"));
        let synced =
            self.sync(&joined.member_id, joined.generation_id, &[(&joined.member_id, "all")]);
        drop(synced);
        assert_eq!(self.group.state(), State::Stable);
        (joined.member_id, joined.generation_id)
    }
}

fn request_static(id: &str, instance: &str, protocols: &[&str]) -> JoinGroupRequest {
    JoinGroupRequest {
        protocols: request("", None, protocols).protocols,
        ..request(id, Some(instance), protocols)
    }
}

#[test]
fn a_static_member_joins_without_asking_for_an_id() {
    let mut bench = bench();
    let joined = ok(&mut bench.join_static("", "i1"));
    assert_eq!(&*joined.member_id, "i1-uuid01");
    assert_eq!(joined.members[0].group_instance_id.as_deref(), Some("i1"));
}

#[test]
fn a_restarted_static_member_keeps_its_assignment_without_a_rebalance() {
    let mut bench = bench();
    let (old, generation) = bench.stable_static();
    let stored = bench.stored;
    let back = ok(&mut bench.join_static("", "i1"));
    assert_eq!((back.generation_id, bench.group.state()), (generation, State::Stable));
    assert_ne!(back.member_id, old);
    assert_eq!(bench.stored, stored + 1, "the new id is written before it is told");
    assert!(back.skip_assignment, "a returning leader need not assign (v9)");
    assert_eq!((back.members.len(), &back.leader), (1, &back.member_id));
    let synced = bench.sync(&back.member_id, generation, &[]).try_now().unwrap();
    assert_eq!(&synced.assignment[..], b"all");
}

#[test]
fn before_version_9_a_returning_leader_is_told_the_old_leader() {
    let mut bench = bench();
    let (old, _) = bench.stable_static();
    bench.version = 8;
    let back = ok(&mut bench.join_static("", "i1"));
    assert_eq!((back.leader, back.skip_assignment, back.members.len()), (old, false, 0));
}

#[test]
fn the_old_id_of_a_static_member_is_fenced() {
    let mut bench = bench();
    let (old, generation) = bench.stable_static();
    ok(&mut bench.join_static("", "i1"));
    let fenced = Err(ErrorCode::FENCED_INSTANCE_ID);
    assert_eq!(bench.group.heartbeat(&old, Some("i1"), generation, bench.now), fenced);
    assert_eq!(code(&mut bench.join_static(&old, "i1")), ErrorCode::FENCED_INSTANCE_ID);
    assert_eq!(bench.group.validate_commit(&old, Some("i1"), generation), fenced);
    assert_eq!(bench.leave(&old, Some("i1")), ErrorCode::FENCED_INSTANCE_ID.0);
    let unknown = Err(ErrorCode::UNKNOWN_MEMBER_ID);
    assert_eq!(bench.group.heartbeat(&old, Some("i2"), generation, bench.now), unknown);
}

#[test]
fn a_parked_request_of_the_old_id_is_fenced_at_once() {
    let mut bench = bench_with(GroupLimits::default());
    let mut parked = bench.join_static("", "i1");
    assert!(parked.try_now().is_none(), "the initial delay");
    let _again = bench.join_static("", "i1");
    assert_eq!(code(&mut parked), ErrorCode::FENCED_INSTANCE_ID);
}

#[test]
fn an_administrator_removes_a_static_member_by_its_instance() {
    let mut bench = bench();
    bench.stable_static();
    assert_eq!(bench.leave("", Some("i2")), ErrorCode::UNKNOWN_MEMBER_ID.0);
    assert_eq!(bench.leave("", Some("i1")), 0);
    assert_eq!(bench.group.state(), State::Empty);
}

#[test]
fn a_changed_choice_of_protocol_rebalances() {
    let mut bench = bench();
    bench.stable_static();
    let back = bench.join_as(request_static("", "i1", &["sticky", "range"]));
    drop(back);
    assert_eq!(bench.group.state(), State::CompletingRebalance);
}

#[test]
fn static_members_that_are_away_hold_the_rebalance_until_their_session_ends() {
    let mut bench = bench();
    let (_, generation) = bench.stable_static();
    let (_, mut second) = bench.enter(&["range"]);
    bench.pass(i64::from(SESSION_MS));
    let answer = ok(&mut second);
    assert_eq!((answer.generation_id, answer.members.len()), (generation + 1, 1));
}
