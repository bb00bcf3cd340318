//! Finishing what compaction had committed when the process died.
//!
//! Compaction writes a segment's successor as `.cleaned`, renames its indexes and then its log to
//! `.swap` (the commit), removes the segments it replaces and renames it to its plain name. A
//! `.log.swap` therefore stands for all segments from its base offset to its last batch.

use std::io;
use std::sync::Arc;

use super::names::{FileKind, Suffix, segment_file};
use super::partition_log::PartitionLog;
use super::recover::Found;
use super::scan::Scanner;
use super::segment::{Segment, Tip};
use crate::fs::OpenMode;

/// Puts `.swap` files in place of what they replace. Their indexes are made anew: they are missing
/// from `found` afterwards.
pub(super) fn finish(log: &PartitionLog, mut found: Found) -> io::Result<Found> {
    if !found.swaps.is_empty() {
        // The process may have died before the `.swap` names were durable: what they replace goes only after that.
        log.context.fs().sync_dir(&log.dir.path())?;
    }
    for base_offset in std::mem::take(&mut found.swaps) {
        let end = end_of(log, base_offset)?;
        let replaced: Vec<i64> = found.segments.range(base_offset..end).map(|(b, _)| *b).collect();
        for replaced in replaced {
            remove(log, replaced, Suffix::None)?;
            found.segments.remove(&replaced);
        }
        let fs = log.context.fs();
        let swap = log.dir.file(&segment_file(base_offset, FileKind::Log, Suffix::Swap));
        let plain = log.dir.file(&segment_file(base_offset, FileKind::Log, Suffix::None));
        let size = fs.open(&swap, OpenMode::Read)?.len()?;
        fs.rename(&swap, &plain)?;
        remove(log, base_offset, Suffix::Swap)?;
        found.segments.insert(base_offset, [Some(size), None, None]);
    }
    Ok(found)
}

/// Offset after the last batch of a `.log.swap`.
fn end_of(log: &PartitionLog, base_offset: i64) -> io::Result<i64> {
    let segment = Arc::new(Segment::new(&log.context, &log.dir, base_offset, Suffix::Swap));
    let file = segment.file(FileKind::Log)?;
    let size = u32::try_from(file.len()?).unwrap_or(u32::MAX);
    segment.set_tip(Tip { next_offset: base_offset, size });
    let mut scanner = Scanner::new(file, 0, size);
    let mut end = base_offset + 1;
    while let Some(batch) = scanner.next()? {
        end = batch.header.last_offset() + 1;
    }
    Ok(end)
}

/// Removes a segment's files, those there are.
pub(super) fn remove(log: &PartitionLog, base_offset: i64, suffix: Suffix) -> io::Result<()> {
    for kind in FileKind::ALL {
        match log.context.fs().remove_file(&log.dir.file(&segment_file(base_offset, kind, suffix)))
        {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
    }
    Ok(())
}
