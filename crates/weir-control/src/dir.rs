use std::path::{Path, PathBuf};

use crate::files::{ClusterFile, ControlFile, FailedFile, KeeperFile, OperationsLog, atomic};
use crate::{DirError, DirLock};

/// What an engine writes before it answers, and some more.
const ROOM_BYTES: usize = 64 << 10;

/// A cluster's directory: the paths in it, and its files as types. Cheap to clone; touches nothing by itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClusterDir {
    root: PathBuf,
}

impl ClusterDir {
    /// The newest layout of the directory that this build writes.
    pub const FORMAT: u32 = 1;
    /// A directory renamed to `<name>.deleting` is being removed.
    pub const DELETING: &'static str = "deleting";

    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn cluster_json(&self) -> PathBuf {
        self.root.join("cluster.json")
    }

    pub fn control_json(&self) -> PathBuf {
        self.root.join("control.json")
    }

    pub fn keeper_json(&self) -> PathBuf {
        self.root.join("keeper.json")
    }

    pub fn failed_json(&self) -> PathBuf {
        self.root.join("failed.json")
    }

    pub fn operations_jsonl(&self) -> PathBuf {
        self.root.join("operations.jsonl")
    }

    pub fn format_file(&self) -> PathBuf {
        self.root.join("format")
    }

    pub fn keeper_lock(&self) -> PathBuf {
        self.root.join("keeper.lock")
    }

    pub fn engine_lock(&self) -> PathBuf {
        self.root.join("engine.lock")
    }

    pub fn sample_lock(&self) -> PathBuf {
        self.root.join("sample.lock")
    }

    /// While this file is there a sample workload ends, also one that somebody runs by hand.
    pub fn sample_end(&self) -> PathBuf {
        self.root.join("sample.end")
    }

    pub fn logs(&self) -> PathBuf {
        self.root.join("logs")
    }

    pub fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    pub fn metadata(&self) -> PathBuf {
        self.root.join("metadata")
    }

    pub fn is_deleting(&self) -> bool {
        self.root.extension().is_some_and(|e| e == Self::DELETING)
    }

    /// Whether an engine or a keeper has been at work here, `cluster.json` or not: no folder of another program's.
    pub fn has_data(&self) -> bool {
        self.format_file().exists() || self.data().exists() || self.metadata().exists()
    }

    /// The cluster's id, as its first start wrote it into Kafka's `meta.properties`; `None` before that.
    pub fn load_cluster_id(&self) -> Result<Option<String>, DirError> {
        let Some(text) = atomic::read_optional(&self.metadata().join("meta.properties"))? else {
            return Ok(None);
        };
        let text = String::from_utf8_lossy(&text);
        let id = text.lines().find_map(|line| line.trim().strip_prefix("cluster.id="));
        Ok(id.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()))
    }

    /// `cluster.json`, or `None` where there is none yet.
    pub fn load_cluster(&self) -> Result<Option<ClusterFile>, DirError> {
        atomic::load(&self.cluster_json())
    }

    pub fn save_cluster(&self, cluster: &ClusterFile) -> Result<(), DirError> {
        atomic::save(&self.cluster_json(), cluster, atomic::DURABLE)
    }

    /// `control.json`; one that is torn counts as absent, for it does not outlive its engine.
    pub fn load_control(&self) -> Result<Option<ControlFile>, DirError> {
        atomic::load_tolerant(&self.control_json())
    }

    /// Changes `cluster.json` as it is now, and writes it if that makes a difference: no change that another thread or
    /// process makes at the same time is lost. `None` where there is no such file.
    pub fn change_cluster(
        &self,
        change: impl FnOnce(&mut ClusterFile),
    ) -> Result<Option<ClusterFile>, DirError> {
        let _turn = self.turn();
        let Some(before) = self.load_cluster()? else { return Ok(None) };
        let mut after = before.clone();
        change(&mut after);
        if after != before {
            self.save_cluster(&after)?;
        }
        Ok(Some(after))
    }

    /// Held by whoever reads `cluster.json` and writes what follows from it. Where the folder cannot be locked, or who has it
    /// does not let go, it goes on without.
    pub fn turn(&self) -> Option<DirLock> {
        DirLock::of_folder(&self.root)
    }

    pub fn save_control(&self, control: &ControlFile) -> Result<(), DirError> {
        atomic::save(&self.control_json(), control, atomic::SECRET)
    }

    pub fn load_keeper(&self) -> Result<Option<KeeperFile>, DirError> {
        atomic::load_tolerant(&self.keeper_json())
    }

    pub fn save_keeper(&self, keeper: &KeeperFile) -> Result<(), DirError> {
        atomic::save(&self.keeper_json(), keeper, atomic::PLAIN)
    }

    pub fn load_failed(&self) -> Result<Option<FailedFile>, DirError> {
        atomic::load_tolerant(&self.failed_json())
    }

    pub fn save_failed(&self, failed: &FailedFile) -> Result<(), DirError> {
        atomic::save(&self.failed_json(), failed, atomic::DURABLE)
    }

    pub fn remove_control(&self) -> Result<(), DirError> {
        atomic::remove(&self.control_json())
    }

    pub fn remove_failed(&self) -> Result<(), DirError> {
        atomic::remove(&self.failed_json())
    }

    pub fn operations(&self) -> OperationsLog {
        OperationsLog::new(self.operations_jsonl())
    }

    /// Whether a few files can be written here: an engine needs some to start.
    pub fn check_room(&self) -> Result<(), DirError> {
        let probe = self.root.join(format!(".room.{}.tmp", std::process::id()));
        let written = atomic::write(&probe, &[b'x'; ROOM_BYTES], atomic::PLAIN);
        written.and_then(|()| atomic::remove(&probe))
    }

    /// Takes `keeper.lock` for life; `None` when another keeper holds it.
    pub fn lock_keeper(&self) -> Result<Option<DirLock>, DirError> {
        DirLock::acquire(&self.keeper_lock())
    }

    /// Takes `engine.lock` for life; `None` when another engine holds it.
    pub fn lock_engine(&self) -> Result<Option<DirLock>, DirError> {
        DirLock::acquire(&self.engine_lock())
    }

    /// Takes `sample.lock` for life; `None` when another sample workload holds it.
    pub fn lock_sample(&self) -> Result<Option<DirLock>, DirError> {
        DirLock::acquire(&self.sample_lock())
    }

    /// The number in `format`; `None` in a directory that has none yet.
    ///
    /// # Errors
    /// [`DirError::NewerFormat`] when a newer Weir wrote it: it must not be opened.
    pub fn load_format(&self) -> Result<Option<u32>, DirError> {
        let path = self.format_file();
        let Some(text) = atomic::read_optional(&path)? else { return Ok(None) };
        let text = String::from_utf8_lossy(&text);
        let Ok(found) = text.trim().parse::<u32>() else {
            return Err(DirError::BadFormat { path });
        };
        if found > Self::FORMAT {
            return Err(DirError::NewerFormat { path, found, supported: Self::FORMAT });
        }
        Ok(Some(found))
    }

    pub fn save_format(&self) -> Result<(), DirError> {
        let text = format!("{}\n", Self::FORMAT);
        atomic::write(&self.format_file(), text.as_bytes(), atomic::PLAIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_of_cluster_json_at_once_are_all_kept() -> Result<(), Box<dyn std::error::Error>> {
        const EACH: u16 = 50;
        let folder = tempfile::tempdir()?;
        let dir = ClusterDir::new(folder.path());
        assert_eq!(dir.change_cluster(|_| {})?, None, "there is none to change");
        dir.save_cluster(&ClusterFile::new("one", 1))?;
        std::thread::scope(|scope| {
            for writer in 0..4 {
                // Each opens the folder anew, as another process would.
                let dir = &dir;
                scope.spawn(move || {
                    for turn in 0..EACH {
                        let port = writer * EACH + turn;
                        dir.change_cluster(|file| file.ports.push(port)).unwrap();
                    }
                });
            }
        });
        let mut ports = dir.load_cluster()?.map(|file| file.ports).unwrap_or_default();
        ports.sort_unstable();
        assert_eq!(ports, (0..4 * EACH).collect::<Vec<_>>());
        Ok(())
    }

    #[test]
    fn a_cluster_has_an_id_from_its_first_start_on() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let dir = ClusterDir::new(folder.path());
        assert_eq!(dir.load_cluster_id()?, None);
        std::fs::create_dir(dir.metadata())?;
        let properties = dir.metadata().join("meta.properties");
        std::fs::write(
            &properties,
            "version=1\ncluster.id=vpF6vQ6TRPCyoY2TgwAbEw\nnode.id=3000\n",
        )?;
        assert_eq!(dir.load_cluster_id()?.as_deref(), Some("vpF6vQ6TRPCyoY2TgwAbEw"));
        std::fs::write(&properties, "version=1\ncluster.id=\n")?;
        assert_eq!(dir.load_cluster_id()?, None);
        Ok(())
    }
}
