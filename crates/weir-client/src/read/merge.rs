//! Rows of several partitions in order of time: the next row is the best of the partitions' first ones.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use weir_domain::MessageRow;

use crate::read::browse::Direction;

/// One partition of a merge: rows that were read and not yet taken, and what is still to be read.
#[derive(Debug)]
pub(crate) struct Source {
    rows: VecDeque<MessageRow>,
    /// Offsets not read yet.
    left: Range<i64>,
    /// Offsets of the next block.
    block: i64,
}

#[derive(Debug)]
pub(crate) struct Merge {
    direction: Direction,
    sources: BTreeMap<i32, Source>,
}

/// Blocks grow with each read of a partition, up to this many offsets.
const BLOCK_MAX: i64 = 64 << 10;

impl Merge {
    pub(crate) fn new(
        direction: Direction,
        ranges: impl IntoIterator<Item = (i32, Range<i64>)>,
        first_block: i64,
    ) -> Self {
        let source = |left| Source { rows: VecDeque::new(), left, block: first_block };
        let sources = ranges.into_iter().map(|(partition, left)| (partition, source(left)));
        Self { direction, sources: sources.collect() }
    }

    /// What has to be read before another row can be taken: nothing when every partition has a row or is through.
    pub(crate) fn wanted(&mut self) -> BTreeMap<i32, Range<i64>> {
        let direction = self.direction;
        let wanted = |(partition, source): (&i32, &mut Source)| {
            let empty = source.rows.is_empty() && !source.left.is_empty();
            empty.then(|| (*partition, source.next_block(direction)))
        };
        self.sources.iter_mut().filter_map(wanted).collect()
    }

    /// Takes back what [`Merge::wanted`] handed out and nobody read.
    pub(crate) fn put_back(&mut self, wanted: BTreeMap<i32, Range<i64>>) {
        for (partition, block) in wanted {
            let Some(source) = self.sources.get_mut(&partition) else { continue };
            match self.direction {
                Direction::Forward => source.left.start = block.start,
                Direction::Backward => source.left.end = block.end,
            }
        }
    }

    /// Adds a block's rows, which are in order of offset.
    pub(crate) fn add(&mut self, partition: i32, rows: Vec<MessageRow>) {
        let Some(source) = self.sources.get_mut(&partition) else { return };
        match self.direction {
            Direction::Forward => source.rows.extend(rows),
            Direction::Backward => source.rows.extend(rows.into_iter().rev()),
        }
    }

    /// Adds the rows of a block that was read only up to `unread`. Backwards they are of no use before the rest is
    /// known, and are read again.
    pub(crate) fn add_part(&mut self, partition: i32, rows: Vec<MessageRow>, unread: Range<i64>) {
        let Some(source) = self.sources.get_mut(&partition) else { return };
        match self.direction {
            Direction::Forward => {
                source.rows.extend(rows);
                source.left.start = unread.start;
            }
            Direction::Backward => source.left.end = unread.end,
        }
    }

    /// A partition that cannot be read further.
    pub(crate) fn drop_rest(&mut self, partition: i32) {
        if let Some(source) = self.sources.get_mut(&partition) {
            source.left = source.left.start..source.left.start;
        }
    }

    /// The next row; `None` when all is taken. To be asked only after [`Merge::wanted`] said that nothing is.
    pub(crate) fn take(&mut self) -> Option<MessageRow> {
        let heads = self.sources.iter().filter_map(|(p, s)| Some((*p, s.rows.front()?)));
        let key = |(partition, row): &(i32, &MessageRow)| (row.timestamp_ms, *partition);
        let best = match self.direction {
            Direction::Forward => heads.min_by_key(key)?,
            Direction::Backward => heads.max_by_key(key)?,
        };
        let partition = best.0;
        self.sources.get_mut(&partition)?.rows.pop_front()
    }

    pub(crate) fn is_through(&self) -> bool {
        self.sources.values().all(|source| source.rows.is_empty() && source.left.is_empty())
    }

    /// Where each partition goes on: rows that were read but not taken are read again then.
    pub(crate) fn positions(&self) -> Vec<(i32, i64)> {
        let position = |source: &Source| match (self.direction, source.rows.front()) {
            (Direction::Forward, Some(row)) => row.offset,
            (Direction::Forward, None) => source.left.start,
            (Direction::Backward, Some(row)) => row.offset + 1,
            (Direction::Backward, None) => source.left.end,
        };
        self.sources.iter().map(|(partition, source)| (*partition, position(source))).collect()
    }
}

impl Source {
    fn next_block(&mut self, direction: Direction) -> Range<i64> {
        let count = self.block.min(self.left.end - self.left.start);
        self.block = (self.block * 4).min(BLOCK_MAX);
        match direction {
            Direction::Forward => {
                let until = self.left.start + count;
                let block = self.left.start..until;
                self.left.start = until;
                block
            }
            Direction::Backward => {
                let from = self.left.end - count;
                let block = from..self.left.end;
                self.left.end = from;
                block
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_domain::{Compression, TimestampType};

    fn row(partition: i32, offset: i64, timestamp_ms: i64) -> MessageRow {
        MessageRow {
            partition,
            offset,
            timestamp_ms,
            timestamp_type: TimestampType::CreateTime,
            key: None,
            value: None,
            headers: Vec::new(),
            headers_total: 0,
            size_bytes: 0,
            compression: Compression::None,
            control: false,
            aborted: false,
            transactional: false,
        }
    }

    type Offsets = Vec<(i32, i64)>;

    /// Partition p has records at offsets 0..n with timestamp offset * 10 + p.
    fn run(direction: Direction, limit: usize) -> (Offsets, Offsets) {
        let mut merge = Merge::new(direction, [(0, 0..5), (1, 0..3)], 2);
        let mut taken = Vec::new();
        while taken.len() < limit {
            loop {
                let wanted = merge.wanted();
                if wanted.is_empty() {
                    break;
                }
                for (partition, range) in wanted {
                    let rows = range.map(|o| row(partition, o, o * 10 + i64::from(partition)));
                    merge.add(partition, rows.collect());
                }
            }
            let Some(row) = merge.take() else { break };
            taken.push((row.partition, row.offset));
        }
        (taken, merge.positions())
    }

    #[test]
    fn newest_first_over_partitions() {
        let (taken, positions) = run(Direction::Backward, 4);
        assert_eq!(taken, [(0, 4), (0, 3), (1, 2), (0, 2)]);
        assert_eq!(positions, [(0, 2), (1, 2)], "offsets below these are still to come");
    }

    #[test]
    fn oldest_first_over_partitions() {
        let (taken, positions) = run(Direction::Forward, 5);
        assert_eq!(taken, [(0, 0), (1, 0), (0, 1), (1, 1), (0, 2)]);
        assert_eq!(positions, [(0, 3), (1, 2)]);
        assert_eq!(run(Direction::Forward, 100).0.len(), 8);
        assert_eq!(run(Direction::Backward, 100).0.len(), 8);
    }
}
