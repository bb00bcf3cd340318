//! Requests that name the same thing again and again.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

/// How often a description is answered in one response.
const TIMES: u8 = 10;

/// Each of `items` as it is first named.
pub(super) fn once<'a, T, K: Hash + Eq>(
    items: &'a [T],
    name: impl Fn(&'a T) -> K,
) -> impl Iterator<Item = &'a T> {
    let mut seen = HashSet::new();
    items.iter().filter(move |item| seen.insert(name(item)))
}

/// Each of `items`, as Kafka answers them, but not more than ten times. A description is much larger than the
/// name that asks for it: a small request that repeats one would make the engine build an answer without bound.
pub(super) fn a_few_times<'a, T, K: Hash + Eq>(
    items: &'a [T],
    name: impl Fn(&'a T) -> K,
) -> impl Iterator<Item = &'a T> {
    let mut seen: HashMap<K, u8> = HashMap::new();
    items.iter().filter(move |item| {
        let times = seen.entry(name(item)).or_default();
        *times = times.saturating_add(1);
        *times <= TIMES
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_twice_is_left_out_and_the_order_stays() {
        let names = ["b", "a", "b", "c", "a"];
        assert_eq!(once(&names, |name| *name).collect::<Vec<_>>(), [&"b", &"a", &"c"]);
    }

    #[test]
    fn what_is_named_without_end_is_told_a_few_times() {
        let names = [&["b", "a", "b"][..], &["a"; 300]].concat();
        let told: Vec<_> = a_few_times(&names, |name| *name).collect();
        assert_eq!((told.len(), told[..4].to_vec()), (12, vec![&"b", &"a", &"b", &"a"]));
    }
}
