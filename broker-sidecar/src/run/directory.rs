//! Opening a cluster's directory: everything that can be wrong with it is found before anything is written.
use std::fs::DirBuilder;
use std::io::ErrorKind;
use std::path::Path;

use weir_control::{ClusterDir, DirLock};

use crate::StartError;

/// A directory that this process may use, with its lock held for life.
#[derive(Debug)]
pub struct OpenDir {
    pub dir: ClusterDir,
    /// Made by us just now: removed again if the start fails.
    fresh: bool,
    lock: Option<DirLock>,
}

/// What a cluster directory may contain before it has a `cluster.json`: what a host or a keeper leaves there.
const BEFORE_FIRST_START: [&str; 8] = [
    "keeper.lock",
    "keeper.json",
    "engine.lock",
    "sample.lock",
    "logs",
    "operations.jsonl",
    "operations.lock",
    "lost+found",
];
/// What only a cluster with data has.
const DATA: [&str; 3] = ["metadata", "data", "format"];

impl OpenDir {
    /// Looks, makes the directory where it is missing, and takes `engine.lock`.
    pub fn open(path: &Path) -> Result<Self, StartError> {
        let fresh = match std::fs::read_dir(path) {
            Ok(entries) => {
                refuse_foreign(path, entries)?;
                false
            }
            Err(e) if e.kind() == ErrorKind::NotFound => {
                make(path)?;
                true
            }
            Err(e) if e.kind() == ErrorKind::NotADirectory => {
                return Err(StartError::NotAFolder { path: path.to_owned() });
            }
            Err(source) => return Err(StartError::Unusable { path: path.to_owned(), source }),
        };
        let dir = ClusterDir::new(std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
        dir.load_format()?;
        let Some(lock) = dir.lock_engine()? else {
            let pid = dir.load_control()?.map(|c| c.pid);
            return Err(StartError::Locked { path: path.to_owned(), pid });
        };
        Ok(Self { dir, fresh, lock: Some(lock) })
    }

    /// Nothing half-made: takes back what this start made in a directory that holds no cluster.
    pub fn abandon(mut self) {
        if matches!(self.dir.load_cluster(), Ok(Some(_)) | Err(_)) {
            return;
        }
        // Best effort: the error that brought us here is the one to report.
        let _ = std::fs::remove_file(self.dir.engine_lock());
        self.lock = None;
        if self.fresh {
            let _ = std::fs::remove_dir_all(self.dir.logs());
            let _ = std::fs::remove_dir(self.dir.root());
        }
    }
}

fn make(path: &Path) -> Result<(), StartError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|source| match source.kind() {
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
            StartError::NotAFolder { path: path.to_owned() }
        }
        _ => StartError::Unusable { path: path.to_owned(), source },
    })
}

/// A directory without `cluster.json` must be empty, or hold only what a host makes before the first start.
fn refuse_foreign(path: &Path, entries: std::fs::ReadDir) -> Result<(), StartError> {
    let mut stranger = None;
    let mut data = false;
    for entry in entries {
        let entry =
            entry.map_err(|source| StartError::Unusable { path: path.to_owned(), source })?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name == "cluster.json" {
            return Ok(());
        }
        data |= DATA.contains(&name.as_str());
        let ours = BEFORE_FIRST_START.contains(&name.as_str()) || name.ends_with(".tmp");
        if !ours && !DATA.contains(&name.as_str()) && stranger.as_ref().is_none_or(|s| name < *s) {
            stranger = Some(name);
        }
    }
    match stranger {
        Some(entry) if !data => Err(StartError::Foreign { path: path.to_owned(), entry }),
        _ if data => Err(StartError::NoClusterJson { path: path.to_owned() }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(path: &Path) -> String {
        OpenDir::open(path).unwrap_err().to_string()
    }

    #[test]
    fn another_programs_folder_is_left_as_it_is() {
        let temp = tempfile::tempdir().unwrap();
        std::fs::write(temp.path().join("meta.properties"), "x").unwrap();
        assert!(refusal(temp.path()).contains("another program (it contains \"meta.properties\")"));
        assert_eq!(std::fs::read_dir(temp.path()).unwrap().count(), 1, "nothing was added");
    }

    #[test]
    fn what_a_keeper_leaves_is_no_other_programs() {
        use weir_control::api::{Operation, OperationKind};
        let temp = tempfile::tempdir().unwrap();
        let dir = ClusterDir::new(temp.path());
        dir.operations().append(&Operation::begin("1", OperationKind::Heal)).unwrap();
        OpenDir::open(temp.path()).unwrap();
    }

    #[test]
    fn data_without_cluster_json_is_named() {
        let temp = tempfile::tempdir().unwrap();
        std::fs::create_dir(temp.path().join("metadata")).unwrap();
        std::fs::create_dir(temp.path().join("broker-1")).unwrap();
        assert!(refusal(temp.path()).contains("cluster.json is missing"));
    }

    #[test]
    fn a_file_and_a_path_below_a_file_are_no_folder() {
        let temp = tempfile::tempdir().unwrap();
        let file = temp.path().join("f");
        std::fs::write(&file, "x").unwrap();
        assert!(refusal(&file).contains("is a file"), "{}", refusal(&file));
        assert!(refusal(&file.join("d")).contains("is a file"), "{}", refusal(&file.join("d")));
    }

    #[test]
    fn the_second_engine_is_refused_and_an_abandoned_fresh_folder_is_gone() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("a/b");
        let first = OpenDir::open(&path).unwrap();
        assert!(refusal(&path).contains("already running"));
        first.abandon();
        assert!(!path.exists(), "nothing half-made");
    }
}
