//! What changed, for whoever looks: a bounded ring of invalidated tags and operations, read by `events.next`.
//! What a reader names as `watching` is the lease by which pollers know that somebody looks.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::operations::Operation;
use crate::time::now_ms;

/// Events kept; a reader that falls further behind refetches everything.
pub const RING_MAX: usize = 4096;
/// The longest that [`Events::next`] waits.
pub const WAIT_MAX: Duration = Duration::from_secs(30);
/// After its wait, a reader has so long to come back before its pollers slow down.
const LEASE: Duration = Duration::from_secs(10);
/// Who does not wait only glances, as a hidden window does once a minute: pollers read once.
const GLANCE: Duration = Duration::from_secs(3);
/// Tags that one reader may watch.
pub const WATCHING_MAX: usize = 256;
/// "Everything changed": the ring was overrun, or the process is another one.
pub const EVERYTHING: &str = "*";

/// A cheap-clone handle.
#[derive(Debug, Clone)]
pub struct Events {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    newest: watch::Sender<i64>,
}

#[derive(Debug)]
struct State {
    ring: VecDeque<(i64, Event)>,
    seq: i64,
    leases: HashMap<String, Instant>,
    /// The same of those who wait for news, and do not only glance.
    looks: HashMap<String, Instant>,
    /// Why the core does not do its work any more.
    gone: Option<String>,
}

#[derive(Debug, Clone)]
enum Event {
    Changed(String),
    Operation(Arc<Operation>),
}

/// What came after a sequence number.
#[derive(Debug, Clone, Default)]
pub struct News {
    pub seq: i64,
    pub invalidated: Vec<String>,
    /// In their newest form, in the order in which they began.
    pub operations: Vec<Arc<Operation>>,
    /// Background work of the core has panicked: what it did is not done any more, until the core starts anew.
    pub gone: Option<String>,
}

impl Default for Events {
    fn default() -> Self {
        // Begins at the clock: numbers of an earlier process are older than the ring, never in its future.
        let seq = now_ms();
        let state = State {
            ring: VecDeque::new(),
            seq,
            leases: HashMap::new(),
            looks: HashMap::new(),
            gone: None,
        };
        Self {
            shared: Arc::new(Shared { state: Mutex::new(state), newest: watch::Sender::new(seq) }),
        }
    }
}

impl Events {
    pub(crate) fn changed(&self, tag: impl Into<String>) {
        self.push([Event::Changed(tag.into())]);
    }

    pub fn all_changed(&self, tags: impl IntoIterator<Item = String>) {
        self.push(tags.into_iter().map(Event::Changed));
    }

    pub(crate) fn operation(&self, operation: Arc<Operation>) {
        self.push([Event::Operation(operation)]);
    }

    /// The core is gone; told to everybody from now on, the first reason only.
    pub(crate) fn gone(&self, why: &str) {
        self.lock().gone.get_or_insert_with(|| why.to_owned());
        self.push([Event::Changed(EVERYTHING.to_owned())]);
    }

    fn push(&self, events: impl IntoIterator<Item = Event>) {
        // An iterator that asks these events anything would wait for itself under the lock.
        let events: Vec<Event> = events.into_iter().collect();
        let mut state = self.lock();
        for event in events {
            state.seq += 1;
            let seq = state.seq;
            state.ring.push_back((seq, event));
            if state.ring.len() > RING_MAX {
                state.ring.pop_front();
            }
        }
        self.shared.newest.send_replace(state.seq);
    }

    /// What came after `after`, waiting for it up to `wait`; 0 asks where the ring stands now.
    pub async fn next(&self, after: i64, watching: &[String], wait: Duration) -> News {
        let wait = wait.min(WAIT_MAX);
        self.renew(watching, wait);
        let mut newest = self.shared.newest.subscribe();
        if after != 0 {
            let moved = newest.wait_for(|seq| *seq != after);
            // Neither a timeout nor a closed channel is news.
            let _ = tokio::time::timeout(wait, moved).await;
        }
        self.since(after)
    }

    fn since(&self, after: i64) -> News {
        let state = self.lock();
        let oldest = state.ring.front().map_or(state.seq + 1, |(seq, _)| *seq);
        let gone = state.gone.clone();
        if after == 0 {
            return News { seq: state.seq, gone, ..News::default() };
        }
        if after > state.seq || after + 1 < oldest {
            let invalidated = vec![EVERYTHING.to_owned()];
            return News { seq: state.seq, invalidated, gone, ..News::default() };
        }
        let fresh = state.ring.iter().filter(|(seq, _)| *seq > after).map(|(_, event)| event);
        let mut news = collect(fresh);
        (news.seq, news.gone) = (state.seq, gone);
        news
    }

    fn renew(&self, watching: &[String], wait: Duration) {
        let mut state = self.lock();
        let now = Instant::now();
        state.leases.retain(|_, until| *until > now);
        state.looks.retain(|_, until| *until > now);
        let until = now + if wait.is_zero() { GLANCE } else { wait + LEASE };
        for tag in watching.iter().take(WATCHING_MAX) {
            let lease = state.leases.entry(tag.clone()).or_insert(until);
            *lease = (*lease).max(until);
            if !wait.is_zero() {
                state.looks.insert(tag.clone(), until);
            }
        }
    }

    /// Whether somebody looks at something whose tag begins so: `topics(one)`, `topic(one,`.
    pub(crate) fn is_watched(&self, tag: &str) -> bool {
        is_leased(&self.lock().leases, tag)
    }

    /// The same of who waits for its news: a window that is not hidden.
    pub(crate) fn is_looked_at(&self, tag: &str) -> bool {
        is_leased(&self.lock().looks, tag)
    }

    /// The tags that begin so and are looked at now.
    pub(crate) fn watched(&self, begin: &str) -> Vec<String> {
        let now = Instant::now();
        let state = self.lock();
        let leased = state.leases.iter().filter(|(_, until)| **until > now);
        leased.map(|(tag, _)| tag).filter(|tag| tag.starts_with(begin)).cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_leased(leases: &HashMap<String, Instant>, tag: &str) -> bool {
    let now = Instant::now();
    leases.iter().any(|(watched, until)| watched.starts_with(tag) && *until > now)
}

/// Each tag once, each operation in its newest form.
fn collect<'a>(events: impl Iterator<Item = &'a Event>) -> News {
    let mut tags = BTreeSet::new();
    let mut operations: Vec<Arc<Operation>> = Vec::new();
    for event in events {
        match event {
            Event::Changed(tag) => drop(tags.insert(tag.clone())),
            Event::Operation(new) => match operations.iter_mut().find(|old| old.id == new.id) {
                Some(old) => *old = new.clone(),
                None => operations.push(new.clone()),
            },
        }
    }
    News { invalidated: tags.into_iter().collect(), operations, ..News::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn telling_may_ask_who_watches() {
        let events = Events::default();
        let watching = ["group(a,readers)".to_owned(), "group(b,readers)".to_owned()];
        let before = events.next(0, &watching, Duration::ZERO).await;
        events.all_changed(["group(a,"].into_iter().flat_map(|begin| events.watched(begin)));
        let news = events.next(before.seq, &watching, Duration::ZERO).await;
        assert_eq!(news.invalidated, ["group(a,readers)"]);
    }

    #[tokio::test]
    async fn zero_answers_at_once_and_later_numbers_wait() {
        let events = Events::default();
        events.changed("clusters");
        let now = events.next(0, &[], WAIT_MAX).await;
        assert!(now.invalidated.is_empty() && now.seq > 0);
        let waiting = events.clone();
        let task = tokio::spawn(async move { waiting.next(now.seq, &[], WAIT_MAX).await });
        tokio::task::yield_now().await;
        events.changed("clusters");
        events.changed("topics(a)");
        events.changed("clusters");
        let news = task.await.unwrap();
        assert!(news.invalidated.contains(&"clusters".to_owned()), "{news:?}");
        let all = events.next(now.seq, &[], WAIT_MAX).await;
        assert_eq!(all.invalidated, ["clusters", "topics(a)"], "each once");
    }

    #[tokio::test]
    async fn an_overrun_reader_and_a_stranger_refetch_everything() {
        let events = Events::default();
        let start = events.next(0, &[], Duration::ZERO).await.seq;
        for n in 0..=RING_MAX {
            events.changed(format!("topic({n})"));
        }
        let lost = events.next(start, &[], Duration::ZERO).await;
        assert_eq!(lost.invalidated, [EVERYTHING]);
        let stranger = events.next(i64::MAX - 1, &[], Duration::ZERO).await;
        assert_eq!(stranger.invalidated, [EVERYTHING]);
        assert_eq!(events.lock().ring.len(), RING_MAX);
    }

    #[tokio::test]
    async fn watching_is_a_lease() {
        let events = Events::default();
        assert!(!events.is_watched("topics(a)"));
        events.next(0, &["topics(a)".to_owned()], Duration::ZERO).await;
        assert!(events.is_watched("topics(a)"));
        assert!(!events.is_watched("topics(b)"));
    }

    #[tokio::test]
    async fn who_does_not_wait_only_glances() {
        let events = Events::default();
        let tags = ["topics(a)".to_owned()];
        events.next(0, &tags, Duration::ZERO).await;
        assert!(events.is_watched("topics(a)") && !events.is_looked_at("topics(a)"));
        events.next(0, &tags, WAIT_MAX).await;
        assert!(events.is_looked_at("topics("), "a window that waits");
        events.next(0, &tags, Duration::ZERO).await;
        let until = events.lock().leases["topics(a)"];
        assert!(until > Instant::now() + WAIT_MAX, "another's glance shortens no lease");
    }
}
