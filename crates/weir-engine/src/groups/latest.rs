//! What a log says last of each committed offset. A partition that holds a million commits of ten
//! thousand offsets is read without decoding the million.

use std::collections::HashMap;

use weir_wire::Bytes;

/// The newest record of each key, not decoded.
#[derive(Debug, Default)]
pub(super) struct Latest {
    by_key: HashMap<Box<[u8]>, Newest>,
    sequence: u64,
}

#[derive(Debug)]
struct Newest {
    sequence: u64,
    /// `None`: a tombstone.
    value: Option<Vec<u8>>,
}

impl Latest {
    /// Takes a record instead of the one before it with this key. Both are copied: the chunk that
    /// they lie in is not kept.
    pub(super) fn put(&mut self, key: &[u8], value: Option<&[u8]>) {
        self.sequence += 1;
        match self.by_key.get_mut(key) {
            Some(newest) => {
                newest.sequence = self.sequence;
                newest.set(value);
            }
            None => {
                let newest = Newest { sequence: self.sequence, value: value.map(<[u8]>::to_vec) };
                self.by_key.insert(key.into(), newest);
            }
        }
    }

    /// Hands out what there is, in the order of the log.
    pub(super) fn take(&mut self) -> impl Iterator<Item = (Bytes, Option<Bytes>)> + use<> {
        let mut all: Vec<(Box<[u8]>, Newest)> = self.by_key.drain().collect();
        all.sort_unstable_by_key(|(_, newest)| newest.sequence);
        all.into_iter().map(|(key, newest)| (Bytes::from(key), newest.value.map(Bytes::from)))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }
}

impl Newest {
    /// Values of one key are of one size nearly always: the memory is used again.
    fn set(&mut self, value: Option<&[u8]>) {
        match (&mut self.value, value) {
            (Some(known), Some(value)) => {
                known.clear();
                known.extend_from_slice(value);
            }
            (known, value) => *known = value.map(<[u8]>::to_vec),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_each_key_comes_out_in_the_logs_order() {
        let mut latest = Latest::default();
        latest.put(b"a", Some(b"1"));
        latest.put(b"b", Some(b"2"));
        latest.put(b"a", Some(b"3"));
        latest.put(b"c", Some(b"4"));
        latest.put(b"c", None);
        let all: Vec<(Bytes, Option<Bytes>)> = latest.take().collect();
        let expected: [(&[u8], Option<&[u8]>); 3] =
            [(b"b", Some(b"2")), (b"a", Some(b"3")), (b"c", None)];
        assert_eq!(all.len(), 3);
        for ((key, value), expected) in all.iter().zip(expected) {
            assert_eq!((&key[..], value.as_deref()), expected);
        }
        assert!(latest.is_empty());
    }
}
