//! Issue section 6: wrong input, tried as a new user would. Each is one clear sentence, nothing half-made.
use std::net::TcpListener;
use std::path::Path;

use weir_control::ClusterDir;
use weir_control::files::ClusterFile;

use crate::process::{Broker, refusal};

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(dir)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn check(dir: &Path, flags: &[&str], code: i32, words: &str) {
    let (exit, text) = refusal(dir, flags);
    assert_eq!(exit, code, "{text}");
    assert!(text.contains(words), "{text:?} should say {words:?}");
}

#[test]
fn the_number_of_brokers_is_1_to_100() {
    let temp = tempfile::tempdir().unwrap();
    for wrong in ["0", "101", "1000", "three", "-1"] {
        check(&temp.path().join("c"), &["--brokers", wrong], 2, "--brokers");
    }
    assert!(names(temp.path()).is_empty(), "nothing half-made");
}

#[test]
fn a_configuration_that_kafka_does_not_have_is_refused_by_name() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("c");
    check(&dir, &["--set", "num.partitons=3"], 2, "num.partitons");
    check(&dir, &["--set", "num.partitions=many"], 2, "num.partitions");
    check(&dir, &["--set", "num.partitions"], 2, "KEY=VALUE");
    assert!(names(temp.path()).is_empty(), "nothing half-made");
}

#[test]
fn a_taken_port_is_named() {
    let temp = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let dir = temp.path().join("c");
    let words = format!("port {port} of broker 1 is taken by another program");
    check(&dir, &["--port", &port.to_string()], 1, &words);
    assert!(!dir.exists(), "nothing half-made");
    check(&dir, &["--port", "65534", "--brokers", "3"], 2, "leaves no room");
}

#[test]
fn a_remembered_port_that_is_taken_never_moves() {
    let temp = tempfile::tempdir().unwrap();
    let mut broker = Broker::start(temp.path(), &["--brokers", "2", "--port", "0"]);
    let port = broker.ready.brokers[1].port;
    broker.terminate();
    let taken = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let words = format!("port {port} of broker 2 is taken by another program; stop that program");
    check(temp.path(), &[], 1, &words);
    drop(taken);
    assert_eq!(Broker::start(temp.path(), &[]).ready.brokers[1].port, port);
}

#[test]
fn another_programs_directory_is_left_alone() {
    let temp = tempfile::tempdir().unwrap();
    std::fs::write(temp.path().join("meta.properties"), "node.id=1").unwrap();
    check(temp.path(), &[], 1, "another program");
    assert_eq!(names(temp.path()), ["meta.properties"]);
}

#[test]
fn a_locked_directory_names_the_process() {
    let temp = tempfile::tempdir().unwrap();
    let broker = Broker::start(temp.path(), &["--port", "0"]);
    let words = format!("already running (process {})", broker.child.id());
    check(temp.path(), &[], 1, &words);
}

#[test]
fn a_torn_cluster_json_stays_as_it_is() {
    let temp = tempfile::tempdir().unwrap();
    Broker::start(temp.path(), &["--port", "0"]).terminate();
    let file = ClusterDir::new(temp.path()).cluster_json();
    std::fs::write(&file, "{\"name\": \"c").unwrap();
    check(temp.path(), &[], 1, "cluster.json is damaged");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "{\"name\": \"c");
}

#[test]
fn a_directory_of_a_newer_weir_is_refused() {
    let temp = tempfile::tempdir().unwrap();
    Broker::start(temp.path(), &["--port", "0"]).terminate();
    std::fs::write(ClusterDir::new(temp.path()).format_file(), "7\n").unwrap();
    check(temp.path(), &[], 1, "newer Weir (format 7");
}

#[test]
fn flags_that_differ_from_the_clusters_are_refused() {
    let temp = tempfile::tempdir().unwrap();
    Broker::start(temp.path(), &["--port", "0", "--set", "num.partitions=6"]).terminate();
    check(temp.path(), &["--brokers", "3"], 1, "made with --brokers 1, not 3");
    check(temp.path(), &["--set", "num.partitions=7"], 1, "--set num.partitions 6, not 7");
    check(temp.path(), &["--advertise", "x"], 1, "--advertise at its default, not x");
    assert!(Broker::start(temp.path(), &["--brokers", "1"]).terminate().success());
}

#[test]
fn a_file_and_a_wrong_host_are_refused() {
    let temp = tempfile::tempdir().unwrap();
    let file = temp.path().join("f");
    std::fs::write(&file, "").unwrap();
    check(&file, &[], 1, "is a file");
    check(&temp.path().join("c"), &["--host", "example.invalid"], 1, "address of this machine");
    check(&temp.path().join("c"), &["--host", "203.0.113.7"], 1, "address of this machine");
    assert_eq!(names(temp.path()), ["f"], "nothing half-made");
}

#[test]
fn a_cluster_json_by_hand_with_1000_brokers_is_refused() {
    let temp = tempfile::tempdir().unwrap();
    ClusterDir::new(temp.path()).save_cluster(&ClusterFile::new("c", 1_000)).unwrap();
    check(temp.path(), &[], 1, "1000 brokers");
}

/// Permissions say nothing to root: the kernel's read-only `/proc` and `/sys` stand for a folder that is not ours.
#[test]
fn a_folder_that_may_not_be_written_is_named() {
    let (code, text) = refusal(Path::new("/proc/weir-test"), &[]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("/proc/weir-test") && text.contains("may write"), "{text}");
}
