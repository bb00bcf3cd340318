//! `.txnindex`: aborted transactions whose markers lie in a segment, for read_committed consumers.
//!
//! An entry is version 0, producer id, first offset, last offset, last stable offset, big-endian.

use std::io::{self, IoSlice};
use std::sync::Arc;

use weir_wire::records::{BatchHeader, EndTxnMarker};

use super::names::FileKind;
use super::partition_log::PartitionLog;
use super::producers::{CompletedTxn, Producers};
use super::segment::Segment;
use super::{AbortedTransaction, LogError};
use crate::fs::OpenMode;

const ENTRY_LEN: usize = 2 + 8 * 4;
/// Largest index that is read, bytes: 480,000 transactions of one segment.
const INDEX_MAX: u64 = 16 << 20;

/// Notes a written batch of an idempotent producer; a marker that aborts goes into the index.
pub(crate) fn note(
    producers: &mut Producers,
    segment: &Arc<Segment>,
    header: &BatchHeader,
    marker: Option<EndTxnMarker>,
) -> io::Result<()> {
    match marker {
        Some(marker) => match producers.note_marker(header, marker) {
            Some(completed) if completed.aborted => append(segment, &completed),
            _ => Ok(()),
        },
        None if header.attributes.is_control() => Ok(()),
        None => {
            producers.note(header);
            Ok(())
        }
    }
}

/// Notes an aborted transaction, unless it is there already (recovery repeats appends).
fn append(segment: &Arc<Segment>, txn: &CompletedTxn) -> io::Result<()> {
    let mut known = read(segment)?;
    if known.last().is_some_and(|last| last.last_offset >= txn.last_offset) {
        return Ok(());
    }
    let CompletedTxn { producer_id, first_offset, last_offset, last_stable_offset, .. } = *txn;
    let txn = AbortedTransaction { producer_id, first_offset, last_offset, last_stable_offset };
    let path = segment.path(FileKind::TxnIndex);
    let file = segment.context().fs().open(&path, OpenMode::CreateAppend)?;
    // A torn entry of an earlier life is overwritten.
    file.set_len((known.len() * ENTRY_LEN) as u64)?;
    file.append_all(&mut [IoSlice::new(&raw_entry(&txn))])?;
    Arc::make_mut(&mut known).push(txn);
    segment.remember_aborted(known);
    Ok(())
}

/// Writes the index of a segment that compaction makes.
pub(crate) fn write(segment: &Segment, txns: &[AbortedTransaction]) -> io::Result<()> {
    if txns.is_empty() {
        return Ok(());
    }
    segment.forget_aborted();
    let raw: Vec<u8> = txns.iter().flat_map(raw_entry).collect();
    let path = segment.path(FileKind::TxnIndex);
    let file = segment.context().fs().open(&path, OpenMode::Truncate)?;
    file.append_all(&mut [IoSlice::new(&raw)])?;
    file.sync_data()
}

fn raw_entry(txn: &AbortedTransaction) -> [u8; ENTRY_LEN] {
    let mut raw = [0; ENTRY_LEN];
    raw[2..10].copy_from_slice(&txn.producer_id.to_be_bytes());
    raw[10..18].copy_from_slice(&txn.first_offset.to_be_bytes());
    raw[18..26].copy_from_slice(&txn.last_offset.to_be_bytes());
    raw[26..34].copy_from_slice(&txn.last_stable_offset.to_be_bytes());
    raw
}

/// Entries of a segment, ascending by last offset; none where there is no file.
pub(crate) fn read(segment: &Segment) -> io::Result<Arc<Vec<AbortedTransaction>>> {
    segment.aborted(|| {
        let content = segment.read_txn_index(INDEX_MAX)?;
        Ok(content.chunks_exact(ENTRY_LEN).map(entry).collect())
    })
}

/// Cuts an index to markers below `end_offset`.
pub(crate) fn truncate(segment: &Segment, end_offset: i64) -> io::Result<()> {
    let known = read(segment)?;
    let kept = known.iter().take_while(|txn| txn.last_offset < end_offset).count();
    if kept == known.len() {
        return Ok(());
    }
    let file = segment.context().fs().open(&segment.path(FileKind::TxnIndex), OpenMode::Append)?;
    segment.forget_aborted();
    file.set_len((kept * ENTRY_LEN) as u64)
}

fn entry(raw: &[u8]) -> AbortedTransaction {
    let field = |at: usize| i64::from_be_bytes(std::array::from_fn(|i| raw[at + i]));
    AbortedTransaction {
        producer_id: field(2),
        first_offset: field(10),
        last_offset: field(18),
        last_stable_offset: field(26),
    }
}

impl PartitionLog {
    /// Aborted transactions with records between `from` and `upper_offset` (exclusive), for a
    /// read_committed Fetch.
    pub fn aborted_transactions(
        &self,
        from: i64,
        upper_offset: i64,
    ) -> Result<Vec<AbortedTransaction>, LogError> {
        self.ensure_recovered()?;
        let segments = self.view.segments();
        let mut found = Vec::new();
        for segment in &segments[Self::segment_index(&segments, from)..] {
            let known = read(segment).map_err(|e| LogError::io("transaction index", e))?;
            for txn in known.iter().copied() {
                if txn.last_offset >= from && txn.first_offset < upper_offset {
                    found.push(txn);
                }
                if txn.last_stable_offset >= upper_offset {
                    return Ok(found);
                }
            }
        }
        Ok(found)
    }
}
