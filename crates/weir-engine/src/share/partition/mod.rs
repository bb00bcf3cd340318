//! One share-partition on its leader: records in flight, their locks, and what is persisted of
//! them.
//!
//! Loaded from the share coordinator at the first ShareFetch of a leadership. A change that a
//! member asked for is persisted before it is answered; locks live in memory only, so a leader
//! that moves delivers what was acquired again.

mod acquire;
mod fetch;
mod letters;
mod runs;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use weir_wire::ErrorCode;

use self::letters::Letters;
pub(crate) use fetch::{Ask, Fetched};
pub(crate) use runs::{Ack, Acquired, GiveBack};
use runs::{AckRules, NEVER, Runs};

use super::Share;
use super::config::ShareConfig;
use super::key::ShareKey;
use super::state::Written;
use crate::controller::Refusal;
use crate::partition::Partition;
use crate::timer::{Task, TimerGuard};
use crate::wait::Watchers;

/// One range of offsets, and what the member says of it.
pub(crate) type AckRange = (i64, i64, Ack);

/// One share-partition under one leadership.
#[derive(Debug)]
pub(crate) struct SharePartition {
    key: ShareKey,
    share: Weak<Share>,
    me: Weak<SharePartition>,
    handle: Arc<Partition>,
    broker: i32,
    leader_epoch: i32,
    /// Told whenever records become available again.
    changes: Arc<Watchers>,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    runs: Runs,
    state_epoch: i32,
    /// Another leader, or an administrator, took over: nothing is answered any more.
    is_fenced: bool,
    timer: Option<TimerGuard>,
    armed_at: i64,
    letters: Letters,
}

impl SharePartition {
    pub(super) fn new(
        share: &Arc<Share>,
        key: ShareKey,
        handle: Arc<Partition>,
        broker: i32,
        leader_epoch: i32,
        loaded: Loaded,
    ) -> Arc<Self> {
        let inner = Inner {
            runs: Runs::new(loaded.start_offset, &loaded.batches, loaded.count_limit),
            state_epoch: loaded.state_epoch,
            is_fenced: false,
            timer: None,
            armed_at: NEVER,
            letters: Letters::default(),
        };
        Arc::new_cyclic(|me| Self {
            key,
            share: Arc::downgrade(share),
            me: me.clone(),
            handle,
            broker,
            leader_epoch,
            changes: Arc::default(),
            inner: Mutex::new(inner),
        })
    }

    pub(crate) fn key(&self) -> &ShareKey {
        &self.key
    }

    pub(crate) fn changes(&self) -> &Arc<Watchers> {
        &self.changes
    }

    /// Whether it may still answer.
    pub(super) fn is_current(&self, broker: i32) -> bool {
        self.broker == broker
            && !self.handle.is_deleted()
            && self.handle.leader() == broker
            && self.handle.leader_epoch() == self.leader_epoch
            && !self.inner.lock().is_fenced
    }

    /// Answers nothing any more: the next request loads what is persisted then. Those that wait are
    /// told once: they look again, find it here, and would tell themselves for ever.
    pub(super) fn fence(&self) {
        let mut inner = self.inner.lock();
        if std::mem::replace(&mut inner.is_fenced, true) {
            return;
        }
        inner.timer = None;
        inner.letters = Letters::default();
        drop(inner);
        self.changes.notify();
    }

    /// What `member` says of its records: all of it, or nothing. Answers what to wait for until it
    /// is committed.
    pub(crate) fn acknowledge(
        &self,
        member: &str,
        ranges: &[AckRange],
        config: &ShareConfig,
    ) -> Result<Option<Persisted>, Refusal> {
        let share = self.share()?;
        let now = share.env().now();
        let rules = AckRules {
            give_back: config.give_back(),
            until: now.monotonic_ms.saturating_add(config.lock_ms),
        };
        let mut inner = self.inner.lock();
        self.expire(&share, &mut inner, rules.give_back);
        let mut runs = inner.runs.clone();
        let mut changed = Vec::new();
        for &(first, last, ack) in ranges {
            runs.acknowledge((first, last), ack, member, rules)?;
            if ack != Ack::Renew {
                changed.push((first, last));
            }
        }
        let persisted = match changed.is_empty() {
            true => None,
            false => Some(self.persist(&share, &mut inner, &mut runs, &changed)?),
        };
        inner.runs = runs;
        self.arm(&share, &mut inner);
        self.arm_letters(&share, &mut inner);
        drop(inner);
        self.changes.notify();
        Ok(persisted)
    }

    /// Gives back everything that `member` holds: its session is over.
    pub(crate) fn release(&self, member: &str, rules: GiveBack) {
        let Ok(share) = self.share() else { return };
        let mut inner = self.inner.lock();
        let mut runs = inner.runs.clone();
        let changed = runs.release(member, rules);
        self.given_back(&share, &mut inner, runs, &changed);
        drop(inner);
        self.changes.notify();
    }

    /// Gives back what is locked for too long.
    fn expire(&self, share: &Arc<Share>, inner: &mut Inner, rules: GiveBack) {
        let mut runs = inner.runs.clone();
        let changed = runs.expire(share.env().now().monotonic_ms, rules);
        self.given_back(share, inner, runs, &changed);
    }

    fn given_back(
        &self,
        share: &Arc<Share>,
        inner: &mut Inner,
        mut runs: Runs,
        changed: &[(i64, i64)],
    ) {
        if changed.is_empty() {
            return;
        }
        // Not persisted is not lost: without a newer state the records count as never delivered.
        if let Err(error) = self.persist(share, inner, &mut runs, changed) {
            tracing::debug!(key = ?self.key, error = error.name(), "delivery is not persisted");
        }
        runs.advance();
        inner.runs = runs;
        self.arm_letters(share, inner);
    }

    /// Writes the state of `changed` with the new start.
    fn persist(
        &self,
        share: &Arc<Share>,
        inner: &mut Inner,
        runs: &mut Runs,
        changed: &[(i64, i64)],
    ) -> Result<Persisted, ErrorCode> {
        if inner.is_fenced {
            return Err(ErrorCode::NOT_LEADER_OR_FOLLOWER);
        }
        let batches = runs.batches_of(changed);
        runs.advance();
        let written = Written {
            state_epoch: inner.state_epoch,
            leader_epoch: self.leader_epoch,
            start_offset: runs.start(),
            complete_count: runs.complete_count(),
            batches: batches.into_iter().filter(|batch| batch.last >= runs.start()).collect(),
        };
        let shard = share.state_shard(&self.key)?;
        match shard.write(&self.key, &written, share.env().now().wall_ms) {
            Ok(required) => Ok(Persisted { shard, required }),
            Err(refused) => Err(self.refused(inner, refused.code)),
        }
    }

    fn refused(&self, inner: &mut Inner, code: ErrorCode) -> ErrorCode {
        match code {
            ErrorCode::FENCED_STATE_EPOCH
            | ErrorCode::FENCED_LEADER_EPOCH
            | ErrorCode::INVALID_REQUEST => {
                inner.is_fenced = true;
                ErrorCode::NOT_LEADER_OR_FOLLOWER
            }
            ErrorCode::NOT_COORDINATOR => ErrorCode::COORDINATOR_NOT_AVAILABLE,
            other => other,
        }
    }

    fn share(&self) -> Result<Arc<Share>, ErrorCode> {
        self.share.upgrade().ok_or(ErrorCode::NOT_LEADER_OR_FOLLOWER)
    }

    /// Keeps one timer for the earliest end of a lock. A lock that is acknowledged leaves it: it
    /// fires early and finds nothing due.
    fn arm(&self, share: &Arc<Share>, inner: &mut Inner) {
        let at = inner.runs.wake_at();
        if at == NEVER || at >= inner.armed_at {
            return;
        }
        let me = self.me.clone();
        let task = Task::Call(Box::new(move |_| {
            if let Some(partition) = me.upgrade() {
                partition.tick();
            }
        }));
        inner.timer = Some(share.env().timers.schedule(at, task));
        inner.armed_at = at;
    }

    fn tick(&self) {
        let Ok(share) = self.share() else { return };
        let mut inner = self.inner.lock();
        inner.armed_at = NEVER;
        if inner.is_fenced || self.handle.leader_epoch() != self.leader_epoch {
            return;
        }
        let rules = share.config(&self.key.group).give_back();
        self.expire(&share, &mut inner, rules);
        self.arm(&share, &mut inner);
        drop(inner);
        self.changes.notify();
    }
}

/// What a share-partition begins with.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) state_epoch: i32,
    pub(super) start_offset: i64,
    pub(super) batches: Vec<super::batches::StateBatch>,
    /// `share.delivery.count.limit`.
    pub(super) count_limit: i16,
}

/// A write to wait for.
#[derive(Debug)]
pub(crate) struct Persisted {
    shard: Arc<super::state::StateShard>,
    required: i64,
}

impl Persisted {
    pub(crate) fn new(shard: Arc<super::state::StateShard>, required: i64) -> Self {
        Self { shard, required }
    }

    /// Waits until the write is committed.
    pub(crate) async fn committed(self) -> Result<(), ErrorCode> {
        self.shard.journal.committed(self.required).await
    }
}
