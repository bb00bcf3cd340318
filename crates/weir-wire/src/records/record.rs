//! Records inside a batch, read in place.

use super::varint::{read_i32, read_i64};
use super::{BatchHeader, RecordError, TimestampType};

/// A record, borrowed from its (decompressed) batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordRef<'a> {
    /// Absolute offset.
    pub offset: i64,
    /// ms since the epoch; -1 when there is none.
    pub timestamp: i64,
    /// `None` is null, not empty.
    pub key: Option<&'a [u8]>,
    /// `None` is null: a tombstone on compacted topics.
    pub value: Option<&'a [u8]>,
    headers: &'a [u8],
    header_count: i32,
}

impl<'a> RecordRef<'a> {
    /// Number of headers.
    pub fn header_count(&self) -> usize {
        self.header_count as usize
    }

    /// Headers in order; duplicate keys and null values are kept.
    pub fn headers(&self) -> HeaderIter<'a> {
        HeaderIter { rest: self.headers, left: self.header_count }
    }

    /// Header count and headers as encoded, for rewriting the record unchanged.
    pub(crate) fn raw_headers(&self) -> (i32, &'a [u8]) {
        (self.header_count, self.headers)
    }
}

/// A header of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeaderRef<'a> {
    /// UTF-8 by convention; not checked.
    pub key: &'a [u8],
    /// `None` is null, not empty.
    pub value: Option<&'a [u8]>,
}

/// Headers of a record. Their framing was checked when the record was read.
#[derive(Debug, Clone)]
pub struct HeaderIter<'a> {
    rest: &'a [u8],
    left: i32,
}

impl<'a> Iterator for HeaderIter<'a> {
    type Item = HeaderRef<'a>;

    fn next(&mut self) -> Option<HeaderRef<'a>> {
        if self.left <= 0 {
            return None;
        }
        self.left -= 1;
        let (header, rest) = read_header(self.rest)?;
        self.rest = rest;
        Some(header)
    }
}

/// Records of a batch, in order. Stops after the first error.
#[derive(Debug, Clone)]
pub struct RecordIter<'a> {
    rest: &'a [u8],
    index: i32,
    count: i32,
    base_offset: i64,
    base_timestamp: i64,
    append_time: Option<i64>,
}

impl<'a> RecordIter<'a> {
    /// Over decompressed records of a batch with this header.
    pub fn new(header: &BatchHeader, records: &'a [u8]) -> Self {
        let broker_time = header.attributes.timestamp_type() == TimestampType::LogAppendTime;
        Self {
            rest: records,
            index: 0,
            count: header.record_count,
            base_offset: header.base_offset,
            base_timestamp: header.base_timestamp,
            append_time: broker_time.then_some(header.max_timestamp),
        }
    }

    fn read(&mut self) -> Result<RecordRef<'a>, &'static str> {
        let (length, rest) = read_i32(self.rest).ok_or("length is cut off")?;
        let length = usize::try_from(length).map_err(|_| "length is negative")?;
        let (body, rest) = rest.split_at_checked(length).ok_or("is longer than the batch")?;
        self.rest = rest;
        let fields = read_fields(body)?;
        let delta_time = self.base_timestamp.wrapping_add(fields.timestamp_delta);
        Ok(RecordRef {
            offset: self.base_offset.wrapping_add(i64::from(fields.offset_delta)),
            timestamp: self.append_time.unwrap_or(delta_time),
            key: fields.key,
            value: fields.value,
            headers: fields.headers,
            header_count: fields.header_count,
        })
    }
}

impl<'a> Iterator for RecordIter<'a> {
    type Item = Result<RecordRef<'a>, RecordError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.index >= self.count {
            return None;
        }
        let index = self.index;
        self.index += 1;
        match self.read() {
            Ok(record) => Some(Ok(record)),
            Err(reason) => {
                self.count = 0;
                Some(Err(RecordError::Record { index, reason }))
            }
        }
    }
}

/// Fields of one record as encoded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'a> {
    pub(crate) timestamp_delta: i64,
    pub(crate) offset_delta: i32,
    pub(crate) key: Option<&'a [u8]>,
    pub(crate) value: Option<&'a [u8]>,
    pub(crate) header_count: i32,
    pub(crate) headers: &'a [u8],
}

/// Reads a record's body (after its length), checking that it is used up exactly.
#[inline]
pub(crate) fn read_fields(body: &[u8]) -> Result<Fields<'_>, &'static str> {
    let (_attributes, rest) = body.split_first().ok_or("has no attributes")?;
    let (timestamp_delta, rest) = read_i64(rest).ok_or("timestamp is cut off")?;
    let (offset_delta, rest) = read_i32(rest).ok_or("offset is cut off")?;
    let (key, rest) = read_bytes(rest).ok_or("key is cut off")?;
    let (value, rest) = read_bytes(rest).ok_or("value is cut off")?;
    let (header_count, headers) = read_i32(rest).ok_or("header count is cut off")?;
    let mut rest = headers;
    if header_count < 0 || header_count as usize > headers.len() {
        return Err("header count is impossible");
    }
    for _ in 0..header_count {
        (_, rest) = read_header(rest).ok_or("header is cut off or has no key")?;
    }
    if !rest.is_empty() {
        return Err("is shorter than its length");
    }
    Ok(Fields { timestamp_delta, offset_delta, key, value, header_count, headers })
}

#[inline]
fn read_header(input: &[u8]) -> Option<(HeaderRef<'_>, &[u8])> {
    let (key, rest) = read_bytes(input)?;
    let (value, rest) = read_bytes(rest)?;
    Some((HeaderRef { key: key?, value }, rest))
}

/// Bytes with a varint length; -1 is null.
#[inline]
fn read_bytes(input: &[u8]) -> Option<(Option<&[u8]>, &[u8])> {
    let (length, rest) = read_i32(input)?;
    if length == -1 {
        return Some((None, rest));
    }
    let (bytes, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    Some((Some(bytes), rest))
}
