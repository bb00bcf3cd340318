//! Removing old segments: retention by time and size, DeleteRecords.

use std::io;
use std::sync::Arc;

use super::partition_log::PartitionLog;
use super::segment::Segment;
use super::writer::Writer;
use super::{LogConfig, LogError, RetentionOutcome};

impl PartitionLog {
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
        let before = self.view.log_start();
        self.view.set_log_start(offset);
        if let Err(error) = self.save_offsets() {
            self.view.set_log_start(before);
            return Err(error);
        }
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
            self.save_offsets()?;
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
        for (index, segment) in self.view.segments().iter().enumerate() {
            let tip = segment.tip();
            if tip.next_offset > high_watermark {
                break;
            }
            let max = segment.max_timestamp().map_err(|e| LogError::io("time index", e))?;
            let too_much = excess > 0 && tip.size > 0 && u64::from(tip.size) <= excess;
            if max.timestamp < 0 && !too_much {
                // No record in it tells its age (compaction may leave none): what follows is not older.
                continue;
            }
            let age_ms = now_ms.saturating_sub(max.timestamp);
            let too_old = config.retention_ms >= 0 && age_ms > config.retention_ms;
            if !(too_old || too_much) {
                break;
            }
            excess = excess.saturating_sub(u64::from(tip.size));
            count = index + 1;
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
}
