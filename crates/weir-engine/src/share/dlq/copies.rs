//! The records themselves, read again from the source partition, for groups whose
//! `errors.deadletterqueue.copy.record.enable` is true. Best effort: what cannot be read, or can
//! never fit into the dead-letter topic, is copied without key and value.

use std::sync::Arc;

use weir_wire::Bytes;
use weir_wire::records::{BatchReader, RecordBatch, RecordRef};

use crate::partition::{Isolation, Partition, ReadRequest};

/// How much of the log is read at a time (Kafka's own, no configuration).
const CHUNK_BYTES: usize = 1 << 20;
/// What a compressed batch may become: one at a time is unpacked.
const UNPACKED_BYTES_MAX: usize = 64 << 20;

/// Key and value of one record.
#[derive(Debug)]
pub(crate) struct Copied {
    offset: i64,
    pub(crate) key: Option<Bytes>,
    pub(crate) value: Option<Bytes>,
}

/// A reader that is asked for ever higher offsets, and holds one chunk of the log and one batch.
#[derive(Debug)]
pub(crate) struct Copies {
    handle: Arc<Partition>,
    broker: i32,
    /// No larger record is copied.
    bytes_max: usize,
    /// Batches that were read and not looked at.
    chunk: Bytes,
    batch: Vec<Copied>,
    /// Everything before it was looked at.
    next: i64,
    /// Nothing more can be read.
    is_over: bool,
}

impl Copies {
    pub(crate) fn new(handle: Arc<Partition>, broker: i32, bytes_max: usize) -> Self {
        let (chunk, batch) = (Bytes::new(), Vec::new());
        Self { handle, broker, bytes_max, chunk, batch, next: 0, is_over: false }
    }

    /// The record at `offset`; offsets never go back.
    pub(crate) fn at(&mut self, offset: i64) -> Option<&Copied> {
        while self.next <= offset && !self.is_over {
            if self.chunk.is_empty() {
                self.read(offset);
            }
            self.look(offset);
        }
        let at = self.batch.binary_search_by_key(&offset, |record| record.offset).ok()?;
        self.batch.get(at)
    }

    fn read(&mut self, offset: i64) {
        let request = ReadRequest {
            broker: self.broker,
            offset,
            current_leader_epoch: -1,
            max_bytes: CHUNK_BYTES,
            min_one: true,
            isolation: Isolation::ReadUncommitted,
        };
        let slice = self.handle.read(request).ok().and_then(|outcome| outcome.read.slice);
        self.chunk =
            slice.and_then(|slice| slice.to_vec().ok()).map(Bytes::from).unwrap_or_default();
        self.is_over = self.chunk.is_empty();
    }

    /// Takes the next batch off the chunk; one that ends before `offset` is not unpacked.
    fn look(&mut self, offset: i64) {
        let chunk = std::mem::take(&mut self.chunk);
        let Some(Ok(batch)) = BatchReader::new(&chunk).next() else { return };
        let last = batch.header.last_offset();
        self.next = self.next.max(last.saturating_add(1));
        if last >= offset {
            self.batch = self.unpacked(&batch);
        }
        let len = batch.bytes.len();
        self.chunk = chunk.slice(len..);
    }

    fn unpacked(&self, batch: &RecordBatch<'_>) -> Vec<Copied> {
        let header = &batch.header;
        if header.attributes.is_control() {
            return Vec::new();
        }
        let mut scratch = Vec::new();
        let Ok(records) = batch.records(&mut scratch, UNPACKED_BYTES_MAX) else {
            return Vec::new();
        };
        let fits = |record: &RecordRef<'_>| size_of(record) <= self.bytes_max;
        records.map_while(Result::ok).filter(fits).map(|record| copied(&record)).collect()
    }
}

fn size_of(record: &RecordRef<'_>) -> usize {
    let len = |part: Option<&[u8]>| part.map_or(0, <[u8]>::len);
    let headers = record.headers().map(|header| header.key.len() + len(header.value));
    len(record.key) + len(record.value) + headers.sum::<usize>()
}

fn copied(record: &RecordRef<'_>) -> Copied {
    let bytes = |part: Option<&[u8]>| part.map(Bytes::copy_from_slice);
    Copied { offset: record.offset, key: bytes(record.key), value: bytes(record.value) }
}
