//! The rules of acquiring and acknowledging, without a log.

use weir_wire::{ErrorCode, Str};

use super::acquire::Take;
use super::runs::{Ack, AckRules, Acquired, GiveBack, NEVER, Runs};
use crate::share::batches::{ACKNOWLEDGED, ARCHIVED, AVAILABLE, StateBatch};

const GIVE_BACK: GiveBack = GiveBack { count_limit: 3, has_dlq: false };
const RULES: AckRules = AckRules { give_back: GIVE_BACK, until: 900 };
const ALL: i64 = i64::MAX;

/// Gives what is available of one batch, never more than `left` of it.
fn give(runs: &mut Runs, batch: (i64, i64), member: &str, until: i64, left: i64) -> Vec<Acquired> {
    let member = Str::from(member);
    let mut take = Take { is_strict: left < ALL, ..take(&member, until, left) };
    runs.acquire(&[batch], &mut take);
    take.given
}

fn take(member: &Str, until: i64, left: i64) -> Take<'_> {
    Take {
        member,
        until,
        left,
        is_strict: false,
        may_begin: true,
        batch_size: 500,
        count_limit: 5,
        given: Vec::new(),
    }
}

fn acquired(first: i64, last: i64, count: i16) -> Acquired {
    Acquired { first, last, count }
}

fn batch(first: i64, last: i64, state: i8, count: i16) -> StateBatch {
    StateBatch { first, last, state, count }
}

#[test]
fn records_are_given_once_and_again_after_release_with_a_higher_count() {
    let mut runs = Runs::new(10, &[], 3);
    assert_eq!(give(&mut runs, (8, 14), "a", 100, ALL), [acquired(10, 14, 1)]);
    assert_eq!(give(&mut runs, (10, 14), "b", 100, ALL), []);
    assert_eq!((runs.next_fetch(), runs.end(), runs.wake_at()), (15, 15, 100));
    runs.acknowledge((11, 12), Ack::Release, "a", RULES).unwrap();
    assert_eq!(runs.next_fetch(), 11);
    assert_eq!(give(&mut runs, (10, 14), "b", 200, ALL), [acquired(11, 12, 2)]);
}

#[test]
fn room_limits_what_is_given() {
    let mut runs = Runs::new(0, &[], 3);
    assert_eq!(give(&mut runs, (0, 9), "a", 100, 3), [acquired(0, 2, 1)]);
    assert_eq!((runs.next_fetch(), runs.end()), (3, 10), "the rest of the batch is in flight too");
    assert_eq!(give(&mut runs, (0, 9), "b", 100, 2), [acquired(3, 4, 1)]);
}

#[test]
fn new_batches_come_in_one_range_until_it_is_long_enough() {
    let member = Str::from("a");
    let batches = [(0, 1), (2, 3), (4, 5), (6, 7)];
    let mut runs = Runs::new(0, &[], 3);
    let mut one = take(&member, 100, ALL);
    runs.clone().acquire(&batches, &mut one);
    assert_eq!(one.given, [acquired(0, 7, 1)]);
    let mut some = Take { batch_size: 3, ..take(&member, 100, ALL) };
    runs.clone().acquire(&batches, &mut some);
    assert_eq!(some.given, [acquired(0, 3, 1), acquired(4, 7, 1)]);
    let mut few = take(&member, 100, 3);
    runs.acquire(&batches, &mut few);
    assert_eq!((few.given, few.left), (vec![acquired(0, 3, 1)], -1), "whole batches");
    let mut full = Take { may_begin: false, ..take(&member, 100, ALL) };
    runs.acquire(&batches, &mut full);
    assert_eq!(full.given, [], "no lock is left");
}

#[test]
fn what_was_given_together_is_given_again_together_until_a_part_is_settled() {
    let member = Str::from("a");
    let batches = [(0, 1), (2, 3)];
    let mut runs = Runs::new(0, &[], 3);
    runs.acquire(&batches, &mut take(&member, 100, ALL));
    runs.acknowledge((0, 3), Ack::Release, "a", RULES).unwrap();
    let mut again = take(&member, 100, ALL);
    runs.acquire(&batches, &mut again);
    assert_eq!(again.given, [acquired(0, 3, 2)]);
    runs.acknowledge((0, 0), Ack::Accept, "a", RULES).unwrap();
    runs.acknowledge((1, 2), Ack::Release, "a", RULES).unwrap();
    let mut parts = Take { count_limit: 10, ..take(&member, 100, ALL) };
    runs.acquire(&batches, &mut parts);
    assert_eq!(parts.given, [acquired(1, 2, 3)]);
}

#[test]
fn the_start_moves_past_what_is_finished_only() {
    let mut runs = Runs::new(0, &[], 3);
    give(&mut runs, (0, 9), "a", 100, ALL);
    runs.acknowledge((3, 5), Ack::Accept, "a", RULES).unwrap();
    runs.advance();
    assert_eq!((runs.start(), runs.complete_count()), (0, 3));
    runs.acknowledge((0, 2), Ack::Reject, "a", RULES).unwrap();
    runs.advance();
    assert_eq!((runs.start(), runs.complete_count()), (6, 0));
    assert_eq!(runs.acknowledge((0, 5), Ack::Accept, "a", RULES), Ok(()), "before the start");
    runs.acknowledge((4, 9), Ack::Gap, "a", RULES).unwrap();
    runs.advance();
    assert_eq!((runs.start(), runs.end()), (10, 10));
}

#[test]
fn only_the_holder_may_say_and_only_once() {
    let mut runs = Runs::new(0, &[], 3);
    give(&mut runs, (0, 4), "a", 100, ALL);
    let refused = Err(ErrorCode::INVALID_RECORD_STATE);
    let past = Err(ErrorCode::INVALID_REQUEST);
    let say = |runs: &Runs, range, who| {
        runs.clone().acknowledge(range, Ack::Accept, who, RULES).map_err(|refusal| refusal.code)
    };
    assert_eq!(say(&runs, (0, 4), "b"), refused);
    assert_eq!(say(&runs, (3, 5), "a"), past, "beyond");
    assert_eq!(say(&runs, (7, 9), "a"), past, "unknown");
    runs.acknowledge((2, 2), Ack::Accept, "a", RULES).unwrap();
    assert_eq!(say(&runs, (2, 2), "a"), refused, "twice");
    assert_eq!(say(&runs, (0, 4), "a"), refused, "in part");
}

#[test]
fn what_was_delivered_often_is_given_in_ever_smaller_parts() {
    let again = |count, batch| {
        let mut runs = Runs::new(0, &[self::batch(0, 7, AVAILABLE, count)], 3);
        let given = give(&mut runs, batch, "a", 100, ALL);
        given.iter().map(|run| (run.first, run.last)).collect::<Vec<_>>()
    };
    assert_eq!(again(2, (0, 9)), [(0, 7), (8, 9)]);
    assert_eq!(again(3, (0, 9)), [(0, 3)], "half of eight");
    assert_eq!(again(3, (4, 9)), [(4, 7)], "half of the batch that they were given in");
    assert_eq!(again(4, (0, 9)), [(0, 0)], "the last delivery is of one alone");
    assert_eq!(again(4, (8, 9)), [(8, 9)], "never delivered");
}

#[test]
fn what_was_delivered_often_waits_for_an_answer_of_its_own() {
    let known = [batch(0, 1, AVAILABLE, 1), batch(2, 3, AVAILABLE, 4)];
    let mut runs = Runs::new(0, &known, 3);
    assert_eq!(give(&mut runs, (0, 9), "a", 100, ALL), [acquired(0, 1, 2)]);
    assert_eq!(give(&mut runs, (0, 9), "a", 100, ALL), [acquired(2, 2, 5)]);
}

#[test]
fn locks_end_and_the_last_delivery_archives() {
    let mut runs = Runs::new(0, &[], 3);
    for count in 1..=3 {
        assert_eq!(give(&mut runs, (0, 0), "a", 100, ALL), [acquired(0, 0, count)]);
        assert_eq!(runs.expire(99, GIVE_BACK), []);
        assert_eq!(runs.expire(100, GIVE_BACK), [(0, 0)]);
    }
    assert_eq!(runs.batches_of(&[(0, 0)]), [batch(0, 0, ARCHIVED, 3)]);
    runs.advance();
    assert_eq!((runs.start(), runs.wake_at()), (1, NEVER));
}

#[test]
fn renewing_moves_the_end_of_a_lock() {
    let mut runs = Runs::new(0, &[], 3);
    give(&mut runs, (0, 3), "a", 100, ALL);
    runs.acknowledge((1, 2), Ack::Renew, "a", RULES).unwrap();
    assert_eq!(runs.expire(100, GIVE_BACK), [(0, 0), (3, 3)]);
    assert_eq!(runs.wake_at(), RULES.until);
    runs.acknowledge((1, 2), Ack::Accept, "a", RULES).unwrap();
}

#[test]
fn a_member_that_goes_gives_back_what_it_holds() {
    let mut runs = Runs::new(0, &[], 3);
    give(&mut runs, (0, 3), "a", 100, ALL);
    give(&mut runs, (4, 5), "b", 100, ALL);
    assert_eq!(runs.release("a", GIVE_BACK), [(0, 3)]);
    assert_eq!(runs.batches_of(&[(0, 5)]), [batch(0, 3, AVAILABLE, 1)], "b's are not persisted");
}

#[test]
fn what_was_persisted_comes_back_and_what_was_not_is_available() {
    let persisted = [batch(2, 3, ACKNOWLEDGED, 1), batch(6, 6, AVAILABLE, 2)];
    let mut runs = Runs::new(0, &persisted, 3);
    assert_eq!((runs.start(), runs.end(), runs.next_fetch()), (0, 7, 0));
    let given = give(&mut runs, (0, 8), "a", 100, ALL);
    let expected = [acquired(0, 1, 1), acquired(4, 5, 1), acquired(6, 6, 3), acquired(7, 8, 1)];
    assert_eq!(given, expected);
    let runs = Runs::new(0, &[batch(0, 3, ACKNOWLEDGED, 1)], 3);
    assert_eq!((runs.start(), runs.end()), (4, 4));
}

#[test]
fn gaps_and_a_moved_log_start_are_finished_with() {
    let mut runs = Runs::new(0, &[], 3);
    runs.archive(0, 4);
    assert_eq!((runs.start(), runs.next_fetch()), (5, 5));
    give(&mut runs, (5, 9), "a", 100, ALL);
    runs.log_starts_at(8);
    assert_eq!(runs.start(), 8);
    assert_eq!(runs.acknowledge((5, 9), Ack::Accept, "a", RULES), Ok(()));
    runs.log_starts_at(50);
    assert_eq!((runs.start(), runs.end()), (50, 50));
}
