//! Judging batches.

use bytes::Bytes;

use super::{BatchHeader, RecordBatch, RecordError};

/// A batch that was checked, alone in its bytes: what logs append.
#[derive(Debug, Clone)]
pub struct ValidBatch {
    bytes: Bytes,
    header: BatchHeader,
}

impl ValidBatch {
    /// A batch that a broker wrote itself: framing and checksum are checked, records are not.
    pub fn trusted(bytes: Bytes) -> Result<Self, RecordError> {
        let batch = RecordBatch::parse(&bytes)?;
        batch.check_crc()?;
        if batch.bytes.len() != bytes.len() {
            return Err(RecordError::BatchCount("more"));
        }
        let header = batch.header;
        Ok(Self { bytes, header })
    }

    /// Its header.
    pub fn header(&self) -> &BatchHeader {
        &self.header
    }

    /// All its bytes.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }
}
