//! What the pure engine is given: the real file system, clocks, randomness; its timers and background work.
mod clock;
mod drivers;
mod fs;
mod random;

pub(crate) use clock::SystemClock;
pub(crate) use drivers::Drivers;
pub use fs::RealFs;
pub(crate) use random::SystemRng;

/// The kernel's boot id: the same one at the next start means that the page cache survived. Empty where the
/// system has none, which never equals a stored one.
pub(crate) fn boot_id() -> String {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    text.trim().to_owned()
}
