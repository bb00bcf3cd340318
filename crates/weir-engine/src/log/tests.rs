//! Tests of the log against the simulated file system.

mod basics;
mod compaction;
mod crash;
mod faults;

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use weir_wire::records::{BatchBuilder, BatchReader, ValidBatch};

use super::*;
use crate::fs::{Fs, SimFs};

pub(super) const NOW: i64 = 1_700_000_000_000;
const DIR: &str = "cluster/data/orders-0";
const TOPIC_ID: [u8; 16] = *b"0123456789abcdef";

/// A log on a simulated file system.
pub(super) struct Rig {
    pub(super) fs: SimFs,
    pub(super) context: Arc<LogContext>,
    pub(super) config: Arc<LogConfig>,
    pub(super) log: PartitionLog,
}

/// A record as a test sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) offset: i64,
    pub(super) key: Option<Vec<u8>>,
    pub(super) value: Option<Vec<u8>>,
}

impl Rig {
    pub(super) fn new(config: LogConfig) -> Self {
        Self::with_open_files(config, 1000)
    }

    pub(super) fn with_open_files(config: LogConfig, open_files: usize) -> Self {
        let fs = SimFs::new();
        fs.create_dir_all(&PathBuf::from("cluster/data")).unwrap();
        let context = LogContext::new(Arc::new(fs.clone()), open_files);
        let config = Arc::new(config);
        let log = PartitionLog::empty(&context, DIR.into(), TOPIC_ID, config.clone());
        Self { fs, context, config, log }
    }

    /// The process begins anew.
    pub(super) fn reopen(&mut self, recovery: Recovery) -> Recovered {
        self.try_reopen(recovery).unwrap()
    }

    pub(super) fn try_reopen(&mut self, recovery: Recovery) -> Result<Recovered, LogError> {
        let fs: Arc<dyn Fs> = Arc::new(self.fs.clone());
        self.context = LogContext::new(fs, 1000);
        let (dir, config) = (PathBuf::from(DIR), self.config.clone());
        self.log = PartitionLog::existing(&self.context, dir, TOPIC_ID, config, recovery);
        self.log.recover()
    }

    pub(super) fn append(&self, batch: &ValidBatch) -> Result<Appended, AppendError> {
        self.append_at(batch, 0, NOW)
    }

    pub(super) fn append_at(
        &self,
        batch: &ValidBatch,
        leader_epoch: i32,
        now_ms: i64,
    ) -> Result<Appended, AppendError> {
        let origin = AppendOrigin::Client;
        self.log.append(AppendRequest { batch, leader_epoch, origin, now_ms })
    }

    /// Appends one record per value; answers the offsets.
    pub(super) fn append_values(&self, values: &[&str]) -> Vec<i64> {
        let append = |value: &&str| self.append(&one(value)).unwrap().base_offset;
        values.iter().map(append).collect()
    }

    /// Everything from an offset to the log end, as a consumer reads it.
    pub(super) fn read_from(&self, offset: i64, max_bytes: usize) -> Vec<Seen> {
        self.read_between(offset, self.log.log_end_offset(), max_bytes)
    }

    pub(super) fn read_between(&self, from: i64, upper: i64, max_bytes: usize) -> Vec<Seen> {
        let mut seen = Vec::new();
        let mut offset = from;
        while offset < upper {
            let limits = ReadLimits { max_bytes, upper_offset: upper, min_one: true };
            let read = self.log.read(offset, limits).unwrap();
            let Some(slice) = read.slice else { break };
            let bytes = slice.to_vec().unwrap();
            let next = decode(&bytes, offset, &mut seen);
            assert!(next > offset, "a read makes progress");
            offset = next;
        }
        seen
    }

    pub(super) fn read_all(&self) -> Vec<Seen> {
        self.read_from(self.log.log_start_offset(), 1 << 20)
    }

    fn read_first(&self, offset: i64) -> Vec<Seen> {
        let upper_offset = self.log.log_end_offset();
        let limits = ReadLimits { max_bytes: 1, upper_offset, min_one: true };
        let mut seen = Vec::new();
        let slice = self.log.read(offset, limits).unwrap().slice.unwrap();
        decode(&slice.to_vec().unwrap(), offset, &mut seen);
        seen
    }

    pub(super) fn values(&self) -> Vec<String> {
        let text = |seen: Seen| String::from_utf8(seen.value.unwrap_or_default()).unwrap();
        self.read_all().into_iter().map(text).collect()
    }

    pub(super) fn file(&self, name: &str) -> Option<Vec<u8>> {
        self.fs.content(&PathBuf::from(DIR).join(name))
    }

    pub(super) fn file_names(&self) -> Vec<String> {
        let name = |path: PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
        self.fs.files().into_iter().map(name).collect()
    }

    /// Every offset is found by reading at it, and its timestamp by looking for it.
    pub(super) fn check_lookups(&self) {
        let all = self.read_all();
        for seen in &all {
            let found = self.read_first(seen.offset);
            assert_eq!(found.first(), Some(seen), "read at its offset");
        }
    }
}

/// Decodes whole batches; answers the offset after the last one.
fn decode(bytes: &[u8], from: i64, seen: &mut Vec<Seen>) -> i64 {
    let mut next = from;
    for batch in BatchReader::new(bytes) {
        let batch = batch.unwrap();
        batch.check_crc().unwrap();
        let mut scratch = Vec::new();
        for record in batch.records(&mut scratch, 1 << 20).unwrap() {
            let record = record.unwrap();
            if record.offset >= from {
                let own = |bytes: Option<&[u8]>| bytes.map(<[u8]>::to_vec);
                let (key, value) = (own(record.key), own(record.value));
                seen.push(Seen { offset: record.offset, key, value });
            }
        }
        next = batch.header.last_offset() + 1;
    }
    next
}

pub(super) fn one(value: &str) -> ValidBatch {
    timed(value, NOW)
}

pub(super) fn timed(value: &str, timestamp_ms: i64) -> ValidBatch {
    let mut builder = BatchBuilder::new();
    builder.append(timestamp_ms, None, Some(value.as_bytes()), &[]);
    builder.build().unwrap()
}

pub(super) fn keyed(key: &str, value: Option<&str>) -> ValidBatch {
    let mut builder = BatchBuilder::new();
    builder.append(NOW, Some(key.as_bytes()), value.map(str::as_bytes), &[]);
    builder.build().unwrap()
}

/// A batch of an idempotent producer, `records` records.
pub(super) fn idempotent(id: i64, epoch: i16, sequence: i32, records: i32) -> ValidBatch {
    let mut builder = BatchBuilder::new().producer(id, epoch, sequence);
    for at in 0..records {
        let value = format!("{id}/{epoch}/{}", sequence + at);
        builder.append(NOW, None, Some(value.as_bytes()), &[]);
    }
    ValidBatch::trusted(Bytes::from(builder.build().unwrap().to_bytes().to_vec())).unwrap()
}

pub(super) fn small_segments() -> LogConfig {
    LogConfig { segment_bytes: 2048, index_interval_bytes: 200, ..LogConfig::default() }
}
