//! After a power loss logs are looked at as a whole; a kill, or a stop, before that was done must not make the
//! next start believe them.

use std::path::Path;
use std::time::Duration;

use weir_engine::Background;

use crate::harness::Cluster;

const RECORDS: i64 = 30;
const LOG: &str = "/cluster/data/t-0/00000000000000000000.log";

/// A log with an index entry for nearly every batch.
fn with_log() -> Cluster {
    let cluster = Cluster::new(1);
    cluster.create("t", 1, &[("index.interval.bytes", "1")]);
    for at in 0..RECORDS {
        assert_eq!(cluster.produce("t", "value", -1).1, at);
    }
    cluster
}

/// What a power loss left of the log's beginning.
fn tear_the_beginning(cluster: &Cluster) {
    cluster.fs.corrupt(Path::new(LOG), 70, &[0xff, 0xff]);
}

fn end(cluster: &Cluster) -> i64 {
    let image = cluster.engine.image();
    let partition = image.topic("t").unwrap().partition(0).unwrap();
    partition.handle().log().unwrap().log_end_offset()
}

#[test]
fn a_kill_before_a_log_was_looked_at_leaves_it_in_doubt() {
    let mut cluster = with_log();
    tear_the_beginning(&cluster);
    cluster.reopen("boot-2");
    cluster.restart_in_this_boot();
    assert_eq!(end(&cluster), 0, "nothing behind what is torn is believed");
}

#[test]
fn a_clean_stop_before_a_log_was_looked_at_leaves_it_in_doubt() {
    let mut cluster = with_log();
    tear_the_beginning(&cluster);
    cluster.reopen("boot-2");
    cluster.engine.close(&|| false).unwrap();
    cluster.restart_in_this_boot();
    assert_eq!(end(&cluster), 0);
}

#[test]
fn a_kill_after_all_was_looked_at_costs_no_second_look() {
    let mut cluster = with_log();
    cluster.reopen("boot-2");
    cluster.leave_no_doubt();
    tear_the_beginning(&cluster);
    cluster.restart_in_this_boot();
    assert_eq!(end(&cluster), RECORDS, "only the end is looked at");
}

/// Whoever asks for its offsets meanwhile waits: an empty log would send consumers back to its beginning.
#[test]
fn a_log_that_is_just_being_recovered_is_not_taken_for_an_empty_one() {
    let mut cluster = Cluster::new(1);
    cluster.create("t", 1, &[("flush.messages", "1")]);
    assert_eq!(cluster.produce("t", "value", -1).1, 0);
    cluster.restart();
    let hold = cluster.fs.hold_syncs("/data/t-0/");
    let image = cluster.engine.image();
    let partition = image.topic("t").unwrap().partition(0).unwrap().handle();
    let (answer, answers) = std::sync::mpsc::channel();
    std::thread::scope(|threads| {
        threads.spawn(|| cluster.engine.run_background(Background::Storage).unwrap());
        assert!(hold.is_reached(), "a killed run's tail is flushed before it counts");
        threads.spawn(move || answer.send(partition.view().unwrap().high_watermark).unwrap());
        let early = answers.recv_timeout(Duration::from_millis(200));
        drop(hold);
        early.expect_err("answered before the log was recovered");
        assert_eq!(answers.recv_timeout(Duration::from_secs(30)), Ok(1));
    });
}
