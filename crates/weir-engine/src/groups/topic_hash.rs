//! A hash of the topics that a group's assignment depends on.

use std::collections::BTreeSet;

use weir_wire::Str;

use crate::image::Image;

/// Of the existing ones among `names`: their ids, names, partitions and racks. 0 without topics.
/// Stable over restarts, for it is in the log.
pub(super) fn topic_hash<'a>(names: impl IntoIterator<Item = &'a Str>, image: &Image) -> i64 {
    let mut hash = 0_u64;
    for topic in names.into_iter().filter_map(|name| image.topic(name)) {
        let mut one = Fnv::default();
        one.write(&topic.id().0);
        one.write(topic.name().as_bytes());
        for partition in topic.partitions() {
            let replicas = partition.assignment().replicas.iter();
            let racks = replicas.filter_map(|id| image.broker(*id)?.rack.as_ref());
            let racks: BTreeSet<&Str> = racks.collect();
            one.write(&[0]);
            racks.into_iter().for_each(|rack| one.write(rack.as_bytes()));
        }
        hash = hash.wrapping_mul(31).wrapping_add(one.0);
    }
    hash.cast_signed()
}

/// FNV-1a: the standard library's hashers may change between versions.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
