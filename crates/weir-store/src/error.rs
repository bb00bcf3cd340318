use std::path::{Path, PathBuf};

/// Why the database could not be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{}: {source}", path.display())]
    Open { path: PathBuf, source: rusqlite::Error },
    /// Its lock cannot be had: another process holds it for long, or the folder cannot be written.
    #[error("{}: {source}", path.display())]
    Lock { path: PathBuf, source: std::io::Error },
    /// Written by a newer Weir; opening it could lose what this one does not know.
    #[error("{} is of version {found}, this Weir knows up to {supported}", path.display())]
    Newer { path: PathBuf, found: i64, supported: i64 },
    /// No database, a damaged one, or another program's.
    #[error("{} is not a database of Weir", path.display())]
    Foreign { path: PathBuf },
    /// The database is in memory alone: what must outlive the process is not changed there.
    #[error("the database cannot be written now")]
    NotKept,
    #[error("{}: {source}", path.display())]
    Backup { path: PathBuf, source: rusqlite::Error },
    #[error(transparent)]
    Sql(#[from] rusqlite::Error),
    #[error("the writer thread has ended")]
    WriterGone,
}

impl StoreError {
    /// Of the file at `path`: SQLite's word that it is no database is about the file, not about the disk.
    pub(crate) fn about(self, path: &Path) -> Self {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        match self {
            Self::Sql(rusqlite::Error::SqliteFailure(error, _))
                if matches!(error.code, NotADatabase | DatabaseCorrupt) =>
            {
                Self::Foreign { path: path.to_owned() }
            }
            other => other,
        }
    }
}
