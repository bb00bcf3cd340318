//! One partition of `__transaction_state` under one leadership: its transactional ids, and the way
//! into its log.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

use parking_lot::{Mutex, RwLock};
use weir_wire::records::BatchBuilder;
use weir_wire::{EncodeError, ErrorCode, Str};

use super::TxnEnv;
use super::entry::Entry;
use super::error::for_client;
use super::load::read_partition;
use super::records;
use super::transaction::Transaction;
use crate::order::in_order;
use crate::partition::Partition;
use crate::wait::Signal;

/// How long a request waits for the replicas of its record (Kafka's `request.timeout.ms`).
const COMMIT_TIMEOUT_MS: i64 = 30_000;

/// The transactional ids of one partition, while one broker leads it in one epoch.
#[derive(Debug)]
pub(crate) struct Shard {
    pub(super) env: TxnEnv,
    broker: i32,
    leader_epoch: i32,
    partition: Arc<Partition>,
    /// Held while loading, so that others answer COORDINATOR_LOAD_IN_PROGRESS instead of waiting.
    loading: Mutex<()>,
    is_loaded: AtomicBool,
    entries: RwLock<HashMap<Str, Arc<Entry>>>,
    me: Weak<Shard>,
}

impl Shard {
    pub(super) fn new(env: TxnEnv, broker: i32, partition: Arc<Partition>) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            env,
            broker,
            leader_epoch: partition.leader_epoch(),
            partition,
            loading: Mutex::default(),
            is_loaded: AtomicBool::new(false),
            entries: RwLock::default(),
            me: me.clone(),
        })
    }

    /// Whether it belongs to the present leadership of `partition`.
    pub(super) fn is_of(&self, broker: i32, partition: &Arc<Partition>) -> bool {
        self.broker == broker && Arc::ptr_eq(&self.partition, partition) && !self.is_stale()
    }

    /// Another leadership has begun: this one decides nothing any more.
    pub(super) fn is_stale(&self) -> bool {
        self.partition.leader_epoch() != self.leader_epoch || self.partition.is_deleted()
    }

    /// The broker that leads the partition.
    pub(super) fn broker(&self) -> i32 {
        self.broker
    }

    /// The epoch that markers carry, by which partitions refuse those of an earlier coordinator.
    pub(super) fn coordinator_epoch(&self) -> i32 {
        self.leader_epoch
    }

    /// Reads the partition, once, and goes on with what was decided and not complete. Whoever comes
    /// while another request reads is told to retry.
    pub(super) fn ensure_loaded(&self) -> Result<(), ErrorCode> {
        if self.is_loaded.load(Ordering::Acquire) {
            return Ok(());
        }
        let Some(_loading) = self.loading.try_lock() else {
            return Err(ErrorCode::COORDINATOR_LOAD_IN_PROGRESS);
        };
        if self.is_loaded.load(Ordering::Acquire) {
            return Ok(());
        }
        let loaded = read_partition(&self.partition).map_err(|error| {
            let partition = self.partition.index();
            tracing::error!(partition, %error, "transactions cannot be loaded");
            for_client(error.code())
        })?;
        let entries: Vec<Arc<Entry>> = in_order(loaded)
            .map(|(id, loaded)| Entry::loaded(self.me.clone(), id, loaded))
            .collect();
        {
            let mut map = self.entries.write();
            map.extend(entries.iter().map(|entry| (entry.id().clone(), entry.clone())));
        }
        self.is_loaded.store(true, Ordering::Release);
        entries.iter().for_each(|entry| entry.resume(self));
        Ok(())
    }

    pub(crate) fn entry(&self, transactional_id: &str) -> Option<Arc<Entry>> {
        self.entries.read().get(transactional_id).cloned()
    }

    /// The entry, made when there is none.
    pub(crate) fn entry_or_new(
        &self,
        transactional_id: &str,
        make: impl FnOnce() -> Result<Transaction, ErrorCode>,
    ) -> Result<Arc<Entry>, ErrorCode> {
        if let Some(entry) = self.entry(transactional_id) {
            return Ok(entry);
        }
        let transaction = make()?;
        let mut entries = self.entries.write();
        if let Some(entry) = entries.get(transactional_id) {
            return Ok(entry.clone());
        }
        let entry = Entry::new(self.me.clone(), Str::from(transactional_id), transaction);
        entries.insert(entry.id().clone(), entry.clone());
        Ok(entry)
    }

    pub(crate) fn entries(&self) -> Vec<Arc<Entry>> {
        let mut entries: Vec<_> = self.entries.read().values().cloned().collect();
        entries.sort_unstable_by(|a, b| a.id().cmp(b.id()));
        entries
    }

    /// Whether no step is under way of what was loaded or done since.
    pub(super) fn is_settled(&self) -> bool {
        self.entries().iter().all(|entry| entry.lock().is_settled())
    }

    /// Takes an entry out, if it is still this one.
    pub(super) fn remove(&self, entry: &Entry) {
        let mut entries = self.entries.write();
        if entries.get(entry.id()).is_some_and(|known| std::ptr::eq(Arc::as_ptr(known), entry)) {
            entries.remove(entry.id());
        }
    }

    /// Appends the next state of an id, or its tombstone. Answers the high watermark at which it is
    /// committed.
    pub(super) fn write(&self, id: &str, next: Option<&Transaction>) -> Result<i64, ErrorCode> {
        let level = self.env.engine().map_or(0, |engine| super::version_of(&engine.image()));
        let encoded = || -> Result<_, EncodeError> {
            let value = next.map(|next| records::value(next, level)).transpose()?;
            Ok((records::key(id)?, value))
        };
        let (key, value) = encoded().map_err(|_| ErrorCode::UNKNOWN_SERVER_ERROR)?;
        let mut builder = BatchBuilder::new();
        builder.append(self.env.clock.wall_ms(), Some(&key), value.as_deref(), &[]);
        let batch = builder.build().map_err(|error| for_client(ErrorCode(error.code())))?;
        if self.is_stale() {
            return Err(ErrorCode::NOT_COORDINATOR);
        }
        let appended = self
            .partition
            .append_in_epoch(self.broker, self.leader_epoch, &batch)
            .map_err(|error| for_client(error.code()))?;
        Ok(appended.last_offset + 1)
    }

    /// Whether everything below `required` is committed; an error when this leadership is over
    /// before.
    pub(super) fn commit_state(&self, required: i64) -> Option<Result<(), ErrorCode>> {
        // Looked at first: what is committed after this leadership may be another's record.
        let view = self.partition.view();
        if self.is_stale() {
            return Some(Err(ErrorCode::NOT_COORDINATOR));
        }
        match view {
            Ok(view) if view.high_watermark >= required => Some(Ok(())),
            Ok(_) => None,
            Err(error) => Some(Err(for_client(error.code()))),
        }
    }

    /// Waits until everything below `required` is committed.
    pub(crate) async fn committed(self: Arc<Self>, required: i64) -> Result<(), ErrorCode> {
        let signal = Signal::new();
        let deadline = self.env.clock.monotonic_ms() + COMMIT_TIMEOUT_MS;
        let _deadline = self.env.timers.expire_at(deadline, &signal);
        let _watch = self.partition.watch(signal.clone(), 0);
        loop {
            signal.clear();
            if let Some(state) = self.commit_state(required) {
                return state;
            }
            if signal.is_expired() {
                return Err(for_client(ErrorCode::REQUEST_TIMED_OUT));
            }
            signal.news().await;
        }
    }
}
