//! A piece of a segment that an answer carries instead of its bytes.

use std::io;
use std::sync::Arc;

use super::segment::Segment;

/// Bytes of a segment: kept alive, not loaded. Its content does not change; a truncation below
/// its end makes [`FileSlice::read_at`] fail with `UnexpectedEof`.
#[derive(Debug, Clone)]
pub struct FileSlice {
    segment: Arc<Segment>,
    position: u32,
    len: u32,
}

impl FileSlice {
    pub(crate) fn new(segment: Arc<Segment>, position: u32, len: u32) -> Self {
        Self { segment, position, len }
    }

    /// Bytes.
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether it has no byte.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Fills `buffer` from `offset` bytes into the slice; the caller stays within its length.
    pub fn read_at(&self, buffer: &mut [u8], offset: usize) -> io::Result<()> {
        let end = offset.checked_add(buffer.len());
        if end.is_none_or(|end| end > self.len()) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        self.segment.read_exact_at(buffer, u64::from(self.position) + offset as u64)
    }

    /// All its bytes. For tests and small slices.
    pub fn to_vec(&self) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; self.len()];
        self.read_at(&mut bytes, 0)?;
        Ok(bytes)
    }
}

impl weir_wire::Slice for FileSlice {
    fn len(&self) -> usize {
        FileSlice::len(self)
    }

    fn read_at(&self, offset: usize, buffer: &mut [u8]) -> io::Result<()> {
        FileSlice::read_at(self, buffer, offset)
    }
}
