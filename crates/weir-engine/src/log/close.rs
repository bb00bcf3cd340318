//! Stopping a log, and deleting it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::partition_log::PartitionLog;
use super::segment::Segment;
use super::writer::Phase;
use super::{LogError, uuid_text};

impl PartitionLog {
    /// Clean stop: producer snapshot and last time index entry, no sync (the caller does one
    /// `sync_volume`). Where fewer than `snapshot_bytes_min` bytes follow the last snapshot nothing
    /// is written: the next recovery replays them. The log takes no calls afterwards.
    pub fn close(&self, snapshot_bytes_min: u64) -> Result<(), LogError> {
        let mut writer = self.writer.lock();
        let open = matches!(writer.phase, Phase::Open);
        let large = |active: &Arc<Segment>| u64::from(active.tip().size) >= snapshot_bytes_min;
        if let Some(active) = self.active().filter(|active| open && large(active)) {
            // Both only save the next recovery a walk: a full disk does not keep a cluster running.
            if let Err(error) = self.finish_indexes(&mut writer, &active) {
                tracing::warn!(dir = %self.dir.path().display(), %error, "last time index entry");
            }
            self.take_snapshot(&mut writer);
        }
        writer.phase = Phase::Stopped;
        self.view.set_recovered(false);
        Ok(())
    }

    /// DeleteTopics: renames the directory to Kafka's `-delete` name with this unique part, at
    /// once; [`PartitionLog::unlink`] removes it later. The log takes no calls afterwards.
    pub fn delete(&self, unique: [u8; 16]) -> Result<(), LogError> {
        let mut writer = self.writer.lock();
        writer.phase = Phase::Deleted;
        let from = self.dir.path();
        let to = aside(&from, &unique, "delete");
        match self.context.fs().rename(&from, &to) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => {
                Err(LogError::io("rename the log's directory", e))
            }
            // One that was never written to moves as well: its name may soon be another topic's.
            _ => {
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

/// `<topic>-<partition>.<unique>-<why>`, cut to what file systems take: Kafka's name for a log's directory that
/// is no partition's any more.
pub(crate) fn aside(path: &Path, unique: &[u8; 16], why: &str) -> PathBuf {
    const NAME_MAX: usize = 255;
    let path = path.to_string_lossy();
    let (dir, name) = path.rsplit_once('/').unwrap_or((".", &path));
    let tail = format!(".{}-{why}", uuid_text(unique).replace(['-', '_'], "0"));
    let name: String = name.chars().take(NAME_MAX - tail.len()).collect();
    PathBuf::from(format!("{dir}/{name}{tail}"))
}
