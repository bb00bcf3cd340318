//! Writing batches.

use bytes::Bytes;

use super::compression::compress;
use super::control::{ControlType, control_key};
use super::header::{LENGTH_OVERHEAD, compute_crc};
use super::{
    Attributes, BatchHeader, Compression, HEADER_LEN, NO_LEADER_EPOCH, NO_PRODUCER_EPOCH,
    NO_PRODUCER_ID, NO_SEQUENCE, NO_TIMESTAMP, RecordError, RecordRef, TimestampType, ValidBatch,
    varint,
};

/// Collects records, then writes a batch.
#[derive(Debug, Clone)]
pub struct BatchBuilder {
    header: BatchHeader,
    compression: Compression,
    records: Vec<u8>,
    scratch: Vec<u8>,
}

impl Default for BatchBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl BatchBuilder {
    /// Uncompressed, without a producer, base offset 0.
    pub fn new() -> Self {
        let header = BatchHeader {
            base_offset: 0,
            batch_length: 0,
            partition_leader_epoch: NO_LEADER_EPOCH,
            magic: 2,
            crc: 0,
            attributes: Attributes(0),
            last_offset_delta: -1,
            base_timestamp: NO_TIMESTAMP,
            max_timestamp: NO_TIMESTAMP,
            producer_id: NO_PRODUCER_ID,
            producer_epoch: NO_PRODUCER_EPOCH,
            base_sequence: NO_SEQUENCE,
            record_count: 0,
        };
        Self { header, compression: Compression::None, records: Vec::new(), scratch: Vec::new() }
    }

    /// Compresses the records with this codec.
    #[must_use]
    pub fn compression(mut self, codec: Compression) -> Self {
        self.compression = codec;
        self
    }

    /// Sets the offset of the first record; default 0.
    #[must_use]
    pub fn base_offset(mut self, offset: i64) -> Self {
        self.header.base_offset = offset;
        self
    }

    /// Sets the partition leader epoch; default -1.
    #[must_use]
    pub fn leader_epoch(mut self, epoch: i32) -> Self {
        self.header.partition_leader_epoch = epoch;
        self
    }

    /// Makes the batch that of an idempotent producer.
    #[must_use]
    pub fn producer(mut self, id: i64, epoch: i16, base_sequence: i32) -> Self {
        self.header.producer_id = id;
        self.header.producer_epoch = epoch;
        self.header.base_sequence = base_sequence;
        self
    }

    /// Makes the batch part of a transaction.
    #[must_use]
    pub fn transactional(mut self) -> Self {
        self.header.attributes = self.header.attributes.with_transactional(true);
        self
    }

    /// Marks the batch as stamped by the broker: all records get its largest timestamp.
    #[must_use]
    pub fn log_append_time(mut self) -> Self {
        let kind = TimestampType::LogAppendTime;
        self.header.attributes = self.header.attributes.with_timestamp_type(kind);
        self
    }

    /// Adds a record. Header keys are UTF-8 by convention; they may repeat.
    pub fn append(
        &mut self,
        timestamp_ms: i64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[(&[u8], Option<&[u8]>)],
    ) -> &mut Self {
        self.start_record(timestamp_ms, self.header.last_offset_delta + 1, key, value);
        varint::write_i64(&mut self.scratch, headers.len() as i64);
        for (key, value) in headers {
            write_bytes(&mut self.scratch, Some(key));
            write_bytes(&mut self.scratch, *value);
        }
        self.finish_record();
        self
    }

    /// Adds a record as it is in another batch, at its own offset (which must be at or after the
    /// base offset and after the last one): what compaction does.
    pub fn append_kept(&mut self, record: &RecordRef<'_>) -> &mut Self {
        let delta = record.offset - self.header.base_offset;
        let delta = i32::try_from(delta).unwrap_or(i32::MAX);
        self.start_record(record.timestamp, delta, record.key, record.value);
        let (count, headers) = record.raw_headers();
        varint::write_i64(&mut self.scratch, i64::from(count));
        self.scratch.extend_from_slice(headers);
        self.finish_record();
        self
    }

    /// Bytes of the records so far, before compression.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there is no record yet.
    pub fn is_empty(&self) -> bool {
        self.header.record_count == 0
    }

    /// Records so far.
    pub fn record_count(&self) -> i32 {
        self.header.record_count
    }

    /// Writes the batch. Fails when there is no record, or when it is larger than a batch can be.
    pub fn build(self) -> Result<ValidBatch, RecordError> {
        if self.is_empty() {
            return Err(RecordError::Count { count: 0, last_offset_delta: -1 });
        }
        let mut header = self.header;
        header.attributes = header.attributes.with_compression(self.compression);
        encode(header, self.compression, None, &self.records)
    }

    /// Writes the batch with the framing of another one: its offsets, producer, times and
    /// attributes, but the records collected here, which may be none (compaction keeps the last
    /// sequence of a producer so).
    pub fn build_like(self, original: &BatchHeader) -> Result<ValidBatch, RecordError> {
        let mut header = *original;
        header.record_count = self.header.record_count;
        if original.attributes.timestamp_type() == TimestampType::CreateTime {
            header.max_timestamp = self.header.max_timestamp;
        }
        let codec = if self.is_empty() { Compression::None } else { self.compression };
        header.attributes = header.attributes.with_compression(codec);
        encode(header, codec, None, &self.records)
    }

    /// Starts from another batch's framing, for [`BatchBuilder::append_kept`] and
    /// [`BatchBuilder::build_like`]: record timestamps are relative to `base_timestamp`.
    pub fn like(original: &BatchHeader, base_timestamp: i64) -> Result<Self, RecordError> {
        let mut builder = Self::new();
        builder.header.base_offset = original.base_offset;
        builder.header.base_timestamp = base_timestamp;
        builder.compression = original.attributes.compression()?;
        Ok(builder)
    }

    /// A control batch of one record: a transaction marker, or what controllers write.
    pub fn control(
        mut self,
        kind: ControlType,
        timestamp_ms: i64,
        value: &[u8],
    ) -> Result<ValidBatch, RecordError> {
        self.header.attributes = self.header.attributes.with_control(true);
        self.append(timestamp_ms, Some(&control_key(kind)), Some(value), &[]);
        self.build()
    }

    fn start_record(
        &mut self,
        timestamp_ms: i64,
        offset_delta: i32,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
    ) {
        if self.header.record_count == 0 && self.header.base_timestamp == NO_TIMESTAMP {
            self.header.base_timestamp = timestamp_ms;
        }
        self.header.max_timestamp = self.header.max_timestamp.max(timestamp_ms);
        self.header.last_offset_delta = offset_delta;
        self.header.record_count += 1;
        let timestamp_delta = timestamp_ms.wrapping_sub(self.header.base_timestamp);
        self.scratch.clear();
        self.scratch.push(0);
        varint::write_i64(&mut self.scratch, timestamp_delta);
        varint::write_i64(&mut self.scratch, i64::from(offset_delta));
        write_bytes(&mut self.scratch, key);
        write_bytes(&mut self.scratch, value);
    }

    fn finish_record(&mut self) {
        varint::write_i64(&mut self.records, self.scratch.len() as i64);
        self.records.extend_from_slice(&self.scratch);
    }
}

/// Compresses records and puts a header before them, with length and checksum.
pub(super) fn encode(
    mut header: BatchHeader,
    codec: Compression,
    level: Option<i32>,
    records: &[u8],
) -> Result<ValidBatch, RecordError> {
    let mut out = Vec::with_capacity(HEADER_LEN + records.len());
    out.resize(HEADER_LEN, 0);
    compress(codec, level, records, &mut out)
        .map_err(|error| RecordError::Decompress { codec, reason: error.to_string() })?;
    let length = out.len() - LENGTH_OVERHEAD;
    header.batch_length = i32::try_from(length).map_err(|_| RecordError::TooLarge(length))?;
    out[..HEADER_LEN].copy_from_slice(&header.to_bytes());
    header.crc = compute_crc(&out).unwrap_or_default();
    out[..HEADER_LEN].copy_from_slice(&header.to_bytes());
    Ok(ValidBatch::from_parts(Bytes::from(out), header))
}

fn write_bytes(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
    match bytes {
        Some(bytes) => {
            varint::write_i64(out, bytes.len() as i64);
            out.extend_from_slice(bytes);
        }
        None => varint::write_i32(out, -1),
    }
}
