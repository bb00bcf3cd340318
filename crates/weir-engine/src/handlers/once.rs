//! Describing requests: what they name twice is answered once.

use std::collections::HashSet;
use std::hash::Hash;

/// Each of `items` as it is first named. An answer is much larger than the name it answers, so a small
/// request that repeats itself would make the engine build an answer without bound.
pub(super) fn once<'a, T, K: Hash + Eq>(
    items: &'a [T],
    name: impl Fn(&'a T) -> K,
) -> impl Iterator<Item = &'a T> {
    let mut seen = HashSet::new();
    items.iter().filter(move |item| seen.insert(name(item)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_twice_is_left_out_and_the_order_stays() {
        let names = ["b", "a", "b", "c", "a"];
        assert_eq!(once(&names, |name| *name).collect::<Vec<_>>(), [&"b", &"a", &"c"]);
    }
}
