//! One timer wheel for the whole engine, driven by the injected clock.
//!
//! A hierarchical wheel (six levels of 64 slots, 1 ms the finest): scheduling and cancelling cost
//! O(1) whatever the number of timers, and the next deadline is found by looking at six bit sets.

use std::fmt;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use crate::wait::Signal;

const SLOT_BITS: u32 = 6;
const SLOTS: usize = 1 << SLOT_BITS;
const LEVELS: usize = 6;
/// The longest distance a slot can express; later deadlines are put here and looked at again.
const HORIZON_MS: u64 = (1 << (SLOT_BITS * LEVELS as u32)) - 1;
const NONE: u32 = u32::MAX;

/// Names one scheduled timer; a number never used twice at the same place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimerId {
    index: u32,
    generation: u32,
}

struct Entry<T> {
    deadline: u64,
    generation: u32,
    level: u8,
    slot: u8,
    previous: u32,
    next: u32,
    item: Option<T>,
}

#[derive(Clone, Copy)]
struct Level {
    occupied: u64,
    heads: [u32; SLOTS],
}

/// The wheel itself: pure data, times in milliseconds of a monotonic clock.
pub struct Wheel<T> {
    now: u64,
    levels: [Level; LEVELS],
    entries: Vec<Entry<T>>,
    free: u32,
    len: usize,
}

impl<T> Wheel<T> {
    /// An empty wheel that stands at `now`.
    pub fn new(now: u64) -> Self {
        let level = Level { occupied: 0, heads: [NONE; SLOTS] };
        Self { now, levels: [level; LEVELS], entries: Vec::new(), free: NONE, len: 0 }
    }

    /// How many timers are scheduled.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no timer is scheduled.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Schedules `item` for `deadline`; one that has passed fires at the next millisecond.
    pub fn schedule(&mut self, deadline: u64, item: T) -> TimerId {
        let index = self.allocate(deadline, item);
        self.link(index);
        self.len += 1;
        TimerId { index, generation: self.entries[index as usize].generation }
    }

    /// Takes a timer back; `None` when it fired or was cancelled already.
    pub fn cancel(&mut self, id: TimerId) -> Option<T> {
        let entry = self.entries.get(id.index as usize)?;
        if entry.generation != id.generation || entry.item.is_none() {
            return None;
        }
        self.unlink(id.index);
        self.release(id.index)
    }

    /// A lower bound of the next deadline: nothing fires before it. Exact within the finest level.
    pub fn next_deadline(&self) -> Option<u64> {
        self.next_slot().map(|(_, _, at)| at)
    }

    /// Moves to `now` and takes out every timer due by then, in order of deadline.
    pub fn advance(&mut self, now: u64, due: &mut Vec<T>) {
        while let Some((level, slot, at)) = self.next_slot().filter(|next| next.2 <= now) {
            self.now = at;
            self.empty_slot(level, slot, due);
        }
        self.now = self.now.max(now);
    }

    /// Takes a slot's timers off: due ones fire in the order they were scheduled, the rest go one
    /// level down.
    fn empty_slot(&mut self, level: usize, slot: usize, due: &mut Vec<T>) {
        let mut index = std::mem::replace(&mut self.levels[level].heads[slot], NONE);
        self.levels[level].occupied &= !(1 << slot);
        let mut indexes = Vec::new();
        while index != NONE {
            indexes.push(index);
            index = self.entries[index as usize].next;
        }
        for index in indexes.into_iter().rev() {
            if self.entries[index as usize].deadline <= self.now {
                due.extend(self.release(index));
            } else {
                self.link(index);
            }
        }
    }

    /// The first occupied slot in time: its level, number and start.
    fn next_slot(&self) -> Option<(usize, usize, u64)> {
        let mut first: Option<(usize, usize, u64)> = None;
        for (number, level) in self.levels.iter().enumerate() {
            if level.occupied == 0 {
                continue;
            }
            let shift = SLOT_BITS * number as u32;
            let current = (self.now >> shift) as u32 % SLOTS as u32;
            let ahead = level.occupied.rotate_right(current).trailing_zeros();
            let at = ((self.now >> shift) + u64::from(ahead)) << shift;
            // A slot of a coarser level that begins now must come down before the finer ones are
            // read.
            if first.is_none_or(|known| at < known.2 || (at == known.2 && number > known.0)) {
                first = Some((number, ((current + ahead) % SLOTS as u32) as usize, at));
            }
        }
        first.map(|(level, slot, at)| (level, slot, at.max(self.now)))
    }

    fn allocate(&mut self, deadline: u64, item: T) -> u32 {
        let deadline = deadline.max(self.now + 1);
        if self.free == NONE {
            let index = self.entries.len() as u32;
            self.entries.push(Entry {
                deadline,
                generation: 0,
                level: 0,
                slot: 0,
                previous: NONE,
                next: NONE,
                item: Some(item),
            });
            return index;
        }
        let index = self.free;
        let entry = &mut self.entries[index as usize];
        self.free = entry.next;
        entry.deadline = deadline;
        entry.item = Some(item);
        index
    }

    fn release(&mut self, index: u32) -> Option<T> {
        let entry = &mut self.entries[index as usize];
        entry.generation = entry.generation.wrapping_add(1);
        entry.next = self.free;
        self.free = index;
        self.len -= 1;
        entry.item.take()
    }

    fn link(&mut self, index: u32) {
        let deadline = self.entries[index as usize].deadline.min(self.now + HORIZON_MS / 2);
        // The highest bit in which the deadline differs from now says which level tells them apart.
        let differs = (self.now ^ deadline) | (SLOTS as u64 - 1);
        let level = ((63 - differs.leading_zeros()) / SLOT_BITS).min(LEVELS as u32 - 1);
        let slot = (deadline >> (SLOT_BITS * level)) as usize % SLOTS;
        let head = std::mem::replace(&mut self.levels[level as usize].heads[slot], index);
        if head != NONE {
            self.entries[head as usize].previous = index;
        }
        self.levels[level as usize].occupied |= 1 << slot;
        let entry = &mut self.entries[index as usize];
        entry.level = level as u8;
        entry.slot = slot as u8;
        entry.previous = NONE;
        entry.next = head;
    }

    fn unlink(&mut self, index: u32) {
        let Entry { level, slot, previous, next, .. } = self.entries[index as usize];
        if next != NONE {
            self.entries[next as usize].previous = previous;
        }
        if previous != NONE {
            self.entries[previous as usize].next = next;
            return;
        }
        let level = &mut self.levels[level as usize];
        level.heads[slot as usize] = next;
        if next == NONE {
            level.occupied &= !(1 << slot);
        }
    }
}

impl<T> fmt::Debug for Wheel<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wheel").field("now", &self.now).field("len", &self.len).finish()
    }
}

/// What happens when a timer fires.
pub enum Task {
    /// A parked request's deadline.
    Expire(Weak<Signal>),
    /// Anything else; told the monotonic time in milliseconds. Runs without the wheel's lock.
    Call(Box<dyn FnOnce(i64) + Send>),
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Task::Expire(_) => "Expire",
            Task::Call(_) => "Call",
        })
    }
}

/// The engine's timers: the wheel behind a lock, and whom to tell when the next deadline comes
/// earlier.
pub struct Timers {
    wheel: Mutex<Wheel<Task>>,
    on_earlier: Mutex<Option<Arc<dyn Fn() + Send + Sync>>>,
}

impl Timers {
    /// No timers; `now` is the monotonic clock in milliseconds.
    pub fn new(now: i64) -> Arc<Self> {
        Arc::new(Self {
            wheel: Mutex::new(Wheel::new(unsigned(now))),
            on_earlier: Mutex::new(None),
        })
    }

    /// Calls `tell` whenever a new timer becomes the first: the driver that sleeps until
    /// [`Timers::next_deadline`] wakes and looks again.
    pub fn on_earlier(&self, tell: Arc<dyn Fn() + Send + Sync>) {
        *self.on_earlier.lock() = Some(tell);
    }

    /// Schedules a task; dropping the guard cancels it.
    pub fn schedule(self: &Arc<Self>, deadline: i64, task: Task) -> TimerGuard {
        let (id, earlier) = {
            let deadline = unsigned(deadline);
            let mut wheel = self.wheel.lock();
            let before = wheel.next_deadline();
            let id = wheel.schedule(deadline, task);
            (id, before.is_none_or(|before| deadline < before))
        };
        if earlier {
            let tell = self.on_earlier.lock().clone();
            if let Some(tell) = tell {
                tell();
            }
        }
        TimerGuard { timers: Arc::downgrade(self), id }
    }

    /// A deadline for a parked request.
    pub fn expire_at(self: &Arc<Self>, deadline: i64, signal: &Arc<Signal>) -> TimerGuard {
        self.schedule(deadline, Task::Expire(Arc::downgrade(signal)))
    }

    /// When [`Timers::tick`] next has work, at the earliest.
    pub fn next_deadline(&self) -> Option<i64> {
        self.wheel.lock().next_deadline().map(|at| i64::try_from(at).unwrap_or(i64::MAX))
    }

    /// Runs everything that is due at `now`. Returns how many timers fired.
    pub fn tick(&self, now: i64) -> usize {
        let mut due = Vec::new();
        self.wheel.lock().advance(unsigned(now), &mut due);
        let fired = due.len();
        for task in due {
            match task {
                Task::Expire(signal) => {
                    if let Some(signal) = signal.upgrade() {
                        signal.expire();
                    }
                }
                Task::Call(call) => call(now),
            }
        }
        fired
    }

    /// How many timers are scheduled.
    pub fn len(&self) -> usize {
        self.wheel.lock().len()
    }

    /// Whether no timer is scheduled.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl fmt::Debug for Timers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timers").field("wheel", &*self.wheel.lock()).finish_non_exhaustive()
    }
}

/// The wheel counts from zero; a clock's negative readings stand at zero.
fn unsigned(ms: i64) -> u64 {
    u64::try_from(ms).unwrap_or(0)
}

/// A scheduled timer; dropping it cancels the timer if it has not fired.
#[derive(Debug)]
pub struct TimerGuard {
    timers: Weak<Timers>,
    id: TimerId,
}

impl TimerGuard {
    /// Lets the timer fire whatever becomes of the guard: for tasks that look for themselves
    /// whether they still apply.
    pub fn detach(mut self) {
        self.timers = Weak::new();
    }
}

impl Drop for TimerGuard {
    fn drop(&mut self) {
        if let Some(timers) = self.timers.upgrade() {
            let cancelled = timers.wheel.lock().cancel(self.id);
            // Dropped outside the lock: a task may own guards of its own.
            drop(cancelled);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fired(wheel: &mut Wheel<u64>, now: u64) -> Vec<u64> {
        let mut due = Vec::new();
        wheel.advance(now, &mut due);
        due
    }

    #[test]
    fn timers_fire_at_their_deadline_not_before() {
        let mut wheel = Wheel::new(1_000);
        for deadline in [1_001, 1_063, 1_064, 5_000, 90_000, 10_000_000] {
            wheel.schedule(deadline, deadline);
        }
        assert_eq!(fired(&mut wheel, 1_000), []);
        assert_eq!(fired(&mut wheel, 1_063), [1_001, 1_063]);
        assert_eq!(fired(&mut wheel, 4_999), [1_064]);
        assert_eq!(fired(&mut wheel, 10_000_000), [5_000, 90_000, 10_000_000]);
        assert!(wheel.is_empty() && wheel.next_deadline().is_none());
    }

    #[test]
    fn a_passed_deadline_fires_at_the_next_millisecond() {
        let mut wheel = Wheel::new(50);
        wheel.schedule(10, 10);
        assert_eq!(fired(&mut wheel, 50), []);
        assert_eq!(fired(&mut wheel, 51), [10]);
    }

    #[test]
    fn a_cancelled_timer_does_not_fire_and_its_id_is_never_another_timer() {
        let mut wheel = Wheel::new(0);
        let first = wheel.schedule(10, 1);
        assert_eq!(wheel.cancel(first), Some(1));
        let second = wheel.schedule(10, 2);
        assert_eq!(wheel.cancel(first), None);
        assert_eq!(fired(&mut wheel, 10), [2]);
        assert_eq!(wheel.cancel(second), None);
    }

    #[test]
    fn a_deadline_beyond_the_horizon_waits_its_whole_time() {
        let mut wheel = Wheel::new(7);
        let far = HORIZON_MS * 3;
        wheel.schedule(far, far);
        assert_eq!(fired(&mut wheel, far - 1), []);
        assert_eq!(fired(&mut wheel, far), [far]);
    }

    #[test]
    fn a_dropped_guard_cancels_and_an_earlier_timer_tells_the_driver() {
        let told = Arc::new(std::sync::atomic::AtomicU32::new(0));
        let timers = Timers::new(0);
        let counter = told.clone();
        timers.on_earlier(Arc::new(move || {
            counter.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        }));
        let signal = Signal::new();
        let late = timers.expire_at(500, &signal);
        let early = timers.expire_at(5, &signal);
        let _between = timers.expire_at(100, &signal);
        assert_eq!(told.load(std::sync::atomic::Ordering::SeqCst), 2);
        drop(early);
        assert_eq!(timers.tick(50), 0);
        assert!(!signal.is_expired());
        assert_eq!(timers.tick(500), 2);
        assert!(signal.is_expired() && timers.is_empty());
        drop(late);
    }

    proptest! {
        /// Against a sorted list: the same timers fire, none early, none late, none twice.
        #[test]
        fn fires_like_a_sorted_list(
            start in 0u64..1_000_000,
            steps in prop::collection::vec((0u64..200_000, 0u64..70_000, any::<bool>()), 1..80),
        ) {
            let mut wheel = Wheel::new(start);
            let mut now = start;
            let mut expected: Vec<(u64, u64, TimerId)> = Vec::new();
            for (number, (delay, step, cancel)) in steps.into_iter().enumerate() {
                let number = number as u64;
                let id = wheel.schedule(now + delay, number);
                expected.push(((now + delay).max(now + 1), number, id));
                if cancel && !expected.is_empty() {
                    let (_, item, id) = expected.swap_remove(expected.len() / 2);
                    prop_assert_eq!(wheel.cancel(id), Some(item));
                }
                now += step;
                if let Some(first) = expected.iter().map(|e| e.0).min() {
                    prop_assert!(wheel.next_deadline().is_some_and(|at| at <= first));
                }
                let mut due = fired(&mut wheel, now);
                due.sort_unstable();
                let mut want: Vec<u64> =
                    expected.iter().filter(|e| e.0 <= now).map(|e| e.1).collect();
                want.sort_unstable();
                expected.retain(|e| e.0 > now);
                prop_assert_eq!(due, want);
                prop_assert_eq!(wheel.len(), expected.len());
            }
        }
    }
}
