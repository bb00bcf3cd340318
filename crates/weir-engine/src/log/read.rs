//! Reading: by offset, by timestamp. No lock is held; lists and tips are snapshots.

use std::io;
use std::sync::Arc;

use weir_wire::records::{BatchHeader, RecordBatch};

use super::names::FileKind;
use super::partition_log::PartitionLog;
use super::scan::{Scanned, Scanner};
use super::segment::{Segment, Tip};
use super::{FileSlice, LogError, LogRead, ReadError, ReadLimits, TimestampOffset};

/// Largest batch that is decompressed to look for a timestamp, bytes.
const DECOMPRESSED_MAX: usize = 256 << 20;

impl PartitionLog {
    /// Records from the batch that contains `offset` on. No lock is taken; the bytes are not read.
    pub fn read(&self, offset: i64, limits: ReadLimits) -> Result<LogRead, ReadError> {
        self.ensure_recovered()?;
        let (log_start, log_end) = (self.view.log_start(), self.view.log_end());
        if offset < log_start || offset > log_end {
            return Err(ReadError::OutOfRange { offset, log_start, log_end });
        }
        let upper = limits.upper_offset.min(log_end);
        if offset >= upper {
            return Ok(LogRead::default());
        }
        let segments = self.view.segments();
        let first = Self::segment_index(&segments, offset);
        for segment in segments[first..].iter().take_while(|s| s.base_offset() < upper) {
            let found = read_segment(segment, offset, upper, limits)
                .map_err(|error| LogError::io("read", error))?;
            if let Some(read) = found {
                return Ok(read);
            }
        }
        Ok(LogRead::default())
    }

    /// Bytes of the log below `offset`, to the batch (R9).
    pub fn size_below(&self, offset: i64) -> Result<u64, LogError> {
        self.ensure_recovered()?;
        if offset >= self.view.log_end() {
            return Ok(self.view.size());
        }
        let mut size = 0;
        for segment in self.view.segments().iter().take_while(|s| s.base_offset() < offset) {
            let tip = segment.tip();
            size += u64::from(segment.position_of(offset, tip).map_err(io_error)?);
        }
        Ok(size)
    }

    /// Leader epoch of the first batch that contains `offset` or comes after it; `None` where none does.
    /// Read from the batch: where compaction removed what an epoch began with, the epochs of a cache that
    /// was rebuilt begin later than they did.
    pub fn epoch_from(&self, offset: i64) -> Result<Option<i32>, LogError> {
        self.ensure_recovered()?;
        let segments = self.view.segments();
        for segment in &segments[Self::segment_index(&segments, offset)..] {
            let size = segment.tip().size;
            if let Some(batch) = segment.first_reaching(offset, size).map_err(io_error)? {
                return Ok(Some(batch.header.partition_leader_epoch));
            }
        }
        Ok(None)
    }

    /// First record at or after `timestamp_ms`, below `upper_offset`. Reads from disk.
    pub fn offset_for_timestamp(
        &self,
        timestamp_ms: i64,
        upper_offset: i64,
    ) -> Result<Option<TimestampOffset>, LogError> {
        self.ensure_recovered()?;
        let log_start = self.view.log_start();
        for segment in self.view.segments().iter() {
            if segment.tip().next_offset <= log_start {
                continue;
            }
            if segment.max_timestamp().map_err(io_error)?.timestamp < timestamp_ms {
                continue;
            }
            let found = segment.find_timestamp(timestamp_ms, log_start)?;
            if found.is_some() {
                return Ok(found.filter(|found| found.offset < upper_offset));
            }
        }
        Ok(None)
    }

    /// The record with the largest timestamp below `upper_offset` (the first of several).
    pub fn max_timestamp_offset(
        &self,
        upper_offset: i64,
    ) -> Result<Option<TimestampOffset>, LogError> {
        self.ensure_recovered()?;
        let mut largest: Option<(Arc<Segment>, i64)> = None;
        for segment in self.view.segments().iter() {
            let max = segment.max_timestamp().map_err(io_error)?.timestamp;
            if max >= 0 && largest.as_ref().is_none_or(|(_, known)| max > *known) {
                largest = Some((segment.clone(), max));
            }
        }
        let Some((segment, max)) = largest else { return Ok(None) };
        let found = segment.find_timestamp(max, self.view.log_start())?;
        Ok(found.filter(|found| found.offset < upper_offset))
    }
}

fn io_error(error: io::Error) -> LogError {
    LogError::io("read", error)
}

fn read_segment(
    segment: &Arc<Segment>,
    offset: i64,
    upper: i64,
    limits: ReadLimits,
) -> io::Result<Option<LogRead>> {
    let tip = segment.tip();
    let end = segment.position_of(upper, tip)?;
    let Some(first) = segment.first_reaching(offset, end)? else { return Ok(None) };
    let first_size = first.header.size();
    if limits.max_bytes < first_size && !limits.min_one {
        return Ok(Some(LogRead::default()));
    }
    let wanted = limits.max_bytes.max(first_size);
    let len = ((end - first.position) as usize).min(wanted) as u32;
    let slice = FileSlice::new(segment.clone(), first.position, len);
    Ok(Some(LogRead { slice: Some(slice) }))
}

impl Segment {
    /// Position of the first batch that contains `offset` or comes after it; the size where none
    /// does.
    pub(crate) fn position_of(self: &Arc<Self>, offset: i64, tip: Tip) -> io::Result<u32> {
        if offset >= tip.next_offset {
            return Ok(tip.size);
        }
        let found = self.first_reaching(offset, tip.size)?;
        Ok(found.map_or(tip.size, |batch| batch.position))
    }

    /// First batch before position `end` whose last offset is at or after `offset`.
    pub(crate) fn first_reaching(
        self: &Arc<Self>,
        offset: i64,
        end: u32,
    ) -> io::Result<Option<Scanned>> {
        let start = self.lookup_offset(offset)?.map_or(0, |entry| entry.position);
        let mut scanner = Scanner::new(self.file(FileKind::Log)?, start.min(end), end);
        while let Some(batch) = scanner.next()? {
            if batch.header.last_offset() >= offset {
                return Ok(Some(batch));
            }
        }
        Ok(None)
    }

    /// First record at or after a timestamp and an offset.
    fn find_timestamp(
        self: &Arc<Self>,
        timestamp: i64,
        start_offset: i64,
    ) -> Result<Option<TimestampOffset>, LogError> {
        let from = self.lookup_time(timestamp - 1).map_err(io_error)?;
        let from = from.map_or(start_offset, |entry| entry.offset.max(start_offset));
        let start = self.lookup_offset(from).map_err(io_error)?.map_or(0, |e| e.position);
        let file = self.file(FileKind::Log).map_err(io_error)?;
        let mut scanner = Scanner::new(file, start, self.tip().size);
        while let Some(batch) = scanner.next().map_err(io_error)? {
            let header = &batch.header;
            if header.max_timestamp < timestamp || header.last_offset() < start_offset {
                continue;
            }
            let found = self.find_in_batch(&batch, timestamp, start_offset)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn find_in_batch(
        self: &Arc<Self>,
        batch: &Scanned,
        timestamp: i64,
        start_offset: i64,
    ) -> Result<Option<TimestampOffset>, LogError> {
        let bytes = self.batch_bytes(batch).map_err(io_error)?;
        let corrupt = |error| LogError::Corrupt(format!("at {}: {error}", batch.position));
        let parsed = RecordBatch::parse(&bytes).map_err(corrupt)?;
        let mut scratch = Vec::new();
        for record in parsed.records(&mut scratch, DECOMPRESSED_MAX).map_err(corrupt)? {
            let record = record.map_err(corrupt)?;
            if record.timestamp >= timestamp && record.offset >= start_offset {
                return Ok(Some(TimestampOffset {
                    offset: record.offset,
                    timestamp_ms: record.timestamp,
                    leader_epoch: batch.header.partition_leader_epoch,
                }));
            }
        }
        Ok(None)
    }

    /// A whole batch.
    pub(crate) fn batch_bytes(self: &Arc<Self>, batch: &Scanned) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; batch.header.size()];
        self.file(FileKind::Log)?.read_exact_at(&mut bytes, u64::from(batch.position))?;
        Ok(bytes)
    }

    /// Header of the last batch, walking from the position of one before it.
    pub(crate) fn last_batch_from(self: &Arc<Self>, start: u32) -> io::Result<Option<BatchHeader>> {
        let mut scanner = Scanner::new(self.file(FileKind::Log)?, start, self.tip().size);
        let mut last = None;
        while let Some(batch) = scanner.next()? {
            last = Some(batch.header);
        }
        Ok(last)
    }

    /// Header of the first batch.
    pub(crate) fn first_header(self: &Arc<Self>) -> io::Result<Option<BatchHeader>> {
        let mut scanner = Scanner::new(self.file(FileKind::Log)?, 0, self.tip().size);
        Ok(scanner.next()?.map(|batch| batch.header))
    }
}
