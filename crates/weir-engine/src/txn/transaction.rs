//! What is known of one transactional id, and its transitions: pure steps from one value to the
//! next, which the coordinator writes before it takes them over (KIP-98, KIP-360, KIP-890).

use std::collections::{BTreeMap, BTreeSet};

use weir_wire::{ErrorCode, Str};

use super::state::TxnState;

/// No producer.
pub(crate) const NO_PRODUCER_ID: i64 = -1;
/// No epoch.
pub(crate) const NO_EPOCH: i16 = -1;
/// The last epoch that a client may have: the one above it only fences.
const LAST_EPOCH: i16 = i16::MAX - 1;
/// `transaction.version` from which each end of a transaction raises the epoch (KIP-890).
pub(crate) const EPOCH_BUMP: i16 = 2;

/// Partitions by topic.
pub(crate) type Partitions = BTreeMap<Str, BTreeSet<i32>>;

/// A producer as a client names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ProducerRef {
    pub(crate) id: i64,
    pub(crate) epoch: i16,
}

/// How a client ends its transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) producer: ProducerRef,
    pub(crate) commit: bool,
    /// `transaction.version` as the client speaks it.
    pub(crate) version: i16,
}

/// One transactional id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Transaction {
    pub(crate) producer_id: i64,
    /// The producer id before the last change.
    pub(crate) previous_producer_id: i64,
    /// The id that follows an exhausted epoch, once the transaction is complete.
    pub(crate) next_producer_id: i64,
    pub(crate) epoch: i16,
    /// The epoch before, for retries of InitProducerId; not kept on disk, as in Kafka.
    pub(crate) last_epoch: i16,
    pub(crate) timeout_ms: i32,
    pub(crate) state: TxnState,
    pub(crate) partitions: Partitions,
    /// When the transaction began, wall clock, or -1.
    pub(crate) start_ms: i64,
    /// When anything last changed, wall clock.
    pub(crate) update_ms: i64,
    /// `transaction.version` that the client of the last step spoke.
    pub(crate) version: i16,
}

/// What InitProducerId leads to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Init {
    /// The producer may begin.
    Ready(Transaction),
    /// The open transaction is aborted first; the client asks again.
    Fence(Transaction),
}

/// What EndTxn leads to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It is a retry: the transaction has ended like this.
    Already,
    Prepare(Transaction),
}

impl Transaction {
    /// A transactional id that nobody used yet: the first InitProducerId raises its epoch to 0.
    pub(crate) fn new(producer_id: i64, timeout_ms: i32, now_ms: i64) -> Self {
        Self {
            producer_id,
            previous_producer_id: NO_PRODUCER_ID,
            next_producer_id: NO_PRODUCER_ID,
            epoch: NO_EPOCH,
            last_epoch: NO_EPOCH,
            timeout_ms,
            state: TxnState::Empty,
            partitions: Partitions::new(),
            start_ms: -1,
            update_ms: now_ms,
            version: 0,
        }
    }

    /// The producer as it is now.
    pub(crate) fn producer(&self) -> ProducerRef {
        ProducerRef { id: self.producer_id, epoch: self.epoch }
    }

    /// Whether no further epoch of this producer id may be given to a client.
    fn is_exhausted(&self) -> bool {
        self.epoch >= LAST_EPOCH
    }

    pub(crate) fn contains(&self, topic: &str, partition: i32) -> bool {
        self.partitions.get(topic).is_some_and(|known| known.contains(&partition))
    }

    /// The step that every transition begins with.
    fn step(&self, state: TxnState, now_ms: i64) -> Self {
        Self { state, previous_producer_id: self.producer_id, update_ms: now_ms, ..self.clone() }
    }

    /// InitProducerId. `expected` is the producer that asks to go on (KIP-360); `fence_version` the
    /// cluster's `transaction.version`.
    pub(crate) fn init(
        &self,
        expected: Option<ProducerRef>,
        timeout_ms: i32,
        now_ms: i64,
        fence_version: i16,
        new_producer_id: impl FnOnce() -> Result<i64, ErrorCode>,
    ) -> Result<Init, ErrorCode> {
        if expected.is_some_and(|expected| !self.may_go_on(expected)) {
            return Err(ErrorCode::PRODUCER_FENCED);
        }
        match self.state {
            TxnState::PrepareCommit | TxnState::PrepareAbort => {
                return Err(ErrorCode::CONCURRENT_TRANSACTIONS);
            }
            TxnState::Ongoing => return Ok(Init::Fence(self.fence(now_ms, fence_version))),
            TxnState::Empty | TxnState::CompleteCommit | TxnState::CompleteAbort => {}
        }
        let mut next = self.step(TxnState::Empty, now_ms);
        next.timeout_ms = timeout_ms;
        next.partitions = Partitions::new();
        next.start_ms = -1;
        next.next_producer_id = NO_PRODUCER_ID;
        if self.is_exhausted() && expected.is_none_or(|expected| expected.epoch == self.epoch) {
            next.producer_id = new_producer_id()?;
            next.epoch = 0;
            next.last_epoch = if expected.is_some() { self.epoch } else { NO_EPOCH };
        } else {
            (next.epoch, next.last_epoch) = self.raised(expected)?;
        }
        Ok(Init::Ready(next))
    }

    /// Whether a producer that names itself may be initialized again. One that was just given a new
    /// id, its epoch being exhausted, may not have heard of it.
    fn may_go_on(&self, expected: ProducerRef) -> bool {
        self.epoch == NO_EPOCH
            || expected.id == self.producer_id
            || (expected.id == self.previous_producer_id && expected.epoch >= LAST_EPOCH)
    }

    /// The next epoch, and the one before it.
    fn raised(&self, expected: Option<ProducerRef>) -> Result<(i16, i16), ErrorCode> {
        let bumped = self.epoch.saturating_add(1);
        match expected {
            None => Ok((bumped, NO_EPOCH)),
            Some(expected) if self.epoch == NO_EPOCH || expected.epoch == self.epoch => {
                Ok((bumped, self.epoch))
            }
            // A retry of a call whose answer was lost.
            Some(expected) if expected.epoch == self.last_epoch => {
                Ok((self.epoch, self.last_epoch))
            }
            Some(_) => Err(ErrorCode::PRODUCER_FENCED),
        }
    }

    /// Adds partitions, beginning a transaction where none is open. `None`: all are there already.
    pub(crate) fn add(
        &self,
        producer: ProducerRef,
        added: &Partitions,
        now_ms: i64,
        version: i16,
    ) -> Result<Option<Self>, ErrorCode> {
        self.check_producer(producer)?;
        if self.state.is_prepared() {
            return Err(ErrorCode::CONCURRENT_TRANSACTIONS);
        }
        let is_ongoing = self.state == TxnState::Ongoing;
        if is_ongoing && self.contains_all(added) {
            return Ok(None);
        }
        let mut next = self.step(TxnState::Ongoing, now_ms);
        next.version = version;
        if !is_ongoing {
            next.start_ms = now_ms;
        }
        for (topic, partitions) in added {
            match next.partitions.get_mut(topic) {
                Some(known) => known.extend(partitions),
                // State that outlives the request does not keep its frame.
                None => drop(next.partitions.insert(topic.detached(), partitions.clone())),
            }
        }
        Ok(Some(next))
    }

    fn contains_all(&self, wanted: &Partitions) -> bool {
        wanted.iter().all(|(topic, partitions)| {
            self.partitions.get(topic).is_some_and(|known| known.is_superset(partitions))
        })
    }

    /// Whether records of this producer may be written to a partition that was added before.
    pub(crate) fn verify(
        &self,
        producer: ProducerRef,
        topic: &str,
        partition: i32,
    ) -> Result<(), ErrorCode> {
        self.check_producer(producer)?;
        if self.state.is_prepared() {
            return Err(ErrorCode::CONCURRENT_TRANSACTIONS);
        }
        match self.contains(topic, partition) {
            true => Ok(()),
            false => Err(ErrorCode::TRANSACTION_ABORTABLE),
        }
    }

    fn check_producer(&self, producer: ProducerRef) -> Result<(), ErrorCode> {
        if self.producer_id != producer.id {
            return Err(ErrorCode::INVALID_PRODUCER_ID_MAPPING);
        }
        if self.epoch != producer.epoch {
            return Err(ErrorCode::PRODUCER_FENCED);
        }
        Ok(())
    }

    /// EndTxn.
    pub(crate) fn end(
        &self,
        end: End,
        now_ms: i64,
        new_producer_id: impl FnOnce() -> Result<i64, ErrorCode>,
    ) -> Result<Ended, ErrorCode> {
        if end.version < EPOCH_BUMP {
            return self.end_without_bump(end, now_ms);
        }
        let retry = self.retry_of(end.producer);
        self.check_ender(end.producer, retry)?;
        let mut begun_at_ms = self.start_ms;
        match (self.state, end.commit) {
            (TxnState::Ongoing, _) => {}
            (TxnState::CompleteCommit, true) | (TxnState::CompleteAbort, false)
                if retry.is_some() =>
            {
                return Ok(Ended::Already);
            }
            // A transaction that wrote nothing may be aborted: the epoch is raised all the same.
            (TxnState::CompleteCommit | TxnState::CompleteAbort, false) if retry.is_none() => {
                begun_at_ms = now_ms;
            }
            (TxnState::Empty, false) => begun_at_ms = now_ms,
            (TxnState::PrepareCommit, true) | (TxnState::PrepareAbort, false) => {
                return Err(ErrorCode::CONCURRENT_TRANSACTIONS);
            }
            _ => return Err(ErrorCode::INVALID_TXN_STATE),
        }
        let mut next = self.prepared(end, now_ms);
        next.start_ms = begun_at_ms;
        next.last_epoch = self.epoch;
        if self.is_exhausted() {
            next.next_producer_id = new_producer_id()?;
        }
        next.epoch = self.epoch.saturating_add(1);
        Ok(Ended::Prepare(next))
    }

    /// The request repeats one that was carried out: the epoch was raised by it.
    fn retry_of(&self, producer: ProducerRef) -> Option<Retry> {
        let is_overflow = self.previous_producer_id == producer.id
            && producer.epoch == LAST_EPOCH
            && self.epoch == 0;
        if is_overflow && producer.id != self.producer_id {
            return Some(Retry::Overflow);
        }
        (producer.epoch.checked_add(1) == Some(self.epoch)).then_some(Retry::Bump)
    }

    fn check_ender(&self, producer: ProducerRef, retry: Option<Retry>) -> Result<(), ErrorCode> {
        if self.producer_id != producer.id && retry != Some(Retry::Overflow) {
            return Err(ErrorCode::INVALID_PRODUCER_ID_MAPPING);
        }
        let is_current = producer.epoch == self.epoch;
        let is_valid = match self.state {
            TxnState::Ongoing | TxnState::Empty => is_current,
            TxnState::PrepareCommit | TxnState::PrepareAbort => retry == Some(Retry::Bump),
            TxnState::CompleteCommit | TxnState::CompleteAbort => is_current || retry.is_some(),
        };
        if is_valid { Ok(()) } else { Err(ErrorCode::PRODUCER_FENCED) }
    }

    /// EndTxn before v5: the epoch stays.
    fn end_without_bump(&self, end: End, now_ms: i64) -> Result<Ended, ErrorCode> {
        self.check_producer(end.producer)?;
        match (self.state, end.commit) {
            (TxnState::Ongoing, _) => Ok(Ended::Prepare(self.prepared(end, now_ms))),
            (TxnState::CompleteCommit, true) | (TxnState::CompleteAbort, false) => {
                Ok(Ended::Already)
            }
            (TxnState::PrepareCommit, true) | (TxnState::PrepareAbort, false) => {
                Err(ErrorCode::CONCURRENT_TRANSACTIONS)
            }
            _ => Err(ErrorCode::INVALID_TXN_STATE),
        }
    }

    fn prepared(&self, end: End, now_ms: i64) -> Self {
        let state = if end.commit { TxnState::PrepareCommit } else { TxnState::PrepareAbort };
        let mut next = self.step(state, now_ms);
        next.version = end.version;
        next.next_producer_id = NO_PRODUCER_ID;
        next
    }

    /// Aborts the open transaction and fences its producer, by a raised epoch that no client is
    /// told of. `version`: the cluster's `transaction.version`.
    pub(crate) fn fence(&self, now_ms: i64, version: i16) -> Self {
        let mut next = self.step(TxnState::PrepareAbort, now_ms);
        next.version = version;
        next.next_producer_id = NO_PRODUCER_ID;
        next.epoch = self.epoch.saturating_add(1);
        next.last_epoch = if version >= EPOCH_BUMP { self.epoch } else { NO_EPOCH };
        next
    }

    /// Every marker is written.
    pub(crate) fn complete(&self, now_ms: i64) -> Self {
        let state = match self.state {
            TxnState::PrepareCommit => TxnState::CompleteCommit,
            _ => TxnState::CompleteAbort,
        };
        let mut next = self.step(state, now_ms);
        if self.version >= EPOCH_BUMP && self.next_producer_id != NO_PRODUCER_ID {
            next.producer_id = self.next_producer_id;
            next.epoch = 0;
        }
        next.next_producer_id = NO_PRODUCER_ID;
        next.partitions = Partitions::new();
        next
    }

    /// The producer that a client of EndTxn goes on with once this prepared end is complete.
    pub(crate) fn producer_after(&self) -> ProducerRef {
        match self.state.is_prepared() {
            true => self.complete(self.update_ms).producer(),
            false => self.producer(),
        }
    }

    /// Whether the open transaction has taken longer than its producer allowed.
    pub(crate) fn is_timed_out(&self, now_ms: i64) -> bool {
        self.state == TxnState::Ongoing
            && now_ms >= self.start_ms.saturating_add(i64::from(self.timeout_ms))
    }

    /// Whether nothing happened for so long that the id is forgotten.
    pub(crate) fn is_expired(&self, now_ms: i64, expiration_ms: i64) -> bool {
        let is_idle = matches!(
            self.state,
            TxnState::Empty | TxnState::CompleteCommit | TxnState::CompleteAbort
        );
        is_idle && self.update_ms.saturating_add(expiration_ms) <= now_ms
    }
}

/// How EndTxn is known to be a retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Retry {
    /// The epoch is the one before.
    Bump,
    /// The epoch was exhausted, and the producer has a new id.
    Overflow,
}
