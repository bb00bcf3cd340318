//! R1 to R10 (`engine.md` section 1) on the model alone.

use super::assignment::{Assignment, EpochStart, NO_LEADER, ReplicaNumbers};
use super::replication::Replication;

const MIN_ISR: i32 = 2;

/// Three replicas, all in sync, led by broker 1.
fn healthy() -> Replication {
    Replication::new(Assignment::new([1, 2, 3].into(), [1, 2, 3].into()))
}

/// The log of the partition under test: only its end matters.
struct Log {
    end: i64,
    replication: Replication,
    now_ms: i64,
}

impl Log {
    fn new(replication: Replication) -> Self {
        Self { end: 0, replication, now_ms: 0 }
    }

    /// As the partition does it: write, followers, high watermark in one critical section.
    fn append(&mut self, records: i64) {
        let old = self.end;
        self.end += records;
        self.replication.appended(old, self.now_ms);
        self.replication.advance(self.end, self.end, MIN_ISR);
    }

    fn hw(&self) -> i64 {
        self.replication.high_watermark()
    }

    fn leo(&self, broker: i32) -> i64 {
        self.replication.log_end_of(broker, self.end)
    }

    fn freeze(&mut self, broker: i32) {
        self.replication.freeze(broker, 0, self.end, self.now_ms);
    }

    fn isr(&mut self, isr: &[i32]) {
        let new = Assignment { isr: isr.into(), ..self.next() };
        self.apply(new);
    }

    fn next(&self) -> Assignment {
        let old = self.replication.assignment();
        Assignment { partition_epoch: old.partition_epoch + 1, ..old.clone() }
    }

    /// An election, with the cut that the controllers would commit.
    fn elect(&mut self, leader: i32, isr: &[i32]) -> Option<i64> {
        let end = self.leo(leader);
        let mut new = Assignment { leader, isr: isr.into(), ..self.next() };
        new.leader_epoch += 1;
        if end < self.end {
            new.epoch_start = EpochStart { epoch: new.leader_epoch, offset: end };
        }
        self.apply(new)
    }

    fn apply(&mut self, new: Assignment) -> Option<i64> {
        let cut = self.replication.apply(new, self.end);
        self.end = cut.unwrap_or(self.end);
        self.replication.advance(self.end, self.end, MIN_ISR);
        cut
    }
}

#[test]
fn r1_healthy_followers_move_with_the_append_and_stopped_ones_stay() {
    let mut log = Log::new(healthy());
    log.append(10);
    assert_eq!((log.leo(2), log.leo(3)), (10, 10));
    log.freeze(3);
    log.append(5);
    assert_eq!((log.leo(2), log.leo(3)), (15, 10));
}

#[test]
fn r2_the_high_watermark_is_the_lowest_end_in_the_isr() {
    let mut log = Log::new(healthy());
    log.append(10);
    assert_eq!(log.hw(), 10);
    log.freeze(3);
    log.append(5);
    assert_eq!(log.hw(), 10, "broker 3 is in the ISR and has 10");
    log.isr(&[1, 2]);
    assert_eq!(log.hw(), 15, "and now it is not");
}

#[test]
fn r2_it_stands_while_the_isr_is_below_its_minimum() {
    let mut log = Log::new(healthy());
    log.append(10);
    log.isr(&[1]);
    log.append(5);
    assert_eq!(log.hw(), 10, "one in sync, two wanted");
    let single = Replication::new(Assignment::new([1].into(), [1].into()));
    let mut log = Log::new(single);
    log.append(3);
    assert_eq!(log.hw(), 3, "never more than there are replicas");
}

#[test]
fn r3_acks_all_needs_the_minimum_in_sync() {
    let mut log = Log::new(healthy());
    assert!(log.replication.has_enough_replicas(MIN_ISR));
    log.isr(&[1]);
    assert!(!log.replication.has_enough_replicas(MIN_ISR));
}

#[test]
fn r4_an_unclean_election_cuts_the_log_and_every_replica() {
    let mut log = Log::new(healthy());
    log.append(10);
    log.freeze(3);
    log.isr(&[1, 2]);
    log.append(10);
    log.freeze(2);
    log.freeze(1);
    log.replication.thaw(3, log.end);
    let cut = log.elect(3, &[3]);
    assert_eq!(cut, Some(10), "the log ends where the new leader's does");
    assert_eq!((log.leo(1), log.leo(2), log.leo(3)), (10, 10, 10), "offline replicas too");
    assert_eq!(log.hw(), 10);
    log.append(4);
    assert_eq!((log.leo(1), log.leo(2), log.leo(3)), (10, 10, 14));
}

#[test]
fn r4_a_clean_election_never_takes_the_high_watermark_back() {
    let mut log = Log::new(healthy());
    log.append(10);
    log.freeze(2);
    log.append(10);
    assert_eq!(log.hw(), 10);
    log.freeze(1);
    log.replication.thaw(2, log.end);
    let cut = log.elect(2, &[2, 3]);
    assert_eq!(
        cut,
        Some(10),
        "broker 2 was in sync with ten of them: the rest was never acknowledged"
    );
    assert_eq!(log.hw(), 10);
    assert_eq!(log.leo(1), 10);
}

#[test]
fn r4_an_election_of_a_complete_replica_cuts_nothing() {
    let mut log = Log::new(healthy());
    log.append(10);
    log.freeze(1);
    assert_eq!(log.elect(2, &[2, 3]), None);
    assert_eq!((log.end, log.hw()), (10, 10));
}

#[test]
fn r4_no_append_while_an_election_is_committed() {
    let mut log = Log::new(healthy());
    assert!(log.replication.leads(1));
    log.replication.set_moving(true);
    assert!(!log.replication.leads(1));
    log.elect(2, &[2, 3]);
    assert!(log.replication.leads(2), "applying it ends the move");
}

#[test]
fn r6_a_replica_that_lags_too_long_leaves_and_an_idle_one_does_not() {
    let mut log = Log::new(healthy());
    log.append(10);
    log.freeze(3);
    log.now_ms = 40_000;
    let late = log.replication.out_of_sync(log.end, log.now_ms, 30_000);
    assert!(late.is_empty(), "it has everything");
    log.append(1);
    log.now_ms = 70_000;
    assert!(log.replication.out_of_sync(log.end, log.now_ms, 30_000).is_empty(), "30 s exactly");
    log.now_ms = 70_001;
    assert_eq!(log.replication.out_of_sync(log.end, log.now_ms, 30_000), [3]);
}

#[test]
fn r6_a_replica_joins_at_the_high_watermark_and_the_start_of_the_epoch() {
    let mut log = Log::new(healthy());
    log.append(10);
    log.freeze(3);
    log.isr(&[1, 2]);
    log.append(10);
    let all = |_: i32| true;
    let join = |log: &Log| log.replication.may_join(log.replication.assignment(), log.end, all);
    assert!(join(&log).is_empty(), "it does not run");
    log.replication.thaw(3, log.end);
    assert!(join(&log).is_empty(), "it has 10 of 20");
    log.replication.fetched_to(3, 19, 0, log.end);
    assert!(join(&log).is_empty());
    log.replication.fetched_to(3, 20, 0, log.end);
    assert_eq!(join(&log), [3]);
    log.append(5);
    assert_eq!(log.leo(3), 25, "it follows from then on");
}

#[test]
fn r6_with_a_leader_about_to_be_elected_only_who_has_its_end_joins() {
    let mut log = Log::new(healthy());
    log.freeze(3);
    log.append(10);
    assert_eq!(log.hw(), 0, "3 is in sync and stands still");
    let new = Assignment { leader: NO_LEADER, isr: [1, 2].into(), ..log.next() };
    log.apply(Assignment { leader_epoch: 1, ..new });
    log.replication.thaw(3, log.end);
    let about = Assignment { leader: 2, leader_epoch: 2, isr: [2].into(), ..log.next() };
    assert_eq!(log.replication.may_join(&about, log.end, |_| true), [1]);
}

#[test]
fn r6_nobody_joins_a_partition_without_leader() {
    let mut log = Log::new(healthy());
    log.isr(&[1]);
    let new = Assignment { leader: NO_LEADER, ..log.next() };
    log.apply(new);
    assert!(log.replication.may_join(log.replication.assignment(), 0, |_| true).is_empty());
}

#[test]
fn r10_numbers_survive_a_restart_and_isr_members_have_the_logs_end() {
    let mut log = Log::new(healthy());
    log.append(10);
    log.freeze(3);
    log.append(10);
    let outside = log.replication.numbers_outside(&[1, 2], &[1, 2, 3], 0, log.end);
    assert_eq!(outside, [ReplicaNumbers { broker: 3, log_start: 0, log_end: 10 }]);
    let persisted = Assignment { isr: [1, 2].into(), outside: outside.into(), ..log.next() };
    let mut restarted = Replication::new(persisted);
    restarted.restore(0, 25, 0, |_| true);
    assert_eq!(restarted.log_end_of(3, 25), 10);
    assert_eq!(restarted.log_end_of(2, 25), 25);
    assert_eq!(restarted.high_watermark(), 25);
}

#[test]
fn a_broker_that_stands_still_at_the_restart_stays_where_it_is() {
    let mut restarted = Replication::new(Assignment::new([1, 2].into(), [1, 2].into()));
    restarted.restore(0, 5, 0, |broker| broker != 2);
    assert!(restarted.is_offline(2));
    restarted.appended(5, 0);
    assert_eq!(restarted.log_end_of(2, 9), 5);
}

#[test]
fn flushed_offsets_hold_the_high_watermark_back() {
    let mut replication = healthy();
    replication.appended(0, 0);
    assert!(!replication.advance(0, 10, MIN_ISR), "nothing is durable yet");
    assert!(replication.advance(10, 10, MIN_ISR));
    assert_eq!(replication.high_watermark(), 10);
}
