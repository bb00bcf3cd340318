//! Names, faults and the life of the process.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;

use super::hold::Gate;
use super::inode::Inode;
use super::name::{Name, from, key, prefix};
use super::random::Random;
use super::{Fault, FaultKind};

pub(super) type Names = BTreeMap<Name, Arc<Mutex<Inode>>>;

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) names: Names,
    pub(super) durable_names: Names,
    pub(super) dirs: BTreeSet<Name>,
    pub(super) faults: Vec<Fault>,
    pub(super) hold: Option<Arc<Gate>>,
    pub(super) capacity: Option<u64>,
    pub(super) used: u64,
    /// Writing operations until the process dies, see [`SimFs::die_after`].
    pub(super) fuse: Option<u64>,
    /// Bytes of the fatal append that reach the file.
    pub(super) torn_bytes: usize,
    pub(super) dead: bool,
    /// Handles of earlier lives answer errors.
    pub(super) life: u64,
    pub(super) writes: u64,
    pub(super) reads: u64,
    pub(super) syncs: u64,
    pub(super) open_handles: u64,
}

impl State {
    pub(super) fn begin_life(&mut self) {
        self.life += 1;
        self.fuse = None;
        self.dead = false;
        self.open_handles = 0;
    }

    pub(super) fn drop_unsynced_names(&mut self, random: &mut Random) {
        let mut names = self.durable_names.clone();
        for (path, inode) in &self.names {
            if !names.contains_key(path) && random.coin() {
                names.insert(path.clone(), inode.clone());
            }
        }
        for (path, inode) in &self.durable_names {
            // An unsynced removal may have reached the disk; an unsynced rename too, but then the
            // new name did as well: renames are one journal transaction.
            let gone = !self.names.contains_key(path);
            let moved = || self.names.values().any(|i| Arc::ptr_eq(i, inode));
            if gone && !moved() && random.coin() {
                names.remove(path);
            }
        }
        self.names = names;
    }

    /// Dies, fails or passes, before a writing operation.
    pub(super) fn before_write(&mut self) -> io::Result<()> {
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

    pub(super) fn alive(&self) -> io::Result<()> {
        if self.dead { Err(io::Error::other("the process is dead")) } else { Ok(()) }
    }

    pub(super) fn fault(
        &mut self,
        path: &Path,
        wanted: impl Fn(FaultKind) -> bool,
    ) -> Option<Fault> {
        if self.faults.is_empty() {
            return None;
        }
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

    pub(super) fn change_directory(&mut self, path: &Path) -> io::Result<()> {
        self.before_write()?;
        match self.fault(path, |k| k == FaultKind::Directory) {
            Some(fault) => Err(fault.error.into()),
            None => Ok(()),
        }
    }

    pub(super) fn parent_exists(&self, path: &Path) -> io::Result<()> {
        match path.parent() {
            Some(dir) if dir.as_os_str().is_empty() || self.dirs.contains(&*key(dir)) => Ok(()),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }

    pub(super) fn room(&self, wanted: usize) -> usize {
        let left = self.capacity.map_or(u64::MAX, |c| c.saturating_sub(self.used));
        wanted.min(usize::try_from(left).unwrap_or(usize::MAX))
    }

    pub(super) fn file(&self, path: &Path) -> Option<&Arc<Mutex<Inode>>> {
        self.names.get(&*key(path))
    }

    pub(super) fn rename_dir(&mut self, from: &Path, to: &Path) {
        let (from, new) = (key(from), key(to));
        let dirs = self.dirs.iter().map(|dir| dir.moved(&from, &new));
        self.dirs = dirs.chain([Name::from(to)]).collect();
        // Directory renames are modelled as durable at once: the engine never relies on less.
        for names in [&mut self.names, &mut self.durable_names] {
            let before = std::mem::take(names).into_iter();
            *names = before.map(|(name, inode)| (name.moved(&from, &new), inode)).collect();
        }
    }

    /// What the directory holds, and no other name of it, survives a power loss from now on.
    pub(super) fn sync_names(&mut self, dir: &Path) {
        let prefix = prefix(dir);
        let gone = inside(&self.durable_names, &prefix);
        let gone = gone.filter(|(name, _)| !self.names.contains_key(*name));
        let gone: Vec<Name> = gone.map(|(name, _)| name.clone()).collect();
        gone.iter().for_each(|name| drop(self.durable_names.remove(name)));
        let there = inside(&self.names, &prefix).map(|(name, inode)| (name.clone(), inode.clone()));
        self.durable_names.extend(there);
    }
}

/// The files of a directory.
fn inside<'a>(
    names: &'a Names,
    prefix: &'a str,
) -> impl Iterator<Item = (&'a Name, &'a Arc<Mutex<Inode>>)> {
    let below = names.range::<str, _>(from(prefix));
    let below = below.take_while(move |(name, _)| name.starts_with(prefix));
    below.filter(move |(name, _)| name.within(prefix).is_some())
}
