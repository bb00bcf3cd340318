//! What the metadata log keeps over crashes, power losses and clean stops.

use std::collections::HashSet;

use weir_engine::fs::PowerLoss;
use weir_wire::ErrorCode;

use crate::harness::Cluster;

#[test]
fn everything_survives_a_kill() {
    let mut cluster = Cluster::new(3);
    let id = cluster.engine.image().cluster_id().clone();
    for i in 0..50 {
        cluster.create(&format!("topic-{i}"), 2, &[("retention.ms", "1234")]);
    }
    let topic_id = cluster.engine.image().topic("topic-7").unwrap().id();
    cluster.restart();
    let image = cluster.engine.image();
    assert_eq!(*image.cluster_id(), id);
    assert_eq!(image.topic_count(), 50);
    let topic = image.topic("topic-7").unwrap();
    assert_eq!(topic.id(), topic_id);
    assert_eq!(topic.shared().settings().log.retention_ms, 1234);
    assert_eq!(cluster.produce("topic-7", "x", -1), (ErrorCode::NONE, 0));
}

#[test]
fn a_clean_stop_leaves_a_snapshot_that_says_the_same() {
    let mut cluster = Cluster::new(3);
    cluster.create("orders", 4, &[("cleanup.policy", "compact")]);
    cluster.engine.stop_broker(2).unwrap();
    let before = cluster.engine.image();
    cluster.engine.close(&|| false).unwrap();
    let snapshots = |cluster: &Cluster| {
        let files = cluster.fs.files();
        files.iter().filter(|f| f.extension().is_some_and(|e| e == "checkpoint")).count()
    };
    assert_eq!(snapshots(&cluster), 1);
    cluster.reopen("boot-2");
    let after = cluster.engine.image();
    let assignments = |image: &weir_engine::image::Image| -> Vec<_> {
        let topic = image.topic("orders").unwrap();
        topic
            .partitions()
            .iter()
            .map(|p| (p.assignment().leader, p.assignment().leader_epoch))
            .collect()
    };
    assert_eq!(assignments(&before), assignments(&after), "a clean stop raises no epoch");
    assert!(after.topic("orders").unwrap().shared().settings().log.cleanup.compact);
    cluster.engine.close(&|| false).unwrap();
    assert_eq!(snapshots(&cluster), 1, "older ones go");
}

/// The bytes of the metadata log, and how many snapshots lie beside it.
fn metadata_files(cluster: &Cluster) -> (usize, usize) {
    let files: Vec<_> =
        cluster.fs.files().into_iter().filter(|f| f.starts_with("/cluster/metadata")).collect();
    let of = |kind: &str| files.iter().filter(|f| f.extension().is_some_and(|e| e == kind)).count();
    let logs = files.iter().filter(|f| f.extension().is_some_and(|e| e == "log"));
    let bytes = logs.map(|f| cluster.fs.content(f).map_or(0, |content| content.len())).sum();
    (bytes, of("checkpoint"))
}

/// What a restart must bring back: each topic with its id, its settings, and who leads its partitions.
fn told(cluster: &Cluster) -> String {
    let image = cluster.engine.image();
    let mut topics: Vec<_> = image.topics().collect();
    topics.sort_by_key(|topic| topic.name().to_string());
    let of_topic = |topic: &&std::sync::Arc<weir_engine::image::TopicImage>| {
        let leaders: Vec<_> = topic.partitions().iter().map(|p| p.assignment().clone()).collect();
        let retention = topic.shared().settings().log.retention_ms;
        format!("{} {:?} {retention} {leaders:?}", topic.name(), topic.id())
    };
    topics.iter().map(of_topic).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_snapshot_is_written_once_the_log_has_grown_and_a_restart_adds_the_tail() {
    const INTERVAL: u32 = 16 << 10;
    let mut config = weir_engine::EngineConfig::local("/cluster", 3, "localhost", 9092);
    config.snapshot_interval_bytes = INTERVAL;
    let mut cluster = Cluster::with(config);
    let mut made = 0;
    let mut grow = |cluster: &Cluster, topics: usize| {
        for _ in 0..topics {
            cluster.create(&format!("topic-{made}"), 2, &[("retention.ms", "1234")]);
            made += 1;
        }
    };
    grow(&cluster, 1);
    cluster.pass(1_000);
    let (begun, snapshots) = metadata_files(&cluster);
    assert_eq!(snapshots, 0, "{begun} bytes are no reason");
    while metadata_files(&cluster).1 == 0 {
        grow(&cluster, 5);
        cluster.pass(1_000);
        assert!(metadata_files(&cluster).0 < 4 * INTERVAL as usize, "no snapshot is written");
    }
    grow(&cluster, 3);
    let before = told(&cluster);
    cluster.restart();
    assert_eq!(told(&cluster), before, "snapshot and tail together");
    for _ in 0..40 {
        grow(&cluster, 5);
        cluster.pass(1_000);
    }
    let (bytes, snapshots) = metadata_files(&cluster);
    assert_eq!(snapshots, 1, "older ones go");
    assert!(bytes < 4 * INTERVAL as usize, "{bytes}: the log before a snapshot goes too");
    let before = told(&cluster);
    cluster.restart();
    assert_eq!(told(&cluster), before);
}

#[test]
fn a_power_loss_keeps_acknowledged_metadata_and_raises_epochs() {
    let mut cluster = Cluster::new(3);
    cluster.create("orders", 1, &[("flush.messages", "1")]);
    assert_eq!(cluster.produce("orders", "one", -1), (ErrorCode::NONE, 0));
    let epoch = |cluster: &Cluster| {
        let image = cluster.engine.image();
        image.topic("orders").unwrap().partition(0).unwrap().assignment().leader_epoch
    };
    let before = epoch(&cluster);
    cluster.fs.lose_power(PowerLoss::All);
    cluster.reopen("boot-2");
    assert!(epoch(&cluster) > before, "consumers must notice a lost tail");
    assert_eq!(cluster.produce("orders", "two", -1), (ErrorCode::NONE, 1), "flush.messages=1");
    let raised = epoch(&cluster);
    cluster.leave_no_doubt();
    cluster.reopen("boot-2");
    assert_eq!(epoch(&cluster), raised, "the same boot lost nothing");
}

/// What a killed run wrote and had not flushed counts as committed after the restart: it has to be
/// durable by then.
#[test]
fn what_a_kill_left_unflushed_is_flushed_before_it_is_shown() {
    let mut shown = 0;
    for writes in 0..8 {
        let mut cluster = Cluster::new(1);
        cluster.create("orders", 1, &[("flush.messages", "1")]);
        assert_eq!(cluster.produce("orders", "one", -1), (ErrorCode::NONE, 0));
        cluster.fs.die_after(writes, 0);
        cluster.produce("orders", "two", -1);
        cluster.fs.restart();
        cluster.restart();
        let end = |cluster: &Cluster| {
            let image = cluster.engine.image();
            let partition = image.topic("orders").unwrap().partition(0).unwrap().handle().clone();
            partition.view().unwrap().high_watermark
        };
        let before = end(&cluster);
        cluster.fs.lose_power(PowerLoss::All);
        cluster.reopen("boot-2");
        assert_eq!(end(&cluster), before, "died after {writes} writes");
        shown += i32::from(before == 2);
    }
    assert!(shown > 0, "no death fell between the write and its flush");
}

#[test]
fn producer_ids_are_never_given_out_twice() {
    let mut cluster = Cluster::new(2);
    let mut seen = HashSet::new();
    for round in 0..3 {
        for i in 0..1_500 {
            let id = cluster.engine.allocate_producer_id(1 + i % 2).unwrap();
            assert!(seen.insert(id), "{id} twice");
        }
        if round == 1 {
            cluster.fs.lose_power(PowerLoss::All);
        }
        cluster.reopen(&format!("boot-{round}"));
    }
}

#[test]
fn internal_topics_are_made_once_and_compacted() {
    let cluster = Cluster::new(3);
    let topic = cluster.engine.create_internal_topic("__consumer_offsets").unwrap();
    assert_eq!(topic.partitions().len(), 50);
    assert_eq!(topic.partitions()[0].assignment().replicas.len(), 3);
    assert!(topic.shared().settings().log.cleanup.compact);
    assert!(topic.is_internal());
    let again = cluster.engine.create_internal_topic("__consumer_offsets").unwrap();
    assert_eq!(again.id(), topic.id());
}
