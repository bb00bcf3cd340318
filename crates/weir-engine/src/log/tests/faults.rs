//! Full disks, I/O errors, failed syncs.

use std::io::ErrorKind;

use super::*;
use crate::fs::{Fault, FaultKind};

fn fault(kind: FaultKind, path: &str, error: ErrorKind) -> Fault {
    Fault { kind, path_contains: path.to_owned(), skip: 0, count: 1, error }
}

#[test]
fn a_full_disk_refuses_and_writing_resumes() {
    let mut rig = Rig::new(LogConfig::default());
    rig.append_values(&["a", "b"]);
    let used: u64 = rig.fs.files().iter().map(|f| rig.fs.content(f).unwrap().len() as u64).sum();
    rig.fs.set_capacity(Some(used + 30));
    let error = rig.append(&one("c")).unwrap_err();
    let AppendError::Storage(error) = error else { panic!("{error}") };
    assert!(error.is_storage_full(), "{error}");
    assert_eq!(rig.values(), ["a", "b"], "reads go on");
    rig.fs.set_capacity(None);
    assert_eq!(rig.append_values(&["c"]), [2]);
    rig.reopen(Recovery::SameBoot);
    assert_eq!(rig.values(), ["a", "b", "c"]);
}

#[test]
fn a_full_disk_at_each_write_loses_nothing() {
    for capacity in (0..4000).step_by(7) {
        let mut rig = Rig::new(LogConfig {
            segment_bytes: 600,
            index_interval_bytes: 100,
            ..LogConfig::default()
        });
        rig.fs.set_capacity(Some(capacity));
        let mut kept = Vec::new();
        for at in 0..40 {
            let batch = idempotent(1, 0, kept.len() as i32, 1);
            if rig.append_at(&batch, at / 10, NOW).is_ok() {
                kept.push(format!("1/0/{}", kept.len()));
            }
        }
        rig.fs.set_capacity(None);
        assert_eq!(rig.log.failure(), None, "with {capacity} bytes");
        rig.append(&idempotent(1, 0, kept.len() as i32, 1)).unwrap();
        kept.push(format!("1/0/{}", kept.len()));
        assert_eq!(rig.values(), kept);
        rig.check_lookups();
        rig.reopen(Recovery::SameBoot);
        assert_eq!(rig.values(), kept);
    }
}

#[test]
fn a_torn_append_is_cut_off() {
    let rig = Rig::new(LogConfig::default());
    rig.append_values(&["a"]);
    rig.fs.inject(fault(FaultKind::TornAppend(20), ".log", ErrorKind::Other));
    assert!(rig.append(&one("b")).is_err());
    assert_eq!(rig.append_values(&["c"]), [1]);
    assert_eq!(rig.values(), ["a", "c"]);
}

#[test]
fn an_append_that_cannot_be_cut_off_stops_writes() {
    let mut rig = Rig::new(LogConfig::default());
    rig.append_values(&["a"]);
    rig.fs.inject(fault(FaultKind::TornAppend(20), ".log", ErrorKind::Other));
    rig.fs.inject(fault(FaultKind::SetLen, ".log", ErrorKind::Other));
    assert!(rig.append(&one("b")).is_err());
    let refused = rig.append(&one("c")).unwrap_err();
    assert!(matches!(refused, AppendError::Storage(LogError::Failed(_))), "{refused}");
    assert_eq!(rig.values(), ["a"]);
    rig.log.revalidate().unwrap();
    assert_eq!(rig.append_values(&["d"]), [1]);
    rig.reopen(Recovery::SameBoot);
    assert_eq!(rig.values(), ["a", "d"]);
}

#[test]
fn a_failed_sync_stops_writes_and_is_never_retried() {
    let rig = Rig::new(LogConfig { flush_messages: 1, ..LogConfig::default() });
    rig.append_values(&["a"]);
    rig.log.flush().unwrap();
    rig.append_values(&["b"]);
    rig.fs.inject(fault(FaultKind::Sync, ".log", ErrorKind::Other));
    assert!(matches!(rig.log.flush(), Err(LogError::Failed(_))));
    let syncs = rig.fs.sync_count();
    assert!(matches!(rig.log.flush(), Err(LogError::Failed(_))), "not retried");
    assert_eq!(rig.fs.sync_count(), syncs);
    assert!(rig.append(&one("c")).is_err());
    assert_eq!(rig.values(), ["a", "b"], "reads go on");
    assert_eq!(rig.log.recovery_point(), 1);
}

#[test]
fn an_index_that_cannot_be_written_costs_only_time() {
    let mut rig = Rig::new(LogConfig { index_interval_bytes: 50, ..LogConfig::default() });
    for kind in [".index", ".timeindex"] {
        let torn = fault(FaultKind::TornAppend(3), kind, ErrorKind::StorageFull);
        rig.fs.inject(Fault { count: 5, ..torn });
    }
    for at in 0..30 {
        rig.append(&timed("value", NOW + at)).unwrap();
    }
    rig.check_lookups();
    rig.reopen(Recovery::SameBoot);
    rig.check_lookups();
    assert_eq!(rig.read_all().len(), 30);
}

#[test]
fn a_read_error_is_told_and_passes() {
    let rig = Rig::new(LogConfig::default());
    rig.append_values(&["a"]);
    rig.fs.inject(fault(FaultKind::Read, ".log", ErrorKind::Other));
    let limits = ReadLimits { max_bytes: 100, upper_offset: 1, min_one: true };
    assert!(matches!(rig.log.read(0, limits), Err(ReadError::Storage(_))));
    assert_eq!(rig.values(), ["a"]);
}

/// A power loss brings an old checkpoint of epochs back: recovery finds the newer ones in the log, and
/// the next start of that boot, which reads only the end of the log, has to know them too.
#[test]
fn epochs_that_a_power_loss_took_from_their_checkpoint_are_found_for_good() {
    let mut rig = Rig::new(LogConfig { index_interval_bytes: 1, ..LogConfig::default() });
    rig.append_values(&["a", "b"]);
    for value in ["c", "d", "e", "f"] {
        rig.append_at(&one(value), 3, NOW).unwrap();
    }
    let checkpoint = PathBuf::from(DIR).join("leader-epoch-checkpoint");
    rig.fs.replace(&checkpoint, b"0\n1\n0 0\n", true).unwrap();
    rig.reopen(Recovery::PowerLoss);
    assert_eq!(rig.log.epoch_at(2).unwrap(), Some(3));
    rig.reopen(Recovery::SameBoot);
    assert_eq!(rig.log.epoch_at(2).unwrap(), Some(3), "and not of epoch 0");
}
