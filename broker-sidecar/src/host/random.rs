use std::sync::atomic::{AtomicU64, Ordering};

use weir_engine::Rng;

/// The operating system's randomness.
#[derive(Debug, Default)]
pub(crate) struct SystemRng {
    fallback: AtomicU64,
}

impl Rng for SystemRng {
    fn fill(&self, out: &mut [u8]) {
        if getrandom::fill(out).is_ok() {
            return;
        }
        // Linux cannot fail here after boot; ids must still differ from each other if it does.
        for chunk in out.chunks_mut(8) {
            let salt = self.fallback.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            let mixed =
                salt.wrapping_mul(0xbf58_476d_1ce4_e5b9) ^ weir_control::now_ms().unsigned_abs();
            chunk.copy_from_slice(&mixed.to_le_bytes()[..chunk.len()]);
        }
    }
}
