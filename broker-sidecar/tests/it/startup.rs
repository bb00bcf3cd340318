use std::io::{Read, Write};
use std::net::TcpStream;

use rustix::process::Signal;
use weir_control::ClusterDir;

use crate::process::{Broker, LONG, wait_for};

/// An ApiVersions v0 request: the smallest thing that any broker answers.
fn api_versions(address: (&str, u16)) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    stream.write_all(&[0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 7, 0xff, 0xff]).unwrap();
    let mut length = [0; 4];
    stream.read_exact(&mut length).unwrap();
    let mut body = vec![0; u32::from_be_bytes(length) as usize];
    stream.read_exact(&mut body).unwrap();
    body
}

#[test]
fn one_ready_line_then_every_broker_answers_on_both_loopbacks() {
    let temp = tempfile::tempdir().unwrap();
    let broker = Broker::start(temp.path(), &["--brokers", "3", "--port", "0"]);
    let ready = &broker.ready;
    assert_eq!(ready.event, "ready");
    assert_eq!(ready.pid, broker.child.id());
    assert_eq!(ready.cluster_id.len(), 22, "a base64 uuid: {}", ready.cluster_id);
    let racks: Vec<_> = ready.brokers.iter().map(|b| b.rack.clone().unwrap()).collect();
    assert_eq!(racks, ["zone-a", "zone-b", "zone-c"]);
    for listed in &ready.brokers {
        assert_eq!(listed.host, "localhost");
        for host in ["127.0.0.1", "::1"] {
            if host == "::1" && std::net::TcpListener::bind("[::1]:0").is_err() {
                continue;
            }
            let body = api_versions((host, listed.port));
            assert_eq!(body[..4], [0, 0, 0, 7], "the correlation id comes back");
            assert_eq!(body[4..6], [0, 0], "no error");
        }
    }
}

#[test]
fn sigterm_and_sigint_stop_cleanly() {
    for signal in [Signal::TERM, Signal::INT] {
        let temp = tempfile::tempdir().unwrap();
        let mut broker = Broker::start(temp.path(), &["--port", "0"]);
        let dir = ClusterDir::new(temp.path());
        assert!(dir.load_control().unwrap().is_some());
        broker.signal(signal);
        let status = broker.wait();
        assert!(status.success(), "{status}");
        assert!(dir.load_control().unwrap().is_none(), "nobody answers any more");
    }
}

#[test]
fn the_end_of_standard_input_stops_it_when_asked_to() {
    let temp = tempfile::tempdir().unwrap();
    let mut broker = Broker::start(temp.path(), &["--port", "0", "--exit-with-parent"]);
    drop(broker.child.stdin.take());
    assert!(broker.wait().success());
}

#[test]
fn a_second_start_keeps_cluster_id_and_ports() {
    let temp = tempfile::tempdir().unwrap();
    let mut first = Broker::start(temp.path(), &["--brokers", "2", "--port", "0"]);
    let before = first.ready.clone();
    first.terminate();
    let again = Broker::start(temp.path(), &[]);
    assert_eq!(again.ready.cluster_id, before.cluster_id);
    assert_eq!(again.ready.bootstrap, before.bootstrap);
}

#[test]
fn after_kill_9_the_same_ports_are_served_again() {
    let temp = tempfile::tempdir().unwrap();
    let mut first = Broker::start(temp.path(), &["--port", "0"]);
    let before = first.ready.clone();
    first.kill();
    let again = Broker::start(temp.path(), &[]);
    assert_eq!(again.ready.bootstrap, before.bootstrap);
    assert_eq!(again.ready.cluster_id, before.cluster_id);
}

#[test]
fn logs_are_written_to_the_directory_and_hold_no_token() {
    let temp = tempfile::tempdir().unwrap();
    let mut broker = Broker::start(temp.path(), &["--port", "0"]);
    let dir = ClusterDir::new(temp.path());
    let token = dir.load_control().unwrap().unwrap().token;
    broker.terminate();
    let log =
        wait_for("the log", LONG, || std::fs::read_to_string(dir.logs().join("engine.log")).ok());
    assert!(log.contains("ready") && log.contains("stopping: SIGTERM"), "{log}");
    assert!(!log.contains(&token));
}

#[test]
fn host_and_advertise_open_the_cluster_to_others() {
    let temp = tempfile::tempdir().unwrap();
    let flags = ["--port", "0", "--host", "0.0.0.0", "--advertise", "kafka.test"];
    let broker = Broker::start(temp.path(), &flags);
    let listed = &broker.ready.brokers[0];
    assert_eq!(listed.host, "kafka.test");
    assert_eq!(api_versions(("127.0.0.2", listed.port))[..4], [0, 0, 0, 7]);
}
