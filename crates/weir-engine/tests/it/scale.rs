//! Ten thousand topics. Bounds here are loose (a busy machine, a debug build): the figures that count
//! are those of `cargo xtask bench`.

use std::process::Command;
use std::time::Instant;

use weir_wire::messages::create_topics_request::{CreatableTopic, CreateTopicsRequest};
use weir_wire::messages::describe_log_dirs_request::DescribeLogDirsRequest;
use weir_wire::messages::metadata_request::MetadataRequest;
use weir_wire::{ErrorCode, Str};

use crate::harness::Cluster;

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").trim().parse().unwrap_or(0)
}

/// Resident memory is the whole process's, and other tests run in it at the same time: so that only this
/// one's counts, it runs in a process of its own. `false`: it did, and passed.
fn is_alone(test: &str) -> bool {
    const ALONE: &str = "WEIR_TEST_ALONE";
    if std::env::var_os(ALONE).is_some() {
        return true;
    }
    let mut program = Command::new(std::env::current_exe().unwrap());
    let output = program.args([test, "--exact", "--nocapture"]).env(ALONE, "1").output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    let passed = output.status.success() && told.contains("1 passed");
    assert!(passed, "{told}{}", String::from_utf8_lossy(&output.stderr));
    false
}

#[test]
fn ten_thousand_topics_are_made_served_and_moved() {
    if !is_alone("scale::ten_thousand_topics_are_made_served_and_moved") {
        return;
    }
    let mut cluster = Cluster::new(3);
    let before = resident_kib();
    let started = Instant::now();
    for request in 0..20 {
        let topics = (0..500).map(|i| CreatableTopic {
            name: Str::from(format!("topic-{request:02}-{i:03}")),
            num_partitions: 4,
            replication_factor: 3,
            ..Default::default()
        });
        let request = CreateTopicsRequest { topics: topics.collect(), ..Default::default() };
        let response = cluster.connect(1).call(request, 7);
        assert!(response.topics.iter().all(|t| ErrorCode(t.error_code) == ErrorCode::NONE));
    }
    let created = started.elapsed();
    let memory_mib = resident_kib().saturating_sub(before) / 1024;
    let timed = |what: &str, act: &mut dyn FnMut()| {
        let started = Instant::now();
        act();
        eprintln!("{what}: {:?}", started.elapsed());
        started.elapsed()
    };
    eprintln!("create: {created:?}, {memory_mib} MiB");
    timed("metadata", &mut || {
        let all = MetadataRequest { topics: None, ..Default::default() };
        assert_eq!(cluster.connect(1).call(all, 12).topics.len(), 10_000);
    });
    timed("log dirs", &mut || {
        let all = DescribeLogDirsRequest { topics: None, ..Default::default() };
        assert_eq!(cluster.connect(1).call(all, 4).results[0].topics.len(), 10_000);
    });
    let stop = timed("stop", &mut || cluster.engine.stop_broker(2).unwrap());
    timed("start", &mut || cluster.engine.start_broker(2).unwrap());
    timed("background", &mut || {
        cluster.engine.run_background(weir_engine::Background::Cluster).unwrap();
        cluster.engine.run_background(weir_engine::Background::Storage).unwrap();
    });
    let whole = |image: &weir_engine::image::Image| {
        let mut partitions = image.topics().flat_map(|topic| topic.partitions());
        partitions.all(|partition| partition.assignment().isr.len() == 3)
    };
    assert!(whole(&cluster.engine.image()));
    timed("clean stop", &mut || cluster.engine.close(&|| false).unwrap());
    let open = timed("open", &mut || cluster.restart());
    assert_eq!(cluster.engine.image().topic_count(), 10_000);
    assert!(created.as_secs() < 20 && stop.as_secs() < 5 && open.as_secs() < 5);
    assert!(memory_mib < 150, "{memory_mib} MiB");
}
