//! Files that are whole or absent: written beside, synced, renamed over.
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::DirError;

/// How a file is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mode {
    /// Survives a power loss: file and directory are synced.
    durable: bool,
    /// 0600 from its first byte.
    secret: bool,
}

pub(crate) const DURABLE: Mode = Mode { durable: true, secret: false };
/// Describes a running process, so worthless after a power loss: not synced.
pub(crate) const PLAIN: Mode = Mode { durable: false, secret: false };
pub(crate) const SECRET: Mode = Mode { durable: false, secret: true };

/// A file of this size is no file of ours; reading it whole would be a trap.
const READ_MAX_BYTES: u64 = 8 << 20;

pub(crate) fn save<T: Serialize>(path: &Path, value: &T, mode: Mode) -> Result<(), DirError> {
    let torn = |source| DirError::Torn { path: path.to_owned(), source };
    let mut text = serde_json::to_vec_pretty(value).map_err(torn)?;
    text.push(b'\n');
    write(path, &text, mode)
}

pub(crate) fn write(path: &Path, bytes: &[u8], mode: Mode) -> Result<(), DirError> {
    let temporary = beside(path);
    let result = replace(&temporary, path, bytes, mode).map_err(DirError::io("write", path));
    if result.is_err() {
        // The failed write is the error to report; a left-over is overwritten next time.
        let _ = std::fs::remove_file(&temporary);
    }
    result
}

fn replace(temporary: &Path, path: &Path, bytes: &[u8], mode: Mode) -> std::io::Result<()> {
    // Removed first: an old left-over would keep its permissions.
    match std::fs::remove_file(temporary) {
        Err(e) if e.kind() != ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    let mut file = create(temporary, mode.secret)?;
    file.write_all(bytes)?;
    if mode.durable {
        file.sync_all()?;
    }
    std::fs::rename(temporary, path)?;
    if mode.durable {
        sync_parent(path)?;
    }
    Ok(())
}

fn create(path: &Path, secret: bool) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if secret {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    options.open(path)
}

fn sync_parent(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(parent) if cfg!(unix) => File::open(parent)?.sync_all(),
        _ => Ok(()),
    }
}

/// The name carries the process: two writers never share a temporary file.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!(".{name}.{}.tmp", std::process::id()))
}

pub(crate) fn read_optional(path: &Path) -> Result<Option<Vec<u8>>, DirError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(DirError::io("read", path)(e)),
    };
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut std::io::Read::take(file, READ_MAX_BYTES), &mut bytes)
        .map_err(DirError::io("read", path))?;
    Ok(Some(bytes))
}

pub(crate) fn load<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, DirError> {
    let Some(bytes) = read_optional(path)? else { return Ok(None) };
    let torn = |source| DirError::Torn { path: path.to_owned(), source };
    serde_json::from_slice(&bytes).map(Some).map_err(torn)
}

/// As [`load`]; a damaged file counts as absent.
pub(crate) fn load_tolerant<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, DirError> {
    match load(path) {
        Err(DirError::Torn { .. }) => Ok(None),
        other => other,
    }
}

pub(crate) fn remove(path: &Path) -> Result<(), DirError> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(DirError::io("remove", path)(e)),
        _ => Ok(()),
    }
}
