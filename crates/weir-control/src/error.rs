use std::path::{Path, PathBuf};

/// Why a file of a cluster directory could not be used: one sentence each, naming the path.
#[derive(Debug, thiserror::Error)]
pub enum DirError {
    #[error("cannot {action} {}: {source}{}", path.display(), advice(source))]
    Io { action: &'static str, path: PathBuf, source: std::io::Error },
    #[error("{} is damaged ({source}); restore it from a copy, or delete the cluster", path.display())]
    Torn { path: PathBuf, source: serde_json::Error },
    #[error(
        "{} was written by a newer Weir (format {found}, this one knows {supported}); update Weir to open it",
        path.display()
    )]
    NewerFormat { path: PathBuf, found: u32, supported: u32 },
    #[error("{} is damaged: it should hold one number", path.display())]
    BadFormat { path: PathBuf },
    #[error("the operating system gave no random bytes: {0}")]
    Random(String),
}

impl DirError {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    /// The operating system's reason, when there is one.
    pub fn io_kind(&self) -> Option<std::io::ErrorKind> {
        match self {
            Self::Io { source, .. } => Some(source.kind()),
            _ => None,
        }
    }
}

fn advice(source: &std::io::Error) -> &'static str {
    match source.kind() {
        std::io::ErrorKind::StorageFull => "; free some disk space and try again",
        std::io::ErrorKind::PermissionDenied => "; choose a folder that you may write to",
        std::io::ErrorKind::ReadOnlyFilesystem => "; choose a folder on a writable disk",
        _ => "",
    }
}
