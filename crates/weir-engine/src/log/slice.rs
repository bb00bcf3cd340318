//! A piece of a segment that an answer carries instead of its bytes.

use std::io;
use std::sync::Arc;

use weir_wire::Slice;

use super::segment::Segment;

/// Bytes of a segment: kept alive, not loaded. Its content does not change; after a truncation
/// below its end [`Slice::read_at`] fails with `UnexpectedEof`, for good.
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

    /// An offset after its last record: exact to the next index entry.
    pub(crate) fn end_offset(&self) -> io::Result<i64> {
        let entry = self.segment.lookup_position(self.position + self.len)?;
        Ok(entry.map_or(self.segment.tip().next_offset, |entry| entry.offset + 1))
    }

    /// All its bytes. For tests and small slices.
    pub fn to_vec(&self) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; self.len()];
        self.read_at(0, &mut bytes)?;
        Ok(bytes)
    }
}

impl Slice for FileSlice {
    fn len(&self) -> usize {
        self.len as usize
    }

    fn read_at(&self, offset: usize, buffer: &mut [u8]) -> io::Result<()> {
        let end = offset.checked_add(buffer.len());
        if end.is_none_or(|end| end > self.len()) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        self.segment.read_exact_at(buffer, u64::from(self.position) + offset as u64)
    }
}
