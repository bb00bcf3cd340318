//! Clients that are no Kafka clients, or bad ones: refused or bounded, and others are still served.
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use weir_wire::Str;
use weir_wire::messages::api_versions_request::ApiVersionsRequest;
use weir_wire::messages::describe_configs_request::{
    DescribeConfigsRequest, DescribeConfigsResource,
};
use weir_wire::messages::describe_groups_request::DescribeGroupsRequest;
use weir_wire::messages::metadata_request::{MetadataRequest, MetadataRequestTopic};

use crate::asking::Asking;
use crate::process::{Broker, LONG};

fn start() -> (tempfile::TempDir, Broker, u16) {
    let temp = tempfile::tempdir().unwrap();
    let broker = Broker::start(temp.path(), &["--port", "0"]);
    let port = broker.ready.brokers[0].port;
    (temp, broker, port)
}

/// Whether the broker closes the connection after these bytes.
fn is_closed_after(port: u16, bytes: &[u8]) -> bool {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    stream.write_all(bytes).unwrap();
    match stream.read(&mut [0; 64]) {
        Ok(0) => true,
        Ok(_) => false,
        Err(e) => e.kind() == ErrorKind::ConnectionReset,
    }
}

fn is_served(port: u16) {
    Asking::connect(port).ask(&MetadataRequest::default(), 12).unwrap();
}

/// Proportional set size in KiB: memory that only this process uses, and its share of the rest.
fn pss_kib(pid: u32) -> u64 {
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap();
    let line = rollup.lines().find(|l| l.starts_with("Pss:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn tls_http_and_nonsense_close_their_connection_only() {
    let (_temp, _broker, port) = start();
    let tls_hello = [&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3][..], &[7; 64]].concat();
    assert!(is_closed_after(port, &tls_hello), "TLS");
    assert!(is_closed_after(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "HTTP");
    assert!(is_closed_after(port, &[0xff; 8]), "a negative length");
    assert!(is_closed_after(port, &[0, 0, 0, 2, 0, 18]), "a header that ends early");
    assert!(
        is_closed_after(port, &[0, 0, 0, 10, 0x7f, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xff]),
        "an unknown API"
    );
    // A Metadata v1 body that promises 2,147,483,647 topics.
    let promise = [0, 0, 0, 14, 0, 3, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff];
    assert!(is_closed_after(port, &promise), "an array that does not fit its frame");
    is_served(port);
}

#[test]
fn an_api_versions_of_the_future_is_answered_in_version_0() {
    let (_temp, _broker, port) = start();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    stream.write_all(&[0, 0, 0, 12, 0, 18, 0, 99, 0, 0, 0, 5, 0xff, 0xff, 0, 0]).unwrap();
    let mut head = [0; 10];
    stream.read_exact(&mut head).unwrap();
    assert_eq!(head[4..], [0, 0, 0, 5, 0, 35], "UNSUPPORTED_VERSION, with the correlation id");
}

#[test]
fn two_thousand_half_open_connections_cost_little_and_others_are_served() {
    let (_temp, broker, port) = start();
    let before = pss_kib(broker.child.id());
    let mut held = Vec::new();
    for i in 0..2_000_u32 {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        if i % 2 == 0 {
            stream.write_all(&[0, 0, 0, 50, 0, 3]).unwrap();
        }
        held.push(stream);
    }
    is_served(port);
    let grown = pss_kib(broker.child.id()).saturating_sub(before);
    assert!(grown < 64 << 10, "{grown} KiB for 2,000 connections");
    drop(held);
    is_served(port);
}

#[test]
fn a_frame_that_is_promised_but_never_sent_costs_nothing() {
    let (_temp, broker, port) = start();
    let before = pss_kib(broker.child.id());
    let mut held = Vec::new();
    for _ in 0..20 {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        // 90 MiB, of which eight bytes come.
        stream.write_all(&[5, 0xa0, 0, 0, 0, 0, 0, 9]).unwrap();
        held.push(stream);
    }
    is_served(port);
    assert!(pss_kib(broker.child.id()).saturating_sub(before) < 32 << 10);
}

#[test]
fn a_client_that_reads_nothing_holds_no_others_up() {
    let (_temp, broker, port) = start();
    let mut deaf = TcpStream::connect(("127.0.0.1", port)).unwrap();
    deaf.set_write_timeout(Some(Duration::from_millis(300))).unwrap();
    let describe = [0, 0, 0, 14, 0, 3, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    // Requests until the broker stops reading, because its answers are not read.
    let many = describe.repeat(10_000);
    let mut sent = 0_u64;
    while let Ok(n) = deaf.write(&many) {
        sent += n as u64;
        assert!(sent < 1 << 30, "the broker reads without end");
    }
    is_served(port);
    assert!(pss_kib(broker.child.id()) < 100 << 10, "answers that wait are bounded");
}

/// One request that computes for long must not keep the thread that looks after all sockets.
#[test]
fn a_request_that_computes_for_long_holds_no_others_up() {
    const NAMES: usize = 500_000;
    const ANSWERS: usize = 5;
    let (_temp, _broker, port) = start();
    let mut large = Asking::connect(port);
    let name = |i| MetadataRequestTopic {
        name: Some(Str::from(format!("not-there-{i}"))),
        ..MetadataRequestTopic::default()
    };
    let topics = Some((0..NAMES).map(name).collect());
    let request =
        MetadataRequest { topics, allow_auto_topic_creation: false, ..MetadataRequest::default() };
    large.send(&request, 4).unwrap();
    let answered = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            assert_eq!(large.answer::<MetadataRequest>(4).unwrap().topics.len(), NAMES);
            answered.store(true, Ordering::SeqCst);
        });
        let mut other = Asking::connect(port);
        for _ in 0..ANSWERS {
            other.ask(&ApiVersionsRequest::default(), 3).unwrap();
        }
        assert!(!answered.load(Ordering::SeqCst), "the others waited for the large request");
    });
}

/// A description is much larger than a name: named a thousand times, it is told ten times.
#[test]
fn what_is_asked_for_a_thousand_times_is_answered_a_few_times() {
    let (_temp, _broker, port) = start();
    let mut asking = Asking::connect(port);
    let broker = DescribeConfigsResource {
        resource_type: 4,
        resource_name: Str::from("1"),
        ..DescribeConfigsResource::default()
    };
    let resources = vec![broker; 1_000];
    let request = DescribeConfigsRequest { resources, ..DescribeConfigsRequest::default() };
    assert_eq!(asking.ask(&request, 4).unwrap().results.len(), 10);
    let groups = vec![Str::from("g"); 1_000];
    let request = DescribeGroupsRequest { groups, ..Default::default() };
    assert_eq!(asking.ask(&request, 5).unwrap().groups.len(), 10);
}

#[test]
fn an_idle_cluster_of_three_brokers_is_small() {
    let temp = tempfile::tempdir().unwrap();
    let broker = Broker::start(temp.path(), &["--brokers", "3", "--port", "0"]);
    std::thread::sleep(Duration::from_secs(1));
    let pss = pss_kib(broker.child.id());
    assert!(pss < 20 << 10, "{pss} KiB");
}
