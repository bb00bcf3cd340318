//! What takes a reset of many offsets back: kept beside the operation, which remembers the first of them only.

use std::collections::BTreeMap;

use weir_domain::TopicPartition;

use super::changes::OffsetChange;
use crate::core::Core;
use crate::failure::{Failure, Outcome, Result};
use crate::text::TextId;
use crate::time::now_ms;

/// What was committed before; `None`: nothing.
pub(super) type Before = BTreeMap<TopicPartition, Option<i64>>;

/// Changes that an operation remembers; of more, the first and one beyond.
pub(super) const REMEMBERED_MAX: usize = 1_000;
/// Offsets that one reset changes at most: what undoes them is a few megabytes.
const RESET_MAX: usize = 100_000;

/// By topic: partitions with the offset that was committed.
type Written = BTreeMap<String, Vec<(i32, Option<i64>)>>;

impl Core {
    /// Keeps what undoes `changes`, where the operation itself does not. Where it cannot be kept, the reset goes on: it
    /// is refused to be put back.
    pub(super) fn keep_undo(&self, operation: &str, changes: &[OffsetChange]) {
        if done(changes).count() <= REMEMBERED_MAX {
            return;
        }
        if let Err(error) = self.store().put_undo(operation, now_ms(), written(changes)) {
            tracing::warn!(%error, operation, "what undoes a reset could not be written down");
        }
    }

    /// What was kept for an operation.
    pub(super) fn undo_of(&self, operation: &str) -> Result<Before> {
        let kept = self.store().undo(operation).map_err(Failure::internal)?;
        kept.as_deref().and_then(read).ok_or_else(|| {
            let kept = weir_store::table::undo::KEPT;
            let text = TextId::ErrorTooManyToPutBack.with("max", REMEMBERED_MAX).with("kept", kept);
            Failure::invalid("operation", text).outcome(Outcome::NotDone)
        })
    }
}

/// Refuses a reset that could not be undone.
pub(super) fn check(changes: &[OffsetChange]) -> Result<()> {
    if done(changes).count() > RESET_MAX {
        let text = TextId::ErrorTooMany.with("max", RESET_MAX);
        return Err(Failure::invalid("topics", text).outcome(Outcome::NotDone));
    }
    Ok(())
}

pub(super) fn done(changes: &[OffsetChange]) -> impl Iterator<Item = &OffsetChange> {
    changes.iter().filter(|change| change.error.is_none())
}

fn written(changes: &[OffsetChange]) -> String {
    let mut topics: Written = BTreeMap::new();
    for change in done(changes) {
        let partitions = match topics.get_mut(&change.topic) {
            Some(partitions) => partitions,
            None => topics.entry(change.topic.clone()).or_default(),
        };
        partitions.push((change.partition, change.before));
    }
    serde_json::json!(topics).to_string()
}

fn read(body: &str) -> Option<Before> {
    let topics: Written = serde_json::from_str(body).ok()?;
    let of = |(topic, partitions): (String, Vec<(i32, Option<i64>)>)| {
        let place = move |(partition, before)| (TopicPartition::new(&*topic, partition), before);
        partitions.into_iter().map(place)
    };
    Some(topics.into_iter().flat_map(of).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_back() {
        let change = |partition, before| OffsetChange {
            before,
            ..OffsetChange::none(TopicPartition::new("a-b", partition))
        };
        let changes = [change(0, Some(7)), change(12, None)];
        let before = read(&written(&changes)).unwrap();
        let expected =
            [(TopicPartition::new("a-b", 0), Some(7)), (TopicPartition::new("a-b", 12), None)];
        assert_eq!(before, Before::from(expected));
        assert_eq!(read("{"), None);
    }

    #[test]
    fn more_than_can_be_undone_is_refused() {
        let one = OffsetChange::none(TopicPartition::new("t", 0));
        assert!(check(&vec![one.clone(); RESET_MAX]).is_ok());
        let failure = check(&vec![one; RESET_MAX + 1]).unwrap_err();
        assert_eq!(failure.text.id, TextId::ErrorTooMany);
    }
}
