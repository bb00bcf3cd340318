//! Compaction: last values stay, also when the process dies within.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::fs::PowerLoss;

const DAY_MS: i64 = 86_400_000;

fn config() -> LogConfig {
    LogConfig {
        segment_bytes: 1200,
        index_interval_bytes: 200,
        cleanup: CleanupPolicy { delete: false, compact: true },
        compact_dirty_bytes: 4000,
        ..LogConfig::default()
    }
}

fn last_values(records: &[Seen]) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let mut last = BTreeMap::new();
    for record in records {
        match &record.value {
            Some(value) => last.insert(record.key.clone().unwrap(), value.clone()),
            None => last.remove(record.key.as_ref().unwrap()),
        };
    }
    last
}

fn compact(rig: &Rig, now_ms: i64) -> CompactionOutcome {
    rig.log.compact(now_ms, rig.log.log_end_offset()).unwrap()
}

#[test]
fn what_an_epoch_began_with_may_go_and_its_records_are_still_of_it() {
    let mut rig = Rig::new(config());
    for at in 0..100 {
        let epoch = if at < 50 { 1 } else { 7 };
        let batch = keyed(&format!("k{}", at % 7), Some(&format!("v{at}")));
        rig.append_at(&batch, epoch, NOW).unwrap();
    }
    compact(&rig, NOW);
    // A power loss tears the checkpoint: epochs are rebuilt from what is left of the batches.
    rig.fs.corrupt(&PathBuf::from(DIR).join("leader-epoch-checkpoint"), 0, b"torn");
    rig.reopen(Recovery::PowerLoss);
    assert_eq!(rig.log.epoch_at(50).unwrap(), Some(1), "the cache cannot know better");
    assert_eq!(rig.log.epoch_from(50).unwrap(), Some(7), "nothing of epoch 1 is at or after 50");
    assert_eq!(rig.log.epoch_from(100).unwrap(), None);
}

/// Where each epoch ends, and the epoch of where the next one begins.
fn epochs(rig: &Rig) -> [(i64, Option<i32>); 3] {
    [1, 3, 7].map(|epoch| {
        let end = rig.log.end_offset_for_epoch(epoch).unwrap().end_offset;
        (end, rig.log.epoch_at(end).unwrap())
    })
}

#[test]
fn where_epochs_began_is_known_though_compaction_took_their_first_batches() {
    for lost in [None, Some(PowerLoss::All), Some(PowerLoss::Random(5))] {
        let mut rig = Rig::new(config());
        for at in 0..100 {
            let epoch = [1, 3, 7][usize::from(at >= 50) + usize::from(at >= 57)];
            let batch = keyed(&format!("k{}", at % 7), Some(&format!("v{at}")));
            rig.append_at(&batch, epoch, NOW).unwrap();
        }
        let before = epochs(&rig);
        assert_eq!(before, [(50, Some(3)), (57, Some(7)), (100, Some(7))]);
        compact(&rig, NOW);
        let kept = rig.read_all();
        assert!(kept.iter().all(|record| !(50..60).contains(&record.offset)), "{kept:?}");
        rig.append_at(&one("of a later epoch"), 9, NOW).unwrap();
        if let Some(lost) = lost {
            rig.fs.lose_power(lost);
        }
        for recovery in [Recovery::PowerLoss, Recovery::SameBoot, Recovery::PowerLoss] {
            rig.reopen(recovery);
            let known = epochs(&rig);
            assert_eq!(known[..2], before[..2], "{lost:?}, {recovery:?}");
        }
    }
}

#[test]
fn epochs_are_known_behind_a_segment_whose_index_is_made_anew() {
    let mut rig = Rig::new(LogConfig { segment_bytes: 400, ..LogConfig::default() });
    for epoch in 1..=20 {
        rig.append_at(&one("some value"), epoch, NOW).unwrap();
        rig.append_at(&one("another value"), epoch, NOW).unwrap();
    }
    let ends = |rig: &Rig| {
        let end = |epoch| rig.log.end_offset_for_epoch(epoch).unwrap().end_offset;
        (1..=20).map(end).collect::<Vec<_>>()
    };
    let before = ends(&rig);
    let indexes =
        rig.fs.files().into_iter().filter(|file| file.extension().is_some_and(|e| e == "index"));
    let indexes: Vec<PathBuf> = indexes.collect();
    assert!(indexes.len() > 5, "{indexes:?}");
    rig.fs.remove_file(&indexes[2]).unwrap();
    rig.reopen(Recovery::SameBoot);
    assert_eq!(ends(&rig), before);
}

#[test]
fn the_last_value_of_each_key_stays() {
    let mut rig = Rig::new(config());
    for at in 0..300 {
        rig.append(&keyed(&format!("k{}", at % 7), Some(&format!("v{at}")))).unwrap();
    }
    assert!(rig.log.needs_compaction(NOW));
    let before = rig.read_all();
    let outcome = compact(&rig, NOW);
    assert!(!rig.log.needs_compaction(NOW));
    assert!(outcome.bytes_after * 5 < outcome.bytes_before, "{outcome:?}");
    let after = rig.read_all();
    assert!(after.len() < 30, "{}", after.len());
    assert_eq!(last_values(&after), last_values(&before));
    assert!(after.iter().all(|record| before.contains(record)), "offsets are kept");
    assert_eq!((rig.log.log_start_offset(), rig.log.log_end_offset()), (0, 300));
    rig.check_lookups();
    let limits = ReadLimits { max_bytes: 1, upper_offset: 300, min_one: true };
    assert!(!rig.log.read(17, limits).unwrap().is_empty(), "from an offset that is gone");
    assert_eq!(rig.context.empty_trash(), 0);
    for recovery in [Recovery::SameBoot, Recovery::PowerLoss] {
        rig.reopen(recovery);
        assert_eq!(rig.read_all(), after);
        assert!(!rig.log.needs_compaction(NOW), "what was done is known after a restart");
    }
    let names = rig.file_names();
    assert!(!names.iter().any(|name| name.contains("cleaned") || name.contains("swap")));
    for at in 300..400 {
        rig.append(&keyed(&format!("k{}", at % 7), Some(&format!("v{at}")))).unwrap();
    }
    compact(&rig, NOW);
    let segments = rig.log.view.segments().len();
    assert!(segments < 12, "small segments are merged: {segments}");
    rig.check_lookups();
}

#[test]
fn tombstones_go_after_their_time() {
    let rig = Rig::new(config());
    let fill = || {
        for at in 0..60 {
            rig.append(&keyed("filler", Some(&format!("v{at}")))).unwrap();
        }
    };
    rig.append(&keyed("gone", Some("value"))).unwrap();
    rig.append(&keyed("gone", None)).unwrap();
    let has_tombstone = || rig.read_all().iter().any(|r| r.value.is_none());
    fill();
    compact(&rig, NOW);
    assert!(has_tombstone() && rig.read_all()[0].offset == 1, "the value went, the tombstone not");
    fill();
    compact(&rig, NOW + DAY_MS - 1);
    assert!(has_tombstone());
    let timestamp = rig.log.offset_for_timestamp(NOW, 1000).unwrap().unwrap();
    assert_eq!((timestamp.offset, timestamp.timestamp_ms), (1, NOW), "times are kept");
    fill();
    compact(&rig, NOW + DAY_MS);
    assert!(!has_tombstone());
}

#[test]
fn a_producers_last_sequence_outlives_its_records() {
    let mut rig = Rig::new(config());
    let mut builder = BatchBuilder::new().producer(42, 3, 0);
    builder.append(NOW, Some(b"filler"), Some(b"first"), &[]);
    let batch = builder.build().unwrap();
    rig.append(&batch).unwrap();
    for at in 0..80 {
        rig.append(&keyed("filler", Some(&format!("v{at}")))).unwrap();
    }
    compact(&rig, NOW);
    for _ in 0..2 {
        assert!(rig.read_all().iter().all(|record| record.offset != 0), "the record is gone");
        let retry = rig.append(&batch).unwrap();
        assert!(retry.duplicate && retry.base_offset == 0);
        rig.reopen(Recovery::SameBoot);
    }
}

#[test]
fn compressed_batches_stay_compressed_and_headers_stay() {
    use weir_wire::records::{Compression, RecordBatch};
    let rig = Rig::new(config());
    for at in 0..40_i64 {
        let mut builder = BatchBuilder::new().compression(Compression::Zstd);
        let headers: &[(&[u8], Option<&[u8]>)] = &[(b"h", None), (b"h", Some(b"2"))];
        builder.append(NOW + at, Some(b"same"), Some(&[at as u8; 100]), headers);
        let own = format!("k{at}");
        builder.append(NOW + at, Some(own.as_bytes()), Some(b"stays"), headers);
        rig.append(&builder.build().unwrap()).unwrap();
    }
    compact(&rig, NOW);
    let limits = ReadLimits { max_bytes: 1, upper_offset: 80, min_one: true };
    let bytes = rig.log.read(0, limits).unwrap().slice.unwrap().to_vec().unwrap();
    let batch = RecordBatch::parse(&bytes).unwrap();
    assert_eq!(batch.header.attributes.compression().unwrap(), Compression::Zstd);
    let mut scratch = Vec::new();
    let records: Vec<_> =
        batch.records(&mut scratch, 1 << 20).unwrap().map(Result::unwrap).collect();
    assert_eq!((records.len(), records[0].offset, records[0].header_count()), (1, 1, 2));
    assert_eq!(rig.read_all().len(), 41);
}

#[test]
fn nothing_above_the_stable_offset_is_compacted() {
    let rig = Rig::new(config());
    for at in 0..100 {
        rig.append(&keyed("k", Some(&format!("v{at}")))).unwrap();
    }
    rig.log.compact(NOW, 50).unwrap();
    let offsets: Vec<_> = rig.read_all().iter().map(|record| record.offset).collect();
    assert!(offsets.ends_with(&(50..100).collect::<Vec<_>>()), "{offsets:?}");
    assert!(offsets.len() < 70);
}

#[test]
fn aborted_records_do_not_shadow_committed_ones() {
    use weir_wire::records::EndTxnMarker;
    let rig = Rig::new(config());
    rig.append(&keyed("k", Some("committed"))).unwrap();
    let mut builder = BatchBuilder::new().producer(5, 0, 0).transactional();
    builder.append(NOW, Some(b"k"), Some(b"aborted"), &[]);
    rig.append(&builder.build().unwrap()).unwrap();
    let marker = EndTxnMarker { commit: false, coordinator_epoch: 1 };
    let end = BatchBuilder::new().producer(5, 0, -1).transactional();
    let end = end.control(marker.control_type(), NOW, &marker.value()).unwrap();
    rig.append(&end).unwrap();
    for at in 0..60 {
        rig.append(&keyed("filler", Some(&format!("v{at}")))).unwrap();
    }
    compact(&rig, NOW);
    let values: Vec<_> =
        rig.read_all().into_iter().filter(|r| r.key == Some(b"k".to_vec())).collect();
    assert_eq!(values.len(), 1);
    assert_eq!(values[0].value.as_deref(), Some(&b"committed"[..]));
    assert_eq!(rig.log.aborted_transactions(0, 1000).unwrap().len(), 1);
}

/// Found by the simulator: a group lost the offset of a committed transaction to an aborted one.
#[test]
fn aborted_records_whose_marker_is_not_compacted_yet_do_not_shadow_committed_ones() {
    let rig = Rig::new(config());
    rig.append(&keyed("k", Some("committed"))).unwrap();
    rig.append(&transactional(5, 0, "k", "aborted")).unwrap();
    for at in 0..30 {
        rig.append(&keyed("filler", Some(&format!("v{at}")))).unwrap();
    }
    rig.append(&marker(5, false)).unwrap();
    let active = rig.log.view.segments().last().unwrap().base_offset();
    compact(&rig, NOW);
    assert_eq!(rig.log.view.segments().last().unwrap().base_offset(), active, "it stays open");
    assert!(active > 1 && markers(&rig)[0] >= active, "the marker is in it, the records are not");
    let values: Vec<_> =
        rig.read_all().into_iter().filter(|r| r.key == Some(b"k".to_vec())).collect();
    assert_eq!(values.len(), 1);
    assert_eq!(values[0].value.as_deref(), Some(&b"committed"[..]));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn dying_within_compaction_loses_no_last_value(
        writes in proptest::collection::vec((0..12_u8, proptest::option::weighted(0.8, any::<u8>())), 1..150),
        rounds in proptest::collection::vec(1..50_usize, 1..4),
        fuse in 0..80_u64,
        torn in 0..500_usize,
        power in proptest::option::of(any::<u64>()),
    ) {
        let mut rig = Rig::new(config());
        let mut acknowledged = Vec::new();
        let mut writes = writes.into_iter();
        for round in &rounds {
            for (key, value) in writes.by_ref().take(*round) {
                let key = format!("k{key}");
                let value = value.map(|value| format!("{value}").repeat(20));
                let offset = rig.append(&keyed(&key, value.as_deref())).unwrap().base_offset;
                let (key, value) = (Some(key.into_bytes()), value.map(String::into_bytes));
                acknowledged.push(Seen { offset, key, value });
            }
            // Everything is durable, so that what is lost is lost by compaction.
            rig.fs.sync_volume(&PathBuf::from(DIR)).unwrap();
            rig.fs.die_after(fuse, torn);
            let _may_die = rig.log.compact(NOW, rig.log.log_end_offset());
            let recovery = match power {
                Some(seed) => {
                    rig.fs.lose_power(PowerLoss::Random(seed));
                    Recovery::PowerLoss
                }
                None => {
                    rig.fs.restart();
                    Recovery::SameBoot
                }
            };
            let recovered = rig.reopen(recovery);
            prop_assert_eq!(recovered.log_end_offset, acknowledged.len() as i64);
            let found = rig.read_all();
            prop_assert!(found.is_sorted_by_key(|record| record.offset));
            prop_assert!(found.iter().all(|record| acknowledged.contains(record)));
            prop_assert_eq!(last_values(&found), last_values(&acknowledged));
            rig.check_lookups();
        }
    }
}

/// Found by the simulator (seed 45090): the start after the kill puts the successor in place; a power loss then took its
/// name, which nobody had synced, and the segments that it replaces.
#[test]
fn a_power_loss_after_a_kill_within_compaction_loses_no_last_value() {
    for (fuse, seed) in (0..100).flat_map(|fuse| (1..9).map(move |seed| (fuse, seed))) {
        let mut rig = Rig::new(config());
        let write = |rig: &Rig, at: i64, key: i64| {
            rig.append(&keyed(&format!("k{key}"), Some(&format!("v{at}")))).unwrap();
        };
        // What is left of the first segment is small: it becomes one with the next, which holds last values.
        (0..60).for_each(|at| write(&rig, at, at % 40));
        compact(&rig, NOW);
        (60..120).for_each(|at| write(&rig, at, 100 + at % 7));
        rig.fs.sync_volume(&PathBuf::from(DIR)).unwrap();
        let written = last_values(&rig.read_all());
        rig.fs.die_after(fuse, 0);
        let _may_die = rig.log.compact(NOW, 120);
        rig.fs.restart();
        rig.reopen(Recovery::SameBoot);
        rig.fs.lose_power(PowerLoss::Random(seed));
        let recovered = rig.reopen(Recovery::PowerLoss);
        assert_eq!(recovered.log_end_offset, 120, "{fuse} {seed}");
        assert_eq!(last_values(&rig.read_all()), written, "{fuse} {seed}");
        rig.check_lookups();
    }
}

fn transactional(id: i64, sequence: i32, key: &str, value: &str) -> ValidBatch {
    let mut builder = BatchBuilder::new().producer(id, 0, sequence).transactional();
    builder.append(NOW, Some(key.as_bytes()), Some(value.as_bytes()), &[]);
    builder.build().unwrap()
}

fn marker(id: i64, commit: bool) -> ValidBatch {
    let marker = weir_wire::records::EndTxnMarker { commit, coordinator_epoch: 1 };
    let builder = BatchBuilder::new().producer(id, 0, -1).transactional();
    builder.control(marker.control_type(), NOW, &marker.value()).unwrap()
}

/// Offsets of the markers that are left.
fn markers(rig: &Rig) -> Vec<i64> {
    let mut found = Vec::new();
    for segment in rig.log.view.segments().iter() {
        let noted = segment.for_each_batch(|batch| {
            let header = &batch.header;
            let is_marker = header.attributes.is_control() && header.record_count > 0;
            found.extend(is_marker.then_some(header.base_offset));
            Ok(())
        });
        noted.unwrap();
    }
    found
}

#[test]
fn markers_go_after_all_of_their_transaction_and_their_time() {
    let mut rig = Rig::new(config());
    let fill = |rig: &Rig| {
        for at in 0..60 {
            rig.append(&keyed("filler", Some(&format!("v{at}")))).unwrap();
        }
    };
    rig.append(&transactional(5, 0, "kept", "v")).unwrap();
    rig.append(&marker(5, true)).unwrap();
    rig.append(&transactional(6, 0, "aborted", "v")).unwrap();
    rig.append(&marker(6, false)).unwrap();
    rig.append(&transactional(6, 1, "replaced", "v")).unwrap();
    rig.append(&marker(6, true)).unwrap();
    rig.append(&transactional(6, 2, "last", "v")).unwrap();
    rig.append(&marker(6, true)).unwrap();
    rig.append(&keyed("replaced", Some("w"))).unwrap();
    rig.log.replicated_to(9).unwrap();
    fill(&rig);
    compact(&rig, NOW);
    assert_eq!(markers(&rig), [1, 3, 5, 7], "all had records when they were last looked at");
    assert_eq!(rig.log.aborted_transactions(0, 100).unwrap().len(), 1);
    fill(&rig);
    compact(&rig, NOW + 10);
    assert_eq!(markers(&rig), [1, 3, 5, 7], "their time begins");
    fill(&rig);
    compact(&rig, NOW + DAY_MS + 9);
    assert_eq!(markers(&rig), [1, 3, 5, 7], "not yet over");
    rig.reopen(Recovery::SameBoot);
    fill(&rig);
    compact(&rig, NOW + DAY_MS + 10);
    assert_eq!(markers(&rig), [1, 7], "the transactions of these have records");
    assert!(rig.log.aborted_transactions(0, 100).unwrap().is_empty());
    rig.reopen(Recovery::PowerLoss);
    assert_eq!(rig.log.first_unstable_offset(), None);
    let keys: Vec<_> = rig.read_all().into_iter().filter_map(|record| record.key).collect();
    assert!(keys.contains(&b"kept".to_vec()) && keys.contains(&b"last".to_vec()));
    assert!(!keys.contains(&b"aborted".to_vec()));
}

#[test]
fn young_records_stay_until_their_time() {
    let rig = Rig::new(LogConfig { min_compaction_lag_ms: 60_000, ..config() });
    let all = || rig.read_all().len();
    for at in 0..60 {
        rig.append(&keyed(&format!("k{}", at % 3), Some(&format!("v{at}")))).unwrap();
    }
    compact(&rig, NOW + 1_000);
    assert_eq!(all(), 60, "all of them are young");
    compact(&rig, NOW + 120_000);
    assert!(all() < 60, "those in closed segments are not any more");
    assert_eq!(last_values(&rig.read_all()).len(), 3, "the last values stay");
}

#[test]
fn a_log_is_compacted_in_time_whatever_its_ratio() {
    let rules = LogConfig {
        min_cleanable_dirty_ratio: 1.1,
        compact_dirty_bytes: u64::MAX,
        max_compaction_lag_ms: 1_000,
        ..config()
    };
    let rig = Rig::new(rules.clone());
    for at in 0..60 {
        rig.append(&keyed(&format!("k{}", at % 3), Some(&format!("v{at}")))).unwrap();
    }
    assert!(!rig.log.needs_compaction(NOW), "nothing is old yet");
    let later = NOW + 120_000;
    assert!(rig.log.needs_compaction(later), "its closed segments are");
    compact(&rig, later);
    assert!(!rig.log.needs_compaction(later), "what was compacted is not overdue");
    let compacted = LogConfig { segment_ms: 5_000, segment_jitter_ms: 0, ..rules };
    assert_eq!(compacted.max_segment_ms(7), 1_000, "segments close in time");
    let deleted = CleanupPolicy { delete: true, compact: false };
    assert_eq!(LogConfig { cleanup: deleted, ..compacted }.max_segment_ms(7), 5_000);
}
