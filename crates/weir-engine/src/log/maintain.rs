//! What I/O threads do for a log: syncing, retention, stopping, deleting.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::checkpoint::OffsetsCheckpoint;
use super::names::{FileKind, Suffix, snapshot_file};
use super::partition_log::PartitionLog;
use super::segment::{MaxTimestamp, Segment, Tip};
use super::writer::{Phase, Writer};
use super::{LogConfig, LogError, RetentionOutcome, txn_index, uuid_text};
use crate::fs::OpenMode;

impl PartitionLog {
    /// `fdatasync`, outside of the append lock (callers at the same time share one). Answers the
    /// offset below which everything is durable. After a failure the log refuses writes.
    pub fn flush(&self) -> Result<i64, LogError> {
        self.ensure_recovered()?;
        let wanted = self.view.log_end();
        let _turn = self.flushing.lock();
        let flushed = self.view.flushed();
        if flushed >= wanted {
            return Ok(flushed);
        }
        let (target, segments) = {
            let mut writer = self.open_writer()?;
            self.check_writable(&writer)?;
            writer.tail().unflushed_since_ms = None;
            (self.view.log_end(), self.view.segments())
        };
        let unflushed = segments.iter().filter(|segment| segment.tip().next_offset > flushed);
        let result = unflushed.clone().try_for_each(|segment| {
            segment.file(FileKind::Log)?.sync_data()?;
            self.sync_names(segment)
        });
        if let Err(error) = result {
            return Err(self.fail(&mut self.writer.lock(), format!("fdatasync: {error}")));
        }
        self.view.set_flushed(target);
        Ok(target)
    }

    /// Makes the names of a new segment, and of the first one the log's, survive a power loss.
    fn sync_names(&self, segment: &Segment) -> io::Result<()> {
        if segment.is_named() {
            return Ok(());
        }
        let dir = self.dir.path();
        self.context.fs().sync_dir(&dir)?;
        if let Some(parent) = dir.parent() {
            self.context.fs().sync_dir(parent)?;
        }
        segment.set_named();
        Ok(())
    }

    /// Whether [`PartitionLog::maintain`] has something to do. No lock, no disk.
    pub fn needs_maintenance(&self) -> bool {
        self.view.is_rolled() || self.config.load().flush_ms != i64::MAX
    }

    /// Syncs closed segments and moves the recovery point; flushes after `flush.ms`; forgets idle
    /// producers.
    pub fn maintain(&self, now_ms: i64) -> Result<(), LogError> {
        if !self.view.is_recovered() {
            return Ok(());
        }
        let config = self.config.load_full();
        let flush_due = {
            let mut writer = self.open_writer()?;
            if let Phase::Failed(reason) = &writer.phase {
                return Err(LogError::Failed(reason.clone()));
            }
            let Some(tail) = &mut writer.tail else { return Ok(()) };
            tail.producers.expire(now_ms, config.producer_id_expiration_ms);
            let age = tail.unflushed_since_ms.map(|since| now_ms.saturating_sub(since));
            age.is_some_and(|age| age >= config.flush_ms)
        };
        if self.view.is_rolled() {
            self.sync_closed()?;
        }
        if flush_due {
            self.flush()?;
        }
        Ok(())
    }

    pub(super) fn sync_closed(&self) -> Result<(), LogError> {
        let _turn = self.flushing.lock();
        self.view.set_rolled(false);
        let segments = self.view.segments();
        let Some((active, closed)) = segments.split_last() else { return Ok(()) };
        let result = closed.iter().filter(|segment| !segment.is_synced()).try_for_each(|segment| {
            segment.sync()?;
            self.sync_snapshot(segment.tip().next_offset)?;
            segment.set_synced(true);
            Ok::<(), io::Error>(())
        });
        let result = result.and_then(|()| self.context.fs().sync_dir(&self.dir.path()));
        let mut writer = self.writer.lock();
        if let Err(error) = result {
            return Err(self.fail(&mut writer, format!("fdatasync: {error}")));
        }
        self.view.set_flushed(self.view.flushed().max(active.base_offset()));
        self.save_offsets(active.base_offset())
    }

    fn sync_snapshot(&self, offset: i64) -> io::Result<()> {
        let path = self.dir.file(&snapshot_file(offset));
        match self.context.fs().open(&path, OpenMode::Append) {
            Ok(file) => file.sync_data(),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(e) => Err(e),
        }
    }

    /// Stores log start and recovery point, the latter at most the flushed offset.
    pub(super) fn save_offsets(&self, recovery_point: i64) -> Result<(), LogError> {
        let checkpoint = OffsetsCheckpoint {
            log_start: self.view.log_start(),
            recovery_point: recovery_point.min(self.view.flushed()),
            cleaned_to: self.view.cleaned_to(),
        };
        checkpoint
            .store(&**self.context.fs(), &self.dir)
            .map_err(|error| LogError::io("log-offsets-checkpoint", error))
    }

    /// DeleteRecords: raises the log start offset; segments below go. `offset` at most the high
    /// watermark (the caller checks). Answers the log start offset. Durable when it returns.
    pub fn delete_records(&self, offset: i64) -> Result<i64, LogError> {
        let _compacting = self.compacting.lock();
        let mut writer = self.open_writer()?;
        self.check_writable(&writer)?;
        let offset = offset.min(self.view.log_end());
        if offset <= self.view.log_start() {
            return Ok(self.view.log_start());
        }
        self.view.set_log_start(offset);
        let active = self.view.segments().last().map_or(0, |segment| segment.base_offset());
        self.save_offsets(active)?;
        self.remove_below_start(&mut writer)?;
        Ok(offset)
    }

    /// Retention by time and size, and below the log start; never at or above `high_watermark`.
    pub fn apply_retention(
        &self,
        now_ms: i64,
        high_watermark: i64,
    ) -> Result<RetentionOutcome, LogError> {
        if !self.view.is_recovered() || self.view.size() == 0 {
            return Ok(RetentionOutcome::default());
        }
        let _compacting = self.compacting.lock();
        let config = self.config.load_full();
        let mut expired = self.expired(&config, now_ms, high_watermark)?;
        if expired > 0 && expired == self.view.segments().len() {
            let mut writer = self.open_writer()?;
            self.check_writable(&writer)?;
            if let Some(active) = self.active() {
                self.roll(&mut writer, &active, now_ms)?;
            }
        }
        if expired > 0 && self.view.is_rolled() {
            // A log that begins after its recovery point has lost its first records.
            self.sync_closed()?;
            expired = self.expired(&config, now_ms, high_watermark)?;
        }
        let mut writer = self.open_writer()?;
        self.check_writable(&writer)?;
        let segments = self.view.segments();
        if let Some(first) = segments.get(expired).filter(|_| expired > 0) {
            // Stored first: a power loss may bring some of the removed files back.
            self.view.set_log_start(self.view.log_start().max(first.base_offset()));
            self.save_offsets(segments.last().map_or(0, |active| active.base_offset()))?;
        }
        self.remove_below_start(&mut writer)
    }

    /// How many segments, from the oldest, are over the limits.
    fn expired(
        &self,
        config: &LogConfig,
        now_ms: i64,
        high_watermark: i64,
    ) -> Result<usize, LogError> {
        if !config.cleanup.delete {
            return Ok(0);
        }
        let mut excess = match config.retention_bytes {
            limit if limit >= 0 => self.view.size().saturating_sub(limit as u64),
            _ => 0,
        };
        let mut count = 0;
        for segment in self.view.segments().iter() {
            let tip = segment.tip();
            let max = segment.max_timestamp().map_err(|e| LogError::io("time index", e))?;
            let age_ms = now_ms.saturating_sub(max.timestamp);
            let too_old =
                config.retention_ms >= 0 && max.timestamp >= 0 && age_ms > config.retention_ms;
            let too_much = excess > 0 && u64::from(tip.size) <= excess;
            if tip.size == 0 || tip.next_offset > high_watermark || !(too_old || too_much) {
                break;
            }
            excess = excess.saturating_sub(u64::from(tip.size));
            count += 1;
        }
        Ok(count)
    }

    /// Removes segments that lie below the log start, never the active one.
    fn remove_below_start(&self, writer: &mut Writer) -> Result<RetentionOutcome, LogError> {
        let log_start = self.view.log_start();
        let segments = self.view.segments();
        let count = segments
            .iter()
            .zip(segments.iter().skip(1))
            .take_while(|(_, next)| next.base_offset() <= log_start)
            .count();
        if writer.tail().epochs.truncate_below(log_start) {
            writer.tail().epochs_unsaved = true;
        }
        if count == 0 {
            return Ok(RetentionOutcome::default());
        }
        self.view.set_segments(segments[count..].to_vec());
        let mut outcome = RetentionOutcome { segments: count, bytes: 0 };
        for segment in &segments[..count] {
            outcome.bytes += u64::from(segment.tip().size);
            self.discard(segment).map_err(|e| LogError::io("remove a segment", e))?;
            self.forget_snapshot(writer, segment.base_offset())?;
        }
        Ok(outcome)
    }

    /// Renames a segment's files to `.deleted`; they are unlinked when no reader holds them.
    pub(super) fn discard(&self, segment: &Arc<Segment>) -> io::Result<()> {
        segment.rename_away()?;
        self.context.throw_away(segment.clone());
        Ok(())
    }

    pub(super) fn forget_snapshot(&self, writer: &mut Writer, offset: i64) -> Result<(), LogError> {
        let snapshots = &mut writer.tail().snapshots;
        if let Ok(at) = snapshots.binary_search(&offset) {
            snapshots.remove(at);
            self.remove_snapshot(offset).map_err(|e| LogError::io("remove a snapshot", e))?;
        }
        Ok(())
    }

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
        let recovery_point = segment.base_offset().min(self.view.flushed());
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
        tail.epochs.store(&**self.context.fs(), &self.dir)?;
        tail.epochs_unsaved = false;
        tail.bytes_since_index = 0;
        let first = active.first_header()?.map(|header| header.max_timestamp);
        tail.first_timestamp = first.filter(|timestamp| *timestamp >= 0);
        self.load_producers(tail, end)?;
        let unstable = tail.producers.first_unstable_offset();
        self.view.set_first_unstable(unstable);
        writer.pending_epoch = writer.pending_epoch.map(|(epoch, start)| (epoch, start.min(end)));
        Ok(())
    }

    fn recompute_max_timestamp(&self, active: &Arc<Segment>) -> io::Result<()> {
        let none = MaxTimestamp { timestamp: -1, offset: active.base_offset() };
        let known = active.last_time_entry()?.unwrap_or(none);
        active.set_max_timestamp(Some(known));
        let start = active.lookup_offset(known.offset)?.map_or(0, |entry| entry.position);
        let file = active.file(FileKind::Log)?;
        let mut scanner = super::scan::Scanner::new(file, start, active.tip().size);
        while let Some(batch) = scanner.next()? {
            super::append::raise_max_timestamp(active, &batch.header);
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
        self.view.set_first_unstable(None);
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

    /// Clean stop: producer snapshot and last time index entry, no sync (the caller does one
    /// `sync_volume`). Where fewer than `snapshot_bytes_min` bytes follow the last snapshot nothing
    /// is written: the next recovery replays them. The log takes no calls afterwards.
    pub fn close(&self, snapshot_bytes_min: u64) -> Result<(), LogError> {
        let mut writer = self.writer.lock();
        let open = matches!(writer.phase, Phase::Open);
        let large = |active: &Arc<Segment>| u64::from(active.tip().size) >= snapshot_bytes_min;
        if let Some(active) = self.active().filter(|active| open && large(active)) {
            self.finish_indexes(&mut writer, &active)?;
            self.take_snapshot(&mut writer);
        }
        writer.phase = Phase::Closed;
        self.view.set_recovered(false);
        Ok(())
    }

    /// DeleteTopics: renames the directory to Kafka's `-delete` name with this unique part, at
    /// once; [`PartitionLog::unlink`] removes it later. The log takes no calls afterwards.
    pub fn delete(&self, unique: [u8; 16]) -> Result<(), LogError> {
        let mut writer = self.writer.lock();
        writer.phase = Phase::Closed;
        let from = self.dir.path();
        let to = deleted_name(&from.to_string_lossy(), &unique);
        match self.context.fs().rename(&from, &to) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(e) => Err(LogError::io("rename the log's directory", e)),
            Ok(()) => {
                self.dir.moved_to(to);
                Ok(())
            }
        }
    }

    /// Removes the renamed directory of a deleted log.
    pub fn unlink(&self) -> Result<(), LogError> {
        match self.context.fs().remove_dir_all(&self.dir.path()) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => {
                Err(LogError::io("remove the log's directory", e))
            }
            _ => Ok(()),
        }
    }
}

/// `<topic>-<partition>.<unique>-delete`, cut to what file systems take.
fn deleted_name(path: &str, unique: &[u8; 16]) -> PathBuf {
    const NAME_MAX: usize = 255;
    let (dir, name) = path.rsplit_once('/').unwrap_or((".", path));
    let tail = format!(".{}-delete", uuid_text(unique).replace(['-', '_'], "0"));
    let name: String = name.chars().take(NAME_MAX - tail.len()).collect();
    PathBuf::from(format!("{dir}/{name}{tail}"))
}
