//! The file system's calls.

use std::io;
use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;

use super::file::SimFile;
use super::inode::Inode;
use super::name::{from, key, prefix};
use super::{FaultKind, SimFs};
use crate::fs::{DirEntry, DiskSpace, File, Fs, OpenMode};

impl Fs for SimFs {
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Arc<dyn File>> {
        let mut state = self.state.lock();
        state.alive()?;
        let existing = state.file(path).cloned();
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
                state.names.insert(path.into(), inode.clone());
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
        if state.dirs.contains(&*key(path)) {
            return state.alive();
        }
        state.change_directory(path)?;
        for dir in path.ancestors() {
            state.dirs.insert(dir.into());
        }
        Ok(())
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<DirEntry>> {
        let state = self.state.lock();
        state.alive()?;
        if !state.dirs.contains(&*key(dir)) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let prefix = prefix(dir);
        let dirs = state.dirs.range::<str, _>(from(&prefix)).map(|name| (name, true, 0));
        let files = state.names.range::<str, _>(from(&prefix));
        let files = files.map(|(name, inode)| (name, false, inode.lock().data.len() as u64));
        let entries = dirs
            .take_while(|(name, ..)| name.starts_with(&prefix))
            .chain(files.take_while(|(name, ..)| name.starts_with(&prefix)))
            .filter_map(|(name, is_dir, len)| {
                let name = name.within(&prefix)?.to_owned();
                Some(DirEntry { name, is_dir, len })
            });
        Ok(entries.collect())
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        let state = self.state.lock();
        state.alive()?;
        Ok(state.file(path).is_some() || state.dirs.contains(&*key(path)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state.lock();
        state.change_directory(from)?;
        state.parent_exists(to)?;
        if let Some(inode) = state.names.remove(&*key(from)) {
            if let Some(replaced) = state.names.insert(to.into(), inode) {
                state.used -= replaced.lock().data.len() as u64;
            }
            return Ok(());
        }
        if !state.dirs.remove(&*key(from)) {
            return Err(io::ErrorKind::NotFound.into());
        }
        state.rename_dir(from, to);
        Ok(())
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state.lock();
        state.change_directory(path)?;
        match state.names.remove(&*key(path)) {
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
        if !state.dirs.contains(&*key(path)) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let gone = key(path);
        state.dirs.retain(|dir| !dir.is_at_or_below(&gone));
        state.names.retain(|name, _| !name.is_at_or_below(&gone));
        state.durable_names.retain(|name, _| !name.is_at_or_below(&gone));
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
        state.sync_names(dir);
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
