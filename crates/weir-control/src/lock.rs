use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::Duration;

use crate::DirError;

/// An operating-system lock held for life: gone when its process is, whatever ended it. Never a pid file.
#[derive(Debug)]
pub struct DirLock {
    _file: File,
}

/// A probe holds the lock for microseconds; an owner-to-be outwaits it.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(10);

impl DirLock {
    /// Takes the lock, creating its file; `None` when another process holds it.
    pub fn acquire(path: &Path) -> Result<Option<Self>, DirError> {
        let file = open(path, true).map_err(DirError::io("open", path))?;
        for attempt in 0..ATTEMPTS {
            match file.try_lock() {
                Ok(()) => return Ok(Some(Self { _file: file })),
                Err(TryLockError::WouldBlock) if attempt + 1 < ATTEMPTS => {
                    std::thread::sleep(PAUSE)
                }
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(e)) => return Err(DirError::io("lock", path)(e)),
            }
        }
        Ok(None)
    }

    /// Whether some process holds the lock now. Shared, so that two probes never see each other.
    pub fn is_held(path: &Path) -> Result<bool, DirError> {
        let file = match open(path, false) {
            Ok(file) => file,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            Err(e) => return Err(DirError::io("open", path)(e)),
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(e)) => Err(DirError::io("lock", path)(e)),
        }
    }
}

fn open(path: &Path, create: bool) -> std::io::Result<File> {
    if create {
        return OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
    }
    File::open(path)
}
