//! Compaction: the last value of each key is kept, tombstones for `delete.retention.ms` after
//! they were first seen (KIP-534).
//!
//! Closed segments are rewritten in groups; each group's successor takes its place as `swap`
//! describes. Readers keep the segments they hold.

use std::sync::Arc;

use super::clean::{Cleaner, Markers, Rules};
use super::key_map::KeyMap;
use super::names::Suffix;
use super::partition_log::PartitionLog;
use super::producers::Producers;
use super::segment::Segment;
use super::writer::Writer;
use super::{AbortedTransaction, CompactionOutcome, LogConfig, LogError, txn_index};

/// Largest batch that is decompressed, bytes.
const DECOMPRESSED_MAX: usize = 256 << 20;

/// Bytes of a log that compaction has seen, and has not.
struct Dirt {
    clean: u64,
    /// Of closed segments.
    closed: u64,
    active: u64,
}

impl PartitionLog {
    /// Whether compaction is due: by dirty ratio of the closed segments, by `max.compaction.lag.ms`, or by
    /// dirty bytes, the active segment included. No lock, no disk.
    pub fn needs_compaction(&self, now_ms: i64) -> bool {
        let config = self.config.load();
        if !config.cleanup.compact || !self.view.is_recovered() {
            return false;
        }
        let Dirt { clean, closed, active } = self.dirt();
        let ratio = closed as f64 / (clean + closed).max(1) as f64;
        (closed > 0
            && (ratio >= config.min_cleanable_dirty_ratio || self.is_overdue(&config, now_ms)))
            || closed + active >= config.compact_dirty_bytes
    }

    /// Whether a closed segment that was not compacted holds records older than they may be. What is
    /// known of a segment's age is its newest record: an older one is found when its segment was closed in
    /// time (see [`LogConfig::max_segment_ms`]).
    fn is_overdue(&self, config: &LogConfig, now_ms: i64) -> bool {
        if config.max_compaction_lag_ms == i64::MAX {
            return false;
        }
        let segments = self.view.segments();
        let closed = segments.split_last().map_or(&[][..], |(_, closed)| closed);
        let oldest = closed.iter().find(|segment| segment.base_offset() >= self.view.cleaned_to());
        let newest_in_it = oldest.and_then(|segment| segment.known_max_timestamp());
        newest_in_it.is_some_and(|max| {
            max.timestamp >= 0
                && now_ms.saturating_sub(max.timestamp) >= config.max_compaction_lag_ms
        })
    }

    fn dirt(&self) -> Dirt {
        let segments = self.view.segments();
        let cleaned_to = self.view.cleaned_to();
        let mut dirt = Dirt { clean: 0, closed: 0, active: 0 };
        let Some((last, closed)) = segments.split_last() else { return dirt };
        dirt.active = u64::from(last.tip().size);
        for segment in closed {
            let size = u64::from(segment.tip().size);
            if segment.base_offset() < cleaned_to {
                dirt.clean += size
            } else {
                dirt.closed += size
            }
        }
        dirt
    }

    /// Compacts below `upper_offset` (last stable offset). Appends and reads go on meanwhile.
    pub fn compact(&self, now_ms: i64, upper_offset: i64) -> Result<CompactionOutcome, LogError> {
        let _compacting = self.compacting.lock();
        let config = self.config.load_full();
        let producers = self.close_dirty_active(&config, now_ms, upper_offset)?;
        if self.view.is_rolled() {
            self.sync_closed()?;
        }
        let cleanable = self.cleanable(&config, now_ms, upper_offset)?;
        let cleaned_to = self.view.cleaned_to();
        let Some(last) = cleanable.last().filter(|last| last.tip().next_offset > cleaned_to) else {
            return Ok(CompactionOutcome::default());
        };
        if cleaned_to == 0 {
            let mut writer = self.open_writer()?;
            self.store_epochs(writer.tail())
                .map_err(|e| LogError::io("leader-epoch-checkpoint", e))?;
        }
        let mut end = last.tip().next_offset;
        // Of all segments: a transaction's records may lie in what is compacted, its marker, and with it
        // its entry, in what is not. Taken for committed, they would supersede what is.
        let aborted = aborted_in(&self.view.segments())?;
        let mut keys = KeyMap::default();
        for segment in cleanable.iter().filter(|s| s.base_offset() >= cleaned_to) {
            if !note_keys(&mut keys, segment, &aborted)? {
                // Full: later segments wait for the next round. The first one is done with the
                // keys that found room, so that each round comes further.
                let first = segment.base_offset() <= cleaned_to;
                end = if first { segment.tip().next_offset } else { segment.base_offset() };
                break;
            }
        }
        let mut outcome = CompactionOutcome::default();
        let mut markers = Markers::default();
        for group in groups(&cleanable, end, &config) {
            let rules = Rules {
                keys: &keys,
                aborted: &aborted,
                producers: &producers,
                now_ms,
                delete_retention_ms: config.delete_retention_ms,
                last_offset: last_offset(&group)?,
            };
            self.compact_group(&group, rules, &mut markers, &config, &mut outcome)?;
        }
        self.view.set_cleaned_to(end.max(cleaned_to));
        let _writer = self.writer.lock();
        self.save_offsets()?;
        Ok(outcome)
    }

    /// Closes the active segment where the dirty bytes call for it. Answers the producers.
    fn close_dirty_active(
        &self,
        config: &LogConfig,
        now_ms: i64,
        upper_offset: i64,
    ) -> Result<Producers, LogError> {
        let mut writer = self.open_writer()?;
        self.check_writable(&writer)?;
        let Dirt { closed, active: active_bytes, .. } = self.dirt();
        let due = closed + active_bytes >= config.compact_dirty_bytes;
        if let Some(active) = self.active()
            && due
            && active_bytes > 0
            && active.tip().next_offset <= upper_offset
        {
            self.roll(&mut writer, &active, now_ms)?;
        }
        Ok(writer.tail.as_ref().map(|tail| tail.producers.clone()).unwrap_or_default())
    }

    /// Closed segments, from the first, that lie below the upper offset and the compaction lag.
    fn cleanable(
        &self,
        config: &LogConfig,
        now_ms: i64,
        upper_offset: i64,
    ) -> Result<Vec<Arc<Segment>>, LogError> {
        let segments = self.view.segments();
        let latest = now_ms.saturating_sub(config.min_compaction_lag_ms);
        let mut cleanable = Vec::new();
        let Some((_, closed)) = segments.split_last() else { return Ok(cleanable) };
        for segment in closed {
            let max = segment.max_timestamp().map_err(|e| LogError::io("time index", e))?;
            let young = config.min_compaction_lag_ms > 0 && max.timestamp > latest;
            if young || segment.tip().next_offset > upper_offset {
                break;
            }
            cleanable.push(segment.clone());
        }
        Ok(cleanable)
    }

    fn compact_group(
        &self,
        group: &[Arc<Segment>],
        rules: Rules<'_>,
        markers: &mut Markers,
        config: &LogConfig,
        outcome: &mut CompactionOutcome,
    ) -> Result<(), LogError> {
        let Some(first) = group.first() else { return Ok(()) };
        let io = |error| LogError::io("compact", error);
        let (base_offset, suffix) = (first.base_offset(), Suffix::Cleaned);
        let cleaned = Segment::create(&self.context, &self.dir, base_offset, suffix).map_err(io)?;
        let written = self.write_cleaned(group, &cleaned, (rules, markers), config);
        let removed = match written {
            Ok(removed) => removed,
            Err(error) => {
                cleaned.unlink();
                return Err(error);
            }
        };
        outcome.records_removed += removed;
        outcome.bytes_before += group.iter().map(|s| u64::from(s.tip().size)).sum::<u64>();
        outcome.bytes_after += u64::from(cleaned.tip().size);
        let mut writer = self.open_writer()?;
        self.check_writable(&writer)?;
        self.replace(&mut writer, group, &cleaned)
    }

    fn write_cleaned(
        &self,
        group: &[Arc<Segment>],
        cleaned: &Arc<Segment>,
        (rules, markers): (Rules<'_>, &mut Markers),
        config: &LogConfig,
    ) -> Result<u64, LogError> {
        let io = |error| LogError::io("compact", error);
        let mut aborted = aborted_in(group)?;
        let next_offset = group.last().map_or(0, |last| last.tip().next_offset);
        let interval = config.index_interval_bytes;
        let mut cleaner = Cleaner::new(rules, markers, cleaned.clone(), interval);
        for segment in group {
            segment.for_each_batch(|batch| cleaner.take(batch))?;
        }
        let removed = cleaner.finish(next_offset)?;
        aborted.retain(|txn| !markers.removed.contains(&txn.last_offset));
        txn_index::write(cleaned, &aborted).map_err(io)?;
        self.context.fs().sync_dir(&self.dir.path()).map_err(io)?;
        Ok(removed)
    }

    /// Puts a cleaned segment in place of a group; see `swap` for what a crash leaves.
    fn replace(
        &self,
        writer: &mut Writer,
        group: &[Arc<Segment>],
        cleaned: &Arc<Segment>,
    ) -> Result<(), LogError> {
        let sync_dir = || self.context.fs().sync_dir(&self.dir.path());
        let result = cleaned.rename_to(Suffix::Swap).and_then(|()| sync_dir()).and_then(|()| {
            let replaced =
                |segment: &Arc<Segment>| group.iter().any(|old| Arc::ptr_eq(old, segment));
            let mut segments = self.view.segments().to_vec();
            segments.retain(|segment| !replaced(segment));
            segments.insert(
                segments.partition_point(|s| s.base_offset() < cleaned.base_offset()),
                cleaned.clone(),
            );
            self.view.set_segments(segments);
            group.iter().rev().try_for_each(|old| self.discard(old))?;
            cleaned.rename_to(Suffix::None)?;
            sync_dir()
        });
        if let Err(error) = result {
            return Err(self.fail(writer, format!("compaction: {error}")));
        }
        for merged in group.iter().skip(1) {
            self.forget_snapshot(writer, merged.base_offset())?;
        }
        Ok(())
    }
}

fn aborted_in(segments: &[Arc<Segment>]) -> Result<Vec<AbortedTransaction>, LogError> {
    let mut aborted = Vec::new();
    for segment in segments {
        let found = txn_index::read(segment);
        aborted.extend_from_slice(&found.map_err(|e| LogError::io("transaction index", e))?);
    }
    Ok(aborted)
}

/// Notes the keys of a segment; `false` when they are too many.
fn note_keys(
    keys: &mut KeyMap,
    segment: &Arc<Segment>,
    aborted: &[AbortedTransaction],
) -> Result<bool, LogError> {
    let mut scratch = Vec::new();
    let mut complete = true;
    segment.for_each_batch(|batch| {
        let header = &batch.header;
        if !complete || header.attributes.is_control() || Rules::is_aborted(aborted, header) {
            return Ok(());
        }
        let bad = |error| super::chunks::corrupt(0, &error);
        for record in batch.records(&mut scratch, DECOMPRESSED_MAX).map_err(bad)? {
            let record = record.map_err(bad)?;
            if let Some(key) = record.key {
                complete &= keys.note(key, record.offset);
            }
        }
        Ok(())
    })?;
    Ok(complete)
}

/// Neighbours that fit into one segment together.
fn groups(cleanable: &[Arc<Segment>], end: i64, config: &LogConfig) -> Vec<Vec<Arc<Segment>>> {
    let mut groups: Vec<Vec<Arc<Segment>>> = Vec::new();
    let mut size = 0;
    for segment in cleanable.iter().filter(|segment| segment.base_offset() < end) {
        let own = u64::from(segment.tip().size);
        let fits = groups.last().and_then(|group| group.first()).is_some_and(|first| {
            size + own <= u64::from(config.segment_bytes) && first.fits(segment.tip().next_offset)
        });
        if fits {
            size += own;
            groups.last_mut().into_iter().for_each(|group| group.push(segment.clone()));
        } else {
            size = own;
            groups.push(vec![segment.clone()]);
        }
    }
    groups
}

/// Offset of the last batch of a group.
fn last_offset(group: &[Arc<Segment>]) -> Result<i64, LogError> {
    for segment in group.iter().rev().filter(|segment| segment.tip().size > 0) {
        let from = segment.last_index_entry().map_err(|e| LogError::io("index", e))?;
        let start = from.map_or(0, |entry| entry.position);
        let last = segment.last_batch_from(start).map_err(|e| LogError::io("read", e))?;
        if let Some(header) = last {
            return Ok(header.last_offset());
        }
    }
    Ok(-1)
}
