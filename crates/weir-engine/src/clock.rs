//! Time, passed in: the sidecar gives the machine's clocks, tests and the simulator their own.

use std::fmt::Debug;
use std::sync::atomic::{AtomicI64, Ordering};

/// The two clocks an engine reads. Both are in milliseconds.
pub trait Clock: Send + Sync + Debug {
    /// Milliseconds since the Unix epoch: what record timestamps and retention use. May step either way.
    fn wall_ms(&self) -> i64;
    /// Milliseconds since an arbitrary moment, never going back: what every timeout uses.
    fn monotonic_ms(&self) -> i64;
}

/// A clock that moves only when told, for tests and the simulator.
#[derive(Debug, Default)]
pub struct ManualClock {
    wall_ms: AtomicI64,
    monotonic_ms: AtomicI64,
}

impl ManualClock {
    /// A clock that reads `wall_ms` and a monotonic zero.
    pub fn at(wall_ms: i64) -> Self {
        Self { wall_ms: AtomicI64::new(wall_ms), monotonic_ms: AtomicI64::new(0) }
    }

    /// Lets `ms` milliseconds pass on both clocks.
    pub fn advance(&self, ms: i64) {
        self.wall_ms.fetch_add(ms, Ordering::SeqCst);
        self.monotonic_ms.fetch_add(ms, Ordering::SeqCst);
    }

    /// Steps the wall clock alone, as an administrator or NTP would.
    pub fn step_wall(&self, ms: i64) {
        self.wall_ms.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn wall_ms(&self) -> i64 {
        self.wall_ms.load(Ordering::SeqCst)
    }

    fn monotonic_ms(&self) -> i64 {
        self.monotonic_ms.load(Ordering::SeqCst)
    }
}
