use std::path::PathBuf;

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
    #[error("{}: {source}", path.display())]
    Backup { path: PathBuf, source: rusqlite::Error },
    #[error(transparent)]
    Sql(#[from] rusqlite::Error),
    #[error("the writer thread has ended")]
    WriterGone,
}
