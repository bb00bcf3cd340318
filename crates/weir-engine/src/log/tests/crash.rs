//! A crash at every write: what was acknowledged is there, what is there is sound.

use proptest::prelude::*;

use super::*;
use crate::fs::PowerLoss;

/// What a test does to a log.
#[derive(Debug, Clone)]
enum Step {
    /// Appends a batch of so many records with values of this size.
    Append(i32, usize),
    Flush,
    Maintain,
    DeleteRecords(i64),
    Truncate(i64),
    Close,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => (1..5_i32, 1..400_usize).prop_map(|(records, size)| Step::Append(records, size)),
        1 => Just(Step::Flush),
        1 => Just(Step::Maintain),
        1 => (0..60_i64).prop_map(Step::DeleteRecords),
        1 => (0..80_i64).prop_map(Step::Truncate),
        1 => Just(Step::Close),
    ]
}

/// What was acknowledged: values by offset, in order.
#[derive(Debug, Default)]
struct Model {
    records: Vec<(i64, Vec<u8>)>,
    /// The batch that was being appended when the process died.
    in_flight: Vec<(i64, Vec<u8>)>,
    log_start: i64,
    log_end: i64,
    durable: i64,
    sequence: i32,
    epoch: i32,
    /// A truncation or deletion began and may or may not have happened.
    cut_to: Option<i64>,
    start_at: Option<i64>,
}

impl Model {
    /// Runs a step; `false` when the process died in it.
    fn run(&mut self, rig: &mut Rig, step: &Step) -> bool {
        match step {
            Step::Append(records, size) => self.append(rig, *records, *size),
            Step::Flush => match rig.log.flush() {
                Ok(durable) => self.durable = durable,
                Err(_) => return false,
            },
            Step::Maintain => {
                if rig.log.maintain(NOW).is_err() {
                    return false;
                }
                self.durable = self.durable.max(rig.log.recovery_point());
            }
            Step::DeleteRecords(offset) => {
                self.start_at = Some((*offset).min(self.log_end));
                match rig.log.delete_records(*offset) {
                    Ok(log_start) => self.log_start = log_start,
                    Err(_) => return false,
                }
                self.start_at = None;
            }
            Step::Truncate(offset) => {
                self.cut_to = Some(*offset);
                let Ok(end) = rig.log.truncate(*offset) else { return false };
                self.records.retain(|(offset, _)| *offset < end);
                self.log_end = end;
                self.durable = self.durable.min(end);
                self.epoch += 1;
                self.sequence = 0;
                self.cut_to = None;
            }
            Step::Close => {
                if rig.log.close(0).is_err() || rig.fs.is_dead() {
                    return false;
                }
                if rig.try_reopen(Recovery::SameBoot).is_err() {
                    return false;
                }
            }
        }
        !rig.fs.is_dead()
    }

    fn append(&mut self, rig: &Rig, records: i32, size: usize) {
        let mut builder = BatchBuilder::new().producer(1, self.epoch as i16, self.sequence);
        let mut batch = Vec::new();
        for at in 0..records {
            let value = vec![(self.sequence + at) as u8; size];
            builder.append(NOW, None, Some(&value), &[]);
            batch.push((self.log_end + i64::from(at), value));
        }
        let batch_bytes = builder.build().unwrap();
        match rig.append_at(&batch_bytes, self.epoch, NOW) {
            Ok(appended) => {
                assert_eq!(appended.base_offset, self.log_end);
                self.log_end += i64::from(records);
                self.sequence += records;
                self.records.extend(batch);
            }
            Err(_) => self.in_flight = batch,
        }
    }

    /// What a log holds must be what was acknowledged from its start to its end, in order.
    fn check_prefix(&self, rig: &Rig) {
        let (start, end) = (rig.log.log_start_offset(), rig.log.log_end_offset());
        let mut expected: Vec<_> = self.records.iter().chain(&self.in_flight).cloned().collect();
        expected.retain(|(offset, _)| (start..end).contains(offset));
        let found: Vec<_> =
            rig.read_all().into_iter().map(|seen| (seen.offset, seen.value.unwrap())).collect();
        let offsets =
            |records: &[(i64, Vec<u8>)]| -> Vec<_> { records.iter().map(|r| r.0).collect() };
        assert_eq!(offsets(&found), offsets(&expected));
        assert!(found == expected, "values differ");
        rig.check_lookups();
    }
}

fn config() -> LogConfig {
    LogConfig { segment_bytes: 1500, index_interval_bytes: 150, ..LogConfig::default() }
}

fn run(steps: &[Step], fuse: u64, torn: usize) -> (Rig, Model) {
    let (mut rig, mut model) = (Rig::new(config()), Model::default());
    rig.fs.die_after(fuse, torn);
    for step in steps {
        if !model.run(&mut rig, step) {
            break;
        }
    }
    (rig, model)
}

/// The log takes records again, and a retry of what was in flight is written once.
fn goes_on(rig: &Rig, model: &Model) {
    let end = rig.log.log_end_offset();
    let appended = rig.append_at(&idempotent(99, 0, 0, 2), model.epoch + 5, NOW).unwrap();
    assert_eq!(appended.base_offset, end);
    assert_eq!(rig.append_at(&idempotent(99, 0, 0, 2), 50, NOW).unwrap().base_offset, end);
    assert_eq!(rig.log.latest_epoch().unwrap(), Some(model.epoch + 5));
    let found: Vec<_> = rig.read_from(end, 1 << 20);
    assert_eq!(found.len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn killed_at_any_write_everything_acknowledged_is_there(
        steps in proptest::collection::vec(step(), 1..60),
        fuse in 0..400_u64,
        torn in 0..600_usize,
    ) {
        let (mut rig, model) = run(&steps, fuse, torn);
        rig.fs.restart();
        let recovered = rig.reopen(Recovery::SameBoot);
        let in_flight = model.in_flight.len() as i64;
        match model.cut_to {
            None => {
                let end = recovered.log_end_offset;
                prop_assert!(end == model.log_end || end == model.log_end + in_flight);
            }
            Some(_) => {
                // The caller, who noted the truncation elsewhere, repeats it.
                let cut_to = model.cut_to.unwrap().max(model.log_start);
                prop_assert!(recovered.log_end_offset <= model.log_end);
                prop_assert!(recovered.log_end_offset + 5 > cut_to.min(model.log_end));
            }
        }
        let start = rig.log.log_start_offset();
        prop_assert!(start == model.log_start || Some(start) == model.start_at);
        model.check_prefix(&rig);
        goes_on(&rig, &model);
    }

    #[test]
    fn after_a_power_loss_a_sound_prefix_is_there(
        steps in proptest::collection::vec(step(), 1..60),
        fuse in 0..400_u64,
        torn in 0..600_usize,
        seed in any::<u64>(),
    ) {
        let (mut rig, model) = run(&steps, fuse, torn);
        rig.fs.lose_power(if seed % 5 == 0 { PowerLoss::All } else { PowerLoss::Random(seed) });
        let recovered = rig.reopen(Recovery::PowerLoss);
        let cut_to = model.cut_to.map_or(i64::MAX, |cut_to| cut_to - 4);
        let durable = model.durable.min(cut_to).max(0);
        prop_assert!(recovered.log_end_offset >= durable, "{recovered:?} < {durable}");
        model.check_prefix(&rig);
        goes_on(&rig, &model);
        let before = rig.read_all();
        rig.fs.restart();
        rig.reopen(Recovery::SameBoot);
        prop_assert_eq!(rig.read_all(), before, "recovery is stable");
    }
}

#[test]
fn recovery_after_a_kill_reads_only_the_tail() {
    let mut rig = Rig::new(LogConfig::default());
    for at in 0..2000 {
        rig.append(&timed(&"x".repeat(200), NOW + at)).unwrap();
    }
    let recovered = rig.reopen(Recovery::SameBoot);
    assert_eq!(recovered.log_end_offset, 2000);
    assert!(recovered.scanned_bytes < 5000, "{} bytes validated", recovered.scanned_bytes);
    let recovered = rig.reopen(Recovery::PowerLoss);
    assert_eq!(recovered.scanned_bytes, rig.log.size_bytes());
}

#[test]
fn flushed_for_each_message_nothing_acknowledged_is_lost() {
    let config = LogConfig { flush_messages: 1, ..config() };
    let mut rig = Rig::new(config);
    for at in 0..50 {
        let appended = rig.append(&idempotent(1, 0, at, 1)).unwrap();
        assert!(appended.must_flush);
        assert_eq!(rig.log.flush().unwrap(), i64::from(at) + 1);
    }
    rig.fs.lose_power(PowerLoss::All);
    assert_eq!(rig.reopen(Recovery::PowerLoss).log_end_offset, 50);
    assert_eq!(rig.read_all().len(), 50);
}

#[test]
fn a_flipped_bit_is_cut_off_not_served() {
    let mut rig = Rig::new(LogConfig::default());
    rig.append_values(&["good", "bad", "after"]);
    let position = one("good").len() + 70;
    rig.fs.corrupt(&PathBuf::from(DIR).join("00000000000000000000.log"), position, &[0xff]);
    let recovered = rig.reopen(Recovery::PowerLoss);
    assert_eq!(recovered.log_end_offset, 1);
    assert!(recovered.truncated_bytes > 0);
    assert_eq!(rig.values(), ["good"]);
}

/// One transaction, aborted.
fn abort_one(rig: &Rig) {
    use weir_wire::records::EndTxnMarker;
    let mut data = BatchBuilder::new().producer(5, 0, 0).transactional();
    data.append(NOW, None, Some(b"never"), &[]);
    rig.append(&data.build().unwrap()).unwrap();
    let marker = EndTxnMarker { commit: false, coordinator_epoch: 1 };
    let end = BatchBuilder::new().producer(5, 0, -1).transactional();
    rig.append(&end.control(marker.control_type(), NOW, &marker.value()).unwrap()).unwrap();
    rig.log.replicated_to(2).unwrap();
}

fn aborted(rig: &Rig) -> Vec<(i64, i64)> {
    let found = rig.log.aborted_transactions(0, 1000).unwrap();
    found.iter().map(|txn| (txn.first_offset, txn.last_offset)).collect()
}

#[test]
fn what_was_aborted_in_a_closed_segment_stays_so_after_a_power_loss() {
    let mut rig = Rig::new(small_segments());
    abort_one(&rig);
    rig.append_values(&["filler"; 60]);
    rig.log.maintain(NOW).unwrap();
    assert!(rig.log.recovery_point() > 2, "it is not looked at again");
    rig.fs.lose_power(PowerLoss::All);
    rig.reopen(Recovery::PowerLoss);
    assert_eq!(aborted(&rig), [(0, 1)]);
}

#[test]
fn what_was_aborted_before_a_clean_stop_stays_so_after_a_power_loss() {
    for seed in 0..40 {
        let mut rig = Rig::new(LogConfig { flush_messages: 1, ..LogConfig::default() });
        abort_one(&rig);
        rig.log.flush().unwrap();
        rig.log.close(0).unwrap();
        rig.reopen(Recovery::SameBoot);
        rig.append_values(&["later"]);
        rig.log.flush().unwrap();
        rig.fs.lose_power(PowerLoss::Random(seed));
        rig.reopen(Recovery::PowerLoss);
        assert_eq!(rig.log.log_end_offset(), 3, "seed {seed}");
        assert_eq!(aborted(&rig), [(0, 1)], "seed {seed}");
    }
}
