use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::pool::BufferPool;

/// Permits are counted in KiB: a semaphore counts in 32 bits.
const UNIT: usize = 1_024;

/// What all connections of all brokers share: bounds in bytes, connections and time.
#[derive(Debug)]
pub(crate) struct NetBudget {
    /// `max.connections`, or what the file limit allows.
    pub(crate) connections: Arc<Semaphore>,
    /// `queued.max.request.bytes`: large frames in flight. Small ones are bounded by `connections`.
    requests: Arc<Semaphore>,
    requests_kib: u32,
    /// Responses that a client does not read, while they wait in memory of their own.
    unread: Arc<Semaphore>,
    /// Buffers through which file slices go out.
    pub(crate) pool: BufferPool,
    /// `socket.request.max.bytes`.
    pub(crate) frame_max: usize,
    /// `connections.max.idle.ms`.
    pub(crate) idle: Duration,
}

/// Limits of one process, under Kafka's names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) connections: usize,
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
            requests: Arc::new(Semaphore::new(requests_kib as usize)),
            requests_kib,
            unread: Arc::new(Semaphore::new(UNREAD_BYTES / UNIT)),
            pool: BufferPool::default(),
            frame_max: bounds.frame_max,
            idle: bounds.idle,
        }
    }

    /// Waits for room for a frame of `bytes`. One that is larger than the whole bound takes all of it.
    pub(super) async fn request(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let wanted = permits(bytes).min(self.requests_kib);
        // Never closed: `None` cannot happen, and would close the connection.
        self.requests.clone().acquire_many_owned(wanted).await.ok()
    }

    /// Room for `bytes` of a response that its client does not read; `None` when too much waits already.
    pub(super) fn unread(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        self.unread.clone().try_acquire_many_owned(permits(bytes)).ok()
    }
}

fn permits(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX)
}
