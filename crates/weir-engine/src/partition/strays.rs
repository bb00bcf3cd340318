//! Directories under `data/` that lie where a partition would look for its log and belong to none: what is left of a
//! deleted topic, or of one that the metadata does not know. A topic of the same name must not take them for its own.

use std::io;
use std::path::Path;

use weir_wire::Uuid;

use super::PartitionEnv;
use crate::boot::{DELETED, STRAY};
use crate::log::{PARTITION_METADATA, aside};

const PARTITION_METADATA_MAX_BYTES: u64 = 4 << 10;

impl PartitionEnv {
    /// Whether a directory holds the log of another topic than `topic_id`. One that does not say whose it is may be any's.
    pub(crate) fn is_foreign(&self, name: &str, topic_id: Uuid) -> bool {
        self.topic_in(&self.data_dir.join(name)).is_some_and(|id| id != topic_id)
    }

    /// A partition is about to open its log: what lies there of another topic is taken away. Says whether there is a log.
    pub(super) fn claim_dir(&self, name: &str, topic_id: Uuid) -> io::Result<bool> {
        let _alone = self.clearing.lock();
        if !self.dir_exists(name) {
            return Ok(false);
        }
        if self.is_foreign(name, topic_id) {
            self.set_aside(name)?;
            return Ok(false);
        }
        Ok(true)
    }

    /// Clears a directory of no partition. `is_wanted` is asked again while no partition can claim it: a topic of that
    /// name may have been made since.
    pub(crate) fn clear_stray(
        &self,
        name: &str,
        is_wanted: impl FnOnce() -> bool,
    ) -> io::Result<()> {
        if name.ends_with(DELETED) {
            match self.logs().fs().remove_dir_all(&self.data_dir.join(name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => self.forget_dir(name),
            }
            return Ok(());
        }
        let _alone = self.clearing.lock();
        if is_wanted() || !self.dir_exists(name) {
            return Ok(());
        }
        self.set_aside(name)
    }

    /// The directory of a deleted partition could not be renamed: it is tried again.
    pub(super) fn leave_dir(&self, name: &str, topic_id: Uuid) {
        self.note_removed([topic_id]);
        self.unopened_dirs.lock().insert(name.to_owned());
    }

    /// Renames a directory: a deleted topic's is unlinked in the background. Any other is kept under Kafka's name for
    /// such: the metadata may be the older of the two, restored from a copy.
    fn set_aside(&self, name: &str) -> io::Result<()> {
        let path = self.data_dir.join(name);
        let topic = self.topic_in(&path);
        let is_removed = topic.is_some_and(|id| self.removed.lock().contains(&id));
        let why = if is_removed { DELETED } else { STRAY };
        let kept = aside(&path, &self.rng.uuid().0, why);
        match self.logs().fs().rename(&path, &kept) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut dirs = self.unopened_dirs.lock();
        dirs.remove(name);
        if let (true, Some(renamed)) = (is_removed, kept.file_name()) {
            dirs.insert(renamed.to_string_lossy().into_owned());
        } else {
            tracing::error!(%name, kept = %kept.display(), "a log of no known partition is kept aside");
        }
        Ok(())
    }

    /// The topic whose log a directory holds; `None` where it does not say.
    fn topic_in(&self, log: &Path) -> Option<Uuid> {
        let file = log.join(PARTITION_METADATA);
        let bytes = self.logs().fs().read(&file, PARTITION_METADATA_MAX_BYTES).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        let id = text.lines().find_map(|line| line.strip_prefix("topic_id: "));
        id.and_then(|id| id.trim().parse().ok())
    }
}
