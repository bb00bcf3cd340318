//! One transactional id under its lock: a step is written, then committed, then it counts; a
//! decided end is carried out.

use std::sync::{Arc, Weak};

use parking_lot::{Mutex, MutexGuard};
use weir_wire::{ErrorCode, Str};

use super::load::LoadedId;
use super::markers::Markers;
use super::shard::Shard;
use super::transaction::{ProducerRef, Transaction};
use crate::timer::Task;

/// How often a record or marker that waits for its replicas is looked at.
const POLL_MS: i64 = 5;

/// One transactional id.
#[derive(Debug)]
pub(crate) struct Entry {
    id: Str,
    shard: Weak<Shard>,
    me: Weak<Entry>,
    state: Mutex<EntryState>,
}

/// What the lock protects.
#[derive(Debug)]
pub(crate) struct EntryState {
    transaction: Transaction,
    /// A step that is written and not committed.
    pending: Option<Pending>,
    /// The markers of a decided end.
    markers: Option<Markers>,
    /// A timer will look again.
    is_looking: bool,
    /// The id expired: whoever still holds the entry finds no transaction.
    is_gone: bool,
}

/// A next state that is written and not committed: an election may yet cut it off.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pending {
    /// `None`: the id expires.
    pub(super) next: Option<Transaction>,
    /// The high watermark at which it is committed.
    pub(super) required: i64,
}

/// What a client's step came to.
#[derive(Debug)]
pub(crate) enum Step {
    /// It counts.
    Done,
    /// It counts once the log is committed up to here; wait by [`Shard::committed`].
    Written(i64),
}

impl Entry {
    pub(super) fn new(shard: Weak<Shard>, id: Str, transaction: Transaction) -> Arc<Self> {
        Self::loaded(shard, id, LoadedId { transaction, pending: None })
    }

    /// As the log has it; [`Entry::resume`] goes on with it.
    pub(super) fn loaded(shard: Weak<Shard>, id: Str, loaded: LoadedId) -> Arc<Self> {
        let LoadedId { transaction, pending } = loaded;
        let state =
            EntryState { transaction, pending, markers: None, is_looking: false, is_gone: false };
        Arc::new_cyclic(|me| Self { id, shard, me: me.clone(), state: Mutex::new(state) })
    }

    pub(crate) fn id(&self) -> &Str {
        &self.id
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, EntryState> {
        self.state.lock()
    }

    /// The entry was loaded: a step that was not committed is waited for, a prepared end is carried
    /// out. One whose completion is written has all its markers; they are written anew only by who
    /// loads the log after that record is cut off.
    pub(super) fn resume(&self, shard: &Shard) {
        let mut state = self.lock();
        if state.is_settled() {
            self.begin_markers(shard, &mut state);
        }
        self.go_on(shard, &mut state);
    }

    /// Writes the next state. It must come from [`EntryState::ready`] under the same lock.
    pub(crate) fn step(
        &self,
        shard: &Shard,
        state: &mut EntryState,
        next: Transaction,
    ) -> Result<Step, ErrorCode> {
        let required = self.write(shard, state, Some(next))?;
        Ok(match state.pending.as_ref().is_some_and(|pending| pending.required == required) {
            true => Step::Written(required),
            false => Step::Done,
        })
    }

    /// Writes the id's tombstone.
    pub(super) fn expire(&self, shard: &Shard, state: &mut EntryState) -> Result<(), ErrorCode> {
        self.write(shard, state, None).map(drop)
    }

    fn write(
        &self,
        shard: &Shard,
        state: &mut EntryState,
        next: Option<Transaction>,
    ) -> Result<i64, ErrorCode> {
        let required = shard.write(&self.id, next.as_ref())?;
        state.pending = Some(Pending { next, required });
        self.go_on(shard, state);
        Ok(required)
    }

    /// Does what can be done now; what has to wait is looked at again.
    fn go_on(&self, shard: &Shard, state: &mut EntryState) {
        loop {
            if let Some(pending) = state.pending.take() {
                match shard.commit_state(pending.required) {
                    Some(Ok(())) => self.take_over(shard, state, pending.next),
                    None => {
                        state.pending = Some(pending);
                        return self.look_later(shard, state);
                    }
                    // This leadership is over; the next one reads the log.
                    Some(Err(_)) => return,
                }
            }
            let Some(markers) = &mut state.markers else { return };
            if shard.is_stale() {
                state.markers = None;
                return;
            }
            let Some(engine) = shard.env.engine() else { return };
            if !markers.write(&engine) {
                return self.look_later(shard, state);
            }
            let complete = state.transaction.complete(shard.env.clock.wall_ms());
            match shard.write(&self.id, Some(&complete)) {
                Ok(required) => {
                    state.markers = None;
                    state.pending = Some(Pending { next: Some(complete), required });
                }
                // The markers are all there, and stay: only this record is written again.
                Err(_) => return self.look_later(shard, state),
            }
        }
    }

    fn take_over(&self, shard: &Shard, state: &mut EntryState, next: Option<Transaction>) {
        match next {
            Some(next) => {
                state.transaction = next;
                self.begin_markers(shard, state);
            }
            None => {
                state.is_gone = true;
                shard.remove(self);
            }
        }
    }

    fn begin_markers(&self, shard: &Shard, state: &mut EntryState) {
        if state.transaction.state.is_prepared() {
            let markers = Markers::new(&state.transaction, shard.coordinator_epoch());
            state.markers = Some(markers);
        }
    }

    fn look_later(&self, shard: &Shard, state: &mut EntryState) {
        if std::mem::replace(&mut state.is_looking, true) {
            return;
        }
        let me = self.me.clone();
        let at = shard.env.clock.monotonic_ms() + POLL_MS;
        let task = Task::Call(Box::new(move |_| {
            if let Some(entry) = me.upgrade() {
                entry.look_again();
            }
        }));
        shard.env.timers.schedule(at, task).detach();
    }

    fn look_again(&self) {
        let Some(shard) = self.shard.upgrade() else { return };
        let mut state = self.lock();
        state.is_looking = false;
        self.go_on(&shard, &mut state);
    }
}

impl EntryState {
    /// The transaction as it was last committed.
    pub(crate) fn transaction(&self) -> &Transaction {
        &self.transaction
    }

    /// Whether the id has expired.
    pub(crate) fn is_gone(&self) -> bool {
        self.is_gone
    }

    /// Whether no step is under way.
    pub(super) fn is_settled(&self) -> bool {
        self.pending.is_none()
    }

    /// The transaction as it was last written, committed or not. `None`: the id expires.
    pub(super) fn newest(&self) -> Option<&Transaction> {
        match &self.pending {
            Some(pending) => pending.next.as_ref(),
            None => Some(&self.transaction),
        }
    }

    /// Whether records of this producer may be written to a partition that was added before.
    /// CONCURRENT_TRANSACTIONS where a step is under way that may add it.
    pub(crate) fn verify(
        &self,
        producer: ProducerRef,
        topic: &str,
        partition: i32,
    ) -> Result<(), ErrorCode> {
        match self.transaction.verify(producer, topic, partition) {
            Err(ErrorCode::TRANSACTION_ABORTABLE) if !self.is_settled() => {
                Err(ErrorCode::CONCURRENT_TRANSACTIONS)
            }
            verified => verified,
        }
    }

    /// The transaction, for a next step; CONCURRENT_TRANSACTIONS while one is under way.
    pub(crate) fn ready(&self) -> Result<&Transaction, ErrorCode> {
        match self.pending {
            None => Ok(&self.transaction),
            Some(_) => Err(ErrorCode::CONCURRENT_TRANSACTIONS),
        }
    }
}
