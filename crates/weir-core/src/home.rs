//! The folder that window, command line and serve share: `WEIR_HOME`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::command_line::quoted;
use crate::failure::{Failure, Kind, Result};
use crate::text::TextId;

/// Paths under `WEIR_HOME`. Cheap to clone; [`Home::open`] makes the folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    root: PathBuf,
    /// Nothing may be written: there is no data folder of Weir at `root`.
    absent: bool,
}

/// By what a person names the folder.
const FLAG: &str = "--home";
const VARIABLE: &str = "WEIR_HOME";
/// Where nobody knows which of the two was used.
pub(crate) const EITHER: &str = "--home / WEIR_HOME";
/// What a home may hold before its first cluster and database: folders and files of Weir's.
const OURS: [&str; 7] =
    ["clusters", "logs", "weir.lock", "app.lock", "app.sock", "weir.db", "window.json"];
/// So many strange names are told.
const NAMED_MAX: usize = 3;

impl Home {
    /// Opens `root`, or makes it, readable by its owner alone.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self> {
        Self::at(root.into()).make(EITHER)
    }

    /// Opens `root`, or else [`Home::default_root`].
    pub fn prepare(root: Option<&Path>) -> Result<Self> {
        let (home, how) = Self::choose(root)?;
        home.make(how)
    }

    /// As [`Home::prepare`], but refuses a folder that somebody named and that holds another program's files.
    pub fn prepare_own(root: Option<&Path>) -> Result<Self> {
        let (home, how) = Self::choose(root)?;
        let strange = if home.absent && is_named(root) { home.strangers() } else { Vec::new() };
        if strange.is_empty() {
            return home.make(how);
        }
        let path = home.root.display().to_string();
        let text = TextId::ErrorHomeForeign.with("path", path).with("found", strange.join(", "));
        let hint = TextId::HintFolderEmpty.with("how", how);
        Err(Failure::new(text).kind(Kind::Invalid).hint(hint))
    }

    /// As [`Home::prepare`], but makes nothing: where no data folder of Weir is, there is one without clusters.
    pub fn find(root: Option<&Path>) -> Result<Self> {
        let (home, how) = Self::choose(root)?;
        for folder in [home.root.clone(), home.clusters()] {
            match std::fs::read_dir(&folder) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(unusable(&folder, &error, how));
                }
                _ => {}
            }
        }
        Ok(home)
    }

    /// `WEIR_HOME` if set, else the platform's data folder.
    pub fn default_root() -> Option<PathBuf> {
        set(VARIABLE).or_else(|| platform_data().map(|data| data.join("weir")))
    }

    /// What a `weir` in any shell wants to be told to find this home, such as `--home /data/weir`; `None` where it finds it by
    /// itself.
    pub fn flag(&self) -> Option<String> {
        let usual = platform_data().map(|data| data.join("weir"));
        let is_usual = usual.is_some_and(|usual| is_same(&usual, &self.root));
        (!is_usual).then(|| format!("{FLAG} {}", quoted(&self.root.display().to_string())))
    }

    /// The folder, and by what a person names another one.
    fn choose(root: Option<&Path>) -> Result<(Self, &'static str)> {
        let how = if root.is_some() { FLAG } else { VARIABLE };
        let root = root.map(Path::to_owned).or_else(Self::default_root).ok_or_else(|| {
            let hint = TextId::HintFolderChoose.with("how", how);
            Failure::new(TextId::ErrorNoHome).kind(Kind::Invalid).hint(hint)
        })?;
        Ok((Self::at(root), how))
    }

    fn at(root: PathBuf) -> Self {
        let root = std::path::absolute(&root).unwrap_or(root);
        let mut home = Self { root, absent: false };
        home.absent = !home.database().exists() && !home.has_clusters();
        home
    }

    fn make(&self, how: &str) -> Result<Self> {
        for folder in [self.root.clone(), self.clusters(), self.logs()] {
            make_private(&folder).map_err(|e| unusable(&folder, &e, how))?;
        }
        Ok(Self { root: self.root.clone(), absent: false })
    }

    pub(crate) fn has_clusters(&self) -> bool {
        let Ok(entries) = std::fs::read_dir(self.clusters()) else { return false };
        entries.flatten().any(|entry| entry.path().join("cluster.json").exists())
    }

    /// Names in the folder that are none of Weir's.
    fn strangers(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(&self.root) else { return Vec::new() };
        let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
        names.filter(|name| !OURS.contains(&name.as_str())).take(NAMED_MAX).collect()
    }

    /// Whether nothing may be written there.
    pub(crate) fn is_absent(&self) -> bool {
        self.absent
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

/// A variable of the environment; an empty one counts as not set.
fn set(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Also by way of a link.
fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    one == other || real(one).is_some_and(|one| Some(one) == real(other))
}

fn is_named(root: Option<&Path>) -> bool {
    root.is_some() || set(VARIABLE).is_some()
}

fn platform_data() -> Option<PathBuf> {
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

fn unusable(folder: &Path, error: &std::io::Error, how: &str) -> Failure {
    let hint = match error.kind() {
        ErrorKind::PermissionDenied => TextId::HintFolderPermission.with("how", how),
        ErrorKind::StorageFull => TextId::HintDiskFull.into(),
        _ => TextId::HintFolderChoose.with("how", how),
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
    fn a_home_of_its_own_is_named_on_a_command_line() {
        let at = |path: &Path| Home::at(path.to_owned()).flag();
        assert_eq!(at(Path::new("/data/weir")).as_deref(), Some("--home /data/weir"));
        assert_eq!(at(Path::new("/my data")).as_deref(), Some("--home '/my data'"));
        let usual = platform_data().map(|data| data.join("weir"));
        assert_eq!(usual.and_then(|path| at(&path)), None);
        let dir = tempfile::tempdir().unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(dir.path(), dir.path().join("link")).unwrap();
        assert!(is_same(dir.path(), &dir.path().join("link")));
        assert!(!is_same(dir.path(), &dir.path().join("other")));
    }

    #[test]
    fn looking_at_a_folder_makes_nothing_in_it() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::find(Some(dir.path())).unwrap();
        assert!(home.is_absent());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        assert!(!Home::open(dir.path()).unwrap().is_absent());
        std::fs::create_dir(home.cluster("one")).unwrap();
        std::fs::write(home.cluster("one").join("cluster.json"), "{").unwrap();
        assert!(!Home::find(Some(dir.path())).unwrap().is_absent());
    }

    #[test]
    fn another_programs_folder_is_refused_by_what_is_in_it() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("thesis.odt"), "x").unwrap();
        let failure = Home::prepare_own(Some(dir.path())).unwrap_err();
        assert_eq!(failure.text.id, TextId::ErrorHomeForeign);
        let found = ("found".to_owned(), crate::text::TextArg::Word("thesis.odt".to_owned()));
        assert!(failure.text.args.contains(&found), "{failure}");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
        std::fs::write(dir.path().join("weir.db"), "").unwrap();
        assert!(Home::prepare_own(Some(dir.path())).is_ok(), "a home with a file more");
    }

    #[test]
    fn a_file_in_its_place_is_one_sentence() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        std::fs::write(&file, "x").unwrap();
        for result in [Home::open(&file), Home::find(Some(&file))] {
            let failure = result.unwrap_err();
            assert_eq!(failure.text.id, TextId::ErrorFolder);
            assert_eq!(failure.hint.unwrap().id, TextId::HintFolderChoose);
        }
    }
}
