//! The calls of an open file.

use std::io::{self, IoSlice};
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;

use super::inode::Inode;
use super::state::State;
use super::{FaultKind, SimFs};
use crate::fs::File;

#[derive(Debug)]
pub(super) struct SimFile {
    pub(super) fs: SimFs,
    pub(super) path: PathBuf,
    pub(super) inode: Arc<Mutex<Inode>>,
    pub(super) life: u64,
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
        let hold = self.state()?.hold.clone();
        if let Some(gate) = hold {
            gate.pass(&self.path);
        }
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
