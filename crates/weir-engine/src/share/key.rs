//! What a share group's state is kept by: group, topic id, partition.

use weir_wire::{Str, Uuid};

use crate::groups::partition_for;

/// One share-partition.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ShareKey {
    pub(crate) group: Str,
    pub(crate) topic: Uuid,
    pub(crate) partition: i32,
}

impl ShareKey {
    pub(crate) fn new(group: &str, topic: Uuid, partition: i32) -> Self {
        Self { group: Str::from(group), topic, partition }
    }

    /// `group:topicId:partition`, as FindCoordinator is asked for it (KIP-932).
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.rsplitn(3, ':');
        let partition = parts.next()?.parse().ok()?;
        let topic = parts.next()?.parse().ok()?;
        let group = parts.next().filter(|group| !group.is_empty())?;
        Some(Self::new(group, topic, partition))
    }

    /// The partition of `__share_group_state` that holds it: Java's hash of the text form.
    pub(crate) fn state_partition(&self, partitions: usize) -> i32 {
        let text = format!("{}:{}:{}", self.group, self.topic, self.partition);
        partition_for(&text, partitions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_from_their_text() {
        let topic = Uuid([7; 16]);
        let key = ShareKey::parse(&format!("a:b:{topic}:3")).unwrap();
        assert_eq!(key, ShareKey::new("a:b", topic, 3));
        for bad in ["", "g", "g:1", ":AAAAAAAAAAAAAAAAAAAAAA:1", "g:nonsense:1", "g:x"] {
            assert_eq!(ShareKey::parse(bad), None, "{bad}");
        }
        let (a, b) = (ShareKey::new("g", topic, 1), ShareKey::new("g", topic, 2));
        assert!((0..50).contains(&a.state_partition(50)));
        assert_ne!(a.state_partition(50), b.state_partition(50));
    }
}
