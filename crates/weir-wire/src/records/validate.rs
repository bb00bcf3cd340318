//! Judging batches that clients send, as Kafka does.

use std::io;

use bytes::Bytes;

use super::builder::encode;
use super::compression::{Window, decompress, failure};
use super::header::CRC_START;
use super::record::read_fields;
use super::varint::read_i32;
use super::{
    BatchHeader, Compression, HEADER_LEN, NO_TIMESTAMP, RecordBatch, RecordError, TimestampType,
};

/// A batch that was checked, alone in its bytes: what logs append.
///
/// The header may differ from the first bytes (a broker's timestamp); offsets and leader epoch are
/// set by the log.
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

    pub(super) fn from_parts(bytes: Bytes, header: BatchHeader) -> Self {
        Self { bytes, header }
    }

    /// Its header, to be written in place of the first bytes of [`ValidBatch::bytes`].
    pub fn header(&self) -> &BatchHeader {
        &self.header
    }

    /// What follows the header.
    pub fn body(&self) -> &[u8] {
        &self.bytes[HEADER_LEN..]
    }

    /// All its bytes as a client would send them.
    pub fn to_bytes(&self) -> Bytes {
        let header = self.header.to_bytes();
        if self.bytes[..HEADER_LEN] == header {
            return self.bytes.clone();
        }
        let mut out = Vec::with_capacity(self.bytes.len());
        out.extend_from_slice(&header);
        out.extend_from_slice(self.body());
        out.into()
    }

    /// Bytes, header included.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Never.
    pub fn is_empty(&self) -> bool {
        false
    }
}

/// What a topic accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValidateOptions {
    /// `max.message.bytes`: largest batch as sent, bytes.
    pub max_batch_bytes: usize,
    /// Largest batch decompressed, bytes.
    pub max_decompressed_bytes: usize,
    /// Whether every record needs a key (compacted topics).
    pub key_required: bool,
    /// `message.timestamp.type`. With `LogAppendTime` the batch is stamped with `now_ms`.
    pub timestamp_type: TimestampType,
    /// `message.timestamp.before.max.ms`.
    pub timestamp_before_max_ms: i64,
    /// `message.timestamp.after.max.ms`.
    pub timestamp_after_max_ms: i64,
    /// `compression.type`, where it is not `producer`: other batches are recompressed.
    pub compression: Option<Compression>,
    /// `compression.gzip.level` or `compression.zstd.level`, for what is recompressed; `None` for the codec's default.
    pub compression_level: Option<i32>,
    /// `max.decompressed.message.bytes`: the largest record of a compressed batch, bytes.
    pub max_decompressed_record_bytes: usize,
    /// Wall clock, ms since the epoch.
    pub now_ms: i64,
}

impl Default for ValidateOptions {
    fn default() -> Self {
        Self {
            max_batch_bytes: 1_048_588,
            max_decompressed_bytes: 128 << 20,
            key_required: false,
            timestamp_type: TimestampType::CreateTime,
            timestamp_before_max_ms: i64::MAX,
            timestamp_after_max_ms: 3_600_000,
            compression: None,
            compression_level: None,
            max_decompressed_record_bytes: usize::MAX,
            now_ms: 0,
        }
    }
}

/// Checks the record set of a Produce request: exactly one batch, its framing, checksum, count and
/// producer fields, each record's framing, timestamp and key. Compressed records are decompressed
/// as a stream. Answers the batch to append.
pub fn validate(records: &Bytes, options: &ValidateOptions) -> Result<ValidBatch, RecordError> {
    let batch = sole_batch(records, options)?;
    check_header(&batch.header)?;
    let mut findings = Findings::new(options);
    walk(&batch, options, &mut findings)?;
    let max_timestamp = findings.into_result()?;

    let mut header = batch.header;
    header.attributes = header.attributes.with_timestamp_type(options.timestamp_type);
    header.max_timestamp = match options.timestamp_type {
        TimestampType::CreateTime => max_timestamp,
        TimestampType::LogAppendTime => options.now_ms,
    };
    let stored_as = header.attributes.compression()?;
    if let Some(codec) = options.compression.filter(|codec| *codec != stored_as) {
        return recompress(&batch, header, codec, options);
    }
    if header != batch.header {
        header.crc = crc_with(&header, batch.body());
    }
    Ok(ValidBatch { bytes: records.clone(), header })
}

fn sole_batch<'a>(
    records: &'a Bytes,
    options: &ValidateOptions,
) -> Result<RecordBatch<'a>, RecordError> {
    if records.is_empty() {
        return Err(RecordError::BatchCount("none"));
    }
    let batch = RecordBatch::parse(records)?;
    if batch.bytes.len() > options.max_batch_bytes {
        let (size, max) = (batch.bytes.len(), options.max_batch_bytes);
        return Err(RecordError::BatchTooLarge { size, max });
    }
    batch.check_crc()?;
    if batch.bytes.len() != records.len() {
        return Err(RecordError::BatchCount("more"));
    }
    Ok(batch)
}

fn check_header(header: &BatchHeader) -> Result<(), RecordError> {
    let (count, last_offset_delta) = (header.record_count, header.last_offset_delta);
    if count <= 0 || i64::from(last_offset_delta) + 1 != i64::from(count) {
        return Err(RecordError::Count { count, last_offset_delta });
    }
    if header.attributes.is_control() {
        return Err(RecordError::Forbidden("control batches"));
    }
    if header.attributes.has_delete_horizon() {
        return Err(RecordError::Forbidden("delete horizons"));
    }
    if header.base_offset != 0 {
        return Err(RecordError::Forbidden("base offsets other than 0"));
    }
    check_producer(header)
}

fn check_producer(header: &BatchHeader) -> Result<(), RecordError> {
    let idempotent = header.has_producer_id();
    let complete =
        header.producer_id >= 0 && header.producer_epoch >= 0 && header.base_sequence >= 0;
    let transactional_without = header.attributes.is_transactional() && !idempotent;
    if (idempotent && !complete) || transactional_without {
        return Err(RecordError::Producer {
            producer_id: header.producer_id,
            epoch: header.producer_epoch,
            sequence: header.base_sequence,
        });
    }
    Ok(())
}

/// What validation needs of a record.
struct Summary {
    timestamp_delta: i64,
    offset_delta: i32,
    has_key: bool,
}

/// What is found while walking: the largest timestamp, and records to refuse.
struct Findings<'a> {
    options: &'a ValidateOptions,
    earliest: i64,
    latest: i64,
    max_timestamp: i64,
    keyless: Vec<i32>,
    out_of_time: Vec<i32>,
}

impl<'a> Findings<'a> {
    fn new(options: &'a ValidateOptions) -> Self {
        Self {
            options,
            earliest: options.now_ms.saturating_sub(options.timestamp_before_max_ms),
            latest: options.now_ms.saturating_add(options.timestamp_after_max_ms),
            max_timestamp: NO_TIMESTAMP,
            keyless: Vec::new(),
            out_of_time: Vec::new(),
        }
    }

    fn note(
        &mut self,
        header: &BatchHeader,
        index: i32,
        record: &Summary,
    ) -> Result<(), RecordError> {
        if record.offset_delta != index {
            return Err(RecordError::Record { index, reason: "offset does not follow the last" });
        }
        let timestamp = header.base_timestamp.wrapping_add(record.timestamp_delta);
        self.max_timestamp = self.max_timestamp.max(timestamp);
        if self.options.key_required && !record.has_key {
            self.keyless.push(index);
        }
        let judged =
            self.options.timestamp_type == TimestampType::CreateTime && timestamp != NO_TIMESTAMP;
        if judged && (timestamp < self.earliest || timestamp > self.latest) {
            self.out_of_time.push(index);
        }
        Ok(())
    }

    fn into_result(self) -> Result<i64, RecordError> {
        if !self.keyless.is_empty() {
            return Err(RecordError::KeyMissing { indexes: self.keyless });
        }
        if !self.out_of_time.is_empty() {
            let (earliest, latest) = (self.earliest, self.latest);
            return Err(RecordError::Timestamp { indexes: self.out_of_time, earliest, latest });
        }
        Ok(self.max_timestamp)
    }
}

fn walk(
    batch: &RecordBatch<'_>,
    options: &ValidateOptions,
    findings: &mut Findings<'_>,
) -> Result<(), RecordError> {
    match batch.header.attributes.compression()? {
        Compression::None => walk_plain(batch, findings),
        codec => walk_compressed(batch, codec, options, findings),
    }
}

fn walk_plain(batch: &RecordBatch<'_>, findings: &mut Findings<'_>) -> Result<(), RecordError> {
    let mut rest = batch.body();
    for index in 0..batch.header.record_count {
        let fail = |reason| RecordError::Record { index, reason };
        let (length, after) = read_i32(rest).ok_or_else(|| fail("length is cut off"))?;
        let length = usize::try_from(length).map_err(|_| fail("length is negative"))?;
        let (body, after) =
            after.split_at_checked(length).ok_or_else(|| fail("is longer than the batch"))?;
        rest = after;
        let fields = read_fields(body).map_err(fail)?;
        let record = Summary {
            timestamp_delta: fields.timestamp_delta,
            offset_delta: fields.offset_delta,
            has_key: fields.key.is_some(),
        };
        findings.note(&batch.header, index, &record)?;
    }
    if rest.is_empty() { Ok(()) } else { Err(left_over(&batch.header)) }
}

fn walk_compressed(
    batch: &RecordBatch<'_>,
    codec: Compression,
    options: &ValidateOptions,
    findings: &mut Findings<'_>,
) -> Result<(), RecordError> {
    let max = options.max_decompressed_bytes;
    let largest = options.max_decompressed_record_bytes;
    let mut window = Window::new(codec, batch.body(), max)?;
    for index in 0..batch.header.record_count {
        let record = streamed_record(&mut window, largest).map_err(|error| match error {
            Broken::Framing(reason) => RecordError::Record { index, reason },
            Broken::Stream(error) if error.kind() == io::ErrorKind::StorageFull => {
                RecordError::TooLarge(max)
            }
            Broken::Stream(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                RecordError::Record { index, reason: "is cut off" }
            }
            Broken::Stream(error) => failure(codec, &error),
        })?;
        findings.note(&batch.header, index, &record)?;
    }
    match window.at_end() {
        Ok(true) => Ok(()),
        Ok(false) => Err(left_over(&batch.header)),
        Err(error) => Err(failure(codec, &error)),
    }
}

fn left_over(header: &BatchHeader) -> RecordError {
    RecordError::Record { index: header.record_count, reason: "bytes follow the last record" }
}

enum Broken {
    Framing(&'static str),
    Stream(io::Error),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Stream(error)
    }
}

fn streamed_record(window: &mut Window<'_>, largest: usize) -> Result<Summary, Broken> {
    let mut length = usize::MAX;
    let body = varint(window, &mut length)?;
    let mut left = usize::try_from(body).map_err(|_| Broken::Framing("length is negative"))?;
    if left > largest {
        return Err(Broken::Framing("is larger than max.decompressed.message.bytes allows"));
    }
    byte(window, &mut left)?;
    let timestamp_delta = varint(window, &mut left)?;
    let offset_delta = varint32(window, &mut left)?;
    let has_key = skip_bytes(window, &mut left)?;
    skip_bytes(window, &mut left)?;
    let headers = varint32(window, &mut left)?;
    if headers < 0 {
        return Err(Broken::Framing("header count is negative"));
    }
    for _ in 0..headers {
        if !skip_bytes(window, &mut left)? {
            return Err(Broken::Framing("header has no key"));
        }
        skip_bytes(window, &mut left)?;
    }
    if left != 0 {
        return Err(Broken::Framing("is shorter than its length"));
    }
    Ok(Summary { timestamp_delta, offset_delta, has_key })
}

fn byte(window: &mut Window<'_>, left: &mut usize) -> Result<u8, Broken> {
    *left = left.checked_sub(1).ok_or(Broken::Framing("is longer than its length"))?;
    Ok(window.byte()?)
}

fn varint(window: &mut Window<'_>, left: &mut usize) -> Result<i64, Broken> {
    let mut raw: u64 = 0;
    for at in 0..10 {
        let byte = byte(window, left)?;
        raw |= u64::from(byte & 0x7f) << (7 * at);
        if byte < 0x80 {
            return Ok(((raw >> 1) as i64) ^ -((raw & 1) as i64));
        }
    }
    Err(Broken::Framing("number is longer than 10 bytes"))
}

fn varint32(window: &mut Window<'_>, left: &mut usize) -> Result<i32, Broken> {
    i32::try_from(varint(window, left)?).map_err(|_| Broken::Framing("number is over 32 bits"))
}

/// Passes over bytes with a length; answers whether they are not null.
fn skip_bytes(window: &mut Window<'_>, left: &mut usize) -> Result<bool, Broken> {
    let length = varint32(window, left)?;
    if length == -1 {
        return Ok(false);
    }
    let length = usize::try_from(length).map_err(|_| Broken::Framing("length is negative"))?;
    *left = left.checked_sub(length).ok_or(Broken::Framing("is longer than its length"))?;
    window.skip(length)?;
    Ok(true)
}

fn recompress(
    batch: &RecordBatch<'_>,
    mut header: BatchHeader,
    codec: Compression,
    options: &ValidateOptions,
) -> Result<ValidBatch, RecordError> {
    let mut plain = Vec::new();
    let from = batch.header.attributes.compression()?;
    decompress(from, batch.body(), options.max_decompressed_bytes, &mut plain)?;
    header.attributes = header.attributes.with_compression(codec);
    let batch = encode(header, codec, options.compression_level, &plain)?;
    // What is stored counts, not only what was sent.
    let (size, max) = (batch.bytes.len(), options.max_batch_bytes);
    if size > max { Err(RecordError::BatchTooLarge { size, max }) } else { Ok(batch) }
}

fn crc_with(header: &BatchHeader, body: &[u8]) -> u32 {
    let bytes = header.to_bytes();
    crc32c::crc32c_append(crc32c::crc32c(&bytes[CRC_START..]), body)
}
