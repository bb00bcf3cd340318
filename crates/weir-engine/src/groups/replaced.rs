//! What commits replaced that are written and not committed to the log yet. An election may cut them off,
//! so until then OffsetFetch tells what was before, as Kafka's coordinator reads what is committed.

use weir_wire::Str;

use super::offsets::Committed;

/// The most that is kept for one group. Replicas that stand still are in sync for seconds only.
const ROWS_MAX: usize = 50_000;

/// The offsets of one group that uncommitted commits replaced.
#[derive(Debug, Clone, Default)]
pub(super) struct Replaced {
    /// In the order of the log.
    rows: Vec<Row>,
    /// Where the newest commit ends of which it is not known what it replaced.
    unknown_to: i64,
}

/// One offset that was replaced.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// The high watermark at which the commit counts.
    required: i64,
    pub(super) topic: Str,
    pub(super) partition: i32,
    /// `None`: there was none.
    pub(super) before: Option<Committed>,
}

impl Replaced {
    pub(super) fn keep(
        &mut self,
        required: i64,
        topic: &Str,
        partition: i32,
        before: Option<Committed>,
    ) {
        if self.rows.len() >= ROWS_MAX {
            self.unknown_to = self.unknown_to.max(required);
            return;
        }
        self.rows.push(Row { required, topic: topic.clone(), partition, before });
    }

    /// Everything is committed.
    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.unknown_to = 0;
    }

    /// What is committed below the high watermark has replaced for good.
    pub(super) fn settle(&mut self, high_watermark: i64) {
        self.rows.retain(|row| row.required > high_watermark);
    }

    /// Newest first: undone in this order, the oldest counts.
    pub(super) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().rev()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The high watermark at which every commit counts.
    pub(super) fn required(&self) -> i64 {
        self.rows.last().map_or(self.unknown_to, |row| row.required.max(self.unknown_to))
    }

    /// The high watermark from which on it is known what is committed.
    pub(super) fn unknown_to(&self) -> i64 {
        self.unknown_to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_kept_than_the_bound_and_the_rest_is_waited_for() {
        let (mut replaced, topic) = (Replaced::default(), Str::from("t"));
        for required in 1..=ROWS_MAX as i64 {
            replaced.keep(required, &topic, 0, None);
        }
        assert_eq!((replaced.unknown_to(), replaced.required()), (0, ROWS_MAX as i64));
        replaced.keep(ROWS_MAX as i64 + 1, &topic, 0, None);
        assert_eq!(replaced.rows.len(), ROWS_MAX);
        assert_eq!(replaced.unknown_to(), ROWS_MAX as i64 + 1);
        assert_eq!(replaced.required(), ROWS_MAX as i64 + 1);
        replaced.settle(ROWS_MAX as i64 - 1);
        assert_eq!(replaced.rows.len(), 1);
        replaced.clear();
        assert_eq!((replaced.is_empty(), replaced.required()), (true, 0));
    }
}
