//! What an append needs of a log, under its mutex.

use super::Recovery;
use super::epochs::EpochCache;
use super::producers::Producers;

/// Whether a log takes writes.
#[derive(Debug)]
pub(crate) enum Phase {
    /// Not read from disk yet.
    Unrecovered(Recovery),
    Open,
    /// Takes no writes until it is recovered anew, for this reason.
    Failed(String),
    /// By the clean stop.
    Stopped,
    Deleted,
}

/// State behind the append mutex. A log without records keeps `tail` empty.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) phase: Phase,
    pub(crate) tail: Option<Box<Tail>>,
    /// Epoch of a leader that has not written yet, with the log end when it took over.
    pub(crate) pending_epoch: Option<(i32, i64)>,
}

/// State of a log with records.
#[derive(Debug, Default)]
pub(crate) struct Tail {
    pub(crate) producers: Producers,
    pub(crate) epochs: EpochCache,
    /// The checkpoint of epochs is older than `epochs`.
    pub(crate) epochs_unsaved: bool,
    /// Bytes of log since the last index entry.
    pub(crate) bytes_since_index: u32,
    /// Largest timestamp of the active segment's first batch.
    pub(crate) first_timestamp: Option<i64>,
    /// When the active segment was made, wall clock.
    pub(crate) created_ms: i64,
    /// Offsets of producer snapshots on disk, ascending.
    pub(crate) snapshots: Vec<i64>,
    /// When the oldest unflushed record was written, wall clock.
    pub(crate) unflushed_since_ms: Option<i64>,
}

impl Writer {
    pub(crate) fn tail(&mut self) -> &mut Tail {
        self.tail.get_or_insert_default()
    }
}
