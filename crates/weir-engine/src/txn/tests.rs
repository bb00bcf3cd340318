//! Transitions of a transactional id, each rule and each error.

use weir_wire::{ErrorCode, Str};

use super::state::TxnState;
use super::transaction::{End, Ended, Init, Partitions, ProducerRef, Transaction};

const NOW: i64 = 1_000_000;

fn partitions(index: i32) -> Partitions {
    Partitions::from([(Str::from("t"), [index].into())])
}

fn init(transaction: &Transaction, expected: Option<ProducerRef>) -> Result<Init, ErrorCode> {
    transaction.init(expected, 60_000, NOW, 2, || Ok(900))
}

fn ready(transaction: &Transaction, expected: Option<ProducerRef>) -> Transaction {
    match init(transaction, expected).unwrap() {
        Init::Ready(next) => next,
        Init::Fence(next) => panic!("fenced: {next:?}"),
    }
}

/// Initialized with producer id 7 at `epoch`.
fn empty(epoch: i16) -> Transaction {
    let mut transaction = Transaction::new(7, 60_000, NOW);
    transaction.epoch = epoch;
    transaction
}

fn ongoing(epoch: i16) -> Transaction {
    let transaction = empty(epoch);
    transaction.add(transaction.producer(), &partitions(0), NOW, 2).unwrap().unwrap()
}

fn end(
    transaction: &Transaction,
    epoch: i16,
    commit: bool,
    version: i16,
) -> Result<Ended, ErrorCode> {
    let producer = ProducerRef { id: 7, epoch };
    transaction.end(End { producer, commit, version }, NOW, || Ok(900))
}

fn prepared(transaction: &Transaction, commit: bool, version: i16) -> Transaction {
    match end(transaction, transaction.epoch, commit, version).unwrap() {
        Ended::Prepare(next) => next,
        Ended::Already => panic!("ended already"),
    }
}

#[test]
fn states_have_kafkas_codes_and_names() {
    for (code, name) in [
        (0, "Empty"),
        (1, "Ongoing"),
        (2, "PrepareCommit"),
        (3, "PrepareAbort"),
        (4, "CompleteCommit"),
        (5, "CompleteAbort"),
    ] {
        let state = TxnState::from_code(code).unwrap();
        assert_eq!((state.code(), state.name()), (code, name));
        assert_eq!(TxnState::from_name(name), Some(state));
    }
    assert!(TxnState::from_code(6).is_none() && TxnState::from_code(-1).is_none());
    assert!(TxnState::is_name("Dead") && !TxnState::is_name("ongoing"));
}

#[test]
fn each_initialization_raises_the_epoch() {
    let first = ready(&Transaction::new(7, 1, 0), None);
    assert_eq!((first.producer_id, first.epoch, first.last_epoch), (7, 0, -1));
    assert_eq!((first.state, first.timeout_ms), (TxnState::Empty, 60_000));
    assert_eq!(ready(&first, None).epoch, 1);
}

#[test]
fn a_producer_that_names_itself_goes_on() {
    let before = empty(3);
    let current = ProducerRef { id: 7, epoch: 3 };
    let next = ready(&before, Some(current));
    assert_eq!((next.epoch, next.last_epoch), (4, 3));
    assert_eq!(ready(&next, Some(current)).epoch, 4, "a retry is answered the same");
    let fenced = Err(ErrorCode::PRODUCER_FENCED);
    assert_eq!(init(&next, Some(ProducerRef { id: 7, epoch: 1 })), fenced);
    assert_eq!(init(&next, Some(ProducerRef { id: 8, epoch: 4 })), fenced);
    let other = ready(&next, None);
    assert_eq!(init(&other, Some(ProducerRef { id: 7, epoch: 4 })), fenced, "another came");
}

#[test]
fn an_exhausted_epoch_leads_to_a_new_producer_id() {
    let exhausted = empty(i16::MAX - 1);
    let next = ready(&exhausted, None);
    assert_eq!((next.producer_id, next.epoch, next.last_epoch), (900, 0, -1));
    assert_eq!(next.previous_producer_id, 7);
    let current = ProducerRef { id: 7, epoch: i16::MAX - 1 };
    let next = ready(&exhausted, Some(current));
    assert_eq!((next.producer_id, next.epoch, next.last_epoch), (900, 0, i16::MAX - 1));
    let retried = ready(&next, Some(current));
    assert_eq!((retried.producer_id, retried.epoch), (900, 0), "a retry is answered the same");
    assert_eq!(
        exhausted.init(None, 1, NOW, 2, || Err(ErrorCode::COORDINATOR_NOT_AVAILABLE)),
        Err(ErrorCode::COORDINATOR_NOT_AVAILABLE)
    );
}

#[test]
fn initialization_aborts_what_is_open_and_waits_for_what_is_prepared() {
    for version in [0, 2] {
        let Init::Fence(next) = ongoing(3).init(None, 1, NOW, version, || Ok(900)).unwrap() else {
            panic!("not fenced");
        };
        assert_eq!((next.state, next.epoch), (TxnState::PrepareAbort, 4), "version {version}");
        assert_eq!(next.last_epoch, if version == 2 { 3 } else { -1 });
        assert_eq!(next.partitions, partitions(0));
        let busy = Err(ErrorCode::CONCURRENT_TRANSACTIONS);
        assert_eq!(init(&next, None), busy);
    }
    assert_eq!(ongoing(i16::MAX).fence(NOW, 2).epoch, i16::MAX, "it never wraps");
}

#[test]
fn partitions_begin_a_transaction_and_are_added_to_it() {
    let begun = ongoing(3);
    assert_eq!((begun.state, begun.start_ms), (TxnState::Ongoing, NOW));
    let producer = begun.producer();
    assert_eq!(begun.add(producer, &partitions(0), NOW + 5, 2), Ok(None), "it is there");
    let more = begun.add(producer, &partitions(1), NOW + 5, 2).unwrap().unwrap();
    assert_eq!((more.start_ms, more.update_ms), (NOW, NOW + 5));
    assert!(more.contains("t", 0) && more.contains("t", 1) && !more.contains("u", 0));
    let complete = prepared(&begun, true, 0).complete(NOW + 7);
    let again = complete.add(complete.producer(), &partitions(2), NOW + 9, 0).unwrap().unwrap();
    assert_eq!((again.start_ms, again.partitions), (NOW + 9, partitions(2)));
}

#[test]
fn others_add_nothing() {
    let begun = ongoing(3);
    let add = |transaction: &Transaction, id, epoch| {
        transaction.add(ProducerRef { id, epoch }, &partitions(1), NOW, 2)
    };
    assert_eq!(add(&begun, 8, 3), Err(ErrorCode::INVALID_PRODUCER_ID_MAPPING));
    assert_eq!(add(&begun, 7, 2), Err(ErrorCode::PRODUCER_FENCED));
    assert_eq!(add(&begun, 7, 4), Err(ErrorCode::PRODUCER_FENCED));
    let prepared = prepared(&begun, true, 0);
    assert_eq!(add(&prepared, 7, 3), Err(ErrorCode::CONCURRENT_TRANSACTIONS));
}

#[test]
fn only_what_was_added_is_verified() {
    let begun = ongoing(3);
    let current = begun.producer();
    assert_eq!(begun.verify(current, "t", 0), Ok(()));
    assert_eq!(begun.verify(current, "t", 1), Err(ErrorCode::TRANSACTION_ABORTABLE));
    let old = ProducerRef { epoch: 2, ..current };
    assert_eq!(begun.verify(old, "t", 0), Err(ErrorCode::PRODUCER_FENCED));
    let other = ProducerRef { id: 8, ..current };
    assert_eq!(begun.verify(other, "t", 0), Err(ErrorCode::INVALID_PRODUCER_ID_MAPPING));
    let prepared = prepared(&begun, false, 0);
    assert_eq!(prepared.verify(current, "t", 0), Err(ErrorCode::CONCURRENT_TRANSACTIONS));
}

#[test]
fn an_old_end_keeps_the_epoch() {
    let begun = ongoing(3);
    for (commit, prepare, complete) in [
        (true, TxnState::PrepareCommit, TxnState::CompleteCommit),
        (false, TxnState::PrepareAbort, TxnState::CompleteAbort),
    ] {
        let next = prepared(&begun, commit, 0);
        assert_eq!((next.state, next.epoch), (prepare, 3));
        assert_eq!(end(&next, 3, commit, 0), Err(ErrorCode::CONCURRENT_TRANSACTIONS));
        assert_eq!(end(&next, 3, !commit, 0), Err(ErrorCode::INVALID_TXN_STATE));
        let done = next.complete(NOW);
        assert_eq!((done.state, done.epoch, done.partitions.len()), (complete, 3, 0));
        assert_eq!(end(&done, 3, commit, 0), Ok(Ended::Already));
        assert_eq!(end(&done, 3, !commit, 0), Err(ErrorCode::INVALID_TXN_STATE));
    }
    assert_eq!(end(&begun, 2, true, 0), Err(ErrorCode::PRODUCER_FENCED));
    assert_eq!(end(&begun, 4, true, 0), Err(ErrorCode::PRODUCER_FENCED));
    for commit in [true, false] {
        assert_eq!(end(&empty(3), 3, commit, 0), Err(ErrorCode::INVALID_TXN_STATE));
    }
    let other = End { producer: ProducerRef { id: 8, epoch: 3 }, commit: true, version: 0 };
    let refused = begun.end(other, NOW, || Ok(900));
    assert_eq!(refused, Err(ErrorCode::INVALID_PRODUCER_ID_MAPPING));
}

#[test]
fn a_new_end_raises_the_epoch() {
    for commit in [true, false] {
        let next = prepared(&ongoing(3), commit, 2);
        assert_eq!((next.epoch, next.last_epoch), (4, 3));
        assert_eq!(next.producer_after(), ProducerRef { id: 7, epoch: 4 });
        assert_eq!(end(&next, 3, commit, 2), Err(ErrorCode::CONCURRENT_TRANSACTIONS), "a retry");
        assert_eq!(end(&next, 3, !commit, 2), Err(ErrorCode::INVALID_TXN_STATE));
        assert_eq!(end(&next, 4, commit, 2), Err(ErrorCode::PRODUCER_FENCED), "not yet its epoch");
        let done = next.complete(NOW);
        assert_eq!((done.producer_id, done.epoch), (7, 4));
        assert_eq!(end(&done, 3, commit, 2), Ok(Ended::Already), "a retry");
        assert_eq!(end(&done, 3, !commit, 2), Err(ErrorCode::INVALID_TXN_STATE));
        assert_eq!(end(&done, 2, commit, 2), Err(ErrorCode::PRODUCER_FENCED));
        assert_eq!(end(&done, 4, true, 2), Err(ErrorCode::INVALID_TXN_STATE), "nothing to commit");
    }
}

#[test]
fn a_new_client_may_abort_what_wrote_nothing() {
    for transaction in [empty(3), prepared(&ongoing(2), true, 2).complete(NOW)] {
        let next = prepared(&transaction, false, 2);
        assert_eq!((next.state, next.epoch, next.start_ms), (TxnState::PrepareAbort, 4, NOW));
        assert!(next.partitions.is_empty());
    }
    assert_eq!(end(&empty(3), 3, true, 2), Err(ErrorCode::INVALID_TXN_STATE));
}

#[test]
fn the_last_epoch_ends_with_a_new_producer_id() {
    let last = i16::MAX - 1;
    let next = prepared(&ongoing(last), true, 2);
    assert_eq!((next.producer_id, next.next_producer_id, next.epoch), (7, 900, i16::MAX));
    assert_eq!(next.producer_after(), ProducerRef { id: 900, epoch: 0 });
    let done = next.complete(NOW);
    assert_eq!((done.producer_id, done.previous_producer_id, done.epoch), (900, 7, 0));
    assert_eq!(end(&done, last, true, 2), Ok(Ended::Already), "a retry by the old id");
    assert_eq!(end(&done, last, false, 2), Err(ErrorCode::INVALID_TXN_STATE));
    assert_eq!(end(&done, 5, true, 2), Err(ErrorCode::INVALID_PRODUCER_ID_MAPPING));
}

#[test]
fn time_ends_open_transactions_and_idle_ids() {
    let begun = ongoing(3);
    assert!(!begun.is_timed_out(NOW + 59_999) && begun.is_timed_out(NOW + 60_000));
    assert!(!begun.is_expired(i64::MAX, 1), "an open one never expires");
    let idle = empty(3);
    assert!(!idle.is_timed_out(i64::MAX));
    assert!(!idle.is_expired(NOW + 9, 10) && idle.is_expired(NOW + 10, 10));
    assert!(!prepared(&begun, true, 0).is_expired(i64::MAX, 1));
}
