//! Syncing: on demand, of closed segments, by time; the recovery point.

use std::io;

use super::LogError;
use super::checkpoint::OffsetsCheckpoint;
use super::names::{EPOCH_CHECKPOINT, FileKind, snapshot_file};
use super::partition_log::PartitionLog;
use super::segment::Segment;
use super::writer::Phase;
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

    /// Whether `flush.messages` asks for a flush now.
    pub(crate) fn is_flush_due(&self) -> bool {
        let unflushed = self.view.log_end().saturating_sub(self.view.flushed());
        unflushed > 0 && unflushed >= self.config.load().flush_messages
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
            self.sync_file(&snapshot_file(segment.tip().next_offset))?;
            segment.set_synced(true);
            Ok::<(), io::Error>(())
        });
        let result = result
            .and_then(|()| self.sync_file(EPOCH_CHECKPOINT))
            .and_then(|()| self.context.fs().sync_dir(&self.dir.path()));
        let mut writer = self.writer.lock();
        if let Err(error) = result {
            return Err(self.fail(&mut writer, format!("fdatasync: {error}")));
        }
        self.view.set_flushed(self.view.flushed().max(active.base_offset()));
        self.save_offsets()
    }

    /// What recovery is to believe below the recovery point. A file that is not there is not missed.
    fn sync_file(&self, name: &str) -> io::Result<()> {
        match self.context.fs().open(&self.dir.file(name), OpenMode::Append) {
            Ok(file) => file.sync_data(),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(e) => Err(e),
        }
    }

    /// Where recovery after a power loss must begin: at the first closed segment whose indexes are not durable yet,
    /// else at the active one. A flush makes records durable, not what finds them.
    pub(super) fn synced_to(&self) -> i64 {
        let segments = self.view.segments();
        let Some((active, closed)) = segments.split_last() else { return 0 };
        let first = closed.iter().find(|segment| !segment.is_synced());
        first.unwrap_or(active).base_offset().min(self.view.flushed())
    }

    /// Stores log start and recovery point.
    pub(super) fn save_offsets(&self) -> Result<(), LogError> {
        let checkpoint = OffsetsCheckpoint {
            log_start: self.view.log_start(),
            recovery_point: self.synced_to(),
            cleaned_to: self.view.cleaned_to(),
        };
        checkpoint
            .store(&**self.context.fs(), &self.dir)
            .map_err(|error| LogError::io("log-offsets-checkpoint", error))
    }
}
