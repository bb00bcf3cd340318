//! What the logs of an engine share: the file system, the budget of open files, files to unlink.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use super::names::FileKind;
use super::segment::Segment;
use crate::fs::Fs;

/// What the logs of an engine share.
pub struct LogContext {
    fs: Arc<dyn Fs>,
    files: OpenFiles,
    trash: Mutex<Vec<Arc<Segment>>>,
    /// The list of an empty log, one for all.
    no_segments: Arc<Vec<Arc<Segment>>>,
}

impl fmt::Debug for LogContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogContext").field("open_files", &self.open_files()).finish()
    }
}

impl LogContext {
    /// At most about `open_files_max` files are kept open; those unused longest are closed.
    pub fn new(fs: Arc<dyn Fs>, open_files_max: usize) -> Arc<Self> {
        let files = OpenFiles::new(open_files_max.max(8));
        let no_segments = Arc::new(Vec::new());
        Arc::new(Self { fs, files, trash: Mutex::default(), no_segments })
    }

    /// The file system.
    pub fn fs(&self) -> &Arc<dyn Fs> {
        &self.fs
    }

    /// Files open now.
    pub fn open_files(&self) -> usize {
        self.files.open.load(Ordering::Relaxed)
    }

    /// Unlinks files of removed segments that no reader holds any more. Answers how many segments
    /// are left. For an I/O thread, every second or so.
    pub fn empty_trash(&self) -> usize {
        let gone = {
            let mut trash = self.trash.lock();
            let (held, gone) =
                std::mem::take(&mut *trash).into_iter().partition(|s| Arc::strong_count(s) > 1);
            *trash = held;
            gone
        };
        let gone: Vec<Arc<Segment>> = gone;
        for segment in &gone {
            segment.unlink();
        }
        self.trash.lock().len()
    }

    pub(crate) fn throw_away(&self, segment: Arc<Segment>) {
        self.trash.lock().push(segment);
    }

    pub(crate) fn no_segments(&self) -> Arc<Vec<Arc<Segment>>> {
        self.no_segments.clone()
    }

    pub(crate) fn files(&self) -> &OpenFiles {
        &self.files
    }
}

/// Second-chance queue over open files: an opened file is queued; over the budget, files from the
/// front are closed unless they were used since they were last looked at.
pub(crate) struct OpenFiles {
    budget: usize,
    open: AtomicUsize,
    queue: Mutex<VecDeque<(Weak<Segment>, FileKind)>>,
}

impl OpenFiles {
    fn new(budget: usize) -> Self {
        Self { budget, open: AtomicUsize::new(0), queue: Mutex::default() }
    }

    /// Notes that a segment's file was opened. The caller holds no lock of a file slot.
    pub(crate) fn opened(&self, segment: &Arc<Segment>, kind: FileKind) {
        let mut queue = self.queue.lock();
        self.open.fetch_add(1, Ordering::Relaxed);
        queue.push_back((Arc::downgrade(segment), kind));
        // Two rounds at most: the first may only take second chances away.
        let mut looks = 2 * queue.len();
        while looks > 0 && self.open.load(Ordering::Relaxed) > self.budget {
            looks -= 1;
            let Some((weak, kind)) = queue.pop_front() else { break };
            let Some(segment) = weak.upgrade() else { continue };
            if segment.close_unless_hot(kind) {
                self.open.fetch_sub(1, Ordering::Relaxed);
            } else {
                queue.push_back((weak, kind));
            }
        }
        if queue.len() > 2 * self.budget + 64 {
            queue.retain(|(segment, _)| segment.strong_count() > 0);
        }
    }

    /// Notes that a segment with open files is gone.
    pub(crate) fn closed(&self, count: usize) {
        self.open.fetch_sub(count, Ordering::Relaxed);
    }
}
