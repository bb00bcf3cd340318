//! Walking record sets: batches one after the other.

use super::header::compute_crc;
use super::{BatchHeader, HEADER_LEN, RecordError, RecordIter};

/// A whole batch, borrowed.
#[derive(Debug, Clone, Copy)]
pub struct RecordBatch<'a> {
    /// Its header.
    pub header: BatchHeader,
    /// All its bytes, header included.
    pub bytes: &'a [u8],
}

impl<'a> RecordBatch<'a> {
    /// Reads the batch at the start of `input`, which may be longer. The checksum is not checked.
    pub fn parse(input: &'a [u8]) -> Result<Self, RecordError> {
        let header = BatchHeader::parse(input)?;
        let wanted = header.size();
        match input.get(..wanted) {
            Some(bytes) => Ok(Self { header, bytes }),
            None => Err(RecordError::Truncated { wanted, available: input.len() }),
        }
    }

    /// Compares the checksum.
    pub fn check_crc(&self) -> Result<(), RecordError> {
        let computed = compute_crc(self.bytes).unwrap_or_default();
        if computed == self.header.crc {
            return Ok(());
        }
        Err(RecordError::Crc { stored: self.header.crc, computed })
    }

    /// The records as stored: compressed where the batch is.
    pub fn body(&self) -> &'a [u8] {
        &self.bytes[HEADER_LEN..]
    }

    /// Records of a batch that is not compressed, without copying. For others see
    /// `RecordBatch::records`.
    pub fn plain_records(&self) -> RecordIter<'a> {
        RecordIter::new(&self.header, self.body())
    }
}

/// Batches of a record set. A batch cut off at the end, as Fetch answers may have it, ends the
/// iteration; anything else that is wrong is answered once as an error.
#[derive(Debug, Clone)]
pub struct BatchReader<'a> {
    rest: &'a [u8],
}

impl<'a> BatchReader<'a> {
    /// Over the bytes of a record set.
    pub fn new(input: &'a [u8]) -> Self {
        Self { rest: input }
    }

    /// Bytes not yet read: a cut-off batch, when the iteration has ended.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

impl<'a> Iterator for BatchReader<'a> {
    type Item = Result<RecordBatch<'a>, RecordError>;

    fn next(&mut self) -> Option<Self::Item> {
        match RecordBatch::parse(self.rest) {
            Ok(batch) => {
                self.rest = &self.rest[batch.bytes.len()..];
                Some(Ok(batch))
            }
            Err(RecordError::Truncated { .. }) => None,
            Err(error) => {
                self.rest = &[];
                Some(Err(error))
            }
        }
    }
}
