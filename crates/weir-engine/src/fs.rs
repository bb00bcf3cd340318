//! What the engine needs of a file system. The sidecar implements it with real files; tests and
//! the simulator use [`SimFs`], which keeps everything in memory and can lose power.
//!
//! All calls block and may be made from any thread. Paths are as the caller of the engine gave
//! them (the cluster directory joined with relative names). Errors are `std::io::Error`: the
//! engine tells apart only `NotFound`, `AlreadyExists` and everything else.

mod sim;

pub use sim::{Fault, FaultKind, PowerLoss, SimFs, SyncHold};

use std::fmt::Debug;
use std::io::{self, IoSlice};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How [`Fs::open`] opens a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenMode {
    /// Existing file, for reading. `NotFound` otherwise.
    Read,
    /// Existing file, for reading and appending (`O_APPEND`). `NotFound` otherwise.
    Append,
    /// As [`OpenMode::Append`], created empty where it does not exist. The directory must exist.
    CreateAppend,
    /// Created empty, or emptied where it exists, for reading and appending.
    Truncate,
}

/// What [`Fs::list`] finds in a directory, not recursive, in no promised order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirEntry {
    /// Last component of the path.
    pub name: String,
    /// Whether it is a directory.
    pub is_dir: bool,
    /// Bytes of a file; 0 for a directory.
    pub len: u64,
}

/// Capacity of the volume that holds a path, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskSpace {
    /// Size of the volume.
    pub total: u64,
    /// What an unprivileged process may still write.
    pub usable: u64,
}

/// A file system. Cheap to share: the engine keeps one `Arc<dyn Fs>`.
pub trait Fs: Send + Sync + Debug + 'static {
    /// Opens a file.
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Arc<dyn File>>;

    /// Makes a directory and its missing parents; an existing one is fine.
    fn create_dir_all(&self, path: &Path) -> io::Result<()>;

    /// Entries of a directory. `NotFound` when it does not exist.
    fn list(&self, dir: &Path) -> io::Result<Vec<DirEntry>>;

    /// Whether a file or directory of this name exists.
    fn exists(&self, path: &Path) -> io::Result<bool>;

    /// Renames a file or directory atomically, replacing an existing file.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file. Open handles stay usable, as POSIX has it.
    fn remove_file(&self, path: &Path) -> io::Result<()>;

    /// Removes a directory with everything in it.
    fn remove_dir_all(&self, path: &Path) -> io::Result<()>;

    /// Makes creations, renames and removals inside `dir` survive a power loss (`fsync` of the
    /// directory).
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;

    /// Makes everything on the volume that holds `path` survive a power loss (`syncfs`).
    fn sync_volume(&self, path: &Path) -> io::Result<()>;

    /// Capacity of the volume that holds `path`.
    fn disk_space(&self, path: &Path) -> io::Result<DiskSpace>;

    /// Whole content of a small file. Fails with `InvalidData` when it is over `limit` bytes.
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let file = self.open(path, OpenMode::Read)?;
        let len = file.len()?;
        if len > limit {
            let text = format!("{} has {len} bytes, over {limit}", path.display());
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        }
        let mut content = vec![0; usize::try_from(len).unwrap_or(usize::MAX)];
        file.read_exact_at(&mut content, 0)?;
        Ok(content)
    }

    /// Replaces a small file as a whole: a reader, also after a crash, sees the old or the new
    /// content. With `durable` it survives a power loss once this returned.
    fn replace(&self, path: &Path, content: &[u8], durable: bool) -> io::Result<()> {
        let temporary = with_suffix(path, ".tmp");
        let file = self.open(&temporary, OpenMode::Truncate)?;
        file.append_all(&mut [IoSlice::new(content)])?;
        if durable {
            file.sync_data()?;
        }
        drop(file);
        self.rename(&temporary, path)?;
        match path.parent() {
            Some(dir) if durable => self.sync_dir(dir),
            _ => Ok(()),
        }
    }
}

/// An open file. Reads are positional, writes go to its end; handles may be shared by threads.
pub trait File: Send + Sync + Debug {
    /// `pread`: reads at `position` into `buffer`; 0 at or past the end. May read less.
    fn read_at(&self, buffer: &mut [u8], position: u64) -> io::Result<usize>;

    /// One `write`/`writev` at the end of the file; answers the bytes written, maybe fewer than
    /// given.
    fn append(&self, parts: &[IoSlice<'_>]) -> io::Result<usize>;

    /// `ftruncate`.
    fn set_len(&self, len: u64) -> io::Result<()>;

    /// Current size in bytes.
    fn len(&self) -> io::Result<u64>;

    /// Whether the file holds no byte.
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }

    /// `fdatasync`. After a failure the content on disk is unknown: callers never retry.
    fn sync_data(&self) -> io::Result<()>;

    /// Reads exactly `buffer.len()` bytes, or fails with `UnexpectedEof`.
    fn read_exact_at(&self, buffer: &mut [u8], position: u64) -> io::Result<()> {
        let mut done = 0;
        while done < buffer.len() {
            match self.read_at(&mut buffer[done..], position + done as u64) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(n) => done += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    /// Appends all parts, with as many writes as that takes (one, normally). After an error an
    /// unknown prefix may have been written.
    fn append_all(&self, mut parts: &mut [IoSlice<'_>]) -> io::Result<()> {
        IoSlice::advance_slices(&mut parts, 0);
        while !parts.is_empty() {
            match self.append(parts) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(n) => IoSlice::advance_slices(&mut parts, n),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }
}

/// `path` with `suffix` added to its last component.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
