//! Files that are whole or absent: written beside, synced, renamed over.
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

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

/// What every disk writes as a whole.
const SECTOR_BYTES: usize = 512;

/// A file of this size is no file of ours; reading it whole would be a trap.
const READ_MAX_BYTES: u64 = 8 << 20;

pub(crate) fn save<T: Serialize>(path: &Path, value: &T, mode: Mode) -> Result<(), DirError> {
    let torn = |source| DirError::Torn { path: path.to_owned(), source };
    let mut text = serde_json::to_vec_pretty(value).map_err(torn)?;
    text.push(b'\n');
    write(path, &text, mode)
}

pub(crate) fn write(path: &Path, bytes: &[u8], mode: Mode) -> Result<(), DirError> {
    let turn = Turn::take();
    let temporary = beside(path, turn.0);
    let result = replace(&temporary, path, bytes, mode);
    if result.is_err() {
        // The failed write is the error to report; a left-over is overwritten next time.
        let _ = std::fs::remove_file(&temporary);
    }
    let result = match result {
        Err(error) if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => {
            overwrite(path, bytes, mode).map_err(|_| error)
        }
        other => other,
    };
    result.map_err(DirError::io("write", path))
}

/// On a full disk there is room for no second file, but what is as long as it was needs none: it is written over. Only
/// the few bytes that differ are, which no power loss tears, for they lie in one sector.
fn overwrite(path: &Path, bytes: &[u8], mode: Mode) -> std::io::Result<()> {
    let before = std::fs::read(path)?;
    let differs = |(old, new): (&u8, &u8)| old != new;
    let first = before.iter().zip(bytes).position(differs);
    let last = before.iter().zip(bytes).rposition(differs);
    let (Some(first), Some(last)) = (first, last) else {
        return Err(ErrorKind::InvalidInput.into());
    };
    let part = bytes.get(first..=last).unwrap_or_default();
    if before.len() != bytes.len() || first / SECTOR_BYTES != last / SECTOR_BYTES {
        return Err(ErrorKind::InvalidInput.into());
    }
    let mut file = OpenOptions::new().write(true).open(path)?;
    file.seek(SeekFrom::Start(first as u64))?;
    file.write_all(part)?;
    if mode.durable { file.sync_all() } else { Ok(()) }
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

/// The name carries the process, and a number of its own where this process has another writer at work: two writers never
/// share a temporary file, of which one would put the other's first half in place.
fn beside(path: &Path, turn: u32) -> PathBuf {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!(".{name}.{}-{turn}.tmp", std::process::id()))
}

/// The smallest number that no writer of this process has: left-overs of a process that died are written over by the next
/// one of its id.
struct Turn(u32);

static TURNS: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

impl Turn {
    fn take() -> Self {
        let mut turns = TURNS.lock().unwrap_or_else(PoisonError::into_inner);
        let free = (0..).find(|turn| !turns.contains(turn)).unwrap_or(u32::MAX);
        turns.insert(free);
        Self(free)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        TURNS.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_that_write_one_file_at_once_leave_it_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        write(&path, &[b'0'; 10_000], PLAIN).unwrap();
        std::thread::scope(|scope| {
            for letter in b'a'..b'e' {
                let path = &path;
                scope.spawn(move || {
                    for _ in 0..500 {
                        write(path, &[letter; 10_000], PLAIN).unwrap();
                        let found = std::fs::read(path).unwrap();
                        assert_eq!(found.len(), 10_000);
                        assert!(found.iter().all(|byte| *byte == found[0]));
                    }
                });
            }
        });
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn what_is_as_long_as_it_was_is_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        std::fs::write(&path, "wanted: running\n").unwrap();
        overwrite(&path, b"wanted: stopped\n", DURABLE).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "wanted: stopped\n");
        let text = |at: usize| [vec![b'a'; at], b"bb".to_vec(), vec![b'a'; 600 - at]].concat();
        let torn = SECTOR_BYTES - 1;
        for (before, after) in [
            (b"longer".to_vec(), b"long".to_vec()),
            (b"long".to_vec(), b"longer".to_vec()),
            // Two sectors are two writes.
            (vec![b'a'; 602], text(torn)),
        ] {
            std::fs::write(&path, &before).unwrap();
            overwrite(&path, &after, DURABLE).unwrap_err();
            assert_eq!(std::fs::read(&path).unwrap(), before);
        }
        overwrite(&path, &text(10), DURABLE).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), text(10));
    }
}
