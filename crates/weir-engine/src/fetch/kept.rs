//! Sets of clients that fetch without a session, kept from one request of a connection to its next.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;

use super::set::FetchSet;
use crate::partition::Isolation;

/// Sets of fewer partitions are made anew each time: that costs less than a connection's memory.
pub(crate) const KEPT_MIN: usize = 64;

/// Partitions of all kept sets together: some 60 MB. The set that was not used for longest makes room.
const PARTITIONS_MAX: usize = 200_000;

/// What a set was looked at with. Under other terms other things are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Terms {
    /// Of the request.
    pub(crate) version: i16,
    pub(crate) isolation: Isolation,
}

/// The kept sets, by connection.
#[derive(Debug, Default)]
pub(crate) struct KeptFetches {
    all: Mutex<All>,
}

#[derive(Debug, Default)]
struct All {
    by_connection: BTreeMap<u64, Kept>,
    partitions: usize,
}

#[derive(Debug)]
struct Kept {
    terms: Terms,
    set: FetchSet,
    last_used_ms: i64,
}

impl All {
    fn remove(&mut self, connection: u64) -> Option<Kept> {
        let kept = self.by_connection.remove(&connection)?;
        self.partitions -= kept.set.len();
        Some(kept)
    }

    fn remove_stalest(&mut self) -> Option<Kept> {
        let stalest = self.by_connection.iter().min_by_key(|(_, kept)| kept.last_used_ms);
        let connection = *stalest?.0;
        self.remove(connection)
    }
}

impl KeptFetches {
    /// Takes a connection's set out; `None` when there is none, or one of other terms.
    pub(crate) fn take(&self, connection: u64, terms: Terms) -> Option<FetchSet> {
        let kept = self.all.lock().remove(connection)?;
        // Else it is dropped here, outside the lock: that unregisters it from every partition.
        (kept.terms == terms).then_some(kept.set)
    }

    /// Keeps a set until the connection's next request, or until others need the room.
    pub(crate) fn put(&self, connection: u64, terms: Terms, set: FetchSet, now_ms: i64) {
        if set.len() > PARTITIONS_MAX {
            return;
        }
        let mut removed = Vec::new();
        let mut all = self.all.lock();
        removed.extend(all.remove(connection));
        while all.partitions + set.len() > PARTITIONS_MAX {
            removed.extend(all.remove_stalest());
        }
        all.partitions += set.len();
        all.by_connection.insert(connection, Kept { terms, set, last_used_ms: now_ms });
        drop(all);
        // Outside the lock, as in `take`.
        drop(removed);
    }
}

/// Held by a connection whose sets are kept: they go with it.
#[derive(Debug)]
pub(crate) struct KeptGuard {
    pub(crate) fetches: Arc<KeptFetches>,
    pub(crate) connection: u64,
}

impl Drop for KeptGuard {
    fn drop(&mut self) {
        let kept = self.fetches.all.lock().remove(self.connection);
        drop(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::{TopicKey, Wanted};

    const TERMS: Terms = Terms { version: 12, isolation: Isolation::ReadUncommitted };

    fn set(partitions: usize) -> FetchSet {
        let topic = TopicKey::Name(weir_wire::Str::from("nowhere"));
        let wanted = Wanted { offset: 0, leader_epoch: -1, last_epoch: -1, bytes_max: 1 };
        let mut set = FetchSet::new();
        let mut renewal = set.renewal();
        (0..partitions).for_each(|index| renewal.want(&topic, index as i32, wanted));
        renewal.end();
        set
    }

    #[test]
    fn a_set_is_for_its_connection_and_its_terms_once() {
        let kept = KeptFetches::default();
        kept.put(1, TERMS, set(3), 0);
        assert!(kept.take(2, TERMS).is_none());
        assert_eq!(kept.take(1, TERMS).map(|set| set.len()), Some(3));
        assert!(kept.take(1, TERMS).is_none());
        kept.put(1, TERMS, set(3), 0);
        assert!(kept.take(1, Terms { version: 13, ..TERMS }).is_none());
        assert!(kept.take(1, TERMS).is_none(), "of no use to a later one either");
        assert_eq!(kept.all.lock().partitions, 0);
    }

    #[test]
    fn all_sets_together_have_so_many_partitions_and_the_stalest_goes() {
        let kept = KeptFetches::default();
        kept.put(1, TERMS, set(PARTITIONS_MAX - 10), 1_000);
        kept.put(2, TERMS, set(10), 0);
        kept.put(3, TERMS, set(10), 2_000);
        assert!(kept.take(2, TERMS).is_none());
        assert!(kept.take(3, TERMS).is_some());
        assert!(kept.take(1, TERMS).is_some());
        kept.put(4, TERMS, set(PARTITIONS_MAX + 1), 0);
        assert!(kept.take(4, TERMS).is_none());
        assert_eq!(kept.all.lock().partitions, 0);
    }

    #[test]
    fn a_connection_takes_its_set_along() {
        let fetches = Arc::new(KeptFetches::default());
        let guard = KeptGuard { fetches: fetches.clone(), connection: 1 };
        fetches.put(1, TERMS, set(3), 0);
        drop(guard);
        assert!(fetches.take(1, TERMS).is_none());
        assert_eq!(fetches.all.lock().partitions, 0);
    }
}
