//! From raw record batches to rows: filter on the raw bytes, copy only what is shown.

use std::ops::Range;

use crate::read::aborts::Aborts;
use crate::read::fetch::Fetched;
use weir_domain::filter::RawMessage;
use weir_domain::message::{Producer, ROW_PREVIEW_BYTES};
use weir_domain::{
    Compression, Header, MessageFilter, MessageRow, Payload, TimestampType, WholeMessage,
};
use weir_wire::records::{self, BatchHeader, BatchReader, RecordBatch, RecordError, RecordRef};

/// What one compressed batch may become.
const DECOMPRESSED_MAX: usize = 128 << 20;
/// Shares of a row's preview; what one leaves over is the value's.
const KEY_PREVIEW: usize = ROW_PREVIEW_BYTES / 4;
const HEADERS_PREVIEW: usize = ROW_PREVIEW_BYTES / 4;

/// What a walk through some batches came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Walked {
    /// The offset after the last batch that was whole; `None` when there was none.
    pub(crate) next: Option<i64>,
    pub(crate) records: u64,
    /// Batches that cannot be read: where, and why. They are passed over.
    pub(crate) unreadable: Vec<(i64, String)>,
}

/// A record where it was found.
#[derive(Debug)]
pub(crate) struct Met<'a> {
    pub(crate) batch: &'a BatchHeader,
    pub(crate) record: &'a RecordRef<'a>,
    /// Of a transaction that is known to have been aborted.
    pub(crate) aborted: bool,
}

/// Walks the batches of a Fetch answer and hands each record within `range` to `each`.
pub(crate) fn walk(
    fetched: &Fetched,
    range: &Range<i64>,
    scratch: &mut Vec<u8>,
    mut each: impl FnMut(&Met<'_>),
) -> Walked {
    let mut walked = Walked::default();
    let mut aborts = Aborts::new(&fetched.aborted);
    let bytes: &[u8] = &fetched.records;
    for batch in BatchReader::new(bytes) {
        let Ok(batch) = batch.map_err(|e| walked.unreadable.push(foreign(bytes, range, &e))) else {
            walked.next = after_foreign(bytes, range);
            break;
        };
        walked.next = Some(batch.header.last_offset() + 1);
        if batch.header.base_offset >= range.end {
            break;
        }
        let aborted = aborts.holds(&batch.header);
        let mut met = |record: &RecordRef<'_>| each(&Met { batch: &batch.header, record, aborted });
        match records_of(&batch, range, scratch, &mut met) {
            Ok(records) => walked.records += records,
            Err(e) => walked.unreadable.push((batch.header.base_offset, e.to_string())),
        }
    }
    walked
}

fn records_of(
    batch: &RecordBatch<'_>,
    range: &Range<i64>,
    scratch: &mut Vec<u8>,
    each: &mut impl FnMut(&RecordRef<'_>),
) -> Result<u64, RecordError> {
    batch.check_crc()?;
    let mut count = 0;
    for record in batch.records(scratch, DECOMPRESSED_MAX)? {
        let record = record?;
        if range.contains(&record.offset) {
            count += 1;
            each(&record);
        }
    }
    Ok(count)
}

/// A batch of an older format (before Kafka 0.11): base offset and length are where v2 has them.
fn foreign(bytes: &[u8], range: &Range<i64>, error: &RecordError) -> (i64, String) {
    let offset = bytes.first_chunk().map_or(range.start, |first| i64::from_be_bytes(*first));
    (offset, error.to_string())
}

fn after_foreign(bytes: &[u8], range: &Range<i64>) -> Option<i64> {
    let offset = bytes.first_chunk().map(|first| i64::from_be_bytes(*first))?;
    // Of an old compressed set the first field is its last offset. Either way one offset further is progress.
    Some(offset.max(range.start).saturating_add(1))
}

/// Whether a record is wanted. Control records are shown only when nothing is filtered.
pub(crate) fn wanted(filter: &MessageFilter, Met { batch, record, .. }: &Met<'_>) -> bool {
    if filter.is_empty() {
        return true;
    }
    if batch.attributes.is_control() {
        return false;
    }
    let headers: Vec<_> = if filter.reads_headers() {
        record.headers().map(|header| (header.key, header.value)).collect()
    } else {
        Vec::new()
    };
    filter.matches(&RawMessage { key: record.key, value: record.value, headers: &headers })
}

/// A row with previews.
pub(crate) fn row(partition: i32, met: &Met<'_>) -> MessageRow {
    let record = met.record;
    let key = record.key.map(|key| Payload::preview(key, KEY_PREVIEW));
    let (headers, header_bytes) = headers(record, HEADERS_PREVIEW);
    let used = key.as_ref().map_or(0, |key| key.bytes.len()) + header_bytes;
    let value = record.value.map(|value| Payload::preview(value, ROW_PREVIEW_BYTES - used));
    with(partition, met, key, value, headers)
}

/// A message with all its bytes.
pub(crate) fn whole(partition: i32, met: &Met<'_>) -> WholeMessage {
    let (batch, record) = (met.batch, met.record);
    let key = record.key.map(Payload::whole);
    let value = record.value.map(Payload::whole);
    let (headers, _) = headers(record, usize::MAX);
    let sequence = |index: i64| records::add_sequence(batch.base_sequence, index as i32);
    let producer = batch.has_producer_id().then(|| Producer {
        id: batch.producer_id,
        epoch: batch.producer_epoch,
        sequence: if batch.base_sequence < 0 {
            batch.base_sequence
        } else {
            sequence(record.offset - batch.base_offset)
        },
    });
    WholeMessage {
        row: with(partition, met, key, value, headers),
        leader_epoch: crate::metadata::known(batch.partition_leader_epoch),
        batch_base_offset: batch.base_offset,
        producer,
    }
}

fn with(
    partition: i32,
    &Met { batch, record, aborted }: &Met<'_>,
    key: Option<Payload>,
    value: Option<Payload>,
    headers: Vec<Header>,
) -> MessageRow {
    MessageRow {
        partition,
        offset: record.offset,
        timestamp_ms: record.timestamp,
        timestamp_type: timestamp_type(batch),
        key,
        value,
        headers,
        headers_total: record.header_count(),
        size_bytes: size(record),
        compression: compression(batch),
        control: batch.attributes.is_control(),
        transactional: batch.attributes.is_transactional(),
        aborted,
    }
}

/// Headers until the bytes are used up, and how many were used.
fn headers(record: &RecordRef<'_>, max: usize) -> (Vec<Header>, usize) {
    let mut headers = Vec::new();
    let mut used = 0;
    for header in record.headers() {
        if used + header.key.len() > max {
            break;
        }
        used += header.key.len();
        let value = header.value.map(|value| Payload::preview(value, max - used));
        used += value.as_ref().map_or(0, |value| value.bytes.len());
        let key = String::from_utf8_lossy(header.key).into_owned();
        headers.push(Header { key, value });
    }
    (headers, used)
}

fn size(record: &RecordRef<'_>) -> usize {
    let length = |bytes: Option<&[u8]>| bytes.map_or(0, <[u8]>::len);
    let headers = record.headers().map(|header| header.key.len() + length(header.value));
    length(record.key) + length(record.value) + headers.sum::<usize>()
}

fn timestamp_type(batch: &BatchHeader) -> TimestampType {
    match batch.attributes.timestamp_type() {
        records::TimestampType::CreateTime => TimestampType::CreateTime,
        records::TimestampType::LogAppendTime => TimestampType::LogAppendTime,
    }
}

fn compression(batch: &BatchHeader) -> Compression {
    match batch.attributes.compression() {
        Ok(records::Compression::Gzip) => Compression::Gzip,
        Ok(records::Compression::Snappy) => Compression::Snappy,
        Ok(records::Compression::Lz4) => Compression::Lz4,
        Ok(records::Compression::Zstd) => Compression::Zstd,
        Ok(records::Compression::None) | Err(_) => Compression::None,
    }
}
