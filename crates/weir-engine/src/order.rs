//! Order for what hash maps hold.

/// By key: a hash map gives its entries in another order each time, and what happens to them, one after the
/// other, would differ between runs that began alike. A run that fails has to fail again.
pub(crate) fn in_order<K: Ord, V>(
    entries: impl IntoIterator<Item = (K, V)>,
) -> impl Iterator<Item = (K, V)> {
    let mut entries: Vec<(K, V)> = entries.into_iter().collect();
    entries.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    entries.into_iter()
}
