//! Opening a log: finishes what a crash interrupted, validates what may be torn, rebuilds indexes,
//! producers and epochs.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use weir_wire::records::BatchHeader;

use super::checkpoint::OffsetsCheckpoint;
use super::epochs::EpochCache;
use super::index::{INDEX_ENTRY, IndexEntry, TIME_ENTRY};
use super::names::{FileKind, Named, Suffix, parse};
use super::partition_log::PartitionLog;
use super::scan::Scanner;
use super::segment::{MaxTimestamp, Segment, Tip};
use super::writer::{Phase, Tail, Writer};
use super::{LogError, Recovered, Recovery, append, swap, txn_index};
use crate::fs::{DirEntry, OpenMode};

/// Files found in a log's directory.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Sizes of `.log`, `.index`, `.timeindex` by base offset; `None` where the file is missing.
    pub(super) segments: BTreeMap<i64, [Option<u64>; 3]>,
    pub(super) snapshots: Vec<i64>,
    pub(super) swaps: Vec<i64>,
}

impl PartitionLog {
    /// Reads the log from disk. On an error the log stays unrecovered: a later call tries again.
    pub(super) fn load(
        &self,
        writer: &mut Writer,
        recovery: Recovery,
    ) -> Result<Recovered, LogError> {
        let result = self.try_load(writer, recovery);
        match &result {
            Ok(_) => {
                writer.phase = Phase::Open;
                self.view.set_recovered(true);
            }
            Err(error) => {
                tracing::error!(dir = %self.dir.path().display(), %error, "cannot recover");
                self.view.set_recovered(false);
                writer.phase = Phase::Unrecovered(recovery);
            }
        }
        result
    }

    fn try_load(&self, writer: &mut Writer, recovery: Recovery) -> Result<Recovered, LogError> {
        let io = |error| LogError::io(format!("recover {}", self.dir.path().display()), error);
        for segment in self.view.segments().iter() {
            segment.set_stale_from(0);
        }
        self.view.set_segments(Vec::new());
        writer.tail = None;
        let found = match self.find_files().map_err(io)? {
            Some(found) => swap::finish(self, found).map_err(io)?,
            None => Found::default(),
        };
        let checkpoint = OffsetsCheckpoint::load(&**self.context.fs(), &self.dir).map_err(io)?;
        if found.segments.is_empty() {
            self.view.set_log_start(checkpoint.log_start);
            self.view.set_log_end(checkpoint.log_start);
            self.view.set_flushed(checkpoint.log_start);
            return Ok(self.as_recovered(writer));
        }
        let found = self.remove_below(found, checkpoint.log_start).map_err(io)?;
        let mut loading = Loading::new(self, &found, checkpoint);
        let recovered = loading.validate(recovery).map_err(io)?;
        let tail = loading.finish(&found).map_err(io)?;
        self.view.set_unstable(&tail.producers);
        writer.tail = Some(Box::new(tail));
        Ok(Recovered { latest_epoch: self.as_recovered(writer).latest_epoch, ..recovered })
    }

    /// Lists the directory and removes what is worthless. `None` where there is no directory.
    fn find_files(&self) -> io::Result<Option<Found>> {
        let fs = self.context.fs();
        let entries = match fs.list(&self.dir.path()) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            result => result?,
        };
        let mut found = Found::default();
        for DirEntry { name, len, .. } in entries {
            match parse(&name) {
                Named::Left => fs.remove_file(&self.dir.file(&name))?,
                Named::Snapshot { offset } => found.snapshots.push(offset),
                Named::Segment { base_offset, kind, suffix: Suffix::Swap } => {
                    if kind == FileKind::Log {
                        found.swaps.push(base_offset);
                    }
                }
                Named::Segment { base_offset, kind, .. } => {
                    let sizes = found.segments.entry(base_offset).or_default();
                    if let Some(size) = sizes.get_mut(kind as usize) {
                        *size = Some(len);
                    }
                }
                Named::Other => {}
            }
        }
        found.snapshots.sort_unstable();
        self.remove_orphans(&mut found)?;
        Ok(Some(found))
    }

    /// Indexes whose log is gone: its removal was interrupted.
    fn remove_orphans(&self, found: &mut Found) -> io::Result<()> {
        let orphans: Vec<_> =
            found.segments.iter().filter(|(_, sizes)| sizes[0].is_none()).collect();
        let orphans: Vec<i64> = orphans.into_iter().map(|(base, _)| *base).collect();
        for base_offset in orphans {
            found.segments.remove(&base_offset);
            if found.swaps.contains(&base_offset) {
                continue;
            }
            swap::remove(self, base_offset, Suffix::None)?;
        }
        Ok(())
    }

    /// Segments below the log start: their removal was interrupted, or undone by a power loss.
    fn remove_below(&self, mut found: Found, log_start: i64) -> io::Result<Found> {
        let bases: Vec<i64> = found.segments.keys().copied().collect();
        for pair in bases.windows(2).filter(|pair| pair[1] <= log_start) {
            swap::remove(self, pair[0], Suffix::None)?;
            found.segments.remove(&pair[0]);
        }
        Ok(found)
    }
}

/// A log while it is loaded.
struct Loading<'a> {
    log: &'a PartitionLog,
    checkpoint: OffsetsCheckpoint,
    segments: Vec<Arc<Segment>>,
    /// Segments without an index file, by base offset: made anew.
    unindexed: Vec<i64>,
    epochs: EpochCache,
    stored_epochs: Option<EpochCache>,
    /// From here on nothing beside the batches is believed: indexes of transactions and snapshots of
    /// producers are made anew.
    doubted_from: i64,
    /// Where the last validated batch ends.
    validated_to: i64,
    bytes_since_index: u32,
    truncated_bytes: u64,
    scanned_bytes: u64,
}

impl<'a> Loading<'a> {
    fn new(log: &'a PartitionLog, found: &Found, checkpoint: OffsetsCheckpoint) -> Self {
        let bases: Vec<i64> = found.segments.keys().copied().collect();
        let segments = bases.iter().enumerate().map(|(at, base)| {
            let segment = Segment::new(&log.context, &log.dir, *base, Suffix::None);
            let [size, index, time] = found.segments[base].map(Option::unwrap_or_default);
            let next_offset = bases.get(at + 1).copied().unwrap_or(*base);
            segment.set_tip(Tip { next_offset, size: u32::try_from(size).unwrap_or(u32::MAX) });
            segment.set_entries(
                (index / u64::from(INDEX_ENTRY)) as u32,
                (time / u64::from(TIME_ENTRY)) as u32,
            );
            segment.set_max_timestamp(None);
            Arc::new(segment)
        });
        let unindexed = found.segments.iter().filter(|(_, sizes)| sizes.contains(&None));
        Self {
            log,
            checkpoint,
            segments: segments.collect(),
            unindexed: unindexed.map(|(base, _)| *base).collect(),
            epochs: EpochCache::default(),
            stored_epochs: None,
            doubted_from: i64::MAX,
            validated_to: i64::MIN,
            bytes_since_index: 0,
            truncated_bytes: 0,
            scanned_bytes: 0,
        }
    }

    /// Validates from where the kind of stop makes it necessary; what follows the first unsound
    /// batch goes.
    fn validate(&mut self, recovery: Recovery) -> io::Result<Recovered> {
        self.stored_epochs = EpochCache::load(&**self.log.context.fs(), &self.log.dir)?;
        self.epochs = self.stored_epochs.clone().unwrap_or_default();
        let last = self.segments.len() - 1;
        let recovery_point = self.checkpoint.recovery_point;
        let first = match recovery {
            _ if self.stored_epochs.is_none() => 0,
            Recovery::Clean | Recovery::SameBoot => last,
            Recovery::PowerLoss => self.first_unsynced(),
        };
        if recovery == Recovery::PowerLoss {
            self.doubt_transactions()?;
        }
        if self.segments[0].base_offset() > self.checkpoint.log_start.max(recovery_point) {
            // The names of the first segments were lost.
            self.remove_from(0)?;
        }
        let mut at = 0;
        while at < self.segments.len() {
            let segment = self.segments[at].clone();
            let unindexed = self.unindexed.contains(&segment.base_offset());
            if at >= first || unindexed {
                let whole = unindexed || at < last || recovery == Recovery::PowerLoss;
                self.validate_segment(&segment, whole)?;
                if let Some(stored) = self.stored_epochs.as_ref().filter(|_| at < first) {
                    // What follows is believed.
                    self.epochs.believe_from(stored, segment.tip().next_offset);
                }
            } else {
                segment.set_synced(segment.tip().next_offset <= recovery_point);
                segment.set_named();
            }
            at += 1;
        }
        let recovered = self.publish(recovery)?;
        self.log.view.set_rolled(self.segments.iter().rev().skip(1).any(|s| !s.is_synced()));
        Ok(recovered)
    }

    /// The segment that holds the recovery point.
    fn first_unsynced(&self) -> usize {
        let recovery_point = self.checkpoint.recovery_point;
        self.segments.partition_point(|s| s.base_offset() <= recovery_point).saturating_sub(1)
    }

    /// A power loss may have kept records and taken what was noted of their transactions, or torn it.
    fn doubt_transactions(&mut self) -> io::Result<()> {
        let unsynced = &self.segments[self.first_unsynced()..];
        for segment in unsynced {
            txn_index::truncate(segment, segment.base_offset())?;
        }
        self.doubted_from = unsynced.first().map_or(i64::MAX, |segment| segment.base_offset());
        Ok(())
    }

    /// Validates a segment from its last index entry, or as a whole, in which case its indexes are
    /// made anew. Cuts it at the first unsound batch; later segments go then.
    fn validate_segment(&mut self, segment: &Arc<Segment>, whole: bool) -> io::Result<()> {
        for kind in [FileKind::Index, FileKind::TimeIndex] {
            self.log.context.fs().open(&segment.path(kind), OpenMode::CreateAppend)?;
        }
        let (size, base) = (segment.tip().size, segment.base_offset());
        let start = if whole { None } else { trusted_start(segment)? };
        prepare_indexes(segment, start.is_none())?;
        let from = start.unwrap_or(0);
        let mut tip = Tip { next_offset: base, size: from };
        self.bytes_since_index = 0;
        let mut scanner = Scanner::new(segment.file(FileKind::Log)?, from, size);
        while let Some(batch) = scanner.next_valid(tip.next_offset)? {
            let header = &batch.header;
            if !segment.fits(header.last_offset()) {
                break;
            }
            if batch.position == from {
                // The checkpoint may know of an epoch whose records, or whose cut, a power loss took.
                self.epochs.truncate_from(header.base_offset);
            }
            self.note_epoch(header);
            append::raise_max_timestamp(segment, header);
            self.index(segment, batch.position, header.last_offset())?;
            self.bytes_since_index = self.bytes_since_index.saturating_add(header.size() as u32);
            tip = Tip { next_offset: header.last_offset() + 1, size: batch.end() };
        }
        self.scanned_bytes += u64::from(tip.size - from);
        self.cut(segment, tip, size)
    }

    /// Batches say which epochs there are, and the checkpoint where they began if compaction took their
    /// first batches.
    fn note_epoch(&mut self, header: &BatchHeader) {
        let (epoch, offset) = (header.partition_leader_epoch, header.base_offset);
        if let Some(stored) = &self.stored_epochs {
            self.epochs.fill(stored, self.validated_to..=offset, epoch);
        }
        self.epochs.assign(epoch, offset);
        self.validated_to = header.last_offset() + 1;
    }

    /// Notes the sound end of a segment and removes what follows it.
    fn cut(&mut self, segment: &Arc<Segment>, tip: Tip, size: u32) -> io::Result<()> {
        let at = self.segments.partition_point(|s| s.base_offset() <= segment.base_offset());
        let next_base = self.segments.get(at).map(|next| next.base_offset());
        // Compaction leaves gaps, but only below the recovery point; above it a gap is a lost tail.
        let recovery_point = self.checkpoint.recovery_point;
        let lost_tail = next_base.is_some_and(|base| {
            tip.next_offset > base || (tip.next_offset < base && base > recovery_point)
        });
        segment.set_tip(tip);
        if tip.size < size {
            self.truncated_bytes += u64::from(size - tip.size);
            segment.file(FileKind::Log)?.set_len(u64::from(tip.size))?;
            segment.truncate_indexes(tip.next_offset)?;
        }
        txn_index::truncate(segment, tip.next_offset)?;
        match next_base {
            Some(_) if tip.size < size || lost_tail => self.remove_from(at),
            Some(next_offset) => {
                segment.set_tip(Tip { next_offset, ..tip });
                let max = segment.max_timestamp()?;
                segment.append_time_entry(max).map(drop)
            }
            None => Ok(()),
        }
    }

    /// As an append does it.
    fn index(&mut self, segment: &Arc<Segment>, position: u32, offset: i64) -> io::Result<()> {
        let interval = self.log.config.load().index_interval_bytes;
        if self.bytes_since_index > interval {
            let max = segment.max_timestamp()?;
            if segment.append_entries(IndexEntry { offset, position }, max)? {
                self.bytes_since_index = 0;
            }
        }
        Ok(())
    }

    fn remove_from(&mut self, at: usize) -> io::Result<()> {
        for segment in self.segments.drain(at..).rev() {
            self.truncated_bytes += u64::from(segment.tip().size);
            swap::remove(self.log, segment.base_offset(), Suffix::None)?;
        }
        Ok(())
    }

    fn publish(&mut self, recovery: Recovery) -> io::Result<Recovered> {
        let first = self.segments.first().map_or(0, |segment| segment.base_offset());
        let log_start = self.checkpoint.log_start.max(first);
        let mut log_end = self.segments.last().map_or(0, |segment| segment.tip().next_offset);
        if log_end < log_start {
            // A power loss took what DeleteRecords had left.
            self.remove_from(0)?;
            log_end = log_start;
        }
        let view = &self.log.view;
        view.set_segments(self.segments.clone());
        view.set_log_start(log_start);
        view.set_log_end(log_end);
        view.set_cleaned_to(self.checkpoint.cleaned_to.min(log_end));
        let clean = recovery == Recovery::Clean;
        let durable = if clean { log_end } else { self.checkpoint.recovery_point };
        view.set_flushed(durable.min(log_end));
        Ok(Recovered {
            log_start_offset: log_start,
            log_end_offset: log_end,
            latest_epoch: -1,
            truncated_bytes: self.truncated_bytes,
            scanned_bytes: self.scanned_bytes,
        })
    }

    /// Producers and epochs.
    fn finish(mut self, found: &Found) -> io::Result<Tail> {
        let (log_start, log_end) = (self.log.view.log_start(), self.log.view.log_end());
        self.epochs.truncate_from(log_end);
        self.epochs.truncate_below(log_start);
        let mut tail = Tail { snapshots: found.snapshots.clone(), ..Tail::default() };
        if self.stored_epochs.as_ref() != Some(&self.epochs) {
            // Now, and not by the next append: the next start of this boot believes the file.
            tail.epochs = self.epochs;
            self.log.store_epochs(&mut tail)?;
        } else {
            tail.epochs = self.epochs;
        }
        tail.bytes_since_index = self.bytes_since_index;
        if let Some(active) = self.segments.last() {
            let first = active.first_header()?.map(|header| header.max_timestamp);
            tail.first_timestamp = first.filter(|timestamp| *timestamp >= 0);
        }
        self.log.load_producers(&mut tail, log_end.min(self.doubted_from))?;
        Ok(tail)
    }
}

/// Position of the last index entry, if it is what it should be.
fn trusted_start(segment: &Arc<Segment>) -> io::Result<Option<u32>> {
    let Some(entry) = segment.last_index_entry()? else { return Ok(None) };
    let size = segment.tip().size;
    if entry.position >= size {
        return Ok(None);
    }
    let mut scanner = Scanner::new(segment.file(FileKind::Log)?, entry.position, size);
    let batch = scanner.next()?;
    let sound = batch.is_some_and(|batch| batch.header.last_offset() == entry.offset);
    let time = segment.last_time_entry()?;
    let timely = time.is_none_or(|time| time.offset >= segment.base_offset());
    Ok((sound && timely).then_some(entry.position))
}

/// Cuts torn entries off, or everything.
fn prepare_indexes(segment: &Arc<Segment>, anew: bool) -> io::Result<()> {
    if anew {
        segment.set_entries(0, 0);
    }
    let index = u64::from(segment.index_entries() * INDEX_ENTRY);
    let time = u64::from(segment.time_entries() * TIME_ENTRY);
    segment.file(FileKind::Index)?.set_len(index)?;
    segment.file(FileKind::TimeIndex)?.set_len(time)?;
    let none = MaxTimestamp { timestamp: -1, offset: segment.base_offset() };
    segment.set_max_timestamp(Some(segment.last_time_entry()?.unwrap_or(none)));
    Ok(())
}
