//! Whether a log was changed after it was written: looked at before recovery, which cuts a log at its first
//! unsound batch. That is right for what a crash tore, and there nothing sound can follow.

use std::io;
use std::path::{Path, PathBuf};

use weir_wire::records::{BatchHeader, HEADER_LEN, RecordBatch};

use super::names::{FileKind, Named, Suffix, parse};
use super::scan::Scanner;
use crate::fs::{Fs, OpenMode};

/// Position of a batch's magic number, and the one that there is.
const MAGIC: (usize, u8) = (16, 2);

/// The last segment's file and the byte of an unsound batch, where a sound one follows it.
pub(crate) fn damaged_place(fs: &dyn Fs, dir: &Path) -> io::Result<Option<(PathBuf, u32)>> {
    let Some(path) = last_segment(fs, dir)? else { return Ok(None) };
    let file = fs.open(&path, OpenMode::Read)?;
    let size = u32::try_from(file.len()?).unwrap_or(u32::MAX);
    let (mut position, mut next_offset) = (0, 0);
    let mut scanner = Scanner::new(file.clone(), 0, size);
    while let Some(batch) = scanner.next_valid(next_offset)? {
        (position, next_offset) = (batch.end(), batch.header.last_offset() + 1);
    }
    let mut rest = vec![0; (size - position) as usize];
    file.read_exact_at(&mut rest, u64::from(position))?;
    Ok(has_sound_batch(&rest, next_offset).then_some((path, position)))
}

fn last_segment(fs: &dyn Fs, dir: &Path) -> io::Result<Option<PathBuf>> {
    let entries = match fs.list(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        entries => entries?,
    };
    let logs = entries.into_iter().filter_map(|entry| match parse(&entry.name) {
        Named::Segment { base_offset, kind: FileKind::Log, suffix: Suffix::None } => {
            Some((base_offset, dir.join(entry.name)))
        }
        _ => None,
    });
    Ok(logs.max().map(|(_, path)| path))
}

/// Whether a sound batch begins anywhere behind the first byte.
fn has_sound_batch(bytes: &[u8], next_offset: i64) -> bool {
    let last = bytes.len().saturating_sub(HEADER_LEN);
    (1..=last).any(|at| {
        let from = bytes.get(at..).unwrap_or_default();
        from.get(MAGIC.0) == Some(&MAGIC.1)
            && BatchHeader::parse(from).is_ok_and(|header| header.base_offset >= next_offset)
            && RecordBatch::parse(from).is_ok_and(|batch| batch.check_crc().is_ok())
    })
}
