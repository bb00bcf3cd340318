//! A segment: part of a log, in files of its own.

use std::fmt;
use std::io::{self, IoSlice};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU8, AtomicU32, AtomicU64, Ordering};

use parking_lot::{Mutex, RwLock};

use super::AbortedTransaction;
use super::context::LogContext;
use super::names::{FileKind, Suffix, segment_file};
use crate::fs::{File, OpenMode};

/// Directory of a log. It moves when the log is deleted.
#[derive(Debug)]
pub(crate) struct LogDir(RwLock<Arc<Path>>);

impl LogDir {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self(RwLock::new(path.into()))
    }

    pub(crate) fn path(&self) -> Arc<Path> {
        self.0.read().clone()
    }

    pub(crate) fn moved_to(&self, path: PathBuf) {
        *self.0.write() = path.into();
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }
}

/// Largest timestamp of a segment and the last offset of its batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MaxTimestamp {
    pub(crate) timestamp: i64,
    pub(crate) offset: i64,
}

/// End of a segment: readers see offset and size move together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tip {
    /// Offset after the last batch.
    pub(crate) next_offset: i64,
    /// Bytes.
    pub(crate) size: u32,
}

#[derive(Default)]
struct FileSlot {
    file: Mutex<Option<Arc<dyn File>>>,
    hot: AtomicBool,
}

/// Timestamp not loaded yet: closed segments read it from the time index when it is wanted.
const UNKNOWN_TIMESTAMP: i64 = i64::MIN;

pub(crate) struct Segment {
    context: Arc<LogContext>,
    dir: Arc<LogDir>,
    base_offset: i64,
    /// `(next_offset - base_offset) << 32 | size`.
    tip: AtomicU64,
    index_entries: AtomicU32,
    time_entries: AtomicU32,
    /// Timestamp of the last time index entry, so that an append need not look; -1 for none.
    last_indexed_time: AtomicI64,
    max_timestamp: AtomicI64,
    max_timestamp_offset: AtomicI64,
    suffix: AtomicU8,
    /// Bytes from here on were truncated away: slices over them fail.
    stale_from: AtomicU32,
    /// Log and indexes are durable, by name too.
    synced: AtomicBool,
    /// The names of the files are durable.
    named: AtomicBool,
    /// The transaction index, once it was read.
    aborted: Mutex<Option<Arc<Vec<AbortedTransaction>>>>,
    /// By [`FileKind`]. The locks also order opening by name and renaming.
    slots: [FileSlot; 4],
}

impl fmt::Debug for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Segment")
            .field("base", &self.base_offset)
            .field("tip", &self.tip())
            .finish()
    }
}

impl Segment {
    pub(crate) fn new(
        context: &Arc<LogContext>,
        dir: &Arc<LogDir>,
        base_offset: i64,
        suffix: Suffix,
    ) -> Self {
        Self {
            context: context.clone(),
            dir: dir.clone(),
            base_offset,
            tip: AtomicU64::new(0),
            index_entries: AtomicU32::new(0),
            time_entries: AtomicU32::new(0),
            last_indexed_time: AtomicI64::new(-1),
            max_timestamp: AtomicI64::new(-1),
            max_timestamp_offset: AtomicI64::new(base_offset),
            suffix: AtomicU8::new(suffix as u8),
            stale_from: AtomicU32::new(u32::MAX),
            synced: AtomicBool::new(false),
            named: AtomicBool::new(false),
            aborted: Mutex::default(),
            slots: Default::default(),
        }
    }

    /// Creates the files of a new, empty segment.
    pub(crate) fn create(
        context: &Arc<LogContext>,
        dir: &Arc<LogDir>,
        base_offset: i64,
        suffix: Suffix,
    ) -> io::Result<Arc<Self>> {
        let segment = Arc::new(Self::new(context, dir, base_offset, suffix));
        for kind in [FileKind::Log, FileKind::Index, FileKind::TimeIndex] {
            context.fs().open(&segment.path(kind), OpenMode::Truncate)?;
        }
        Ok(segment)
    }

    pub(crate) fn context(&self) -> &Arc<LogContext> {
        &self.context
    }

    pub(crate) fn base_offset(&self) -> i64 {
        self.base_offset
    }

    pub(crate) fn tip(&self) -> Tip {
        let packed = self.tip.load(Ordering::Acquire);
        let next_offset = self.base_offset + (packed >> 32) as i64;
        Tip { next_offset, size: packed as u32 }
    }

    pub(crate) fn set_tip(&self, tip: Tip) {
        let relative = (tip.next_offset - self.base_offset) as u64;
        self.tip.store(relative << 32 | u64::from(tip.size), Ordering::Release);
    }

    /// Whether `offset` can be stored as an index's 32 bits.
    pub(crate) fn fits(&self, offset: i64) -> bool {
        let relative = offset - self.base_offset;
        (0..i64::from(i32::MAX)).contains(&relative)
    }

    pub(crate) fn index_entries(&self) -> u32 {
        self.index_entries.load(Ordering::Acquire)
    }

    pub(crate) fn time_entries(&self) -> u32 {
        self.time_entries.load(Ordering::Acquire)
    }

    /// Sets the numbers of entries, as found on disk or cut to.
    pub(crate) fn set_entries(&self, index: u32, time: u32) {
        self.index_entries.store(index, Ordering::Release);
        self.time_entries.store(time, Ordering::Release);
        let last = if time == 0 { -1 } else { UNKNOWN_TIMESTAMP };
        self.last_indexed_time.store(last, Ordering::Release);
    }

    pub(crate) fn index_entry_added(&self) {
        self.index_entries.fetch_add(1, Ordering::AcqRel);
    }

    pub(crate) fn time_entry_added(&self, timestamp: i64) {
        self.time_entries.fetch_add(1, Ordering::AcqRel);
        self.last_indexed_time.store(timestamp, Ordering::Release);
    }

    /// Timestamp of the last time index entry, -1 for none; `None` where it is not loaded.
    pub(crate) fn last_indexed_time(&self) -> Option<i64> {
        let timestamp = self.last_indexed_time.load(Ordering::Acquire);
        (timestamp != UNKNOWN_TIMESTAMP).then_some(timestamp)
    }

    /// Largest timestamp; `None` where it must be read from the time index first.
    pub(crate) fn known_max_timestamp(&self) -> Option<MaxTimestamp> {
        let offset = self.max_timestamp_offset.load(Ordering::Acquire);
        let timestamp = self.max_timestamp.load(Ordering::Acquire);
        (timestamp != UNKNOWN_TIMESTAMP).then_some(MaxTimestamp { timestamp, offset })
    }

    pub(crate) fn set_max_timestamp(&self, max: Option<MaxTimestamp>) {
        match max {
            Some(max) => {
                self.max_timestamp.store(max.timestamp, Ordering::Release);
                self.max_timestamp_offset.store(max.offset, Ordering::Release);
            }
            None => self.max_timestamp.store(UNKNOWN_TIMESTAMP, Ordering::Release),
        }
    }

    pub(crate) fn is_synced(&self) -> bool {
        self.synced.load(Ordering::Acquire)
    }

    pub(crate) fn set_synced(&self, synced: bool) {
        self.synced.store(synced, Ordering::Release);
    }

    pub(crate) fn is_named(&self) -> bool {
        self.named.load(Ordering::Acquire)
    }

    pub(crate) fn set_named(&self) {
        self.named.store(true, Ordering::Release);
    }

    pub(crate) fn path(&self, kind: FileKind) -> PathBuf {
        let suffix = Suffix::from_code(self.suffix.load(Ordering::Acquire));
        self.dir.file(&segment_file(self.base_offset, kind, suffix))
    }

    /// Opens a file of the segment, or answers the open one.
    pub(crate) fn file(self: &Arc<Self>, kind: FileKind) -> io::Result<Arc<dyn File>> {
        let slot = &self.slots[kind as usize];
        let mut guard = slot.file.lock();
        slot.hot.store(true, Ordering::Relaxed);
        if let Some(file) = &*guard {
            return Ok(file.clone());
        }
        let file = self.context.fs().open(&self.path(kind), OpenMode::Append)?;
        *guard = Some(file.clone());
        drop(guard);
        self.context.files().opened(self, kind);
        Ok(file)
    }

    /// The transaction index, from memory, or by `load`, once.
    pub(crate) fn aborted(
        &self,
        load: impl FnOnce() -> io::Result<Vec<AbortedTransaction>>,
    ) -> io::Result<Arc<Vec<AbortedTransaction>>> {
        // Held while loading: what an append remembers meanwhile is newer, and comes after.
        let mut aborted = self.aborted.lock();
        if let Some(known) = &*aborted {
            return Ok(known.clone());
        }
        let loaded = Arc::new(load()?);
        *aborted = Some(loaded.clone());
        Ok(loaded)
    }

    /// The index was appended to.
    pub(crate) fn remember_aborted(&self, known: Arc<Vec<AbortedTransaction>>) {
        *self.aborted.lock() = Some(known);
    }

    /// The file is about to change.
    pub(crate) fn forget_aborted(&self) {
        *self.aborted.lock() = None;
    }

    /// Whole content of the transaction index; empty where there is none.
    pub(crate) fn read_txn_index(&self, max: u64) -> io::Result<Vec<u8>> {
        let _opening = self.slots[FileKind::TxnIndex as usize].file.lock();
        match self.context.fs().read(&self.path(FileKind::TxnIndex), max) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            result => result,
        }
    }

    /// Closes a file that was not used since the last call; answers whether it is closed now.
    pub(crate) fn close_unless_hot(&self, kind: FileKind) -> bool {
        let slot = &self.slots[kind as usize];
        if slot.hot.swap(false, Ordering::Relaxed) {
            return false;
        }
        match slot.file.try_lock() {
            Some(mut file) => file.take().is_some(),
            None => false,
        }
    }

    /// Renames the files to `.deleted`, the log first: indexes without a log are removed by the next
    /// recovery.
    pub(crate) fn rename_away(&self) -> io::Result<()> {
        self.rename(FileKind::ALL, Suffix::Deleted)
    }

    /// Renames the files, the log last: it commits them.
    pub(crate) fn rename_to(&self, suffix: Suffix) -> io::Result<()> {
        let mut kinds = FileKind::ALL;
        kinds.reverse();
        self.rename(kinds, suffix)
    }

    fn rename(&self, kinds: [FileKind; 4], suffix: Suffix) -> io::Result<()> {
        // Whoever opens a file by name meanwhile waits: the name and the suffix change together.
        let _opening = self.slots.each_ref().map(|slot| slot.file.lock());
        let moves = kinds.map(|kind| {
            let to = self.dir.file(&segment_file(self.base_offset, kind, suffix));
            (kind, self.path(kind), to)
        });
        for (kind, from, to) in moves {
            match self.context.fs().rename(&from, &to) {
                Err(e) if e.kind() == io::ErrorKind::NotFound && kind != FileKind::Log => {}
                result => result?,
            }
        }
        self.suffix.store(suffix as u8, Ordering::Release);
        Ok(())
    }

    /// Removes the files. What cannot be removed now is removed by the next recovery.
    pub(crate) fn unlink(&self) {
        for kind in FileKind::ALL {
            match self.context.fs().remove_file(&self.path(kind)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::warn!(file = %self.path(kind).display(), %error, "cannot unlink");
                }
                _ => {}
            }
        }
    }

    /// Writes a batch at the end of the log file. On failure nothing of it is left, or the second
    /// error says that this could not be had.
    pub(crate) fn write(
        self: &Arc<Self>,
        header: &[u8],
        body: &[u8],
    ) -> Result<(), (io::Error, Option<io::Error>)> {
        let file = self.file(FileKind::Log).map_err(|error| (error, None))?;
        let mut parts = [IoSlice::new(header), IoSlice::new(body)];
        file.append_all(&mut parts).map_err(|error| {
            let undone = file.set_len(u64::from(self.tip().size));
            (error, undone.err())
        })
    }

    /// Bytes of the log file, for slices: fails when they were truncated away meanwhile.
    pub(crate) fn read_exact_at(
        self: &Arc<Self>,
        buffer: &mut [u8],
        position: u64,
    ) -> io::Result<()> {
        self.file(FileKind::Log)?.read_exact_at(buffer, position)?;
        // After the read: a truncation notes itself before it cuts, so bytes that were replaced
        // under the read are never answered.
        let end = position + buffer.len() as u64;
        if end > u64::from(self.stale_from.load(Ordering::SeqCst)) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }

    /// Makes slices over bytes from `position` on fail, for good: the log goes on with another
    /// `Segment` over the same files.
    pub(crate) fn set_stale_from(&self, position: u32) {
        self.stale_from.fetch_min(position, Ordering::SeqCst);
    }

    /// `fdatasync` of log and indexes.
    pub(crate) fn sync(self: &Arc<Self>) -> io::Result<()> {
        self.file(FileKind::Log)?.sync_data()?;
        self.file(FileKind::Index)?.sync_data()?;
        self.file(FileKind::TimeIndex)?.sync_data()?;
        self.sync_txn_index()
    }

    /// Recovery does not make this index anew below the recovery point: an entry that a power loss took would
    /// leave its transaction's records for committed ones.
    fn sync_txn_index(&self) -> io::Result<()> {
        let _opening = self.slots[FileKind::TxnIndex as usize].file.lock();
        match self.context.fs().open(&self.path(FileKind::TxnIndex), OpenMode::Append) {
            Ok(file) => file.sync_data(),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(e) => Err(e),
        }
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        let open = self.slots.iter().filter(|slot| slot.file.lock().is_some()).count();
        self.context.files().closed(open);
    }
}
