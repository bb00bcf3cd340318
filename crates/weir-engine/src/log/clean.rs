//! Rewriting segments for compaction: which records stay, and the segment that holds them.

use std::collections::HashSet;
use std::io::IoSlice;
use std::sync::Arc;

use weir_wire::records::{BatchBuilder, BatchHeader, RecordBatch, RecordRef, ValidBatch};

use super::chunks::corrupt;
use super::index::IndexEntry;
use super::key_map::KeyMap;
use super::names::FileKind;
use super::producers::Producers;
use super::segment::{Segment, Tip};
use super::{AbortedTransaction, LogError, append};

/// Largest batch that is decompressed, bytes.
const DECOMPRESSED_MAX: usize = 256 << 20;
/// Bytes gathered before a write.
const WRITE_CHUNK: usize = 1 << 20;

/// What decides whether a record stays.
pub(crate) struct Rules<'a> {
    pub(crate) keys: &'a KeyMap,
    pub(crate) aborted: &'a [AbortedTransaction],
    /// Their last batches stay, if need be without records: they hold the last sequence.
    pub(crate) producers: &'a Producers,
    pub(crate) now_ms: i64,
    pub(crate) delete_retention_ms: i64,
    /// Last offset of the group: its batch stays, so that a crash finds where the group ended.
    pub(crate) last_offset: i64,
}

impl Rules<'_> {
    pub(crate) fn is_aborted(aborted: &[AbortedTransaction], header: &BatchHeader) -> bool {
        header.attributes.is_transactional()
            && !header.attributes.is_control()
            && aborted.iter().any(|txn| {
                txn.producer_id == header.producer_id
                    && (txn.first_offset..txn.last_offset).contains(&header.base_offset)
            })
    }

    fn keeps(&self, header: &BatchHeader, record: &RecordRef<'_>) -> bool {
        let Some(key) = record.key else { return false };
        if self.keys.is_superseded(key, record.offset) {
            return false;
        }
        let expired = header.delete_horizon_ms().is_some_and(|horizon| horizon <= self.now_ms);
        record.value.is_some() || !expired
    }

    /// The batch with these records, and when those that mark an end may go.
    fn with_horizon(
        &self,
        header: &BatchHeader,
        kept: &[RecordRef<'_>],
    ) -> Result<ValidBatch, LogError> {
        let mut header = *header;
        header.attributes = header.attributes.with_delete_horizon(true);
        header.base_timestamp = self.now_ms + self.delete_retention_ms;
        rewritten(&header, kept)
    }

    fn keeps_empty(&self, header: &BatchHeader) -> bool {
        let producer = self.producers.map.get(&header.producer_id);
        let last = producer.and_then(|producer| producer.batches.last());
        header.last_offset() == self.last_offset
            || last.is_some_and(|last| last.last_offset == header.last_offset())
    }
}

/// What one pass over the log has seen of transactions (KIP-534): a marker goes once nothing of its
/// transaction is left, `delete.retention.ms` after that was first seen.
#[derive(Debug, Default)]
pub(crate) struct Markers {
    /// Producers with records since their last marker.
    with_data: HashSet<i64>,
    /// Offsets of markers that went, with their entries in the transaction index.
    pub(crate) removed: HashSet<i64>,
}

/// The segment being written.
pub(crate) struct Cleaner<'a> {
    rules: Rules<'a>,
    markers: &'a mut Markers,
    segment: Arc<Segment>,
    index_interval_bytes: u32,
    bytes_since_index: u32,
    buffer: Vec<u8>,
    scratch: Vec<u8>,
    pub(crate) records_removed: u64,
}

impl<'a> Cleaner<'a> {
    pub(crate) fn new(
        rules: Rules<'a>,
        markers: &'a mut Markers,
        segment: Arc<Segment>,
        index_interval_bytes: u32,
    ) -> Self {
        Self {
            rules,
            markers,
            segment,
            index_interval_bytes,
            bytes_since_index: 0,
            buffer: Vec::new(),
            scratch: Vec::new(),
            records_removed: 0,
        }
    }

    /// Takes what stays of a batch.
    pub(crate) fn take(&mut self, batch: &RecordBatch<'_>) -> Result<(), LogError> {
        let header = &batch.header;
        if header.attributes.is_control() {
            return self.marker(batch);
        }
        if header.attributes.is_transactional() {
            self.markers.with_data.insert(header.producer_id);
        }
        if Rules::is_aborted(self.rules.aborted, header) {
            return self.rewrite(batch, &[], false);
        }
        let mut scratch = std::mem::take(&mut self.scratch);
        let result = self.filter(batch, &mut scratch);
        self.scratch = scratch;
        result
    }

    fn marker(&mut self, batch: &RecordBatch<'_>) -> Result<(), LogError> {
        let header = &batch.header;
        let has_data = self.markers.with_data.remove(&header.producer_id);
        if has_data || header.record_count == 0 {
            return self.keep_or_drop_empty(batch, has_data);
        }
        match header.delete_horizon_ms() {
            Some(horizon) if horizon <= self.rules.now_ms => {
                self.markers.removed.insert(header.last_offset());
                self.rewrite(batch, &[], false)
            }
            Some(_) => self.write(header, batch.bytes),
            None => {
                let bad = |error| corrupt(0, &error);
                let records = batch.records(&mut self.scratch, DECOMPRESSED_MAX).map_err(bad)?;
                let kept: Result<Vec<_>, _> = records.collect();
                let rewritten = self.rules.with_horizon(header, &kept.map_err(bad)?)?;
                self.write(rewritten.header(), &rewritten.to_bytes())
            }
        }
    }

    /// A marker whose transaction has records stays as it is; one that was emptied before stays
    /// only where its offset is needed.
    fn keep_or_drop_empty(
        &mut self,
        batch: &RecordBatch<'_>,
        has_data: bool,
    ) -> Result<(), LogError> {
        match has_data {
            true => self.write(&batch.header, batch.bytes),
            false => self.rewrite(batch, &[], false),
        }
    }

    fn filter(&mut self, batch: &RecordBatch<'_>, scratch: &mut Vec<u8>) -> Result<(), LogError> {
        let header = &batch.header;
        let bad = |error| corrupt(0, &error);
        let records = batch.records(scratch, DECOMPRESSED_MAX).map_err(bad)?;
        let mut kept = Vec::new();
        for record in records {
            let record = record.map_err(bad)?;
            if self.rules.keeps(header, &record) {
                kept.push(record);
            }
        }
        let tombstones = kept.iter().any(|record| record.value.is_none());
        let set_horizon = tombstones && !header.attributes.has_delete_horizon();
        if kept.len() == header.record_count as usize && !set_horizon {
            return self.write(header, batch.bytes);
        }
        self.rewrite(batch, &kept, set_horizon)
    }

    fn rewrite(
        &mut self,
        batch: &RecordBatch<'_>,
        kept: &[RecordRef<'_>],
        set_horizon: bool,
    ) -> Result<(), LogError> {
        let removed = i64::from(batch.header.record_count) - kept.len() as i64;
        self.records_removed += removed.max(0) as u64;
        if kept.is_empty() && !self.rules.keeps_empty(&batch.header) {
            return Ok(());
        }
        let rewritten = match set_horizon {
            true => self.rules.with_horizon(&batch.header, kept)?,
            false => rewritten(&batch.header, kept)?,
        };
        self.write(rewritten.header(), &rewritten.to_bytes())
    }

    fn write(&mut self, header: &BatchHeader, bytes: &[u8]) -> Result<(), LogError> {
        let Tip { size, .. } = self.segment.tip();
        append::raise_max_timestamp(&self.segment, header);
        if self.bytes_since_index > self.index_interval_bytes {
            let entry = IndexEntry { offset: header.last_offset(), position: size };
            let io = |error| LogError::io("index of a cleaned segment", error);
            let max = self.segment.max_timestamp().map_err(io)?;
            if self.segment.append_entries(entry, max).map_err(io)? {
                self.bytes_since_index = 0;
            }
        }
        self.bytes_since_index = self.bytes_since_index.saturating_add(bytes.len() as u32);
        let next_offset = header.last_offset() + 1;
        self.segment.set_tip(Tip { next_offset, size: size + bytes.len() as u32 });
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= WRITE_CHUNK { self.drain() } else { Ok(()) }
    }

    fn drain(&mut self) -> Result<(), LogError> {
        let io = |error| LogError::io("write a cleaned segment", error);
        let file = self.segment.file(FileKind::Log).map_err(io)?;
        file.append_all(&mut [IoSlice::new(&self.buffer)]).map_err(io)?;
        self.buffer.clear();
        Ok(())
    }

    /// Writes what is left; log and indexes are durable then, under their `.cleaned` names.
    pub(crate) fn finish(mut self, next_offset: i64) -> Result<u64, LogError> {
        self.drain()?;
        let io = |error| LogError::io("sync a cleaned segment", error);
        let max = self.segment.max_timestamp().map_err(io)?;
        if !self.segment.append_time_entry(max).map_err(io)? {
            return Err(io(std::io::ErrorKind::StorageFull.into()));
        }
        self.segment.sync().map_err(io)?;
        let Tip { size, .. } = self.segment.tip();
        self.segment.set_tip(Tip { next_offset, size });
        self.segment.set_synced(true);
        self.segment.set_named();
        Ok(self.records_removed)
    }
}

fn rewritten(header: &BatchHeader, kept: &[RecordRef<'_>]) -> Result<ValidBatch, LogError> {
    let bad = |error| corrupt(0, &error);
    let mut builder = BatchBuilder::like(header, header.base_timestamp).map_err(bad)?;
    for record in kept {
        builder.append_kept(record);
    }
    builder.build_like(header).map_err(bad)
}
