//! Waiting without a runtime: signals, promises, watched partitions, and the future a parked
//! request is.
//!
//! A parked request owns a [`Signal`]. Whoever changes what it waits for (an append, a leader
//! change, a timer, a rebalance) only raises the signal; the request's own task then looks again
//! and builds its answer. So an append never pays for a reader's response, and no lock of the
//! engine is held while another request is answered.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering, fence};
use std::task::{Context, Poll, Waker};

use parking_lot::Mutex;

use crate::timer::TimerGuard;

const RAISED: u8 = 1;
const EXPIRED: u8 = 2;

/// A flag with a waker: raised by news, expired by a deadline.
#[derive(Default)]
pub struct Signal {
    flags: AtomicU8,
    waker: Mutex<Option<Waker>>,
}

impl Signal {
    /// A signal nobody has raised yet.
    pub fn new() -> Arc<Self> {
        Arc::new(Self::default())
    }

    /// There is news: the waiting task looks again.
    pub fn raise(&self) {
        self.set(RAISED);
    }

    /// The deadline passed: the waiting task answers with what there is.
    pub fn expire(&self) {
        self.set(EXPIRED);
    }

    /// Whether the deadline has passed. Stays true.
    pub fn is_expired(&self) -> bool {
        self.flags.load(Ordering::Acquire) & EXPIRED != 0
    }

    /// Whether anything happened since the last [`Signal::arm`].
    pub fn is_raised(&self) -> bool {
        self.flags.load(Ordering::Acquire) != 0
    }

    /// Clears the news and remembers whom to wake. Must come before looking at the state that is
    /// waited for: a change after the look then raises the signal again, and nothing is missed.
    pub fn arm(&self, waker: &Waker) {
        self.remember(waker);
        self.clear();
    }

    /// Wakes `waker` from now on, without clearing anything.
    pub fn remember(&self, waker: &Waker) {
        let mut slot = self.waker.lock();
        match slot.as_ref() {
            Some(known) if known.will_wake(waker) => {}
            _ => *slot = Some(waker.clone()),
        }
    }

    /// Waits for news or expiry since the last look. Anything raised since this wait began counts.
    pub fn news(self: &Arc<Self>) -> News {
        News(self.clone())
    }

    /// Forgets the news of before: what is looked at after this call need not be looked at again
    /// because of them.
    pub fn clear(&self) {
        self.flags.fetch_and(!RAISED, Ordering::AcqRel);
    }

    fn set(&self, flag: u8) {
        let before = self.flags.fetch_or(flag, Ordering::AcqRel);
        if before & flag == 0 {
            let waker = self.waker.lock().clone();
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }
}

impl fmt::Debug for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signal").field("flags", &self.flags.load(Ordering::Relaxed)).finish()
    }
}

/// The future of [`Signal::news`]: ready when raised or expired. An `async` handler loops: clear,
/// look, `news().await`.
#[derive(Debug)]
pub struct News(Arc<Signal>);

impl Future for News {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.0.remember(context.waker());
        // After the waker is in place: whoever raises from here on wakes it.
        if self.0.is_raised() { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// What a parked request does each time it is woken: `Poll::Ready` ends the wait. `expired` says
/// that the deadline has passed, so that this look must answer.
pub type Look<T> = Box<dyn FnMut(bool) -> Poll<T> + Send>;

/// A parked request: the future of its answer. Dropping it (the connection closed) forgets the
/// request.
pub struct Parked<T> {
    signal: Arc<Signal>,
    look: Look<T>,
    /// Cancels the deadline when the request ends before it.
    _deadline: Option<TimerGuard>,
}

impl<T: 'static> Parked<T> {
    /// Parks until `look` is ready; it runs at the first poll and after each [`Signal::raise`] or
    /// expiry.
    pub fn new(
        signal: Arc<Signal>,
        deadline: Option<TimerGuard>,
        look: impl FnMut(bool) -> Poll<T> + Send + 'static,
    ) -> Self {
        Self { signal, look: Box::new(look), _deadline: deadline }
    }

    /// Looks once, without a task: for tests and the simulator.
    pub fn try_now(&mut self) -> Option<T> {
        match (self.look)(self.signal.is_expired()) {
            Poll::Ready(value) => Some(value),
            Poll::Pending => None,
        }
    }
}

impl<T> Future for Parked<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let this = &mut *self;
        this.signal.arm(context.waker());
        (this.look)(this.signal.is_expired())
    }
}

impl<T> fmt::Debug for Parked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parked").field("signal", &self.signal).finish_non_exhaustive()
    }
}

/// One answer that another request, or a timer, will give: JoinGroup and SyncGroup wait for one.
pub struct Promise<T> {
    cell: Arc<PromiseCell<T>>,
}

struct PromiseCell<T> {
    value: Mutex<Option<T>>,
    signal: Arc<Signal>,
}

impl<T: Send + 'static> Promise<T> {
    /// A promise, and the wait for it.
    pub fn new() -> (Self, Parked<T>) {
        let signal = Signal::new();
        let cell = Arc::new(PromiseCell { value: Mutex::new(None), signal: signal.clone() });
        let waiting = cell.clone();
        let parked = Parked::new(signal, None, move |_| match waiting.value.lock().take() {
            Some(value) => Poll::Ready(value),
            None => Poll::Pending,
        });
        (Self { cell }, parked)
    }

    /// Gives the answer and wakes whoever waits.
    pub fn complete(self, value: T) {
        *self.cell.value.lock() = Some(value);
        self.cell.signal.raise();
    }
}

impl<T> fmt::Debug for Promise<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Promise")
    }
}

/// Who wants to know when a partition changes. `token` is the number the watcher gave when it
/// registered.
pub trait Watch: Send + Sync {
    /// The partition changed. Called under the partition's locks: only set a flag and wake.
    fn changed(&self, token: u32);
}

impl Watch for Signal {
    fn changed(&self, _token: u32) {
        self.raise();
    }
}

/// The watchers of one partition. A change is whatever a reader or an acknowledged writer may wait
/// for: the high watermark or the last stable offset moved, the leader, its epoch or the ISR
/// changed, the log was cut, the partition went away.
#[derive(Default)]
pub struct Watchers {
    /// Mirrors the list's length, so that a partition without watchers costs an append one load.
    count: AtomicUsize,
    list: Mutex<WatchList>,
}

#[derive(Default)]
struct WatchList {
    next_id: u64,
    entries: Vec<(u64, u32, Arc<dyn Watch>)>,
}

impl Watchers {
    /// No watchers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers `watch` until the guard is dropped. Register first, then look at the partition.
    pub fn add(self: &Arc<Self>, watch: Arc<dyn Watch>, token: u32) -> WatchGuard {
        let mut list = self.list.lock();
        let id = list.next_id;
        list.next_id += 1;
        list.entries.push((id, token, watch));
        self.count.store(list.entries.len(), Ordering::SeqCst);
        // Pairs with the one in `notify`: either the change sees this watcher, or the watcher's
        // next look sees the change.
        fence(Ordering::SeqCst);
        WatchGuard { watchers: self.clone(), id }
    }

    /// Tells every watcher that the partition changed.
    pub fn notify(&self) {
        // The state that watchers look at was written before this fence; a watcher that registers
        // after it sees that state, one that registered before is counted here.
        fence(Ordering::SeqCst);
        if self.count.load(Ordering::SeqCst) == 0 {
            return;
        }
        for (_, token, watch) in &self.list.lock().entries {
            watch.changed(*token);
        }
    }

    /// How many watch.
    pub fn len(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    /// Whether nobody watches.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn remove(&self, id: u64) {
        let mut list = self.list.lock();
        if let Some(at) = list.entries.iter().position(|entry| entry.0 == id) {
            list.entries.swap_remove(at);
        }
        if list.entries.is_empty() {
            list.entries = Vec::new();
        }
        self.count.store(list.entries.len(), Ordering::SeqCst);
    }
}

impl fmt::Debug for Watchers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watchers").field("count", &self.len()).finish()
    }
}

/// A registration with a partition; dropping it ends it.
#[derive(Debug)]
pub struct WatchGuard {
    watchers: Arc<Watchers>,
    id: u64,
}

impl Drop for WatchGuard {
    fn drop(&mut self) {
        self.watchers.remove(self.id);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;
    use std::task::Wake;

    use super::*;

    #[derive(Default)]
    struct Count(AtomicU32);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn poll<T>(parked: &mut Parked<T>, count: &Arc<Count>) -> Poll<T> {
        let waker = Waker::from(count.clone());
        Pin::new(parked).poll(&mut Context::from_waker(&waker))
    }

    #[test]
    fn a_promise_wakes_its_waiter_once() {
        let count = Arc::new(Count::default());
        let (promise, mut parked) = Promise::new();
        assert_eq!(poll(&mut parked, &count), Poll::Pending);
        promise.complete(7);
        assert_eq!(count.0.load(Ordering::SeqCst), 1);
        assert_eq!(poll(&mut parked, &count), Poll::Ready(7));
    }

    #[test]
    fn a_promise_kept_before_the_first_poll_is_ready() {
        let (promise, mut parked) = Promise::new();
        promise.complete("early");
        assert_eq!(poll(&mut parked, &Arc::default()), Poll::Ready("early"));
    }

    #[test]
    fn news_between_arm_and_look_is_not_lost() {
        let count = Arc::new(Count::default());
        let signal = Signal::new();
        let inner = signal.clone();
        let mut looks = 0;
        let mut parked = Parked::new(signal, None, move |_| {
            looks += 1;
            if looks == 1 {
                inner.raise();
            }
            if looks == 2 { Poll::Ready(looks) } else { Poll::Pending }
        });
        assert_eq!(poll(&mut parked, &count), Poll::Pending);
        assert_eq!(count.0.load(Ordering::SeqCst), 1, "woken though the news came during the look");
        assert_eq!(poll(&mut parked, &count), Poll::Ready(2));
    }

    #[test]
    fn expiry_is_told_to_the_look() {
        let signal = Signal::new();
        let mut parked = Parked::new(signal.clone(), None, |expired| {
            if expired { Poll::Ready("late") } else { Poll::Pending }
        });
        assert_eq!(poll(&mut parked, &Arc::default()), Poll::Pending);
        signal.expire();
        assert_eq!(poll(&mut parked, &Arc::default()), Poll::Ready("late"));
    }

    #[test]
    fn watchers_are_told_until_their_guard_is_dropped() {
        let watchers = Arc::new(Watchers::new());
        let signal = Signal::new();
        let guard = watchers.add(signal.clone(), 0);
        watchers.notify();
        assert!(signal.is_raised());
        signal.arm(Waker::noop());
        drop(guard);
        watchers.notify();
        assert!(!signal.is_raised() && watchers.is_empty());
    }
}
