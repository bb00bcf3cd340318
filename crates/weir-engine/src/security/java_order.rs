//! The order in which Kafka tells client quotas: that of Java's `HashMap`, which its image keeps them in. No client may rely
//! on it, and tests of clients do.

use weir_wire::Str;

use super::{Entity, Quotas};

/// `HashMap`'s load factor is 3/4.
const LOAD: (usize, usize) = (3, 4);

/// The entities and their values in Kafka's order.
pub(crate) fn as_kafka_tells<'a>(
    quotas: impl Iterator<Item = (&'a Entity, &'a Quotas)>,
    count: usize,
) -> Vec<(&'a Entity, Vec<(&'a Str, f64)>)> {
    let mask = capacity(count) - 1;
    let mut entries: Vec<_> = quotas.map(|(entity, values)| (entity, in_order(values))).collect();
    // Of two in one bucket, the one of fewer parts was there first more often than not.
    entries.sort_by_key(|(entity, _)| (spread(entity_hash(entity)) as usize & mask, entity.len()));
    entries
}

/// A change's keys lie in a map of 16 buckets, from which they are put into one that is as large as they need.
fn in_order(values: &Quotas) -> Vec<(&Str, f64)> {
    let mask = capacity(values.len()) - 1;
    let mut values: Vec<_> = values.iter().map(|(key, value)| (key, *value)).collect();
    let bucket = |key: &str, mask: usize| spread(string_hash(key)) as usize & mask;
    values.sort_by_key(|(key, _)| (bucket(key, mask), bucket(key, 15)));
    values
}

/// Buckets of a map of so many entries.
fn capacity(entries: usize) -> usize {
    let mut buckets: usize = 1;
    while buckets * LOAD.0 / LOAD.1 < entries {
        buckets *= 2;
    }
    buckets
}

/// `Objects.hash` of the map of an entity's parts.
fn entity_hash(entity: &Entity) -> u32 {
    let part = |(kind, name): (&Str, &Option<Str>)| {
        string_hash(kind) ^ name.as_ref().map_or(0, |name| string_hash(name))
    };
    entity.iter().map(part).fold(31, u32::wrapping_add)
}

/// `String.hashCode`, over UTF-16.
fn string_hash(text: &str) -> u32 {
    let add = |hash: u32, unit: u16| hash.wrapping_mul(31).wrapping_add(u32::from(unit));
    text.encode_utf16().fold(0, add)
}

/// What `HashMap` makes of a hash.
fn spread(hash: u32) -> u32 {
    hash ^ (hash >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quotas(keys: &[&str]) -> Quotas {
        keys.iter().map(|key| (Str::from(*key), 1.0)).collect()
    }

    fn keys(values: &Quotas) -> Vec<&str> {
        in_order(values).into_iter().map(|(key, _)| key.as_str()).collect()
    }

    /// As three nodes of Apache Kafka 4.4.0 answer.
    #[test]
    fn quotas_are_told_in_kafkas_order() {
        let three = quotas(&["producer_byte_rate", "consumer_byte_rate", "request_percentage"]);
        let expected = ["consumer_byte_rate", "request_percentage", "producer_byte_rate"];
        assert_eq!(keys(&three), expected);
        let user = |parts: &[(&str, &str)]| -> Entity {
            parts.iter().map(|(k, v)| (Str::from(*k), Some(Str::from(*v)))).collect()
        };
        let both = user(&[("user", "User1"), ("client-id", "Client1")]);
        let alone = user(&[("user", "User1")]);
        let all = [(&both, &three), (&alone, &three)];
        let told = as_kafka_tells(all.into_iter(), 2);
        let entities: Vec<&Entity> = told.iter().map(|(entity, _)| *entity).collect();
        assert_eq!(entities, [&alone, &both]);
    }

    #[test]
    fn hashes_are_javas() {
        assert_eq!(string_hash("hello"), 99_162_322);
        assert_eq!([0, 1, 2, 3, 4, 6, 7, 12, 13].map(capacity), [1, 2, 4, 4, 8, 8, 16, 16, 32]);
    }
}
