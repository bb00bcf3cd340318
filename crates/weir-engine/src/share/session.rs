//! Share sessions: which share-partitions a member fetches from a broker, and the epoch that keeps
//! its requests in order (KIP-932).

use std::collections::{HashMap, HashSet};

use parking_lot::Mutex;
use weir_wire::{ErrorCode, Str, Uuid};

/// `share_session_epoch` that opens a session.
pub(crate) const INITIAL_EPOCH: i32 = 0;
/// `share_session_epoch` that closes it.
pub(crate) const FINAL_EPOCH: i32 = -1;

/// A session that was not used for so long gives way where a broker has no room for a new one.
const IDLE_MS: i64 = 120_000;

/// One partition of a session.
pub(crate) type Place = (Uuid, i32);

/// A member's session with one broker.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct SessionKey {
    pub(crate) broker: i32,
    pub(crate) group: Str,
    pub(crate) member: Str,
}

#[derive(Debug)]
struct Session {
    /// The epoch of the next request.
    epoch: i32,
    places: Vec<Place>,
    /// When it was last used (monotonic, ms).
    used_ms: i64,
}

impl Session {
    /// Adds and forgets; answers what is new.
    fn change(&mut self, added: &[Place], forgotten: &[Place]) -> Vec<Place> {
        let forgotten: HashSet<&Place> = forgotten.iter().collect();
        let mut known: HashSet<Place> = match added {
            [] => HashSet::new(),
            _ => self.places.iter().copied().collect(),
        };
        let is_new = |place: &&Place| known.insert(**place) && !forgotten.contains(*place);
        let new: Vec<Place> = added.iter().filter(is_new).copied().collect();
        if !forgotten.is_empty() {
            self.places.retain(|place| !forgotten.contains(place));
        }
        self.places.extend(&new);
        new
    }
}

/// The sessions of every broker.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    all: Mutex<HashMap<SessionKey, Session>>,
}

/// What a ShareFetch is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Opened {
    /// The epoch of this request.
    pub(crate) epoch: i32,
    pub(crate) places: Vec<Place>,
    /// Those that the answer names even where it has nothing of them: they were not in the session.
    pub(crate) added: Vec<Place>,
}

impl Sessions {
    /// A session begins, in place of an older one of the same member. A broker keeps `limit` of them
    /// (`group.share.max.share.sessions`), the least used one gives way when nobody uses it.
    pub(crate) fn open(
        &self,
        key: SessionKey,
        places: Vec<Place>,
        limit: usize,
        now_ms: i64,
    ) -> Result<Opened, ErrorCode> {
        let mut all = self.all.lock();
        all.remove(&key);
        let of_broker = || all.iter().filter(|(known, _)| known.broker == key.broker);
        if of_broker().count() >= limit {
            let idle = of_broker().filter(|(_, session)| now_ms - session.used_ms >= IDLE_MS);
            let oldest = idle.min_by_key(|(_, session)| session.used_ms);
            let oldest = oldest.map(|(key, _)| key.clone());
            all.remove(&oldest.ok_or(ErrorCode::SHARE_SESSION_LIMIT_REACHED)?);
        }
        all.insert(key, Session { epoch: 1, places: places.clone(), used_ms: now_ms });
        Ok(Opened { epoch: INITIAL_EPOCH, added: places.clone(), places })
    }

    /// The next request of a session, with what it adds and forgets.
    pub(crate) fn next(
        &self,
        key: &SessionKey,
        epoch: i32,
        added: &[Place],
        forgotten: &[Place],
        now_ms: i64,
    ) -> Result<Opened, ErrorCode> {
        let mut all = self.all.lock();
        let session = all.get_mut(key).ok_or(ErrorCode::SHARE_SESSION_NOT_FOUND)?;
        if session.epoch != epoch {
            return Err(ErrorCode::INVALID_SHARE_SESSION_EPOCH);
        }
        session.used_ms = now_ms;
        session.epoch = if epoch == i32::MAX { 1 } else { epoch + 1 };
        let added = session.change(added, forgotten);
        Ok(Opened { epoch, places: session.places.clone(), added })
    }

    /// Whether there is such a session.
    pub(crate) fn check(&self, key: &SessionKey) -> Result<(), ErrorCode> {
        let known = self.all.lock().contains_key(key);
        known.then_some(()).ok_or(ErrorCode::SHARE_SESSION_NOT_FOUND)
    }

    pub(crate) fn close(&self, key: &SessionKey) {
        self.all.lock().remove(key);
    }

    /// A broker's sessions are lost with it.
    pub(crate) fn forget_broker(&self, broker: i32) {
        self.all.lock().retain(|key, _| key.broker != broker);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(member: &str) -> SessionKey {
        SessionKey { broker: 1, group: Str::from("g"), member: Str::from(member) }
    }

    const A: Place = (Uuid([1; 16]), 0);
    const B: Place = (Uuid([1; 16]), 1);

    #[test]
    fn epochs_keep_requests_in_order() {
        let sessions = Sessions::default();
        let missing = Err(ErrorCode::SHARE_SESSION_NOT_FOUND);
        assert_eq!(sessions.next(&key("m"), 1, &[], &[], 0), missing);
        assert_eq!(sessions.open(key("m"), vec![A], 10, 0).unwrap().epoch, 0);
        let stale = Err(ErrorCode::INVALID_SHARE_SESSION_EPOCH);
        assert_eq!(sessions.next(&key("m"), 2, &[], &[], 0), stale);
        let opened = sessions.next(&key("m"), 1, &[A, B], &[], 0).unwrap();
        assert_eq!((opened.places, opened.added), (vec![A, B], vec![B]));
        assert_eq!(sessions.next(&key("m"), 1, &[], &[], 0), stale);
        assert_eq!(sessions.next(&key("m"), 2, &[B], &[A], 0).unwrap().places, [B]);
        sessions.close(&key("m"));
        assert_eq!(sessions.check(&key("m")), Err(ErrorCode::SHARE_SESSION_NOT_FOUND));
    }

    #[test]
    fn a_broker_keeps_so_many_sessions() {
        let sessions = Sessions::default();
        sessions.open(key("a"), vec![], 1, 0).unwrap();
        let full = Err(ErrorCode::SHARE_SESSION_LIMIT_REACHED);
        assert_eq!(sessions.open(key("b"), vec![], 1, 0), full);
        assert!(sessions.open(key("a"), vec![A], 1, 0).is_ok(), "its own is replaced");
        assert!(sessions.open(key("b"), vec![], 1, IDLE_MS).is_ok(), "nobody uses it any more");
        sessions.forget_broker(1);
        assert!(sessions.open(key("b"), vec![], 1, 0).is_ok());
    }
}
