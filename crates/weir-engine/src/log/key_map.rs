//! The last offset of each key, for compaction.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher, Hasher};

/// Keys that are told apart at a time: some 48 MiB. More keys take more than one round.
pub(crate) const KEYS_MAX: usize = 1 << 20;

/// Offsets by a 128-bit hash of the key: two keys that share one are not to be expected.
#[derive(Debug, Default)]
pub(crate) struct KeyMap {
    offsets: HashMap<u128, i64, BuildHasherDefault<DefaultHasher>>,
}

impl KeyMap {
    /// Notes a record; `false` when the map is full, and the key not noted.
    pub(crate) fn note(&mut self, key: &[u8], offset: i64) -> bool {
        let hash = hash(key);
        if self.offsets.len() >= KEYS_MAX && !self.offsets.contains_key(&hash) {
            return false;
        }
        self.offsets.insert(hash, offset);
        true
    }

    /// Whether a later record of the key was noted.
    pub(crate) fn is_superseded(&self, key: &[u8], offset: i64) -> bool {
        self.offsets.get(&hash(key)).is_some_and(|last| *last > offset)
    }
}

fn hash(key: &[u8]) -> u128 {
    let half = |seed: u8| {
        let mut hasher = DefaultHasher::new();
        hasher.write_u8(seed);
        hasher.write(key);
        u128::from(hasher.finish())
    };
    half(1) << 64 | half(2)
}
