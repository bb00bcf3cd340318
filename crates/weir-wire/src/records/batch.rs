//! Walking record sets: batches one after the other.

use super::compression::decompress;
use super::header::compute_crc;
use super::{BatchHeader, Compression, HEADER_LEN, RecordError, RecordIter};

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

    /// Its records. A compressed batch is decompressed into `scratch` (to be reused), at most
    /// `max` bytes; others are read in place. No allocation per record.
    pub fn records<'s>(
        &self,
        scratch: &'s mut Vec<u8>,
        max: usize,
    ) -> Result<RecordIter<'s>, RecordError>
    where
        'a: 's,
    {
        match self.header.attributes.compression()? {
            Compression::None => Ok(RecordIter::new(&self.header, self.body())),
            codec => {
                decompress(codec, self.body(), max, scratch)?;
                Ok(RecordIter::new(&self.header, scratch))
            }
        }
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
