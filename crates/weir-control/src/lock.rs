use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::DirError;

/// An operating-system lock held for life: gone when its process is, whatever ended it. Never a pid file.
#[derive(Debug)]
pub struct DirLock {
    _file: File,
}

/// A probe holds the lock for microseconds; an owner-to-be outwaits it.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(10);

/// Whoever changes a file holds its folder for some milliseconds; a process that was halted in between delays nobody for
/// longer than this.
const TURN_MAX: Duration = Duration::from_secs(2);
const TURN_PAUSE: Duration = Duration::from_millis(1);

impl DirLock {
    /// Takes the lock, creating its file; `None` when another process holds it.
    pub fn acquire(path: &Path) -> Result<Option<Self>, DirError> {
        let mut file = open(path, true).map_err(DirError::io("open", path))?;
        for attempt in 0..ATTEMPTS {
            match file.try_lock() {
                Ok(()) if is_at(&file, path) => return Ok(Some(Self { _file: file })),
                // Removed or renamed between the two: who comes next would lock another file.
                Ok(()) => file = open(path, true).map_err(DirError::io("open", path))?,
                Err(TryLockError::WouldBlock) if attempt + 1 < ATTEMPTS => {
                    std::thread::sleep(PAUSE)
                }
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(e)) => return Err(DirError::io("lock", path)(e)),
            }
        }
        Ok(None)
    }

    /// Takes the lock of a folder itself, which leaves no file in it, and waits for others, at most [`TURN_MAX`]. `None` where
    /// it does not come to its turn, or the file system locks no folders.
    pub(crate) fn of_folder(folder: &Path) -> Option<Self> {
        let file = File::open(folder).ok()?;
        let deadline = Instant::now() + TURN_MAX;
        loop {
            match file.try_lock() {
                Ok(()) => return Some(Self { _file: file }),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                    std::thread::sleep(TURN_PAUSE);
                }
                Err(_) => return None,
            }
        }
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

/// Whether the open file is still the one at `path`.
fn is_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let number =
            |told: std::io::Result<std::fs::Metadata>| told.map(|it| (it.dev(), it.ino())).ok();
        number(file.metadata()) == number(std::fs::metadata(path))
    }
    #[cfg(not(unix))]
    {
        let _ = (file, path);
        true
    }
}

fn open(path: &Path, create: bool) -> std::io::Result<File> {
    if create {
        return OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
    }
    File::open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who waits while the owner deletes its folder must not believe that it has what is there by then.
    #[test]
    fn a_lock_whose_file_was_replaced_is_taken_of_the_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let first = DirLock::acquire(&path).unwrap().unwrap();
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| DirLock::acquire(&path).unwrap());
            // The other one waits at the old file; it is given up once a new one is there, and held.
            std::thread::sleep(PAUSE);
            std::fs::remove_file(&path).unwrap();
            let second = DirLock::acquire(&path).unwrap();
            assert!(second.is_some());
            drop(first);
            assert!(waits.join().unwrap().is_none(), "another has it");
            drop(second);
        });
        assert!(DirLock::acquire(&path).unwrap().is_some());
    }
}
