//! What readers see of a log, without a lock.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use arc_swap::ArcSwap;

use super::producers::Producers;
use super::segment::Segment;

/// Segments by base offset, the last one active.
pub(crate) type Segments = Vec<Arc<Segment>>;

/// Offset of an open transaction where none is open.
const NONE_OPEN: i64 = i64::MAX;

#[derive(Debug)]
pub(crate) struct View {
    log_start: AtomicI64,
    log_end: AtomicI64,
    /// Everything below is durable.
    flushed: AtomicI64,
    first_unstable: AtomicI64,
    has_unreplicated: AtomicBool,
    size: AtomicU64,
    /// Compaction has come to here.
    cleaned_to: AtomicI64,
    recovered: AtomicBool,
    /// A closed segment waits to be synced.
    rolled: AtomicBool,
    segments: ArcSwap<Segments>,
}

impl View {
    pub(crate) fn new(segments: Arc<Segments>, recovered: bool) -> Self {
        Self {
            log_start: AtomicI64::new(0),
            log_end: AtomicI64::new(0),
            flushed: AtomicI64::new(0),
            first_unstable: AtomicI64::new(NONE_OPEN),
            has_unreplicated: AtomicBool::new(false),
            size: AtomicU64::new(0),
            cleaned_to: AtomicI64::new(0),
            recovered: AtomicBool::new(recovered),
            rolled: AtomicBool::new(false),
            segments: ArcSwap::new(segments),
        }
    }

    pub(crate) fn log_start(&self) -> i64 {
        self.log_start.load(Ordering::Acquire)
    }

    pub(crate) fn set_log_start(&self, offset: i64) {
        self.log_start.store(offset, Ordering::Release);
    }

    pub(crate) fn log_end(&self) -> i64 {
        self.log_end.load(Ordering::Acquire)
    }

    pub(crate) fn set_log_end(&self, offset: i64) {
        self.log_end.store(offset, Ordering::Release);
    }

    pub(crate) fn flushed(&self) -> i64 {
        self.flushed.load(Ordering::Acquire)
    }

    pub(crate) fn set_flushed(&self, offset: i64) {
        self.flushed.store(offset, Ordering::Release);
    }

    pub(crate) fn first_unstable(&self) -> Option<i64> {
        let offset = self.first_unstable.load(Ordering::Acquire);
        (offset != NONE_OPEN).then_some(offset)
    }

    /// Mirrors what the producers' transactions hold back.
    pub(crate) fn set_unstable(&self, producers: &Producers) {
        let first = producers.first_unstable_offset();
        self.first_unstable.store(first.unwrap_or(NONE_OPEN), Ordering::Release);
        self.has_unreplicated.store(producers.has_unreplicated(), Ordering::Release);
    }

    /// Whether a transaction's marker waits for its replicas.
    pub(crate) fn has_unreplicated(&self) -> bool {
        self.has_unreplicated.load(Ordering::Acquire)
    }

    pub(crate) fn cleaned_to(&self) -> i64 {
        self.cleaned_to.load(Ordering::Acquire)
    }

    pub(crate) fn set_cleaned_to(&self, offset: i64) {
        self.cleaned_to.store(offset, Ordering::Release);
    }

    pub(crate) fn size(&self) -> u64 {
        self.size.load(Ordering::Acquire)
    }

    pub(crate) fn grow(&self, bytes: u64) {
        self.size.fetch_add(bytes, Ordering::AcqRel);
    }

    pub(crate) fn is_recovered(&self) -> bool {
        self.recovered.load(Ordering::Acquire)
    }

    pub(crate) fn set_recovered(&self, recovered: bool) {
        self.recovered.store(recovered, Ordering::Release);
    }

    pub(crate) fn is_rolled(&self) -> bool {
        self.rolled.load(Ordering::Acquire)
    }

    pub(crate) fn set_rolled(&self, rolled: bool) {
        self.rolled.store(rolled, Ordering::Release);
    }

    pub(crate) fn segments(&self) -> Arc<Segments> {
        self.segments.load_full()
    }

    /// Publishes another list, with its size.
    pub(crate) fn set_segments(&self, segments: Segments) {
        let size = segments.iter().map(|segment| u64::from(segment.tip().size)).sum();
        self.segments.store(Arc::new(segments));
        self.size.store(size, Ordering::Release);
    }
}
