//! Paths as keys.

use std::borrow::Borrow;
use std::ops::Bound;
use std::path::{MAIN_SEPARATOR_STR, Path, PathBuf, is_separator};
use std::sync::Arc;

/// A path with zeros as separators: so plain bytes sort as [`Path`] does, component by component,
/// and comparing them costs a tenth. Not for paths with `.` or doubled separators.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name(Arc<str>);

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<&Path> for Name {
    fn from(path: &Path) -> Self {
        Self(key(path).into())
    }
}

impl Name {
    pub(super) fn to_path(&self) -> PathBuf {
        PathBuf::from(self.0.replace('\0', MAIN_SEPARATOR_STR))
    }

    /// The last component, where `prefix` (see [`prefix`]) names the directory that this lies in.
    pub(super) fn within(&self, prefix: &str) -> Option<&str> {
        self.0.strip_prefix(prefix).filter(|rest| !rest.contains('\0'))
    }

    /// Whether this is what `key` names, or lies below it.
    pub(super) fn is_at_or_below(&self, key: &str) -> bool {
        self.0.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with('\0'))
    }

    /// This name once what it is or lies in, `from`, is called `to`.
    pub(super) fn moved(&self, from: &str, to: &str) -> Self {
        match self.is_at_or_below(from) {
            true => Self(format!("{to}{}", &self.0[from.len()..]).into()),
            false => self.clone(),
        }
    }

    pub(super) fn starts_with(&self, prefix: &str) -> bool {
        self.0.starts_with(prefix)
    }
}

/// What to look a name up with.
pub(super) fn key(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = text.trim_end_matches(is_separator);
    text.chars().map(|c| if is_separator(c) { '\0' } else { c }).collect()
}

/// What the names of everything below a directory begin with.
pub(super) fn prefix(dir: &Path) -> String {
    let mut prefix = key(dir);
    if !dir.as_os_str().is_empty() {
        prefix.push('\0');
    }
    prefix
}

/// Where the names that begin with `prefix` begin.
pub(super) fn from(prefix: &str) -> (Bound<&str>, Bound<&str>) {
    (Bound::Included(prefix), Bound::Unbounded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_as_paths_do() {
        let texts =
            ["/d", "/d/a", "/d/a-b", "/d/a-b/0.log", "/d/a/0.log", "/d/a.b", "/d-1", "/d/b"];
        let mut paths: Vec<PathBuf> = texts.iter().map(PathBuf::from).collect();
        let mut names: Vec<Name> = paths.iter().map(|path| Name::from(path.as_path())).collect();
        paths.sort();
        names.sort();
        assert_eq!(names.iter().map(Name::to_path).collect::<Vec<_>>(), paths);
    }

    #[test]
    fn a_name_knows_its_directory() {
        let name = Name::from(Path::new("/d/t-0/0.log"));
        assert_eq!(name.within(&prefix(Path::new("/d/t-0"))), Some("0.log"));
        assert_eq!(name.within(&prefix(Path::new("/d"))), None);
        assert_eq!(name.within(&prefix(Path::new("/d/t"))), None);
        assert!(name.is_at_or_below(&key(Path::new("/d/t-0"))));
        assert!(!name.is_at_or_below(&key(Path::new("/d/t"))));
        let moved = name.moved(&key(Path::new("/d/t-0")), &key(Path::new("/d/gone")));
        assert_eq!(moved.to_path(), Path::new("/d/gone/0.log"));
        let file = Name::from(Path::new("a"));
        assert_eq!(file.within(&prefix(Path::new(""))), Some("a"));
    }
}
