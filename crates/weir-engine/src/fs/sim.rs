//! A file system in memory that fails on command, deterministically: power loss, torn writes,
//! full volumes, I/O errors, failed fsync. It models POSIX as databases meet it: data is durable
//! after `sync_data`, names after `sync_dir`, nothing else is.

mod file;
mod hold;
mod inode;
mod name;
mod random;
mod state;
mod volume;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

pub use self::hold::SyncHold;
use self::name::Name;
use self::random::Random;
use self::state::State;

/// Operation that a [`Fault`] makes fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// `File::read_at`.
    Read,
    /// `File::append`; nothing is written.
    Append,
    /// `File::append` writes only this many bytes, then fails.
    TornAppend(usize),
    /// `File::sync_data`; as on Linux, the unsynced data is thereafter lost by a power loss even
    /// when a later sync succeeds.
    Sync,
    /// `File::set_len`.
    SetLen,
    /// `Fs::open` with creation, `create_dir_all`, `rename`, `remove_*`.
    Directory,
}

/// An error to inject.
#[derive(Debug, Clone)]
pub struct Fault {
    /// What fails.
    pub kind: FaultKind,
    /// Only paths that contain this text; empty for all.
    pub path_contains: String,
    /// How many matching operations pass first.
    pub skip: u64,
    /// How many then fail.
    pub count: u64,
    /// Error given, for example `StorageFull` (ENOSPC) or `Other` (EIO).
    pub error: io::ErrorKind,
}

/// What becomes of data and names that were never synced, see [`SimFs::lose_power`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PowerLoss {
    /// Nothing unsynced survives.
    All,
    /// Each file keeps a part of its unsynced tail, chosen from the seed, possibly as zeros or
    /// with a torn last sector; each unsynced name survives or not.
    Random(u64),
}

/// File system in memory. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct SimFs {
    state: Arc<Mutex<State>>,
}

impl SimFs {
    /// An empty file system without faults and without limit.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a fault; several may be pending.
    pub fn inject(&self, fault: Fault) {
        self.state.lock().faults.push(fault);
    }

    /// Forgets all pending faults.
    pub fn heal(&self) {
        self.state.lock().faults.clear();
    }

    /// Every `sync_data` of a path that contains `path_contains` waits from now on, until the hold is dropped.
    pub fn hold_syncs(&self, path_contains: &str) -> SyncHold {
        let hold = SyncHold::new(path_contains);
        self.state.lock().hold = Some(hold.gate());
        hold
    }

    /// Bytes the volume holds; appends beyond fail with `StorageFull` after writing what fits.
    pub fn set_capacity(&self, bytes: Option<u64>) {
        self.state.lock().capacity = bytes;
    }

    /// Lets `operations` more writing operations (append, create, rename, remove, set_len, sync)
    /// succeed; in the next one the process dies: an append leaves `torn_bytes` of its bytes, and
    /// every later call fails until [`SimFs::restart`] or [`SimFs::lose_power`].
    pub fn die_after(&self, operations: u64, torn_bytes: usize) {
        let mut state = self.state.lock();
        state.fuse = Some(operations);
        state.torn_bytes = torn_bytes;
    }

    /// Whether the process died, see [`SimFs::die_after`].
    pub fn is_dead(&self) -> bool {
        self.state.lock().dead
    }

    /// `kill -9` and start again: all that was written stays, open handles die.
    pub fn restart(&self) {
        self.state.lock().begin_life();
    }

    /// Power loss and start again: what was not synced is lost as `how` says.
    pub fn lose_power(&self, how: PowerLoss) {
        let mut state = self.state.lock();
        let mut random = Random(match how {
            PowerLoss::All => 0,
            PowerLoss::Random(seed) => seed | 1,
        });
        state.drop_unsynced_names(&mut random);
        for inode in state.names.values() {
            inode.lock().drop_unsynced(&mut random);
        }
        state.durable_names = state.names.clone();
        state.used = state.names.values().map(|i| i.lock().data.len() as u64).sum();
        state.begin_life();
    }

    /// Content of a file, for assertions.
    pub fn content(&self, path: &Path) -> Option<Vec<u8>> {
        self.state.lock().file(path).map(|inode| inode.lock().data.clone())
    }

    /// Overwrites bytes in place: a flipped bit, a torn sector. No-op where the file is shorter.
    pub fn corrupt(&self, path: &Path, position: usize, bytes: &[u8]) {
        if let Some(inode) = self.state.lock().file(path) {
            let mut inode = inode.lock();
            if let Some(target) = inode.data.get_mut(position..position + bytes.len()) {
                target.copy_from_slice(bytes);
                inode.differs = true;
            }
        }
    }

    /// All files, sorted, for assertions.
    pub fn files(&self) -> Vec<PathBuf> {
        self.state.lock().names.keys().map(Name::to_path).collect()
    }

    /// Appends so far, all files together.
    pub fn append_count(&self) -> u64 {
        self.state.lock().writes
    }

    /// Positional reads so far.
    pub fn read_count(&self) -> u64 {
        self.state.lock().reads
    }

    /// `sync_data`, `sync_dir` and `sync_volume` calls so far.
    pub fn sync_count(&self) -> u64 {
        self.state.lock().syncs
    }

    /// Handles open now.
    pub fn open_handle_count(&self) -> u64 {
        self.state.lock().open_handles
    }
}
