//! Fetch sessions (KIP-227): bounded, per broker, lost with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;

use super::set::FetchSet;

/// A session not used for this long may make room for another (Kafka's
/// `min.incremental.fetch.session.eviction.ms`).
const EVICTION_MS: i64 = 120_000;

/// Partitions of all sessions together, those that do not exist among them: what they cost in memory has a bound
/// (150 MB) whatever clients name. Who finds no room fetches without a session.
const PARTITIONS_MAX: usize = 500_000;

/// One client's session on one broker.
#[derive(Debug)]
pub(crate) struct FetchSession {
    pub(crate) id: i32,
    /// Whether its topics are named by id (v13 and later).
    pub(crate) uses_topic_ids: bool,
    pub(crate) set: Mutex<FetchSet>,
    use_: Mutex<Use>,
}

#[derive(Debug, Clone, Copy)]
struct Use {
    /// The epoch that the next request must carry.
    epoch: i32,
    size: usize,
    created_ms: i64,
    last_used_ms: i64,
}

impl FetchSession {
    /// Takes a request's turn: its epoch must be the one expected; the next is one higher.
    pub(crate) fn take_turn(&self, epoch: i32, now_ms: i64) -> bool {
        let mut use_ = self.use_.lock();
        if use_.epoch != epoch {
            return false;
        }
        use_.epoch = next_epoch(epoch);
        use_.last_used_ms = now_ms;
        true
    }

    /// The session's number of partitions changed.
    pub(crate) fn resized(&self, size: usize) {
        self.use_.lock().size = size;
    }
}

/// From 1 upwards, and again from 1.
fn next_epoch(epoch: i32) -> i32 {
    if epoch == i32::MAX { 1 } else { epoch + 1 }
}

/// The sessions of every broker.
#[derive(Debug, Default)]
pub(crate) struct FetchSessions {
    /// By broker, then by id: a broker has at most `slots` of them.
    sessions: Mutex<BTreeMap<(i32, i32), Arc<FetchSession>>>,
}

impl FetchSessions {
    pub(crate) fn get(&self, broker: i32, id: i32) -> Option<Arc<FetchSession>> {
        self.sessions.lock().get(&(broker, id)).cloned()
    }

    /// Ends a session.
    pub(crate) fn remove(&self, broker: i32, id: i32) {
        let removed = self.sessions.lock().remove(&(broker, id));
        // Outside the lock: dropping it unregisters it from every partition.
        drop(removed);
    }

    /// Keeps `set` as a new session, or drops it when there is no room: the client goes on without
    /// one. `draw` gives random numbers.
    pub(crate) fn create(
        &self,
        broker: i32,
        slots: usize,
        set: FetchSet,
        uses_topic_ids: bool,
        now_ms: i64,
        mut draw: impl FnMut() -> u64,
    ) -> Option<Arc<FetchSession>> {
        let mut sessions = self.sessions.lock();
        if partitions(&sessions) + set.len() > PARTITIONS_MAX {
            return None;
        }
        let evicted = match make_room(&sessions, broker, slots, set.len(), now_ms) {
            Room::Free => None,
            Room::Evict(id) => sessions.remove(&(broker, id)),
            Room::None => return None,
        };
        let id = loop {
            let id = (draw() >> 33) as i32;
            if id > 0 && !sessions.contains_key(&(broker, id)) {
                break id;
            }
        };
        let size = set.len();
        let use_ = Use { epoch: 1, size, created_ms: now_ms, last_used_ms: now_ms };
        let session = Arc::new(FetchSession {
            id,
            uses_topic_ids,
            set: Mutex::new(set),
            use_: Mutex::new(use_),
        });
        sessions.insert((broker, id), session.clone());
        drop(sessions);
        drop(evicted);
        Some(session)
    }

    /// Whether a session that grew took the sessions over their bound.
    pub(crate) fn is_over(&self) -> bool {
        partitions(&self.sessions.lock()) > PARTITIONS_MAX
    }

    /// The broker stopped: its sessions are gone.
    pub(crate) fn drop_broker(&self, broker: i32) {
        let mut sessions = self.sessions.lock();
        let mut of_broker = sessions.split_off(&(broker, i32::MIN));
        let mut after = of_broker.split_off(&(broker, i32::MAX));
        sessions.append(&mut after);
        drop(sessions);
        drop(of_broker);
    }
}

fn partitions(sessions: &BTreeMap<(i32, i32), Arc<FetchSession>>) -> usize {
    sessions.values().map(|session| session.use_.lock().size).sum()
}

enum Room {
    Free,
    Evict(i32),
    None,
}

/// As Kafka: the least recently used session goes if it was idle long enough; else the smallest one
/// that is smaller than the newcomer and not itself new.
fn make_room(
    sessions: &BTreeMap<(i32, i32), Arc<FetchSession>>,
    broker: i32,
    slots: usize,
    size: usize,
    now_ms: i64,
) -> Room {
    let of_broker = || {
        sessions
            .range((broker, i32::MIN)..=(broker, i32::MAX))
            .map(|(key, session)| (key.1, *session.use_.lock()))
    };
    if of_broker().count() < slots {
        return Room::Free;
    }
    let stalest = of_broker().min_by_key(|(_, use_)| use_.last_used_ms);
    if let Some((id, use_)) = stalest
        && now_ms - use_.last_used_ms > EVICTION_MS
    {
        return Room::Evict(id);
    }
    let old = of_broker().filter(|(_, use_)| now_ms - use_.created_ms > EVICTION_MS);
    match old.min_by_key(|(_, use_)| use_.size) {
        Some((id, use_)) if use_.size < size => Room::Evict(id),
        _ => Room::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::{TopicKey, Wanted};

    fn set(partitions: usize) -> FetchSet {
        let topic = TopicKey::Name(weir_wire::Str::from("nowhere"));
        let wanted = Wanted { offset: 0, leader_epoch: -1, last_epoch: -1, bytes_max: 1 };
        let mut set = FetchSet::new();
        for index in 0..partitions {
            set.want(&topic, i32::try_from(index).unwrap(), wanted);
        }
        set
    }

    #[test]
    fn all_sessions_together_name_so_many_partitions() {
        let sessions = FetchSessions::default();
        let mut drawn = 0;
        let mut create = |partitions| {
            let draw = || {
                drawn += 1;
                drawn << 33
            };
            sessions.create(1, 1_000, set(partitions), false, 0, draw)
        };
        let first = create(PARTITIONS_MAX - 10).unwrap();
        assert!(create(11).is_none(), "no room: the client fetches without a session");
        let small = create(10).unwrap();
        small.resized(11);
        assert!(sessions.is_over());
        sessions.remove(1, first.id);
        assert!(!sessions.is_over());
        assert!(create(11).is_some());
    }
}
