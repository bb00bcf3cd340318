//! Offset and time indexes: sparse, appended as the log grows, searched with `pread`.
//!
//! An offset entry is `(last offset of a batch - base offset: u32, position of the batch: u32)`, a
//! time entry `(largest timestamp so far: i64, last offset of its batch - base offset: u32)`, both
//! big-endian and ascending.

use std::io::{self, IoSlice};
use std::sync::Arc;

use super::names::FileKind;
use super::segment::{MaxTimestamp, Segment};
use crate::fs::File;

pub(crate) const INDEX_ENTRY: u32 = 8;
pub(crate) const TIME_ENTRY: u32 = 12;

/// Entries that are read at once, from the end (where consumers are) or when a search is near.
const BLOCK_ENTRIES: u32 = 256;

/// An entry of an offset index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct IndexEntry {
    pub(crate) offset: i64,
    pub(crate) position: u32,
}

impl Segment {
    /// Greatest entry whose offset is at most `offset`: the search for the batch starts there.
    /// `None`: at the start of the segment.
    pub(crate) fn lookup_offset(self: &Arc<Self>, offset: i64) -> io::Result<Option<IndexEntry>> {
        let count = self.index_entries();
        let Some(at) =
            self.search(FileKind::Index, count, |raw| self.index_entry(raw).offset <= offset)?
        else {
            return Ok(None);
        };
        Ok(Some(self.index_entry(&at)))
    }

    /// First entry at or after a position; `None` where there is none.
    pub(crate) fn lookup_position(
        self: &Arc<Self>,
        position: u32,
    ) -> io::Result<Option<IndexEntry>> {
        let count = self.index_entries();
        let before = self
            .count_while(FileKind::Index, count, |raw| self.index_entry(raw).position < position)?;
        if before >= count {
            return Ok(None);
        }
        let raw = self.last_entry(FileKind::Index, before + 1)?;
        Ok(raw.map(|raw| self.index_entry(&raw)))
    }

    /// Greatest entry whose timestamp is at most `timestamp`.
    pub(crate) fn lookup_time(
        self: &Arc<Self>,
        timestamp: i64,
    ) -> io::Result<Option<MaxTimestamp>> {
        let count = self.time_entries();
        let at = self.search(FileKind::TimeIndex, count, |raw| {
            self.time_entry(raw).timestamp <= timestamp
        })?;
        Ok(at.map(|raw| self.time_entry(&raw)))
    }

    /// Last entry of the offset index.
    pub(crate) fn last_index_entry(self: &Arc<Self>) -> io::Result<Option<IndexEntry>> {
        let raw = self.last_entry(FileKind::Index, self.index_entries())?;
        Ok(raw.map(|raw| self.index_entry(&raw)))
    }

    /// Last entry of the time index.
    pub(crate) fn last_time_entry(self: &Arc<Self>) -> io::Result<Option<MaxTimestamp>> {
        let raw = self.last_entry(FileKind::TimeIndex, self.time_entries())?;
        Ok(raw.map(|raw| self.time_entry(&raw)))
    }

    /// Largest timestamp of the segment, from memory or, for a closed one, its time index.
    pub(crate) fn max_timestamp(self: &Arc<Self>) -> io::Result<MaxTimestamp> {
        if let Some(known) = self.known_max_timestamp() {
            return Ok(known);
        }
        let none = MaxTimestamp { timestamp: -1, offset: self.base_offset() };
        let max = self.last_time_entry()?.unwrap_or(none);
        self.set_max_timestamp(Some(max));
        Ok(max)
    }

    /// Appends to both indexes: the time entry first, so that wherever an offset entry is, the
    /// largest timestamp before it is known after a crash too. An index that cannot be written is
    /// left without the entry (it is sparse); `Err` when it may now be torn.
    pub(crate) fn append_entries(
        self: &Arc<Self>,
        entry: IndexEntry,
        max: MaxTimestamp,
    ) -> io::Result<bool> {
        if !self.append_time_entry(max)? {
            return Ok(false);
        }
        let relative = (entry.offset - self.base_offset()) as u32;
        let mut raw = [0; INDEX_ENTRY as usize];
        raw[..4].copy_from_slice(&relative.to_be_bytes());
        raw[4..].copy_from_slice(&entry.position.to_be_bytes());
        let count = self.index_entries();
        let written = self.append_raw(FileKind::Index, &raw, count)?;
        if written {
            self.index_entry_added();
        }
        Ok(written)
    }

    /// Appends to the time index unless its last entry says the same or later.
    pub(crate) fn append_time_entry(self: &Arc<Self>, max: MaxTimestamp) -> io::Result<bool> {
        let last = match self.last_indexed_time() {
            Some(known) => known,
            None => self.last_time_entry()?.map_or(-1, |last| last.timestamp),
        };
        if max.timestamp <= last {
            return Ok(true);
        }
        let mut raw = [0; TIME_ENTRY as usize];
        raw[..8].copy_from_slice(&max.timestamp.to_be_bytes());
        raw[8..].copy_from_slice(&((max.offset - self.base_offset()) as u32).to_be_bytes());
        let count = self.time_entries();
        let written = self.append_raw(FileKind::TimeIndex, &raw, count)?;
        if written {
            self.time_entry_added(max.timestamp);
        }
        Ok(written)
    }

    /// Cuts both indexes to entries below `end_offset`.
    pub(crate) fn truncate_indexes(self: &Arc<Self>, end_offset: i64) -> io::Result<()> {
        let index = self.count_while(FileKind::Index, self.index_entries(), |raw| {
            self.index_entry(raw).offset < end_offset
        })?;
        let time = self.count_while(FileKind::TimeIndex, self.time_entries(), |raw| {
            self.time_entry(raw).offset < end_offset
        })?;
        self.set_entries(index, time);
        self.file(FileKind::Index)?.set_len(u64::from(index * INDEX_ENTRY))?;
        self.file(FileKind::TimeIndex)?.set_len(u64::from(time * TIME_ENTRY))
    }

    fn append_raw(self: &Arc<Self>, kind: FileKind, raw: &[u8], entries: u32) -> io::Result<bool> {
        let Ok(file) = self.file(kind) else { return Ok(false) };
        match file.append_all(&mut [IoSlice::new(raw)]) {
            Ok(()) => Ok(true),
            Err(_) => {
                file.set_len(u64::from(entries) * raw.len() as u64)?;
                Ok(false)
            }
        }
    }

    fn index_entry(&self, raw: &[u8]) -> IndexEntry {
        let offset = self.base_offset() + i64::from(be32(&raw[..4]));
        IndexEntry { offset, position: be32(&raw[4..8]) }
    }

    fn time_entry(&self, raw: &[u8]) -> MaxTimestamp {
        let timestamp = i64::from_be_bytes(std::array::from_fn(|at| raw[at]));
        MaxTimestamp { timestamp, offset: self.base_offset() + i64::from(be32(&raw[8..12])) }
    }

    fn last_entry(self: &Arc<Self>, kind: FileKind, count: u32) -> io::Result<Option<Vec<u8>>> {
        let Some(last) = count.checked_sub(1) else { return Ok(None) };
        let width = width(kind);
        let mut raw = vec![0; width];
        self.file(kind)?.read_exact_at(&mut raw, u64::from(last) * width as u64)?;
        Ok(Some(raw))
    }

    /// Last entry for which `below` holds; entries are ascending.
    fn search(
        self: &Arc<Self>,
        kind: FileKind,
        count: u32,
        below: impl Fn(&[u8]) -> bool,
    ) -> io::Result<Option<Vec<u8>>> {
        let found = self.count_while(kind, count, below)?;
        self.last_entry(kind, found)
    }

    /// How many entries `below` holds for.
    fn count_while(
        self: &Arc<Self>,
        kind: FileKind,
        count: u32,
        below: impl Fn(&[u8]) -> bool,
    ) -> io::Result<u32> {
        if count == 0 {
            return Ok(0);
        }
        let file = self.file(kind)?;
        let width = width(kind);
        let (mut low, mut high) = (0, count);
        // Consumers are mostly at the end: look there first.
        let warm = count.saturating_sub(BLOCK_ENTRIES);
        if warm > 0 {
            let entry = read_block(&*file, width, warm, 1)?;
            if below(&entry) { low = warm } else { high = warm }
        }
        while high - low > BLOCK_ENTRIES {
            let middle = low + (high - low) / 2;
            let entry = read_block(&*file, width, middle, 1)?;
            if below(&entry) { low = middle } else { high = middle }
        }
        let block = read_block(&*file, width, low, high - low)?;
        let within = block.chunks_exact(width).take_while(|raw| below(raw)).count();
        Ok(low + within as u32)
    }
}

fn width(kind: FileKind) -> usize {
    if kind == FileKind::TimeIndex { TIME_ENTRY as usize } else { INDEX_ENTRY as usize }
}

fn read_block(file: &dyn File, width: usize, first: u32, count: u32) -> io::Result<Vec<u8>> {
    let mut block = vec![0; count as usize * width];
    file.read_exact_at(&mut block, u64::from(first) * width as u64)?;
    Ok(block)
}

fn be32(raw: &[u8]) -> u32 {
    u32::from_be_bytes(std::array::from_fn(|at| raw[at]))
}
