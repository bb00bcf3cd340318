//! Walking the batches of a segment's file by their headers.

use std::io;
use std::sync::Arc;

use weir_wire::records::{BatchHeader, HEADER_LEN, crc32c_append};

use crate::fs::File;

/// A batch in a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scanned {
    pub(crate) position: u32,
    pub(crate) header: BatchHeader,
}

impl Scanned {
    /// Position after the batch.
    pub(crate) fn end(&self) -> u32 {
        self.position + self.header.size() as u32
    }
}

/// Bytes read at a time.
const CHUNK: usize = 16 * 1024;
/// Checksums are computed over pieces of this size.
const CRC_CHUNK: usize = 128 * 1024;
/// Byte of a batch at which its checksum starts.
const CRC_START: u32 = 21;

/// Reads headers from `position` up to `end`. Stops at the first batch that is cut off or is none.
pub(crate) struct Scanner {
    file: Arc<dyn File>,
    position: u32,
    end: u32,
    buffer: Vec<u8>,
    buffer_start: u32,
    /// Size of the next read: a header only, when batches are large.
    read_size: usize,
}

impl Scanner {
    pub(crate) fn new(file: Arc<dyn File>, position: u32, end: u32) -> Self {
        let (buffer, buffer_start, read_size) = (Vec::new(), position, 4096);
        Self { file, position, end, buffer, buffer_start, read_size }
    }

    /// Next batch. `None` at the end, or where what follows is no whole batch.
    pub(crate) fn next(&mut self) -> io::Result<Option<Scanned>> {
        let left = (self.end - self.position) as usize;
        if left < HEADER_LEN {
            return Ok(None);
        }
        let Ok(header) = BatchHeader::parse(self.bytes(HEADER_LEN)?) else { return Ok(None) };
        if header.size() > left || header.last_offset_delta < 0 {
            return Ok(None);
        }
        let scanned = Scanned { position: self.position, header };
        self.position = scanned.end();
        self.read_size = if header.size() > CHUNK / 2 { HEADER_LEN } else { CHUNK };
        Ok(Some(scanned))
    }

    /// Next batch if it is sound: checksum right, offsets at or after `next_offset`.
    pub(crate) fn next_valid(&mut self, next_offset: i64) -> io::Result<Option<Scanned>> {
        let start = self.position;
        let Some(scanned) = self.next()? else { return Ok(None) };
        let orderly = scanned.header.base_offset >= next_offset;
        if orderly && self.crc_of(&scanned)? == scanned.header.crc {
            return Ok(Some(scanned));
        }
        self.position = start;
        Ok(None)
    }

    fn crc_of(&mut self, scanned: &Scanned) -> io::Result<u32> {
        let (start, end) = (scanned.position + CRC_START, scanned.end());
        if let Some(bytes) = self.buffered(start, end) {
            return Ok(crc32c_append(0, bytes));
        }
        let mut piece = vec![0; CRC_CHUNK.min((end - start) as usize)];
        let (mut crc, mut at) = (0, start);
        while at < end {
            let count = piece.len().min((end - at) as usize);
            self.file.read_exact_at(&mut piece[..count], u64::from(at))?;
            crc = crc32c_append(crc, &piece[..count]);
            at += count as u32;
        }
        Ok(crc)
    }

    fn buffered(&self, start: u32, end: u32) -> Option<&[u8]> {
        let from = start.checked_sub(self.buffer_start)? as usize;
        let to = end.checked_sub(self.buffer_start)? as usize;
        self.buffer.get(from..to)
    }

    fn bytes(&mut self, count: usize) -> io::Result<&[u8]> {
        let start = self.position;
        if self.buffered(start, start + count as u32).is_none() {
            let size = self.read_size.max(count).min((self.end - start) as usize);
            self.buffer.resize(size, 0);
            self.buffer_start = start;
            self.file.read_exact_at(&mut self.buffer, u64::from(start))?;
        }
        self.buffered(start, start + count as u32).ok_or(io::ErrorKind::UnexpectedEof.into())
    }
}
