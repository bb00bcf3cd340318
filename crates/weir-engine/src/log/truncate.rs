//! Cutting a log at its end, after a leader change (R4).

use std::io;
use std::sync::Arc;

use super::checkpoint::OffsetsCheckpoint;
use super::names::{FileKind, Suffix};
use super::partition_log::PartitionLog;
use super::producers::Producers;
use super::scan::Scanner;
use super::segment::{MaxTimestamp, Segment, Tip};
use super::writer::Writer;
use super::{LogError, append, txn_index};

impl PartitionLog {
    /// Cuts the log at the batch that contains `offset`. Answers the new log end offset, which is
    /// below `offset` where a batch spans it. Durable when it returns.
    pub fn truncate(&self, offset: i64) -> Result<i64, LogError> {
        let _compacting = self.compacting.lock();
        let _flushing = self.flushing.lock();
        let mut writer = self.open_writer()?;
        self.check_writable(&writer)?;
        if offset >= self.view.log_end() {
            return Ok(self.view.log_end());
        }
        let log_start = self.view.log_start();
        match self.truncate_locked(&mut writer, offset.max(log_start)) {
            Ok(end) => Ok(end),
            Err(error) => Err(self.fail(&mut writer, format!("truncate: {error}"))),
        }
    }

    fn truncate_locked(&self, writer: &mut Writer, offset: i64) -> io::Result<i64> {
        let segments = self.view.segments();
        let at = Self::segment_index(&segments, offset);
        let Some(segment) = segments.get(at) else { return Ok(self.view.log_end()) };
        let found = segment.first_reaching(offset, segment.tip().size)?;
        let (position, end) = match found {
            Some(batch) => (batch.position, batch.header.base_offset.min(offset)),
            None => (segment.tip().size, offset),
        };
        let log_start = self.view.log_start();
        if end <= log_start {
            self.empty_locked(writer, log_start)?;
            return Ok(log_start);
        }
        // Before the cut: what is written after it is not durable, though it is below the old point.
        self.view.set_flushed(self.view.flushed().min(end));
        let recovery_point = segment.base_offset().min(self.synced_to());
        let cleaned_to = self.view.cleaned_to().min(segment.base_offset());
        self.view.set_cleaned_to(cleaned_to);
        OffsetsCheckpoint { log_start, recovery_point, cleaned_to }
            .store(&**self.context.fs(), &self.dir)?;
        // Slices fail from now on; readers of the new list do not see what is being cut.
        segment.set_stale_from(position);
        segments[at + 1..].iter().for_each(|later| later.set_stale_from(0));
        let shorter = self.shortened(segment, Tip { next_offset: end, size: position })?;
        let mut kept = segments[..at].to_vec();
        kept.push(shorter.clone());
        self.view.set_log_end(end);
        self.view.set_segments(kept);
        for later in segments[at + 1..].iter().rev() {
            self.discard(later)?;
        }
        self.cut_files(&shorter)?;
        self.after_truncation(writer, &shorter, end)?;
        Ok(end)
    }

    /// The same segment, ending earlier.
    fn shortened(&self, segment: &Arc<Segment>, tip: Tip) -> io::Result<Arc<Segment>> {
        let shorter = Segment::new(&self.context, &self.dir, segment.base_offset(), Suffix::None);
        shorter.set_tip(tip);
        shorter.set_entries(segment.index_entries(), segment.time_entries());
        shorter.set_max_timestamp(None);
        Ok(Arc::new(shorter))
    }

    fn cut_files(&self, segment: &Arc<Segment>) -> io::Result<()> {
        let tip = segment.tip();
        let file = segment.file(FileKind::Log)?;
        file.set_len(u64::from(tip.size))?;
        segment.truncate_indexes(tip.next_offset)?;
        txn_index::truncate(segment, tip.next_offset)?;
        segment.sync()?;
        self.context.fs().sync_dir(&self.dir.path())
    }

    fn after_truncation(
        &self,
        writer: &mut Writer,
        active: &Arc<Segment>,
        end: i64,
    ) -> io::Result<()> {
        self.recompute_max_timestamp(active)?;
        let tail = writer.tail();
        tail.epochs.truncate_from(end);
        self.store_epochs(tail)?;
        tail.bytes_since_index = 0;
        let first = active.first_header()?.map(|header| header.max_timestamp);
        tail.first_timestamp = first.filter(|timestamp| *timestamp >= 0);
        self.load_producers(tail, end)?;
        self.view.set_unstable(&tail.producers);
        writer.pending_epoch = writer.pending_epoch.map(|(epoch, start)| (epoch, start.min(end)));
        Ok(())
    }

    fn recompute_max_timestamp(&self, active: &Arc<Segment>) -> io::Result<()> {
        let none = MaxTimestamp { timestamp: -1, offset: active.base_offset() };
        let known = active.last_time_entry()?.unwrap_or(none);
        active.set_max_timestamp(Some(known));
        let start = active.lookup_offset(known.offset)?.map_or(0, |entry| entry.position);
        let file = active.file(FileKind::Log)?;
        let mut scanner = Scanner::new(file, start, active.tip().size);
        while let Some(batch) = scanner.next()? {
            append::raise_max_timestamp(active, &batch.header);
        }
        Ok(())
    }

    /// Empties the log; the next record gets `offset`.
    pub fn truncate_fully(&self, offset: i64) -> Result<(), LogError> {
        let _compacting = self.compacting.lock();
        let _flushing = self.flushing.lock();
        let mut writer = self.open_writer()?;
        self.check_writable(&writer)?;
        self.empty_locked(&mut writer, offset)
            .map_err(|error| self.fail(&mut writer, format!("truncate: {error}")))
    }

    fn empty_locked(&self, writer: &mut Writer, offset: i64) -> io::Result<()> {
        let segments = self.view.segments();
        self.view.set_segments(Vec::new());
        self.view.set_log_start(offset);
        self.view.set_log_end(offset);
        self.view.set_flushed(offset);
        self.view.set_unstable(&Producers::default());
        if segments.is_empty() {
            return Ok(());
        }
        self.view.set_cleaned_to(offset);
        OffsetsCheckpoint { log_start: offset, recovery_point: offset, cleaned_to: offset }
            .store(&**self.context.fs(), &self.dir)?;
        for segment in segments.iter().rev() {
            segment.set_stale_from(0);
            self.discard(segment)?;
        }
        for snapshot in std::mem::take(&mut writer.tail().snapshots) {
            self.remove_snapshot(snapshot)?;
        }
        let tail = writer.tail();
        tail.producers.clear();
        tail.epochs.clear();
        tail.epochs_unsaved = true;
        self.context.fs().sync_dir(&self.dir.path())
    }
}
