//! Appending, reading, finding, removing.

use super::*;

#[test]
fn nothing_is_on_disk_before_the_first_record() {
    let rig = Rig::new(LogConfig::default());
    assert_eq!(rig.log.recover().unwrap().log_end_offset, 0);
    assert!(rig.read_all().is_empty());
    rig.log.assign_epoch(3).unwrap();
    rig.log.maintain(NOW).unwrap();
    rig.log.flush().unwrap();
    assert_eq!(rig.log.latest_epoch().unwrap(), Some(3));
    assert!(rig.fs.files().is_empty());
    rig.append_values(&["a"]);
    let expected = [
        "00000000000000000000.index",
        "00000000000000000000.log",
        "00000000000000000000.timeindex",
        "leader-epoch-checkpoint",
        "partition.metadata",
    ];
    assert_eq!(rig.file_names(), expected);
    let metadata = rig.file("partition.metadata").unwrap();
    assert_eq!(metadata, b"version: 0\ntopic_id: MDEyMzQ1Njc4OWFiY2RlZg");
}

#[test]
fn an_empty_log_is_small() {
    assert!(size_of::<PartitionLog>() <= 512, "{} bytes", size_of::<PartitionLog>());
}

#[test]
fn appends_are_one_write_each_and_read_back() {
    let rig = Rig::new(LogConfig::default());
    rig.append_values(&["a"]);
    let before = rig.fs.append_count();
    let offsets = rig.append_values(&["b", "c"]);
    assert_eq!(rig.fs.append_count() - before, 2);
    assert_eq!(rig.fs.sync_count(), 0, "no sync unless asked for");
    assert_eq!(offsets, [1, 2]);
    assert_eq!(rig.values(), ["a", "b", "c"]);
    assert_eq!(rig.log.size_bytes(), rig.file("00000000000000000000.log").unwrap().len() as u64);
}

#[test]
fn reads_end_at_the_upper_offset_and_start_with_the_whole_batch() {
    let rig = Rig::new(small_segments());
    let batch = idempotent(1, 0, 0, 5);
    rig.append(&batch).unwrap();
    rig.append(&idempotent(1, 0, 5, 5)).unwrap();
    let read = |offset, upper_offset, max_bytes, min_one| {
        let limits = ReadLimits { max_bytes, upper_offset, min_one };
        rig.log.read(offset, limits).unwrap().len()
    };
    assert_eq!(read(3, 10, 1, true), batch.len(), "from within a batch: all of it");
    assert_eq!(read(3, 10, 1, false), 0, "it does not fit");
    assert_eq!(read(3, 5, 1 << 20, true), batch.len(), "up to the high watermark");
    assert_eq!(read(3, 4, 1 << 20, true), 0, "a batch that spans the high watermark");
    assert_eq!(read(10, 10, 1 << 20, true), 0);
    let limits = ReadLimits { max_bytes: 1, upper_offset: 10, min_one: true };
    assert!(matches!(rig.log.read(11, limits), Err(ReadError::OutOfRange { log_end: 10, .. })));
    assert!(matches!(rig.log.read(-1, limits), Err(ReadError::OutOfRange { .. })));
    assert_eq!(rig.log.size_below(5).unwrap(), batch.len() as u64);
    assert_eq!(rig.log.size_below(7).unwrap(), batch.len() as u64);
}

#[test]
fn many_segments_are_indexed_and_searched() {
    let rig = Rig::with_open_files(small_segments(), 8);
    for at in 0..400 {
        rig.append(&timed(&format!("value {at}"), NOW + at * 10)).unwrap();
    }
    assert!(rig.log.view.segments().len() > 10);
    rig.check_lookups();
    assert_eq!(rig.read_from(0, 100).len(), 400, "small reads");
    assert!(rig.context.open_files() <= 8, "{} open files", rig.context.open_files());
    assert_eq!(rig.fs.open_handle_count(), rig.context.open_files() as u64);
    for at in (0..400).step_by(7) {
        let found = rig.log.offset_for_timestamp(NOW + at * 10 - 3, 400).unwrap().unwrap();
        assert_eq!((found.offset, found.timestamp_ms), (at, NOW + at * 10));
        assert_eq!(rig.log.size_below(at).unwrap(), sizes_below(at));
    }
    assert_eq!(rig.log.offset_for_timestamp(NOW + 3991, 400).unwrap(), None);
    assert_eq!(rig.log.offset_for_timestamp(0, 400).unwrap().unwrap().offset, 0);
    assert_eq!(rig.log.max_timestamp_offset(400).unwrap().unwrap().offset, 399);
}

fn sizes_below(offset: i64) -> u64 {
    (0..offset).map(|at| timed(&format!("value {at}"), NOW + at * 10).len() as u64).sum()
}

#[test]
fn timestamps_out_of_order_are_found() {
    let rig = Rig::new(small_segments());
    for at in 0..200_i64 {
        rig.append(&timed("v", NOW + (at * 7919) % 1000)).unwrap();
    }
    for wanted in (0..1000).step_by(13) {
        let expected = (0..200).find(|at| (at * 7919) % 1000 >= wanted);
        let found = rig.log.offset_for_timestamp(NOW + wanted, 200).unwrap();
        assert_eq!(found.map(|found| found.offset), expected, "at or after {wanted}");
    }
    let largest = (0..200).map(|at| (at * 7919) % 1000).max().unwrap();
    let found = rig.log.max_timestamp_offset(200).unwrap().unwrap();
    assert_eq!(found.timestamp_ms, NOW + largest);
}

#[test]
fn index_entries_are_kafkas() {
    let rig = Rig::new(LogConfig::default());
    for at in 0..300 {
        rig.append(&timed(&"x".repeat(100), NOW + at)).unwrap();
    }
    let log = rig.file("00000000000000000000.log").unwrap();
    let index = rig.file("00000000000000000000.index").unwrap();
    assert!(index.len() >= 8 * 5, "one entry per 4,096 bytes");
    for entry in index.chunks(8) {
        let offset = u32::from_be_bytes(entry[..4].try_into().unwrap());
        let position = u32::from_be_bytes(entry[4..].try_into().unwrap()) as usize;
        let batch = weir_wire::records::RecordBatch::parse(&log[position..]).unwrap();
        assert_eq!(batch.header.last_offset(), i64::from(offset));
    }
    let times = rig.file("00000000000000000000.timeindex").unwrap();
    assert_eq!(times.len() / 12, index.len() / 8);
}

#[test]
fn retries_answer_the_original_offset_also_after_a_restart() {
    for (recovery, clean) in [(Recovery::SameBoot, false), (Recovery::Clean, true)] {
        let mut rig = Rig::new(small_segments());
        for at in 0..60 {
            rig.append(&idempotent(at % 3, 0, (at / 3) as i32 * 2, 2)).unwrap();
        }
        if clean {
            rig.log.close(0).unwrap();
        }
        rig.reopen(recovery);
        for at in 45..60 {
            let retry = rig.append(&idempotent(at % 3, 0, (at / 3) as i32 * 2, 2)).unwrap();
            assert!(retry.duplicate, "{at}");
            assert_eq!((retry.base_offset, retry.last_offset), (at * 2, at * 2 + 1));
        }
        let forgotten = rig.append(&idempotent(0, 0, 28, 2)).unwrap_err();
        assert!(matches!(forgotten, AppendError::OutOfOrderSequence { expected: 40, .. }));
        assert_eq!(rig.append(&idempotent(0, 0, 40, 1)).unwrap().base_offset, 120);
    }
}

#[test]
fn retention_by_size_and_time_keeps_what_readers_hold() {
    let config = LogConfig { retention_bytes: 5000, retention_ms: -1, ..small_segments() };
    let rig = Rig::new(config);
    for at in 0..300 {
        rig.append(&timed("some value", NOW + at)).unwrap();
    }
    let limits = ReadLimits { max_bytes: 500, upper_offset: 300, min_one: true };
    let held = rig.log.read(0, limits).unwrap().slice.unwrap();
    let none = rig.log.apply_retention(NOW, 10).unwrap();
    assert_eq!(none.segments, 0, "not above the high watermark");
    let outcome = rig.log.apply_retention(NOW, 300).unwrap();
    assert!(outcome.segments > 0 && rig.log.size_bytes() >= 5000);
    assert!(rig.log.size_bytes() < 5000 + 2048);
    let log_start = rig.log.log_start_offset();
    assert!(matches!(rig.log.read(log_start - 1, limits), Err(ReadError::OutOfRange { .. })));
    assert_eq!(rig.read_all().len() as i64, 300 - log_start);
    assert_eq!(rig.context.empty_trash(), 1, "one segment is still read");
    assert_eq!(held.to_vec().unwrap().len(), 500, "still readable");
    drop(held);
    assert_eq!(rig.context.empty_trash(), 0);
    assert!(!rig.file_names().iter().any(|name| name.ends_with(".deleted")));

    let by_time = LogConfig { retention_ms: 1000, ..(*rig.config).clone() };
    rig.log.set_config(Arc::new(by_time));
    rig.log.apply_retention(NOW + 10_000, 300).unwrap();
    assert_eq!((rig.log.log_start_offset(), rig.log.log_end_offset()), (300, 300));
    assert_eq!(rig.append(&one("next")).unwrap().base_offset, 300);
}

#[test]
fn deleted_records_stay_deleted() {
    let mut rig = Rig::new(small_segments());
    rig.append_values(&["a"; 100]);
    assert_eq!(rig.log.delete_records(50).unwrap(), 50);
    assert_eq!(rig.log.delete_records(10).unwrap(), 50, "never back");
    assert_eq!(rig.read_all().first().unwrap().offset, 50);
    rig.reopen(Recovery::SameBoot);
    assert_eq!(rig.log.log_start_offset(), 50);
    assert_eq!(rig.log.delete_records(100).unwrap(), 100);
    rig.reopen(Recovery::SameBoot);
    assert_eq!((rig.log.log_start_offset(), rig.log.log_end_offset()), (100, 100));
    assert_eq!(rig.append_values(&["b"]), [100]);
}

#[test]
fn truncation_cuts_at_batches_and_forgets_producers_and_epochs() {
    let mut rig = Rig::new(small_segments());
    for at in 0..50 {
        rig.append_at(&idempotent(7, 0, at * 2, 2), at / 10, NOW + i64::from(at)).unwrap();
    }
    let limits = ReadLimits { max_bytes: 1 << 20, upper_offset: 100, min_one: true };
    let held = rig.log.read(41, limits).unwrap().slice.unwrap();
    assert_eq!(rig.log.truncate(41).unwrap(), 40, "the batch spans 40 and 41");
    assert!(held.to_vec().is_err(), "a slice over cut bytes fails");
    assert_eq!(rig.log.latest_epoch().unwrap(), Some(1));
    let again = rig.append_at(&idempotent(7, 0, 40, 2), 7, NOW).unwrap();
    assert_eq!((again.base_offset, again.duplicate), (40, false));
    assert!(held.to_vec().is_err(), "also when others took their place");
    let end = rig.log.end_offset_for_epoch(1).unwrap();
    assert_eq!((end.leader_epoch, end.end_offset), (1, 40));
    let before = rig.read_all();
    rig.check_lookups();
    rig.reopen(Recovery::SameBoot);
    assert_eq!(rig.read_all(), before);
    assert_eq!(rig.log.latest_epoch().unwrap(), Some(7));
    rig.log.truncate_fully(500).unwrap();
    assert_eq!(rig.append_values(&["z"]), [500]);
    rig.reopen(Recovery::SameBoot);
    assert_eq!(rig.values(), ["z"]);
}

#[test]
fn epochs_are_rebuilt_from_batches() {
    let mut rig = Rig::new(small_segments());
    for at in 0..90 {
        rig.append_at(&one("value"), at / 30 * 2, NOW).unwrap();
    }
    let ends =
        |rig: &Rig| [0, 1, 2, 4].map(|e| rig.log.end_offset_for_epoch(e).unwrap().end_offset);
    let before = ends(&rig);
    assert_eq!(before, [30, 30, 60, 90]);
    rig.fs.remove_file(&PathBuf::from(DIR).join("leader-epoch-checkpoint")).unwrap();
    rig.reopen(Recovery::Clean);
    assert_eq!(ends(&rig), before);
    assert_eq!(rig.log.epoch_at(59).unwrap(), Some(2));
}

#[test]
fn segments_close_by_time_of_their_records() {
    let config = LogConfig { segment_ms: 1000, ..LogConfig::default() };
    let rig = Rig::new(config);
    for time in [0, 500, 1000, 1001, 1500, 2100] {
        rig.append(&timed("v", NOW + time)).unwrap();
    }
    let bases: Vec<_> = rig.log.view.segments().iter().map(|s| s.base_offset()).collect();
    assert_eq!(bases, [0, 3, 5]);
    assert!(rig.file_names().contains(&"00000000000000000003.snapshot".to_owned()));
}

#[test]
fn aborted_transactions_are_indexed() {
    use weir_wire::records::EndTxnMarker;
    let mut rig = Rig::new(small_segments());
    let data = || {
        let mut builder = BatchBuilder::new().producer(5, 0, 0).transactional();
        builder.append(NOW, None, Some(b"v"), &[]);
        builder.build().unwrap()
    };
    let marker = EndTxnMarker { commit: false, coordinator_epoch: 1 };
    let end = BatchBuilder::new().producer(5, 0, -1).transactional();
    let end = end.control(marker.control_type(), NOW, &marker.value()).unwrap();
    rig.append(&data()).unwrap();
    rig.append_values(&["other"; 3]);
    assert_eq!(rig.log.first_unstable_offset(), Some(0));
    rig.append(&end).unwrap();
    assert_eq!(rig.log.first_unstable_offset(), Some(0), "the marker is not replicated");
    rig.log.replicated_to(4).unwrap();
    assert_eq!(rig.log.first_unstable_offset(), Some(0), "not yet");
    rig.log.replicated_to(5).unwrap();
    assert_eq!(rig.log.first_unstable_offset(), None);
    for _ in 0..2 {
        let aborted = rig.log.aborted_transactions(0, 100).unwrap();
        assert_eq!(aborted.len(), 1);
        assert_eq!((aborted[0].first_offset, aborted[0].last_offset), (0, 4));
        rig.reopen(Recovery::SameBoot);
    }
}

#[test]
fn a_deleted_log_moves_away_and_goes() {
    let rig = Rig::new(small_segments());
    rig.append_values(&["a"; 50]);
    rig.log.delete([9; 16]).unwrap();
    assert!(matches!(rig.append(&one("b")), Err(AppendError::Storage(LogError::Deleted))));
    let dir = rig.log.dir();
    let name = dir.file_name().unwrap().to_string_lossy().into_owned();
    assert!(name.starts_with("orders-0.") && name.ends_with("-delete"), "{name}");
    assert!(!rig.fs.exists(&PathBuf::from(DIR)).unwrap());
    rig.log.unlink().unwrap();
    assert!(rig.fs.files().is_empty());
}
