//! Brokers are added, drained and removed while an idempotent producer writes; nobody notices.
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::runtime::Builder;
use weir_control::api::{BrokerState, OperationState};
use weir_control::{ClusterDir, ControlError};

use crate::control_api::done;
use crate::kill_nine::{assert_once_and_in_order, create, feed_kcat, length, read};
use crate::process::{Broker, LONG, wait_for};
use crate::programs::{installed, not_checked};

/// Records that the producer gets through between two changes.
const BETWEEN: usize = 100;

#[test]
fn brokers_come_and_go_while_a_producer_writes() {
    if !installed("kcat") {
        return not_checked("brokers that come and go under a producer", "kcat is not installed");
    }
    let temp = tempfile::tempdir().unwrap();
    let flags = ["--brokers", "3", "--port", "0", "--set", "num.partitions=1"];
    let mut broker = Broker::start(temp.path(), &flags);
    let (client, bootstrap) = (broker.control(), broker.bootstrap().to_owned());
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    create(&bootstrap, "rdkafka");
    let stop = Arc::new(AtomicBool::new(false));
    let (mut producer, feeder) = feed_kcat(&bootstrap, &stop);
    let goes_on = || {
        let before = length(&bootstrap, "rdkafka");
        wait_for("more records", LONG, || {
            (length(&bootstrap, "rdkafka") > before + BETWEEN).then_some(())
        });
    };
    runtime.block_on(async {
        goes_on();
        let added = client.add_broker().await.unwrap();
        assert_eq!(added.broker, Some(4));
        assert_eq!(done(&client, added).await.state, OperationState::Done);
        goes_on();
        for id in [1, 2] {
            if id == 2 {
                let added = done(&client, client.add_broker().await.unwrap()).await;
                assert_eq!((added.broker, added.state), (Some(1), OperationState::Done));
            }
            let removed = done(&client, client.remove_broker(id).await.unwrap()).await;
            assert_eq!(removed.state, OperationState::Done, "{:?}", removed.error);
            let left = client.brokers().await.unwrap().brokers;
            assert!(left.len() == 3 && left.iter().all(|b| b.id != id), "{left:?}");
            goes_on();
        }
    });
    stop.store(true, Ordering::SeqCst);
    let given = feeder.join().unwrap();
    wait_for("the producer's end", LONG, || producer.0.try_wait().unwrap());
    let log = read(&bootstrap, "rdkafka");
    assert_once_and_in_order("kcat", 0..given, &log);
    // As `cluster.json` says, also after a restart.
    let kept = ClusterDir::new(temp.path()).load_cluster().unwrap().unwrap();
    assert_eq!((kept.brokers, kept.ids), (3, vec![1, 3, 4]));
    assert!(broker.terminate().success());
    let again = Broker::start(temp.path(), &[]);
    let ids: Vec<i32> = again.ready.brokers.iter().map(|b| b.id).collect();
    assert_eq!(ids, [1, 3, 4]);
}

#[test]
fn what_cannot_be_is_refused_by_name_and_changes_nothing() {
    if !installed("kcat") {
        return not_checked("brokers that cannot be removed", "kcat is not installed");
    }
    let temp = tempfile::tempdir().unwrap();
    let broker = Broker::start(temp.path(), &["--brokers", "2", "--port", "0"]);
    let client = broker.control();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let refused = |error: ControlError, status: u16, words: &str| {
        let ControlError::Refused { status: got, error } = error else { panic!("{error}") };
        assert!(got == status && error.text.contains(words), "{got}: {}", error.text);
    };
    // Two copies on two brokers: neither can go.
    create(broker.bootstrap(), "two");
    runtime.block_on(async {
        refused(client.remove_broker(9).await.unwrap_err(), 404, "Broker 9 does not exist");
        let removed = done(&client, client.remove_broker(2).await.unwrap()).await;
        assert_eq!(removed.state, OperationState::Failed);
        let error = removed.error.unwrap().text;
        assert!(error.contains("of topic two keeps 2 copies"), "{error}");
        done(&client, client.stop_broker(1).await.unwrap()).await;
        refused(client.remove_broker(2).await.unwrap_err(), 409, "no other broker runs");
        done(&client, client.start_broker(1).await.unwrap()).await;
        let kept = client.brokers().await.unwrap().brokers;
        assert!(
            kept.len() == 2 && kept.iter().all(|b| b.state != BrokerState::Stopped),
            "{kept:?}"
        );
    });
    let kept = ClusterDir::new(temp.path()).load_cluster().unwrap().unwrap();
    assert_eq!((kept.brokers, kept.broker_ids()), (2, vec![1, 2]));
}

#[test]
fn a_broker_whose_folder_cannot_be_made_is_not_added() {
    let temp = tempfile::tempdir().unwrap();
    let broker = Broker::start(temp.path(), &["--brokers", "2", "--port", "0"]);
    let client = broker.control();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    std::fs::write(temp.path().join("broker-3"), "in the way").unwrap();
    runtime.block_on(async {
        let failed = done(&client, client.add_broker().await.unwrap()).await;
        assert_eq!(failed.state, OperationState::Failed);
        assert!(failed.error.unwrap().text.contains("broker-3"));
        assert_eq!(client.brokers().await.unwrap().brokers.len(), 2);
        std::fs::remove_file(temp.path().join("broker-3")).unwrap();
        // Nothing of it stayed: the same id is added at once.
        let added = done(&client, client.add_broker().await.unwrap()).await;
        assert_eq!(
            (added.broker, added.state),
            (Some(3), OperationState::Done),
            "{:?}",
            added.error
        );
    });
}

#[test]
fn brokers_are_added_at_once_after_others_and_what_is_not_removed_is_not_called_off() {
    let temp = tempfile::tempdir().unwrap();
    let flags = ["--brokers", "3", "--port", "0", "--set", "default.replication.factor=1"];
    let broker = Broker::start(temp.path(), &flags);
    let client = broker.control();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let refused = client.cancel_removal(2).await.unwrap_err();
        assert!(matches!(&refused, ControlError::Refused { status: 409, .. }), "{refused}");
        // With nothing on it a removal ends at once, and the same id can be added again.
        let removed = done(&client, client.remove_broker(3).await.unwrap()).await;
        assert_eq!(removed.state, OperationState::Done, "{:?}", removed.error);
        for _ in 0..2 {
            let added = done(&client, client.add_broker().await.unwrap()).await;
            assert_eq!(added.state, OperationState::Done, "{:?}", added.error);
        }
        assert_eq!(client.brokers().await.unwrap().brokers.len(), 4);
    });
}
