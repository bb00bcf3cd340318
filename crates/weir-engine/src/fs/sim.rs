//! A file system in memory that fails on command, deterministically: power loss, torn writes,
//! full volumes, I/O errors, failed fsync. It models POSIX as databases meet it: data is durable
//! after `sync_data`, names after `sync_dir`, nothing else is.

mod random;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, IoSlice};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

use self::random::Random;
use super::{DirEntry, DiskSpace, File, Fs, OpenMode};

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

#[derive(Debug, Default)]
struct Inode {
    data: Vec<u8>,
    durable: Vec<u8>,
    /// Below this position `durable` equals `data`.
    clean_to: usize,
    /// Bytes that a failed sync marked as written though they were not: lost at a power loss.
    lost: Vec<(usize, usize)>,
}

#[derive(Debug, Default)]
struct State {
    names: BTreeMap<PathBuf, Arc<Mutex<Inode>>>,
    durable_names: BTreeMap<PathBuf, Arc<Mutex<Inode>>>,
    dirs: BTreeSet<PathBuf>,
    faults: Vec<Fault>,
    capacity: Option<u64>,
    used: u64,
    /// Writing operations until the process dies, see [`SimFs::die_after`].
    fuse: Option<u64>,
    /// Bytes of the fatal append that reach the file.
    torn_bytes: usize,
    dead: bool,
    /// Handles of earlier lives answer errors.
    life: u64,
    writes: u64,
    reads: u64,
    syncs: u64,
    open_handles: u64,
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
        self.state.lock().names.get(path).map(|inode| inode.lock().data.clone())
    }

    /// Overwrites bytes in place: a flipped bit, a torn sector. No-op where the file is shorter.
    pub fn corrupt(&self, path: &Path, position: usize, bytes: &[u8]) {
        if let Some(inode) = self.state.lock().names.get(path) {
            let mut inode = inode.lock();
            if let Some(target) = inode.data.get_mut(position..position + bytes.len()) {
                target.copy_from_slice(bytes);
            }
        }
    }

    /// All files, sorted, for assertions.
    pub fn files(&self) -> Vec<PathBuf> {
        self.state.lock().names.keys().cloned().collect()
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

impl State {
    fn begin_life(&mut self) {
        self.life += 1;
        self.fuse = None;
        self.dead = false;
        self.open_handles = 0;
    }

    fn drop_unsynced_names(&mut self, random: &mut Random) {
        let mut names = self.durable_names.clone();
        for (path, inode) in &self.names {
            if !names.contains_key(path) && random.coin() {
                names.insert(path.clone(), inode.clone());
            }
        }
        for path in self.durable_names.keys() {
            // An unsynced removal may have reached the disk; an unsynced rename too, but then the
            // new name did as well: renames are one journal transaction.
            let gone = !self.names.contains_key(path);
            let moved = self.names.values().any(|i| Arc::ptr_eq(i, &self.durable_names[path]));
            if gone && !moved && random.coin() {
                names.remove(path);
            }
        }
        self.names = names;
    }

    /// Dies, fails or passes, before a writing operation.
    fn before_write(&mut self) -> io::Result<()> {
        self.alive()?;
        match &mut self.fuse {
            Some(0) => {
                self.dead = true;
                Err(io::Error::other("the process died"))
            }
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn alive(&self) -> io::Result<()> {
        if self.dead { Err(io::Error::other("the process is dead")) } else { Ok(()) }
    }

    fn fault(&mut self, path: &Path, wanted: impl Fn(FaultKind) -> bool) -> Option<Fault> {
        let text = path.to_string_lossy();
        for fault in &mut self.faults {
            if !wanted(fault.kind) || !text.contains(&fault.path_contains) || fault.count == 0 {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            fault.count -= 1;
            return Some(fault.clone());
        }
        None
    }

    fn change_directory(&mut self, path: &Path) -> io::Result<()> {
        self.before_write()?;
        match self.fault(path, |k| k == FaultKind::Directory) {
            Some(fault) => Err(fault.error.into()),
            None => Ok(()),
        }
    }

    fn parent_exists(&self, path: &Path) -> io::Result<()> {
        match path.parent() {
            Some(dir) if dir.as_os_str().is_empty() || self.dirs.contains(dir) => Ok(()),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn room(&self, wanted: usize) -> usize {
        let left = self.capacity.map_or(u64::MAX, |c| c.saturating_sub(self.used));
        wanted.min(usize::try_from(left).unwrap_or(usize::MAX))
    }
}

impl Inode {
    fn sync(&mut self) {
        let clean = self.clean_to.min(self.durable.len()).min(self.data.len());
        self.durable.truncate(clean);
        self.durable.extend_from_slice(&self.data[clean..]);
        for (from, to) in &self.lost {
            let to = (*to).min(self.durable.len());
            if let Some(hole) = self.durable.get_mut(*from..to) {
                hole.fill(0);
            }
        }
        self.clean_to = self.data.len();
    }

    /// A sync failed: its pages count as clean from now on, and never reach the disk.
    fn lose_unsynced(&mut self) {
        let clean = self.clean_to.min(self.durable.len()).min(self.data.len());
        self.lost.push((clean, self.data.len()));
    }

    fn drop_unsynced(&mut self, random: &mut Random) {
        let clean = self.clean_to.min(self.durable.len()).min(self.data.len());
        let truncated = clean < self.durable.len();
        if truncated && random.coin_or(false) {
            // The truncation was lost with all that followed it.
        } else if random.0 != 0 {
            let unsynced = self.data.len() - clean;
            let kept = random.below(unsynced as u64 + 1) as usize;
            let mut data = self.data[..clean + kept].to_vec();
            if kept > 0 && random.below(4) == 0 {
                // The size reached the disk before the data: a tail of zeros.
                let zeros = random.below(kept as u64) as usize + 1;
                let start = data.len() - zeros;
                data[start..].fill(0);
            }
            self.durable = data;
        }
        self.data = self.durable.clone();
        self.clean_to = self.data.len();
        self.lost.clear();
    }
}

impl Fs for SimFs {
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Arc<dyn File>> {
        let mut state = self.state.lock();
        state.alive()?;
        let existing = state.names.get(path).cloned();
        let inode = match (existing, mode) {
            (Some(inode), OpenMode::Truncate) => {
                state.change_directory(path)?;
                let mut content = inode.lock();
                state.used -= content.data.len() as u64;
                content.data.clear();
                content.clean_to = 0;
                drop(content);
                inode
            }
            (Some(inode), _) => inode,
            (None, OpenMode::CreateAppend | OpenMode::Truncate) => {
                state.parent_exists(path)?;
                state.change_directory(path)?;
                let inode = Arc::new(Mutex::new(Inode::default()));
                state.names.insert(path.to_path_buf(), inode.clone());
                inode
            }
            (None, _) => return Err(io::ErrorKind::NotFound.into()),
        };
        state.open_handles += 1;
        let (life, fs) = (state.life, self.clone());
        Ok(Arc::new(SimFile { fs, path: path.to_path_buf(), inode, life }))
    }

    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state.lock();
        if state.dirs.contains(path) {
            return state.alive();
        }
        state.change_directory(path)?;
        for dir in path.ancestors() {
            state.dirs.insert(dir.to_path_buf());
        }
        Ok(())
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<DirEntry>> {
        let state = self.state.lock();
        state.alive()?;
        if !state.dirs.contains(dir) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let dirs = state.dirs.range(dir.to_path_buf()..).map(|path| (path, true, 0));
        let files = state.names.range(dir.to_path_buf()..);
        let files = files.map(|(path, inode)| (path, false, inode.lock().data.len() as u64));
        let within = |path: &Path| path.starts_with(dir);
        let entries = dirs
            .take_while(|(path, ..)| within(path))
            .chain(files.take_while(|(path, ..)| within(path)))
            .filter(|(path, ..)| path.parent() == Some(dir))
            .filter_map(|(path, is_dir, len)| {
                let name = path.file_name()?.to_string_lossy().into_owned();
                Some(DirEntry { name, is_dir, len })
            });
        Ok(entries.collect())
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        let state = self.state.lock();
        state.alive()?;
        Ok(state.names.contains_key(path) || state.dirs.contains(path))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state.lock();
        state.change_directory(from)?;
        state.parent_exists(to)?;
        if let Some(inode) = state.names.remove(from) {
            if let Some(replaced) = state.names.insert(to.to_path_buf(), inode) {
                state.used -= replaced.lock().data.len() as u64;
            }
            return Ok(());
        }
        if !state.dirs.remove(from) {
            return Err(io::ErrorKind::NotFound.into());
        }
        state.rename_dir(from, to);
        Ok(())
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state.lock();
        state.change_directory(path)?;
        match state.names.remove(path) {
            Some(inode) => {
                state.used -= inode.lock().data.len() as u64;
                Ok(())
            }
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn remove_dir_all(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state.lock();
        state.change_directory(path)?;
        if !state.dirs.contains(path) {
            return Err(io::ErrorKind::NotFound.into());
        }
        state.dirs.retain(|dir| !dir.starts_with(path));
        state.names.retain(|name, _| !name.starts_with(path));
        state.durable_names.retain(|name, _| !name.starts_with(path));
        state.used = state.names.values().map(|i| i.lock().data.len() as u64).sum();
        Ok(())
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        let mut state = self.state.lock();
        state.before_write()?;
        state.syncs += 1;
        if let Some(fault) = state.fault(dir, |k| k == FaultKind::Sync) {
            return Err(fault.error.into());
        }
        let State { names, durable_names, .. } = &mut *state;
        durable_names.retain(|path, _| path.parent() != Some(dir));
        let inside = names.iter().filter(|(path, _)| path.parent() == Some(dir));
        durable_names.extend(inside.map(|(path, inode)| (path.clone(), inode.clone())));
        Ok(())
    }

    fn sync_volume(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state.lock();
        state.before_write()?;
        state.syncs += 1;
        if let Some(fault) = state.fault(path, |k| k == FaultKind::Sync) {
            return Err(fault.error.into());
        }
        state.names.values().for_each(|inode| inode.lock().sync());
        state.durable_names = state.names.clone();
        Ok(())
    }

    fn disk_space(&self, _path: &Path) -> io::Result<DiskSpace> {
        let state = self.state.lock();
        let total = state.capacity.unwrap_or(1 << 40);
        Ok(DiskSpace { total, usable: total.saturating_sub(state.used) })
    }
}

impl State {
    fn rename_dir(&mut self, from: &Path, to: &Path) {
        let moved = |path: &Path| match path.strip_prefix(from) {
            Ok(rest) if rest.as_os_str().is_empty() => to.to_path_buf(),
            Ok(rest) => to.join(rest),
            Err(_) => path.to_path_buf(),
        };
        self.dirs = self.dirs.iter().map(|dir| moved(dir)).chain([to.to_path_buf()]).collect();
        // Directory renames are modelled as durable at once: the engine never relies on less.
        for names in [&mut self.names, &mut self.durable_names] {
            let before = std::mem::take(names);
            *names = before.into_iter().map(|(path, inode)| (moved(&path), inode)).collect();
        }
    }
}

#[derive(Debug)]
struct SimFile {
    fs: SimFs,
    path: PathBuf,
    inode: Arc<Mutex<Inode>>,
    life: u64,
}

impl SimFile {
    fn state(&self) -> io::Result<parking_lot::MutexGuard<'_, State>> {
        let state = self.fs.state.lock();
        if state.life != self.life {
            return Err(io::Error::other("handle of a process that died"));
        }
        state.alive()?;
        Ok(state)
    }

    fn write(&self, state: &mut State, parts: &[IoSlice<'_>], limit: usize) -> usize {
        let mut inode = self.inode.lock();
        let mut left = limit;
        for part in parts {
            let taken = part.len().min(left);
            inode.data.extend_from_slice(&part[..taken]);
            left -= taken;
        }
        state.used += (limit - left) as u64;
        limit - left
    }
}

impl File for SimFile {
    fn read_at(&self, buffer: &mut [u8], position: u64) -> io::Result<usize> {
        let mut state = self.state()?;
        state.reads += 1;
        if let Some(fault) = state.fault(&self.path, |k| k == FaultKind::Read) {
            return Err(fault.error.into());
        }
        let inode = self.inode.lock();
        let start = usize::try_from(position).unwrap_or(usize::MAX).min(inode.data.len());
        let count = buffer.len().min(inode.data.len() - start);
        buffer[..count].copy_from_slice(&inode.data[start..start + count]);
        Ok(count)
    }

    fn append(&self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        let mut state = self.state()?;
        let wanted: usize = parts.iter().map(|part| part.len()).sum();
        if let Err(death) = state.before_write() {
            let torn = state.torn_bytes.min(wanted);
            self.write(&mut state, parts, torn);
            return Err(death);
        }
        state.writes += 1;
        let torn = |k| matches!(k, FaultKind::Append | FaultKind::TornAppend(_));
        if let Some(fault) = state.fault(&self.path, torn) {
            if let FaultKind::TornAppend(bytes) = fault.kind {
                self.write(&mut state, parts, bytes.min(wanted));
            }
            return Err(fault.error.into());
        }
        let room = state.room(wanted);
        if room == 0 && wanted > 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(self.write(&mut state, parts, room))
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut state = self.state()?;
        state.before_write()?;
        if let Some(fault) = state.fault(&self.path, |k| k == FaultKind::SetLen) {
            return Err(fault.error.into());
        }
        let mut inode = self.inode.lock();
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        let before = inode.data.len();
        inode.data.resize(len, 0);
        inode.clean_to = inode.clean_to.min(len);
        state.used = (state.used + len as u64).saturating_sub(before as u64);
        Ok(())
    }

    fn len(&self) -> io::Result<u64> {
        let _alive = self.state()?;
        Ok(self.inode.lock().data.len() as u64)
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.state()?;
        state.before_write()?;
        state.syncs += 1;
        let mut inode = self.inode.lock();
        if let Some(fault) = state.fault(&self.path, |k| k == FaultKind::Sync) {
            inode.lose_unsynced();
            return Err(fault.error.into());
        }
        inode.sync();
        Ok(())
    }
}

impl Drop for SimFile {
    fn drop(&mut self) {
        let mut state = self.fs.state.lock();
        if state.life == self.life {
            state.open_handles = state.open_handles.saturating_sub(1);
        }
    }
}
