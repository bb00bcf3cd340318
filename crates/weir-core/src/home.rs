//! The folder that window, command line and serve share: `WEIR_HOME`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Kind, Result};
use crate::text::TextId;

/// Paths under `WEIR_HOME`. Cheap to clone; [`Home::open`] makes the folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    root: PathBuf,
}

impl Home {
    /// Opens `root`, or makes it, readable by its owner alone.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self> {
        let root: PathBuf = root.into();
        let root = std::path::absolute(&root).unwrap_or(root);
        let home = Self { root };
        for folder in [home.root.clone(), home.clusters(), home.logs()] {
            make_private(&folder).map_err(|e| unusable(&folder, &e))?;
        }
        Ok(home)
    }

    /// Opens `root`, or else [`Home::default_root`].
    pub fn prepare(root: Option<&Path>) -> Result<Self> {
        let root = root.map(Path::to_owned).or_else(Self::default_root).ok_or_else(|| {
            Failure::new(TextId::ErrorNoHome).kind(Kind::Invalid).hint(TextId::HintFolderChoose)
        })?;
        Self::open(root)
    }

    /// `WEIR_HOME` if set, else the platform's data folder.
    pub fn default_root() -> Option<PathBuf> {
        let set = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        set("WEIR_HOME").or_else(|| platform_data().map(|data| data.join("weir")))
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Holds one directory for each local cluster, named as the cluster is.
    pub fn clusters(&self) -> PathBuf {
        self.root.join("clusters")
    }

    pub fn cluster(&self, name: &str) -> PathBuf {
        self.clusters().join(name)
    }

    /// Logs of hosts; each cluster keeps its own.
    pub fn logs(&self) -> PathBuf {
        self.root.join("logs")
    }

    pub fn database(&self) -> PathBuf {
        self.root.join("weir.db")
    }

    /// Held by the one window of this home.
    pub fn app_lock(&self) -> PathBuf {
        self.root.join("app.lock")
    }

    /// Where a second window says "show" to the first.
    pub fn app_socket(&self) -> PathBuf {
        self.root.join("app.sock")
    }
}

fn platform_data() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    if cfg!(windows) {
        return set("LOCALAPPDATA");
    }
    if cfg!(target_os = "macos") {
        return set("HOME").map(|home| home.join("Library/Application Support"));
    }
    set("XDG_DATA_HOME")
        .filter(|path| path.is_absolute())
        .or_else(|| set("HOME").map(|home| home.join(".local/share")))
}

fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    // Reading proves more than the mode: as another user, a folder of 0700 can be seen but not opened.
    std::fs::read_dir(folder).map(drop)
}

fn unusable(folder: &Path, error: &std::io::Error) -> Failure {
    let hint = match error.kind() {
        ErrorKind::PermissionDenied => TextId::HintFolderPermission,
        ErrorKind::StorageFull => TextId::HintDiskFull,
        _ => TextId::HintFolderChoose,
    };
    Failure::new(TextId::ErrorFolder.with("path", folder.display().to_string()))
        .kind(Kind::Invalid)
        .hint(hint)
        .detail(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_new_home_belongs_to_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let home = Home::open(dir.path().join("a/b")).unwrap();
        for folder in [home.root().to_owned(), home.clusters(), home.logs()] {
            let mode = std::fs::metadata(&folder).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o700, "{}", folder.display());
        }
    }

    #[test]
    fn a_file_in_its_place_is_one_sentence() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        std::fs::write(&file, "x").unwrap();
        let failure = Home::open(&file).unwrap_err();
        assert_eq!(failure.text.id, TextId::ErrorFolder);
        assert!(failure.hint.is_some());
    }
}
