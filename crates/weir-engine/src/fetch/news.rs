//! The bits by which partitions tell a fetch that they changed.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::wait::{Signal, Watch};

/// One bit a partition of a set, and the signal of whoever waits for any.
#[derive(Debug, Default)]
pub(crate) struct News {
    signal: Arc<Signal>,
    words: Mutex<Vec<u64>>,
}

impl News {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Raised whenever a bit is set.
    pub(crate) fn signal(&self) -> &Arc<Signal> {
        &self.signal
    }

    /// Sets one bit.
    pub(crate) fn mark(&self, token: u32) {
        let (word, bit) = (token as usize / 64, token % 64);
        let mut words = self.words.lock();
        if words.len() <= word {
            words.resize(word + 1, 0);
        }
        words[word] |= 1 << bit;
    }

    /// Clears all bits and hands out which were set, in order.
    pub(crate) fn take(&self, mut each: impl FnMut(u32)) {
        let mut words = self.words.lock();
        for (at, word) in words.iter_mut().enumerate() {
            let mut bits = std::mem::take(word);
            while bits != 0 {
                each(at as u32 * 64 + bits.trailing_zeros());
                bits &= bits - 1;
            }
        }
    }
}

impl Watch for News {
    fn changed(&self, token: u32) {
        self.mark(token);
        self.signal.raise();
    }
}
