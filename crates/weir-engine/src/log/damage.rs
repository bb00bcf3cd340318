//! Whether a log was changed after it was written: looked at before recovery, which cuts a log at its first
//! unsound batch. That is right for what a crash tore, and there nothing sound can follow.

use std::io;
use std::path::{Path, PathBuf};

use weir_wire::records::{BatchHeader, HEADER_LEN, RecordBatch, RecordIter};

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
    let is_damaged = !is_cut_short(&rest, next_offset) && has_sound_batch(&rest, next_offset);
    Ok(is_damaged.then_some((path, position)))
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

/// Whether this is the beginning of one batch, which a kill tore: its header says that there is more of it, and
/// its records do not come to their end. What looks like a batch in there is a record's value. A batch whose
/// length alone was changed has all its records.
fn is_cut_short(bytes: &[u8], next_offset: i64) -> bool {
    let (Ok(header), Some(records)) = (BatchHeader::parse(bytes), bytes.get(HEADER_LEN..)) else {
        return false;
    };
    header.size() > bytes.len()
        && header.base_offset >= next_offset
        && RecordIter::new(&header, records).any(|record| record.is_err())
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

#[cfg(test)]
mod tests {
    use weir_wire::records::BatchBuilder;

    use super::*;
    use crate::fs::SimFs;

    const DIR: &str = "/metadata";

    fn batch(base_offset: i64, values: &[&[u8]]) -> Vec<u8> {
        let mut builder = BatchBuilder::new();
        for value in values {
            builder.append(1_700_000_000_000, None, Some(value), &[]);
        }
        let mut bytes = builder.build().unwrap().to_bytes().to_vec();
        // Not part of what the checksum covers.
        bytes[..8].copy_from_slice(&base_offset.to_be_bytes());
        bytes
    }

    fn place(content: &[u8]) -> Option<u32> {
        let (fs, dir) = (SimFs::new(), Path::new(DIR));
        fs.create_dir_all(dir).unwrap();
        fs.replace(&dir.join("00000000000000000000.log"), content, true).unwrap();
        damaged_place(&fs, dir).unwrap().map(|(_, position)| position)
    }

    #[test]
    fn a_torn_batch_is_no_damage_whatever_its_values_hold() {
        let first = batch(0, &[b"a change"]);
        let inner = batch(9, &[b"looks like a change"]);
        let outer = batch(1, &[b"before", &inner, &inner, b"behind"]);
        let whole = [&first[..], &outer].concat();
        for len in first.len()..whole.len() {
            assert_eq!(place(&whole[..len]), None, "{len} of {}", whole.len());
        }
        assert_eq!(place(&whole), None);
    }

    #[test]
    fn a_changed_byte_before_a_sound_batch_is_damage() {
        let first = batch(0, &[b"a change"]);
        let second = batch(1, &[b"one", b"and another"]);
        let whole = [&first[..], &second, &batch(3, &[b"what follows"])].concat();
        let at = first.len();
        // Its length, larger than what is left of the file, too; not its epoch, which nothing covers.
        for byte in (at..at + second.len()).filter(|byte| !(at + 12..at + 16).contains(byte)) {
            for bit in [0x01, 0x40, 0x80] {
                let mut changed = whole.clone();
                changed[byte] ^= bit;
                let found = place(&changed);
                let is_harmless = byte < at + 8 && found.is_none();
                assert!(found == Some(at as u32) || is_harmless, "byte {byte} ^ {bit}: {found:?}");
            }
        }
    }
}
