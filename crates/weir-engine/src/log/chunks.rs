//! Reading a whole segment, batch by batch, in large pieces.

use std::io;
use std::sync::Arc;

use weir_wire::records::{BatchReader, RecordBatch, RecordError};

use super::LogError;
use super::names::FileKind;
use super::segment::Segment;

/// Bytes read at a time; more where a batch is larger.
const CHUNK: usize = 1 << 20;

impl Segment {
    /// Calls `visit` with every batch below the segment's tip, in order.
    pub(crate) fn for_each_batch(
        self: &Arc<Self>,
        mut visit: impl FnMut(&RecordBatch<'_>) -> Result<(), LogError>,
    ) -> Result<(), LogError> {
        let io = |error| LogError::io("read a segment", error);
        let file = self.file(FileKind::Log).map_err(io)?;
        let size = self.tip().size as usize;
        let (mut position, mut wanted) = (0, CHUNK);
        let mut buffer = Vec::new();
        while position < size {
            buffer.resize(wanted.min(size - position), 0);
            file.read_exact_at(&mut buffer, position as u64).map_err(io)?;
            let mut batches = BatchReader::new(&buffer);
            for batch in batches.by_ref() {
                visit(&batch.map_err(|error| corrupt(position, &error))?)?;
            }
            let rest = batches.rest();
            position += buffer.len() - rest.len();
            wanted = match RecordBatch::parse(rest) {
                Err(RecordError::Truncated { wanted, .. }) => wanted.max(CHUNK),
                _ => CHUNK,
            };
            if rest.len() == buffer.len() && wanted <= buffer.len() {
                return Err(LogError::io("read a segment", io::ErrorKind::UnexpectedEof.into()));
            }
        }
        Ok(())
    }
}

pub(crate) fn corrupt(position: usize, error: &RecordError) -> LogError {
    LogError::Corrupt(format!("batch at or after position {position}: {error}"))
}
