//! Randomness, passed in, so that a simulated run replays from its seed.

use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};

use weir_wire::Uuid;

/// A source of random bytes.
pub trait Rng: Send + Sync + Debug {
    /// Fills `out` with random bytes.
    fn fill(&self, out: &mut [u8]);

    /// A random 64-bit number.
    fn next_u64(&self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// A number below `bound`, which must be above zero.
    fn below(&self, bound: u64) -> u64 {
        self.next_u64() % bound.max(1)
    }

    /// A version 4 UUID, as Kafka makes topic ids: never zero, never beginning with `-` in base64
    /// (Kafka's `Uuid.randomUuid`), so that it can stand as an argument of a command.
    fn uuid(&self) -> Uuid {
        loop {
            let mut bytes = [0; 16];
            self.fill(&mut bytes);
            bytes[6] = (bytes[6] & 0x0f) | 0x40;
            bytes[8] = (bytes[8] & 0x3f) | 0x80;
            // 0x3e is `-` in the url-safe alphabet; the first six bits choose the first letter.
            if bytes[0] >> 2 != 0x3e {
                return Uuid(bytes);
            }
        }
    }
}

/// A deterministic generator (SplitMix64) for tests and the simulator. Not for secrets.
#[derive(Debug)]
pub struct SeededRng {
    state: AtomicU64,
}

impl SeededRng {
    /// A generator whose output depends on `seed` alone.
    pub fn new(seed: u64) -> Self {
        Self { state: AtomicU64::new(seed) }
    }

    fn step(&self) -> u64 {
        const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut z = self.state.fetch_add(GAMMA, Ordering::Relaxed).wrapping_add(GAMMA);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

impl Rng for SeededRng {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            let bytes = self.step().to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_ids() {
        let (a, b) = (SeededRng::new(7), SeededRng::new(7));
        for _ in 0..1_000 {
            let id = a.uuid();
            assert_eq!(id, b.uuid());
            assert!(!id.to_string().starts_with('-'), "{id} would read as an option");
        }
    }
}
