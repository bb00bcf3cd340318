use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::pool::BufferPool;

/// Permits are counted in KiB: a semaphore counts in 32 bits.
const UNIT: usize = 1_024;

/// What all connections of all brokers share: bounds in bytes, connections and time.
#[derive(Debug)]
pub(crate) struct NetBudget {
    /// What the file limit allows, of all brokers.
    pub(crate) connections: Arc<Semaphore>,
    /// `max.connections`, of each broker.
    pub(crate) connections_of_broker: usize,
    /// `queued.max.request.bytes`: large frames in flight. Small ones are bounded by `connections`.
    requests: Arc<Semaphore>,
    requests_kib: u32,
    /// Whoever has it may go over the bound by one frame, so that half-read frames that fill the bound
    /// cannot wait for each other.
    over: Arc<Semaphore>,
    /// Frames that wait for a share just now.
    waiting: AtomicUsize,
    /// Responses that a client does not read, while they wait in memory of their own.
    unread: Arc<Semaphore>,
    /// Buffers through which file slices go out.
    pub(crate) pool: BufferPool,
    /// `socket.request.max.bytes`.
    pub(crate) frame_max: usize,
    /// `connections.max.idle.ms`.
    pub(crate) idle: Duration,
    pub(super) patience: Patience,
}

/// How slowly a large frame may come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// A client that began a large frame and then sends nothing for this long loses its connection: it holds a
    /// share of the bound that others wait for.
    pub(super) stall: Duration,
    /// As `stall`, while others wait for a share.
    pub(super) pressed: Duration,
    /// Bytes a second that it must come with, after `stall`: a drip is no progress.
    pub(super) slowest: u64,
}

impl Default for Patience {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { stall: seconds(30), pressed: seconds(5), slowest: 256 << 10 }
    }
}

/// Limits of one process, under Kafka's names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) connections: usize,
    pub(crate) connections_of_broker: usize,
    pub(crate) queued_request_bytes: usize,
    pub(crate) frame_max: usize,
    pub(crate) idle: Duration,
}

/// Unread responses in memory: as much as requests by default.
const UNREAD_BYTES: usize = 256 << 20;

impl NetBudget {
    pub(crate) fn new(bounds: Bounds) -> Self {
        let requests_kib = permits(bounds.queued_request_bytes).max(1);
        Self {
            connections: Arc::new(Semaphore::new(bounds.connections.max(1))),
            connections_of_broker: bounds.connections_of_broker.clamp(1, Semaphore::MAX_PERMITS),
            requests: Arc::new(Semaphore::new(requests_kib as usize)),
            requests_kib,
            over: Arc::new(Semaphore::new(1)),
            waiting: AtomicUsize::new(0),
            unread: Arc::new(Semaphore::new(UNREAD_BYTES / UNIT)),
            pool: BufferPool::default(),
            frame_max: bounds.frame_max,
            idle: bounds.idle,
            patience: Patience::default(),
        }
    }

    /// Waits until a frame that has `share` may hold `bytes` more.
    pub(super) async fn grow(&self, share: &mut Share, bytes: usize) {
        if share.over.is_some() {
            return;
        }
        let wanted = permits(bytes).min(self.requests_kib);
        if let Ok(more) = self.requests.clone().try_acquire_many_owned(wanted) {
            return share.add(more);
        }
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waits = Waits(&self.waiting);
        tokio::select! {
            biased;
            more = self.requests.clone().acquire_many_owned(wanted) => {
                // Never closed.
                if let Ok(more) = more { share.add(more) }
            }
            over = self.over.clone().acquire_owned() => share.over = over.ok(),
        }
    }

    /// Whether a frame waits for its share: who holds one and sends nothing is in the way.
    pub(super) fn is_pressed(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    /// Room for `bytes` of a response that its client does not read; `None` when too much waits already.
    pub(super) fn unread(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        self.unread.clone().try_acquire_many_owned(permits(bytes)).ok()
    }
}

/// What one large frame holds of the bound, until it is answered.
#[derive(Debug, Default)]
pub(super) struct Share {
    permits: Option<OwnedSemaphorePermit>,
    over: Option<OwnedSemaphorePermit>,
}

impl Share {
    fn add(&mut self, more: OwnedSemaphorePermit) {
        match &mut self.permits {
            Some(permits) => permits.merge(more),
            None => self.permits = Some(more),
        }
    }
}

/// Counts one waiting frame; a connection that ends meanwhile waits no longer.
struct Waits<'a>(&'a AtomicUsize);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn permits(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX)
}
