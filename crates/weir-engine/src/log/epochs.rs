//! Leader epochs of a log: where each began (KIP-101). Rebuilt from batches; the checkpoint file
//! saves the walk.

use std::fmt::Write;
use std::io;
use std::ops::RangeInclusive;

use super::EpochEnd;
use super::names::EPOCH_CHECKPOINT;
use super::segment::LogDir;
use crate::fs::Fs;

/// Largest checkpoint that is read, bytes: some 100,000 epochs.
const CHECKPOINT_MAX: u64 = 4 << 20;

/// Start offsets of leader epochs, ascending in both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct EpochCache {
    entries: Vec<(i32, i64)>,
}

impl EpochCache {
    /// Notes that `epoch` begins at `start_offset`; answers whether that is new. Epochs and
    /// offsets that contradict it go.
    pub(crate) fn assign(&mut self, epoch: i32, start_offset: i64) -> bool {
        if epoch < 0 {
            return false;
        }
        if let Some((latest, start)) = self.entries.last()
            && (epoch == *latest || (epoch < *latest && start_offset >= *start))
        {
            return false;
        }
        self.entries.retain(|(known, start)| *known < epoch && *start < start_offset);
        self.entries.push((epoch, start_offset));
        true
    }

    pub(crate) fn latest(&self) -> Option<i32> {
        self.entries.last().map(|(epoch, _)| *epoch)
    }

    /// Epoch that an offset belongs to.
    pub(crate) fn at(&self, offset: i64) -> Option<i32> {
        let after = self.entries.partition_point(|(_, start)| *start <= offset);
        self.entries[..after].last().map(|(epoch, _)| *epoch)
    }

    /// OffsetForLeaderEpoch of an epoch before the leader's own, as Kafka's leader answers: that one
    /// has begun, at the log's end where nothing was written in it yet.
    pub(crate) fn end_of(&self, epoch: i32, log_end: i64) -> EpochEnd {
        let next = self.entries.partition_point(|(known, _)| *known <= epoch);
        let end_offset = self.entries.get(next).map_or(log_end, |(_, start)| *start);
        // Older than the log: what follows starts at the first entry.
        let known = self.entries[..next].last().map_or(epoch, |(known, _)| *known);
        EpochEnd { leader_epoch: known, end_offset }
    }

    /// Forgets epochs that begin at or after `offset`.
    pub(crate) fn truncate_from(&mut self, offset: i64) -> bool {
        let before = self.entries.len();
        self.entries.retain(|(_, start)| *start < offset);
        before != self.entries.len()
    }

    /// Forgets epochs that ended at or before `offset`; the one that spans it begins there.
    pub(crate) fn truncate_below(&mut self, offset: i64) -> bool {
        let Some(epoch) = self.at(offset) else { return false };
        let before = self.entries.clone();
        self.entries.retain(|(known, start)| *known >= epoch || *start >= offset);
        if let Some((_, start)) = self.entries.first_mut() {
            *start = (*start).max(offset);
        }
        before != self.entries
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    /// Reads the checkpoint; `None` where there is none, or none that can be read.
    pub(crate) fn load(fs: &dyn Fs, dir: &LogDir) -> io::Result<Option<Self>> {
        let content = match fs.read(&dir.file(EPOCH_CHECKPOINT), CHECKPOINT_MAX) {
            Ok(content) => content,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) if e.kind() == io::ErrorKind::InvalidData => return Ok(None),
            Err(e) => return Err(e),
        };
        Ok(std::str::from_utf8(&content).ok().and_then(Self::parse))
    }

    /// `durable`: it survives a power loss once this returned.
    pub(crate) fn store(&self, fs: &dyn Fs, dir: &LogDir, durable: bool) -> io::Result<()> {
        fs.replace(&dir.file(EPOCH_CHECKPOINT), self.text().as_bytes(), durable)
    }

    /// What `stored` says of the epochs that began in `gap`, up to `epoch`, which the batch behind the gap
    /// is of: compaction took what they began with.
    pub(crate) fn fill(&mut self, stored: &Self, gap: RangeInclusive<i64>, epoch: i32) {
        let from = stored.entries.partition_point(|(_, start)| start < gap.start());
        let began = stored.entries[from..].iter();
        for (began, start) in began.take_while(|(_, start)| gap.contains(start)) {
            if *began <= epoch {
                self.assign(*began, *start);
            }
        }
    }

    /// What `stored` says from `offset` on.
    pub(crate) fn believe_from(&mut self, stored: &Self, offset: i64) {
        self.fill(stored, offset..=i64::MAX, i32::MAX);
    }

    /// Version, number of entries, then one entry a line, as Kafka's checkpoint files have it.
    fn text(&self) -> String {
        let mut text = format!("0\n{}\n", self.entries.len());
        for (epoch, start) in &self.entries {
            let _infallible = writeln!(text, "{epoch} {start}");
        }
        text
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next()? != "0" {
            return None;
        }
        let count: usize = lines.next()?.parse().ok()?;
        let entry = |line: &str| {
            let (epoch, start) = line.split_once(' ')?;
            Some((epoch.parse().ok()?, start.parse().ok()?))
        };
        let entries: Vec<(i32, i64)> = lines.map(entry).collect::<Option<_>>()?;
        let ascending = entries.is_sorted_by(|a, b| a.0 < b.0 && a.1 < b.1);
        // Without its last line end it was cut off, maybe within a number.
        let is_whole = entries.len() == count && text.ends_with('\n');
        (ascending && is_whole).then_some(Self { entries })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(entries: &[(i32, i64)]) -> EpochCache {
        EpochCache { entries: entries.to_vec() }
    }

    #[test]
    fn epochs_only_rise() {
        let mut epochs = EpochCache::default();
        assert!(epochs.assign(0, 0));
        assert!(!epochs.assign(0, 10), "still the same epoch");
        assert!(epochs.assign(2, 10));
        assert!(!epochs.assign(1, 20), "an old epoch after a new one");
        assert!(epochs.assign(3, 10), "epoch 2 wrote nothing");
        assert_eq!(epochs, cache(&[(0, 0), (3, 10)]));
        assert_eq!((epochs.at(9), epochs.at(10), epochs.at(-1)), (Some(0), Some(3), None));
    }

    #[test]
    fn ends_are_answered_as_kafka_does() {
        let epochs = cache(&[(2, 5), (4, 20)]);
        let end = |epoch| {
            let end = epochs.end_of(epoch, 30);
            (end.leader_epoch, end.end_offset)
        };
        assert_eq!(end(4), (4, 30), "the newest that wrote ends at the log end");
        assert_eq!(end(3), (2, 20), "between two");
        assert_eq!(end(2), (2, 20));
        assert_eq!(end(1), (1, 5), "older than all");
        assert_eq!(end(5), (4, 30), "led, and wrote nothing");
        let nothing = EpochCache::default().end_of(3, 0);
        assert_eq!((nothing.leader_epoch, nothing.end_offset), (3, 0), "an empty log");
    }

    #[test]
    fn truncation_and_text() {
        let mut epochs = cache(&[(0, 0), (2, 10), (5, 20)]);
        assert_eq!(EpochCache::parse(&epochs.text()), Some(epochs.clone()));
        assert!(epochs.truncate_from(15));
        assert!(epochs.truncate_below(12));
        assert_eq!(epochs, cache(&[(2, 12)]));
        assert_eq!(EpochCache::parse("0\n2\n1 1\n"), None, "torn");
        assert_eq!(EpochCache::parse("0\n1\n1 1"), None, "torn within a number");
        assert_eq!(EpochCache::parse("1\n0\n"), None, "unknown version");
    }
}
