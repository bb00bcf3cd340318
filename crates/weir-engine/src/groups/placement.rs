//! Which partition of `__consumer_offsets` holds a group: Java's hash of its id.

/// The partition of `group` among `partitions`.
pub(crate) fn partition_for(group: &str, partitions: usize) -> i32 {
    let partitions = i32::try_from(partitions).unwrap_or(i32::MAX).max(1);
    // Kafka's `Utils.abs`: the one number without a positive counterpart counts as 0.
    java_hash(group).checked_abs().unwrap_or(0) % partitions
}

/// `String.hashCode` over UTF-16 units.
fn java_hash(text: &str) -> i32 {
    text.encode_utf16()
        .fold(0, |hash: i32, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_javas() {
        for (text, hash) in [
            ("", 0),
            ("a", 97),
            ("hello", 99_162_322),
            ("\u{d55c}", 54_620),
            ("\u{1f600}", 1_772_899),
        ] {
            assert_eq!(java_hash(text), hash, "{text}");
        }
        // The well-known string whose hash is Integer.MIN_VALUE.
        assert_eq!(java_hash("polygenelubricants"), i32::MIN);
        assert_eq!(partition_for("polygenelubricants", 50), 0);
        assert_eq!(partition_for("a", 50), 47);
    }
}
