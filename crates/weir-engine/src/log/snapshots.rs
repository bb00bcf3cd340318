//! Producer snapshots on disk: taken when a segment closes and at a clean stop, loaded at
//! recovery, completed by the batches since.

use std::io;

use super::names::{FileKind, snapshot_file};
use super::partition_log::PartitionLog;
use super::producer_snapshot::{decode, encode};
use super::producers::Producers;
use super::scan::Scanner;
use super::writer::{Tail, Writer};
use super::{append, txn_index};

/// Largest snapshot that is read, bytes: about a million producers.
const SNAPSHOT_MAX: u64 = 256 << 20;

impl PartitionLog {
    /// Writes a snapshot at the log end. A failure costs only time: recovery replays more.
    pub(super) fn take_snapshot(&self, writer: &mut Writer) {
        let offset = self.view.log_end();
        let tail = writer.tail();
        if tail.snapshots.last() == Some(&offset) {
            return;
        }
        let path = self.dir.file(&snapshot_file(offset));
        match self.context.fs().replace(&path, &encode(&tail.producers), false) {
            Ok(()) => tail.snapshots.push(offset),
            Err(error) => tracing::warn!(file = %path.display(), %error, "no producer snapshot"),
        }
    }

    /// Loads the latest sound snapshot at or before `offset`, removes later ones, and replays the batches
    /// from there to the log's end.
    pub(super) fn load_producers(&self, tail: &mut Tail, offset: i64) -> io::Result<()> {
        let later = tail.snapshots.partition_point(|snapshot| *snapshot <= offset);
        for offset in tail.snapshots.split_off(later) {
            self.remove_snapshot(offset)?;
        }
        tail.producers.clear();
        let mut from = 0;
        while let Some(offset) = tail.snapshots.last().copied() {
            if let Some(producers) = self.read_snapshot(offset)? {
                tail.producers = producers;
                from = offset;
                break;
            }
            tail.snapshots.pop();
            self.remove_snapshot(offset)?;
        }
        self.replay(&mut tail.producers, from)
    }

    fn read_snapshot(&self, offset: i64) -> io::Result<Option<Producers>> {
        let path = self.dir.file(&snapshot_file(offset));
        match self.context.fs().read(&path, SNAPSHOT_MAX) {
            Ok(content) => Ok(decode(&content)),
            Err(e) if e.kind() == io::ErrorKind::InvalidData => Ok(None),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e),
        }
    }

    pub(super) fn remove_snapshot(&self, offset: i64) -> io::Result<()> {
        match self.context.fs().remove_file(&self.dir.file(&snapshot_file(offset))) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
            _ => Ok(()),
        }
    }

    /// Notes producers of all batches from an offset on.
    fn replay(&self, producers: &mut Producers, from: i64) -> io::Result<()> {
        for segment in self.view.segments().iter() {
            let tip = segment.tip();
            if tip.next_offset <= from {
                continue;
            }
            let start = segment.position_of(from, tip)?;
            let mut scanner = Scanner::new(segment.file(FileKind::Log)?, start, tip.size);
            while let Some(batch) = scanner.next()? {
                let header = &batch.header;
                if !header.has_producer_id() || header.last_offset() < from {
                    continue;
                }
                let control = header.attributes.is_control();
                let bytes = if control { segment.batch_bytes(&batch)? } else { Vec::new() };
                let body = bytes.get(weir_wire::records::HEADER_LEN..).unwrap_or_default();
                let marker = append::marker_in(header, body);
                txn_index::note(producers, segment, header, marker)?;
            }
        }
        Ok(())
    }
}
