//! Appending: producer checks, offsets, one write, index entries; closing segments.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use weir_wire::records::{BatchHeader, EndTxnMarker, HEADER_LEN, RecordIter, ValidBatch};

use super::index::{INDEX_ENTRY, IndexEntry, TIME_ENTRY};
use super::names::{PARTITION_METADATA, Suffix};
use super::partition_log::PartitionLog;
use super::producers::BatchMeta;
use super::segment::{MaxTimestamp, Segment, Tip};
use super::writer::{Tail, Writer};
use super::{
    AppendError, AppendOrigin, AppendRequest, Appended, LogConfig, LogError, txn_index, uuid_text,
};

/// A batch on its way into the log.
struct Entry<'a> {
    header: BatchHeader,
    body: &'a [u8],
    marker: Option<EndTxnMarker>,
    now_ms: i64,
}

impl Entry<'_> {
    fn len(&self) -> u32 {
        (HEADER_LEN + self.body.len()) as u32
    }
}

impl PartitionLog {
    /// Appends a batch: checks its producer, assigns offsets, writes once.
    pub fn append(&self, request: AppendRequest<'_>) -> Result<Appended, AppendError> {
        let mut writer = self.open_writer()?;
        self.check_writable(&writer)?;
        let mut entry = Entry {
            header: *request.batch.header(),
            body: request.batch.body(),
            marker: marker_of(request.batch),
            now_ms: request.now_ms,
        };
        if let Some(original) = check_producer(&writer, &entry, request.origin)? {
            return Ok(self.duplicate(&original, request.leader_epoch));
        }
        entry.header.base_offset = self.view.log_end();
        entry.header.partition_leader_epoch = request.leader_epoch;
        let segment = self.segment_for(&mut writer, &entry)?;
        self.save_epoch(&mut writer, &entry.header)?;
        if let Err((error, undo)) = segment.write(&entry.header.to_bytes(), entry.body) {
            let failed = LogError::io("append", error);
            if let Some(undo) = undo {
                self.fail(&mut writer, format!("append: {failed}; cutting it off: {undo}"));
            }
            return Err(failed.into());
        }
        let must_flush = self.written(&mut writer, &segment, &entry);
        Ok(Appended {
            base_offset: entry.header.base_offset,
            last_offset: entry.header.last_offset(),
            log_append_time_ms: log_append_time(&entry.header),
            log_start_offset: self.view.log_start(),
            duplicate: false,
            bytes: entry.len(),
            leader_epoch: request.leader_epoch,
            must_flush,
        })
    }

    fn duplicate(&self, original: &BatchMeta, leader_epoch: i32) -> Appended {
        Appended {
            base_offset: original.first_offset(),
            last_offset: original.last_offset,
            // The original's largest timestamp, whoever gave it: so Kafka answers a retry.
            log_append_time_ms: original.timestamp,
            log_start_offset: self.view.log_start(),
            duplicate: true,
            bytes: 0,
            leader_epoch,
            must_flush: self.config.load().flush_messages == 1
                && original.last_offset >= self.view.flushed(),
        }
    }

    fn must_roll(&self, active: &Segment, writer: &Writer, entry: &Entry<'_>) -> bool {
        let config = self.config.load();
        if active.tip().size == 0 {
            return false;
        }
        let draw = if config.segment_jitter_ms > 0 { self.draw(active) } else { 0 };
        is_full(active, entry, &config)
            || segment_age_ms(writer, entry) > config.max_segment_ms(draw)
    }

    /// What the jitter of a segment follows from: partitions of a topic do not close theirs all at once. Kafka draws at
    /// random; from the place it is the same in every run.
    fn draw(&self, active: &Segment) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.dir.path(), active.base_offset()).hash(&mut hasher);
        hasher.finish()
    }

    /// The active segment, made or closed and made anew where the batch needs it.
    fn segment_for(
        &self,
        writer: &mut Writer,
        entry: &Entry<'_>,
    ) -> Result<Arc<Segment>, LogError> {
        match self.active() {
            None => self.first_segment(writer, self.view.log_end(), entry.now_ms),
            Some(active) if self.must_roll(&active, writer, entry) => {
                self.roll(writer, &active, entry.now_ms)
            }
            Some(active) => Ok(active),
        }
    }

    pub(super) fn first_segment(
        &self,
        writer: &mut Writer,
        base_offset: i64,
        now_ms: i64,
    ) -> Result<Arc<Segment>, LogError> {
        let fs = self.context.fs();
        let io = |error| LogError::io("create the log's directory", error);
        fs.create_dir_all(&self.dir.path()).map_err(io)?;
        let metadata = format!("version: 0\ntopic_id: {}", uuid_text(&self.topic_id));
        fs.replace(&self.dir.file(PARTITION_METADATA), metadata.as_bytes(), false).map_err(io)?;
        let segment = self.new_segment(writer, base_offset, now_ms)?;
        self.view.set_segments(vec![segment.clone()]);
        Ok(segment)
    }

    fn new_segment(
        &self,
        writer: &mut Writer,
        base_offset: i64,
        now_ms: i64,
    ) -> Result<Arc<Segment>, LogError> {
        let segment = Segment::create(&self.context, &self.dir, base_offset, Suffix::None)
            .map_err(|error| LogError::io("create a segment", error))?;
        let tail = writer.tail();
        tail.bytes_since_index = 0;
        tail.first_timestamp = None;
        tail.created_ms = now_ms;
        Ok(segment)
    }

    /// Closes the active segment and makes the next one. No sync here: [`PartitionLog::maintain`]
    /// does it on an I/O thread.
    pub(super) fn roll(
        &self,
        writer: &mut Writer,
        active: &Arc<Segment>,
        now_ms: i64,
    ) -> Result<Arc<Segment>, LogError> {
        self.finish_indexes(writer, active)?;
        self.take_snapshot(writer);
        let segment = self.new_segment(writer, self.view.log_end(), now_ms)?;
        let mut segments = self.view.segments().to_vec();
        segments.push(segment.clone());
        self.view.set_segments(segments);
        self.view.set_rolled(true);
        Ok(segment)
    }

    /// Notes the segment's largest timestamp as its last time index entry.
    pub(super) fn finish_indexes(
        &self,
        writer: &mut Writer,
        active: &Arc<Segment>,
    ) -> Result<(), LogError> {
        let done = active.max_timestamp().and_then(|max| active.append_time_entry(max));
        match done {
            Ok(true) => Ok(()),
            Ok(false) => Err(LogError::io("time index", std::io::ErrorKind::StorageFull.into())),
            Err(error) => Err(self.fail(writer, format!("time index: {error}"))),
        }
    }

    /// Writes the epochs' checkpoint before the first batch of an epoch.
    fn save_epoch(&self, writer: &mut Writer, header: &BatchHeader) -> Result<(), LogError> {
        let epoch = header.partition_leader_epoch;
        let pending = writer.pending_epoch;
        let tail = writer.tail();
        if tail.epochs.latest() == Some(epoch) && !tail.epochs_unsaved {
            return Ok(());
        }
        let start = match pending {
            Some((pending, start)) if pending == epoch => start,
            _ => header.base_offset,
        };
        if tail.epochs.assign(epoch, start) {
            tail.epochs_unsaved = true;
        }
        if tail.epochs_unsaved {
            self.store_epochs(tail)
                .map_err(|error| LogError::io("leader-epoch-checkpoint", error))?;
        }
        writer.pending_epoch = None;
        Ok(())
    }

    /// Writes the epochs' checkpoint. Once compaction may have taken what an epoch began with, only the file
    /// knows: then it survives a power loss. Else batches tell, too.
    pub(super) fn store_epochs(&self, tail: &mut Tail) -> std::io::Result<()> {
        let durable = self.config.load().cleanup.compact || self.view.cleaned_to() > 0;
        tail.epochs.store(&**self.context.fs(), &self.dir, durable)?;
        tail.epochs_unsaved = false;
        Ok(())
    }

    /// The batch is in the file: notes it everywhere, then lets readers see it. Answers whether it
    /// must be flushed.
    fn written(&self, writer: &mut Writer, segment: &Arc<Segment>, entry: &Entry<'_>) -> bool {
        let header = &entry.header;
        let config = self.config.load();
        let position = segment.tip().size;
        raise_max_timestamp(segment, header);
        self.index(writer, segment, header, position, &config);
        let tail = writer.tail();
        tail.bytes_since_index = tail.bytes_since_index.saturating_add(entry.len());
        if position == 0 {
            tail.first_timestamp = (header.max_timestamp >= 0).then_some(header.max_timestamp);
        }
        tail.unflushed_since_ms.get_or_insert(entry.now_ms);
        self.note_producer(writer, segment, header, entry.marker);
        let next_offset = header.last_offset() + 1;
        segment.set_tip(Tip { next_offset, size: position + entry.len() });
        self.view.grow(u64::from(entry.len()));
        self.view.set_log_end(next_offset);
        next_offset - self.view.flushed() >= config.flush_messages
    }

    fn index(
        &self,
        writer: &mut Writer,
        segment: &Arc<Segment>,
        header: &BatchHeader,
        position: u32,
        config: &LogConfig,
    ) {
        let tail = writer.tail();
        if tail.bytes_since_index <= config.index_interval_bytes {
            return;
        }
        let entry = IndexEntry { offset: header.last_offset(), position };
        let max = segment.max_timestamp();
        match max.and_then(|max| segment.append_entries(entry, max)) {
            Ok(true) => tail.bytes_since_index = 0,
            // Sparse: the next batch is indexed instead.
            Ok(false) => {}
            Err(error) => {
                self.fail(writer, format!("index: {error}"));
            }
        }
    }

    /// Notes a written batch with its producer; an aborted transaction goes into the index.
    fn note_producer(
        &self,
        writer: &mut Writer,
        segment: &Arc<Segment>,
        header: &BatchHeader,
        marker: Option<EndTxnMarker>,
    ) {
        if !header.has_producer_id() {
            return;
        }
        let producers = &mut writer.tail().producers;
        let noted = txn_index::note(producers, segment, header, marker);
        self.view.set_unstable(producers);
        if let Err(error) = noted {
            self.fail(writer, format!("transaction index: {error}"));
        }
    }
}

fn check_producer(
    writer: &Writer,
    entry: &Entry<'_>,
    origin: AppendOrigin,
) -> Result<Option<BatchMeta>, AppendError> {
    let header = &entry.header;
    let Some(tail) = writer.tail.as_ref().filter(|_| header.has_producer_id()) else {
        return Ok(None);
    };
    if let Some(marker) = entry.marker {
        tail.producers.check_marker(header, marker)?;
        return Ok(None);
    }
    if origin == AppendOrigin::Client
        && let Some(original) = tail.producers.duplicate_of(header)
    {
        return Ok(Some(original));
    }
    tail.producers.check(header, origin)?;
    Ok(None)
}

fn is_full(active: &Segment, entry: &Entry<'_>, config: &LogConfig) -> bool {
    let size = u64::from(active.tip().size) + u64::from(entry.len());
    let too_large = size > u64::from(config.segment_bytes) || size > i32::MAX as u64;
    let index_full = (active.index_entries() + 1) * INDEX_ENTRY > config.segment_index_bytes
        || (active.time_entries() + 2) * TIME_ENTRY > config.segment_index_bytes;
    too_large || index_full || !active.fits(entry.header.last_offset())
}

/// How old the active segment is, ms: by records' time where they carry one, as Kafka measures it.
fn segment_age_ms(writer: &Writer, entry: &Entry<'_>) -> i64 {
    let Some(tail) = &writer.tail else { return i64::MIN };
    match tail.first_timestamp {
        Some(first) => entry.header.max_timestamp.saturating_sub(first),
        None => entry.now_ms.saturating_sub(tail.created_ms),
    }
}

pub(super) fn raise_max_timestamp(segment: &Arc<Segment>, header: &BatchHeader) {
    let known = segment.known_max_timestamp().map_or(-1, |max| max.timestamp);
    if header.max_timestamp > known {
        let offset = header.last_offset();
        let timestamp = header.max_timestamp;
        segment.set_max_timestamp(Some(MaxTimestamp { timestamp, offset }));
    }
}

fn log_append_time(header: &BatchHeader) -> i64 {
    use weir_wire::records::TimestampType::LogAppendTime;
    if header.attributes.timestamp_type() == LogAppendTime { header.max_timestamp } else { -1 }
}

fn marker_of(batch: &ValidBatch) -> Option<EndTxnMarker> {
    if !batch.header().attributes.is_control() {
        return None;
    }
    marker_in(batch.header(), batch.body())
}

/// The marker in a control batch, which is never compressed.
pub(super) fn marker_in(header: &BatchHeader, body: &[u8]) -> Option<EndTxnMarker> {
    let record = RecordIter::new(header, body).next()?.ok()?;
    EndTxnMarker::of(&record)
}
