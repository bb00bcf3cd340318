use parking_lot::Mutex;
use tokio::sync::{Semaphore, SemaphorePermit};

/// One piece of a file on its way to a socket.
pub(super) const BUFFER_BYTES: usize = 256 << 10;
/// 64 MiB in all.
const BUFFERS_MAX: usize = 256;
/// Free buffers that are kept: what a busy consumer or two need, not what a burst once took.
const FREE_MAX: usize = 4;

/// Buffers shared by all connections; none is held while a socket blocks.
#[derive(Debug)]
pub(crate) struct BufferPool {
    permits: Semaphore,
    free: Mutex<Vec<Box<[u8]>>>,
}

impl Default for BufferPool {
    fn default() -> Self {
        Self { permits: Semaphore::new(BUFFERS_MAX), free: Mutex::default() }
    }
}

impl BufferPool {
    /// A buffer of `BUFFER_BYTES`, once one of the 256 is free.
    pub(super) async fn take(&self) -> Option<PooledBuffer<'_>> {
        let permit = self.permits.acquire().await.ok()?;
        let kept = self.free.lock().pop();
        let bytes = kept.unwrap_or_else(|| vec![0; BUFFER_BYTES].into_boxed_slice());
        Some(PooledBuffer { pool: self, bytes, _permit: permit })
    }
}

#[derive(Debug)]
pub(super) struct PooledBuffer<'a> {
    pool: &'a BufferPool,
    pub(super) bytes: Box<[u8]>,
    _permit: SemaphorePermit<'a>,
}

impl Drop for PooledBuffer<'_> {
    fn drop(&mut self) {
        let mut free = self.pool.free.lock();
        if free.len() < FREE_MAX {
            free.push(std::mem::take(&mut self.bytes));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn buffers_are_bounded_and_few_stay_when_idle() {
        let pool = BufferPool::default();
        let mut taken = Vec::new();
        for _ in 0..BUFFERS_MAX {
            taken.push(pool.take().await.unwrap());
        }
        let one_more = tokio::time::timeout(std::time::Duration::from_millis(5), pool.take()).await;
        assert!(one_more.is_err(), "the 257th waits");
        drop(one_more);
        taken.clear();
        assert_eq!(pool.free.lock().len(), FREE_MAX);
        assert!(pool.take().await.is_some());
    }
}
